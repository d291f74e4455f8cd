// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's shared state: main.c fills it in.
 */
#include "xen_swiotlb.h"

struct xsw_module xsw;
