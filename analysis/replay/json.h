/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing JSON: a member a call, commas and nesting by themselves. */
#ifndef REPLAY_JSON_H
#define REPLAY_JSON_H

#include <stdio.h>

#include "platform.h"

struct json {
	FILE *f;
	u32 depth;
	bool some[16]; /* has this level a member yet? */
};

/* @name: NULL within an array.  Texts must be printable (recording.c makes them so). */
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);
void json_count(struct json *j, const char *name, u64 value);
void json_real(struct json *j, const char *name, double value);
void json_flag(struct json *j, const char *name, bool value);
void json_null(struct json *j, const char *name);
void json_text(struct json *j, const char *name, const char *text); /* "": null */

#endif /* REPLAY_JSON_H */
