// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads PCI addresses.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "bdf.h"

int xsw_bdf_parse(const char *text, u32 *id)
{
	unsigned int domain, bus, slot, function;
	char word[16], end;
	size_t length;

	text = skip_spaces(text);
	length = strcspn(text, " \t\n");
	if (length >= sizeof(word) || *skip_spaces(text + length))
		return -EINVAL;
	memcpy(word, text, length);
	word[length] = '\0';
	if (sscanf(word, "%4x:%2x:%2x.%1x%c", &domain, &bus, &slot, &function, &end) != 4 ||
	    slot > 0x1f || function > 7)
		return -EINVAL;
	*id = domain << 16 | bus << 8 | PCI_DEVFN(slot, function);
	return 0;
}

int xsw_bdf_of(struct pci_dev *pdev, u32 *id)
{
	int domain = pci_domain_nr(pdev->bus);

	if (domain < 0 || domain > 0xffff)
		return -ERANGE;
	*id = (u32)domain << 16 | pdev->bus->number << 8 | pdev->devfn;
	return 0;
}
