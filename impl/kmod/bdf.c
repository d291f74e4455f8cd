// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads PCI addresses.
 */
#define pr_fmt(fmt) "xen_swiotlb: " fmt

#include <linux/kernel.h>
#include <linux/string.h>

#include "bdf.h"

#define DOMAIN_MOST 0xffff

int xsw_bdf_parse(const char *text, u32 *id)
{
	unsigned int domain, bus, slot, function;
	char word[20], end;
	size_t length;

	text = skip_spaces(text);
	length = strcspn(text, " \t\n");
	if (length >= sizeof(word) || *skip_spaces(text + length))
		return -EINVAL;
	memcpy(word, text, length);
	word[length] = '\0';
	if (sscanf(word, "%8x:%2x:%2x.%1x%c", &domain, &bus, &slot, &function, &end) != 4 ||
	    slot > 0x1f || function > 7)
		return -EINVAL;
	if (domain > DOMAIN_MOST)
		return -ERANGE;
	*id = domain << 16 | bus << 8 | PCI_DEVFN(slot, function);
	return 0;
}

void xsw_bdf_wrong(const char *where, const char *text, int err)
{
	int length = min_t(size_t, strcspn(text, "\n"), 16);

	if (err == -ERANGE)
		pr_err("%s: '%.*s' lies in a PCI domain above %04x, such as a VMD controller makes: "
		       "devices there cannot be attached\n",
		       where, length, text, DOMAIN_MOST);
	else
		pr_err("%s: bad BDF '%.*s': it looks like 0000:00:1f.2\n", where, length, text);
}

int xsw_bdf_of(struct pci_dev *pdev, u32 *id)
{
	int domain = pci_domain_nr(pdev->bus);

	if (domain < 0 || domain > DOMAIN_MOST)
		return -ERANGE;
	*id = (u32)domain << 16 | pdev->bus->number << 8 | pdev->devfn;
	return 0;
}

struct pci_dev *xsw_bdf_find(u32 id)
{
	return pci_get_domain_bus_and_slot(id >> 16, (id >> 8) & 0xff, id & 0xff);
}
