// SPDX-License-Identifier: GPL-2.0-only
/* Writes JSON, one object a line. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "engine/host.h"
#include "show/json.h"
#include "say.h"
#include "version.h"

static bool follows; /* another value precedes in this object or array: a comma is due */

/* The length of the UTF-8 character at @c: 0 if it is none (RFC 3629, table 3-7 of Unicode). */
static int utf8_length(const unsigned char *c)
{
	int n = *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0, i;

	for (i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
	    (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	return n;
}

/* Names are any bytes: what is no UTF-8 becomes U+FFFD, what moves a cursor is escaped. */
static void put_text(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	int n;

	putchar('"');
	while (*c) {
		n = *c < 0x80 ? 1 : utf8_length(c);
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			printf("\\u%04x", *c);
		else if (n == 2 && *c == 0xc2 && c[1] < 0xa0)
			printf("\\u%04x", c[1]);
		else if (n)
			printf("%.*s", n, (const char *)c);
		else
			fputs("\\ufffd", stdout);
		c += n ?: 1;
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
	if (isfinite(value))
		printf("%.6g", value);
	else
		fputs("null", stdout);
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

/* Empty if the kernel does not tell it. */
static const char *boot_id(void)
{
	static char id[40];
	FILE *f;

	if (*id)
		return id;
	f = fopen("/proc/sys/kernel/random/boot_id", "r");
	if (f && fgets(id, sizeof(id), f))
		id[strcspn(id, "\n")] = '\0';
	if (f)
		fclose(f);
	return id;
}

/* Each line may be kept far from here, and without the others. */
static void put_origin(void)
{
	struct utsname name;

	uname(&name);
	json_text("version", XSWBOUNCE_VERSION);
	json_object("host");
	json_text("name", name.nodename);
	if (*boot_id())
		json_text("boot_id", boot_id());
	else
		json_null("boot_id");
	json_text("kernel", name.release);
	json_object_end();
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
	put_origin();
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
