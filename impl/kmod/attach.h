/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes devices over when their drivers bind.
 */
#ifndef XSW_KMOD_ATTACH_H
#define XSW_KMOD_ATTACH_H

int xsw_attach_init(void);

/** xsw_attach_exit() - no device is attached: each holds a reference to the module */
void xsw_attach_exit(void);

#endif /* XSW_KMOD_ATTACH_H */
