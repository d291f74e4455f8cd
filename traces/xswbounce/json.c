// SPDX-License-Identifier: GPL-2.0-only
/* Writes JSON, one object a line. */
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "host.h"
#include "json.h"
#include "say.h"

static bool follows; /* another value precedes in this object or array: a comma is due */

static void put_text(const char *text)
{
	const unsigned char *c;

	putchar('"');
	for (c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20)
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static void put_name(const char *name)
{
	if (follows)
		putchar(',');
	follows = true;
	if (!name)
		return;
	put_text(name);
	putchar(':');
}

void json_object(const char *name)
{
	put_name(name);
	putchar('{');
	follows = false;
}

void json_object_end(void)
{
	putchar('}');
	follows = true;
}

void json_array(const char *name)
{
	put_name(name);
	putchar('[');
	follows = false;
}

void json_array_end(void)
{
	putchar(']');
	follows = true;
}

void json_text(const char *name, const char *value)
{
	put_name(name);
	put_text(value);
}

void json_count(const char *name, unsigned long long value)
{
	put_name(name);
	printf("%llu", value);
}

void json_number(const char *name, double value)
{
	put_name(name);
	printf("%.6g", value);
}

void json_null(const char *name)
{
	put_name(name);
	fputs("null", stdout);
}

void json_flag(const char *name, int value)
{
	put_name(name);
	fputs(value ? "true" : "false", stdout);
}

void json_begin(const char *command)
{
	struct timespec now;

	follows = false;
	json_object(NULL);
	json_count("schema", JSON_SCHEMA);
	json_text("tool", "xswbounce");
	json_text("command", command);
	clock_gettime(CLOCK_REALTIME, &now);
	put_name("time");
	printf("%lld.%03ld", (long long)now.tv_sec, now.tv_nsec / 1000000);
}

void json_end(void)
{
	putchar('}');
	putchar('\n');
	say_flush();
	follows = false;
}

void json_pools(const struct pool *pools, int n)
{
	int i;

	json_array("pools");
	for (i = 0; i < n; i++) {
		json_object(NULL);
		json_text("backend", pools[i].backend);
		json_count("bytes", pools[i].size);
		json_count("used", pools[i].used);
		json_object_end();
	}
	json_array_end();
}
