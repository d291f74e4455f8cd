/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a mapping bounced, why one failed, why an exchange failed, where memory came from: one
 * list each.
 *
 * The same names appear in counters, trace events, tools and reports, so each
 * list stands here once, as an X-macro: X(SYMBOL, "name", "what it means").
 */
#ifndef XSW_REASON_H
#define XSW_REASON_H

/* Why a mapping went through the pool; DIRECT: it did not. */
#define XSW_BOUNCE_REASONS(X)                                                                 \
	X(XSW_BOUNCE_NONE, "direct", "the device reaches the buffer as it is")                \
	X(XSW_BOUNCE_MASK, "mask", "the buffer's machine address is above the device's mask") \
	X(XSW_BOUNCE_STRADDLE, "straddle",                                                    \
	  "the buffer's pages are not neighbours in machine memory")                          \
	X(XSW_BOUNCE_ALIGN, "align", "the buffer crosses the device's segment boundary")      \
	X(XSW_BOUNCE_FORCED, "forced", "bouncing is forced for the device or the pool")

/* Why a mapping or an allocation failed. */
#define XSW_FAIL_REASONS(X)                                                                \
	X(XSW_FAIL_NONE, "ok", "it did not fail")                                          \
	X(XSW_FAIL_FULL, "full", "fewer free slots than the mapping needs")                \
	X(XSW_FAIL_FRAGMENTED, "fragmented", "enough free slots, but no run of them fits") \
	X(XSW_FAIL_TOO_LARGE, "too-large", "the mapping is larger than any segment")       \
	X(XSW_FAIL_MASK, "mask-unreachable",                                               \
	  "no segment lies within the device's mask, or the mapping may not bounce")

/* What became of a XENMEM_exchange. */
#define XSW_EXCHANGE_RESULTS(X)                                                                   \
	X(XSW_EXCHANGE_OK, "ok", "every extent was exchanged")                                    \
	X(XSW_EXCHANGE_PARTIAL, "partial", "Xen stopped before the last extent")                  \
	X(XSW_EXCHANGE_NO_MEMORY, "no-memory",                                                    \
	  "Xen has no free extent of this order that low (-ENOMEM)")                              \
	X(XSW_EXCHANGE_ORDER, "order", "the order is above what Xen allows this domain (-EPERM)") \
	X(XSW_EXCHANGE_PAGE, "page", "a page offered is mapped elsewhere or not ours (-EINVAL)")  \
	X(XSW_EXCHANGE_OTHER, "other", "another error: see its code")                             \
	X(XSW_EXCHANGE_UNTRIED, "untried",                                                        \
	  "this domain had no memory for the call's own arrays: Xen was not asked")

/* How the machine frames of a block of pages came to be neighbours. */
#define XSW_ORIGINS(X)                                                                       \
	X(XSW_ORIGIN_NONE, "none", "they are not neighbours, or not as low as was asked")    \
	X(XSW_ORIGIN_FOUND, "found", "they are the domain's own and were neighbours before") \
	X(XSW_ORIGIN_EXCHANGED, "exchange", "Xen gave them in an exchange: to be undone")    \
	X(XSW_ORIGIN_ASSEMBLED, "assembled", "they are the domain's own, put together")

/* Where a coherent block came from. */
#define XSW_COHERENT_SOURCES(X)                                                           \
	X(XSW_FROM_CACHE, "cache", "contiguous memory the engine had")                    \
	X(XSW_FROM_RESERVE, "reserve", "what is kept for callers that may not sleep")     \
	X(XSW_FROM_EXCHANGE, "exchange", "memory made contiguous for it")                 \
	X(XSW_FROM_STOCK, "stock", "the kernel's own operations: the engine had nothing") \
	X(XSW_FROM_NONE, "none", "no memory was to be had: the allocation failed")

#define XSW_ENUM_MEMBER(sym, name, what) sym,

enum xsw_bounce { XSW_BOUNCE_REASONS(XSW_ENUM_MEMBER) XSW_NR_BOUNCE };
enum xsw_fail { XSW_FAIL_REASONS(XSW_ENUM_MEMBER) XSW_NR_FAIL };
enum xsw_exchange_result { XSW_EXCHANGE_RESULTS(XSW_ENUM_MEMBER) XSW_NR_EXCHANGE_RESULT };
enum xsw_origin { XSW_ORIGINS(XSW_ENUM_MEMBER) XSW_NR_ORIGIN };
enum xsw_coherent_source { XSW_COHERENT_SOURCES(XSW_ENUM_MEMBER) XSW_NR_COHERENT_SOURCE };

/**
 * xsw_bounce_name() - the name of a bounce reason
 * Return: a static string; "?" for a value outside the list.  Likewise the next three.
 */
const char *xsw_bounce_name(enum xsw_bounce reason);
const char *xsw_fail_name(enum xsw_fail reason);
const char *xsw_exchange_name(enum xsw_exchange_result result);
const char *xsw_origin_name(enum xsw_origin origin);

#endif /* XSW_REASON_H */
