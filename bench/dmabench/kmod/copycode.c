// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which memory routines this kernel chose for this CPU.
 *
 * The kernel patches memcpy() and memset() at boot: either a jump to an unrolled loop, or one
 * string instruction. An instruction clock counts the former by its instructions and the latter
 * in the emulator's way, so a figure means nothing without this. The code itself is read.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cpufeature.h>

#include "copycode.h"

#define LOOK 40 /* bytes of a routine that are looked at */

static bool starts_with(const u8 *code, const u8 *what, size_t n)
{
	return !memcmp(code, what, n);
}

static const char *routine(const void *function, u8 string_op)
{
	static const u8 endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const u8 *code = function;
	int i;

	if (starts_with(code, endbr, sizeof(endbr)))
		code += sizeof(endbr);
	if (code[0] == 0xe9 || code[0] == 0xeb)
		return "unrolled";
	for (i = 0; i < LOOK; i++) {
		if (code[i] == 0xf3 && code[i + 1] == string_op)
			return "rep-bytes";
		if (code[i] == 0xf3 && code[i + 1] == 0x48 && code[i + 2] == string_op + 1)
			return "rep-words";
	}
	return "unknown";
}

void copycode_describe(struct text *t)
{
	text_printf(t, "\"erms\":%s,\"fsrm\":%s,\"rep_good\":%s",
		    boot_cpu_has(X86_FEATURE_ERMS) ? "true" : "false",
		    boot_cpu_has(X86_FEATURE_FSRM) ? "true" : "false",
		    boot_cpu_has(X86_FEATURE_REP_GOOD) ? "true" : "false");
	text_printf(t, ",\"memcpy\":\"%s\",\"memset\":\"%s\"", routine(memcpy, 0xa4),
		    routine(memset, 0xaa));
}
