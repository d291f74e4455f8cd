// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of the reasons, made from the lists in reason.h.
 */
#include "platform.h"
#include "reason.h"

#define XSW_NAME_OF(sym, name, what) [sym] = name,

static const char *const bounce_names[] = { XSW_BOUNCE_REASONS(XSW_NAME_OF) };
static const char *const fail_names[] = { XSW_FAIL_REASONS(XSW_NAME_OF) };
static const char *const exchange_names[] = { XSW_EXCHANGE_RESULTS(XSW_NAME_OF) };
static const char *const origin_names[] = { XSW_ORIGINS(XSW_NAME_OF) };

const char *xsw_bounce_name(enum xsw_bounce reason)
{
	return (u32)reason < XSW_NR_BOUNCE ? bounce_names[reason] : "?";
}

const char *xsw_fail_name(enum xsw_fail reason)
{
	return (u32)reason < XSW_NR_FAIL ? fail_names[reason] : "?";
}

const char *xsw_exchange_name(enum xsw_exchange_result result)
{
	return (u32)result < XSW_NR_EXCHANGE_RESULT ? exchange_names[result] : "?";
}

const char *xsw_origin_name(enum xsw_origin origin)
{
	return (u32)origin < XSW_NR_ORIGIN ? origin_names[origin] : "?";
}
