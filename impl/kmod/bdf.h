/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PCI device's address as the operator writes it: DDDD:BB:DD.F.
 *
 * Inside the module it is one number, domain << 16 | bus << 8 | devfn.
 */
#ifndef XSW_KMOD_BDF_H
#define XSW_KMOD_BDF_H

#include <linux/pci.h>
#include <linux/types.h>

#define XSW_BDF_FORMAT  "%04x:%02x:%02x.%x"
#define XSW_BDF_ARGS(i) (i) >> 16, ((i) >> 8) & 0xff, PCI_SLOT((i)&0xff), PCI_FUNC((i)&0xff)

/**
 * xsw_bdf_parse() - read one address, surrounding white space allowed
 * Return: 0 and *@id; -EINVAL: it is none; -ERANGE: a domain above 0xffff (a VMD's).
 */
int xsw_bdf_parse(const char *text, u32 *id);

/** xsw_bdf_wrong() - say in the log why xsw_bdf_parse() refused @text, written to @where */
void xsw_bdf_wrong(const char *where, const char *text, int err);

/**
 * xsw_bdf_of() - the address of a PCI device
 * Return: 0 and *@id, or -ERANGE: a domain above 0xffff has no address in this form.
 */
int xsw_bdf_of(struct pci_dev *pdev, u32 *id);

/** xsw_bdf_find() - the device at an address.  Return: with a reference, or NULL. */
struct pci_dev *xsw_bdf_find(u32 id);

#endif /* XSW_KMOD_BDF_H */
