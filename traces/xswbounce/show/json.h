/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes JSON, one object a line. */
#ifndef XB_JSON_H
#define XB_JSON_H

#define JSON_SCHEMA 1 /* version of what the subcommands write */

/* A name of NULL is for the members of an array. */
void json_begin(const char *command); /* opens the line's object: schema, time, tool, host */
void json_end(void);                  /* closes it and writes the line out */
void json_object(const char *name);
void json_object_end(void);
void json_array(const char *name);
void json_array_end(void);
void json_text(const char *name, const char *value);
void json_count(const char *name, unsigned long long value);
void json_number(const char *name, double value);
void json_null(const char *name);
void json_flag(const char *name, int value);

struct pool;
void json_pools(const struct pool *pools, int n); /* an array of those that exist */

#endif /* XB_JSON_H */
