/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes to the standard error: one line an error, and what libbpf says if asked for. */
#ifndef XB_SAY_H
#define XB_SAY_H

#include <stdbool.h>

/* Exit status of an error of the tool's own. */
#define STATUS_ERROR 2

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void say_flush(void); /* what was printed goes out now; ends with one line if it can't */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * say_verbose() - let libbpf and the choice of probes be heard
 */
void say_verbose(bool on);
bool say_is_verbose(void);

#endif /* XB_SAY_H */
