/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables: redrawn in place on a terminal, with keys; plain lines anywhere else. */
#ifndef XB_SCREEN_H
#define XB_SCREEN_H

#include <stdbool.h>

bool screen_open(void); /* is it a terminal, with keys? */
void screen_close(void);

void screen_begin(bool timestamp); /* a new table, with the time before it if asked for */
void screen_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void screen_add(const char *format, ...) __attribute__((format(printf, 1, 2)));
void screen_end(void);

/**
 * screen_key() - the next key typed, or 0; the space bar is kept for pausing
 */
char screen_key(void);
bool screen_paused(void);

#endif /* XB_SCREEN_H */
