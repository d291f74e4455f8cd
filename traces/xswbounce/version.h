/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of the whole, which the Makefile takes from impl/VERSION. */
#ifndef XB_VERSION_H
#define XB_VERSION_H

#ifndef XSWBOUNCE_VERSION
#error "the version is not given: see the Makefile"
#endif

#endif /* XB_VERSION_H */
