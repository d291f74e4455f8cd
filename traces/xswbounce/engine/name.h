/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that others chose: of devices, drivers, programs. */
#ifndef XB_NAME_H
#define XB_NAME_H

#include <stddef.h>

/**
 * name_clean() - end a name within @size, and let nothing in it move a terminal's cursor
 */
void name_clean(char *name, size_t size);

void name_clean_line(char *line); /* likewise, but for tabs and its end */

#endif /* XB_NAME_H */
