/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is there or ends the program with one line: a report cannot go on without it. */
#ifndef XSW_MEMORY_H
#define XSW_MEMORY_H

#include <stddef.h>

/* Return: @n zeroed elements of @size bytes; the caller frees them. */
void *xsw_array(size_t n, size_t size);

/* Return: @old moved to hold @n elements of @size bytes; @old is freed. */
void *xsw_grow(void *old, size_t n, size_t size);

/* Return: a formatted string; the caller frees it. */
char *xsw_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* XSW_MEMORY_H */
