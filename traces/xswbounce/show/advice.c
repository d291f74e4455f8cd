// SPDX-License-Identifier: GPL-2.0-only
/* What to do about a device that bounces or whose mappings fail. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "show/text.h"
#include "engine/defrag.h"
#include "show/advice.h"

#define BELOW_4G  (1ULL << 32)
#define NOT_KNOWN (~0ULL)

static char line[512];

static const char *say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return line;
}

/* What Xen says of its memory below 4 GiB, beside what is wanted of it. */
static const char *xen_has(u64 wanted, const struct advice_facts *facts)
{
	static char text[80];

	if (facts->low_free == NOT_KNOWN)
		return "which it tells dom0 alone (xswbounce doctor there)";
	snprintf(text, sizeof(text), "%s %s now",
		 facts->low_free < wanted ? "but has only" : "and has",
		 text_bytes(facts->low_free));
	return text;
}

/* A larger pool is a boot parameter of stock's, and has to fit below 4 GiB. */
static const char *larger_stock_pool(const char *why, const struct advice_facts *facts)
{
	u64 now = facts->stock_bytes, wanted = 2 * now;
	char fits[200] = "";

	if (!now)
		return say("%s, and nobody tells its size: mount debugfs (mount -t debugfs debugfs "
			   "/sys/kernel/debug) and run this again for the size to boot with",
			   why);
	if (wanted >= BELOW_4G)
		return say("%s, and twice its %s does not fit below 4 GiB: lower what its devices "
			   "map at once (queue depth, ring sizes)",
			   why, text_bytes(now));
	if (facts->pv)
		snprintf(fits, sizeof(fits),
			 "; Xen must have %s more free below 4 GiB when this domain boots, %s",
			 text_bytes(wanted - now), xen_has(wanted - now, facts));
	else if (facts->low_free < wanted - now)
		snprintf(fits, sizeof(fits), "; but no more than %s are free below 4 GiB now",
			 text_bytes(facts->low_free));
	return say("%s: boot with twice as much, swiotlb=%llu (%s)%s", why, wanted >> XB_SLOT_SHIFT,
		   text_bytes(wanted), fits);
}

static const char *larger_pool(const char *why, bool module, const struct advice_facts *facts)
{
	if (!module)
		return larger_stock_pool(why, facts);
	if (!facts->module_bytes)
		return say(
			"%s: write a larger size to /sys/devices/platform/xen_swiotlb/pool_bytes",
			why);
	return say(
		"%s: write twice its size, %llu, to /sys/devices/platform/xen_swiotlb/pool_bytes; "
		"Xen must have %s more free below 4 GiB, %s",
		why, 2 * facts->module_bytes, text_bytes(facts->module_bytes),
		xen_has(facts->module_bytes, facts));
}

static const char *for_failures(const struct xb_stat *s, bool module,
				const struct advice_facts *facts)
{
	if (s->fails[XB_FAIL_TOO_LARGE])
		return module ? "it maps more than a segment of the pool at once (debugfs "
				"xen_swiotlb/segments): lower its max_sectors_kb or segment size"
			      : "it maps more than 256 KiB at once, which no pool size cures: lower "
				"its max_sectors_kb or segment size";
	if (s->fails[XB_FAIL_FULL])
		return larger_pool("the pool is full", module, facts);
	if (s->fails[XB_FAIL_MASK])
		return "its DMA mask lies below the pool: no pool size cures that";
	return larger_pool("the pool has room, but no run as long as the mapping", module, facts);
}

/*
 * Drivers that ask dma_get_required_mask() how wide to be. Under Xen PV the kernel answers 32 bits,
 * whatever the machine has, for stock's operations do not tell it (6.1 to 7.x).
 */
static bool was_told_to_be_narrow(const struct xb_device *d)
{
	static const char *const drivers[] = { "mptsas",  "mptspi",  "mptfc",   "qla2xxx",
					       "aacraid", "aic7xxx", "aic79xx", "esas2r" };
	size_t i;

	if (d->mask != 0xffffffffULL)
		return false;
	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(d->driver, drivers[i]))
			return true;
	return false;
}

static const char *for_mask(const struct flow_row *row, bool module,
			    const struct advice_facts *facts)
{
	if (facts->pv && !module && was_told_to_be_narrow(&row->device))
		return "the device is wide; Xen PV told its driver not to be: the kernel answers its "
		       "dma_get_required_mask() with 32 bits. The module xen_swiotlb answers with "
		       "the machine's highest frame, and ends the bouncing";
	return "it can't address the memory it is given: a wider device, or buffers below its mask, "
	       "end the bouncing; a larger pool does not";
}

/* Without a width Xen gives high frames first, and a narrow device would bounce for its mask
 * instead. */
static const char *for_straddle(const struct xb_device *d)
{
	if (d->mask && !(d->mask >> DEFRAG_WIDEST))
		return say("its buffers are not contiguous in machine memory: defragment (modprobe "
			   "xen_swiotlb_defrag; xsw-defrag --width %s all, while the load runs: "
			   "takes low memory that other domains need)",
			   text_mask(d->mask));
	return "its buffers are not contiguous in machine memory: defragment (modprobe "
	       "xen_swiotlb_defrag; xsw-defrag all, while the load runs)";
}

const char *advice(const struct flow_row *row, const struct advice_facts *facts)
{
	bool module = device_is_module(row->key);

	if (flow_failures(&row->stat))
		return for_failures(&row->stat, module, facts);
	switch (flow_main_reason(&row->stat)) {
	case XB_MASK:
		return for_mask(row, module, facts);
	case XB_STRADDLE:
		return for_straddle(&row->device);
	case XB_ALIGN:
		return "its buffers are contiguous, but not as its alignment or boundary asks";
	case XB_FORCED:
		return module ? "bouncing is forced: write 0 to "
				"/sys/devices/platform/xen_swiotlb/force"
			      : "bouncing is forced: take swiotlb=force off the kernel's command "
				"line";
	default:
		return "nothing";
	}
}
