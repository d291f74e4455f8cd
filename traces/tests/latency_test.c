// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the BPF programs know of time, run as plain C: a latency is of its own call or none at all,
 * and the histogram's slots are those that the tool reads.
 */
#include "bpf/clock.bpf.h"
#include "bpf/histogram.bpf.h"

#include "ok.h"
#include "show/quantile.h"

static void is(long long got, long long expected, const char *name)
{
	ok(got == expected, name);
	if (got != expected)
		printf("# got %lld, expected %lld\n", got, expected);
}

/* Places on the stacks of calls. */
static u64 stack[1 << 16];

static s64 stop_at(void *call, u64 at)
{
	kernel_now = at;
	return clock_stop(call);
}

static void start_at(void *call, u64 at)
{
	kernel_now = at;
	clock_start(call);
}

/* Another call whose start would be kept in the same word. */
static void *rival_of(void *call)
{
	u64 word = call_hash(call) >> (64 - XB_STARTS_BITS);
	unsigned int i;

	for (i = 0; i < sizeof(stack) / sizeof(stack[0]); i++)
		if (&stack[i] != call && call_hash(&stack[i]) >> (64 - XB_STARTS_BITS) == word)
			return &stack[i];
	return NULL;
}

static void test_own_call(void)
{
	void *outer = &stack[100], *inner = &stack[60];

	start_at(outer, 1000);
	start_at(inner, 1200);
	is(stop_at(inner, 1300), 100, "a nested call: its own time");
	is(stop_at(outer, 1500), 500, "and of the call around it, its own");
	own_ns = 70;
	start_at(outer, 1000);
	is(stop_at(outer, 1500), 430, "net of the probe's own cost");
	start_at(outer, 1000);
	is(stop_at(outer, 1050), 0, "which is never more than all of it");
	own_ns = 0;
	start_at(outer, (1ULL << XB_NS_BITS) - 10);
	is(stop_at(outer, (1ULL << XB_NS_BITS) + 20), 30,
	   "across the end of the time that is kept");
	is(losses.starts, 0, "nothing was lost so far");
}

static void test_mismatch(void)
{
	void *call = &stack[1000], *rival = rival_of(call);

	is(stop_at(call, 5000) < 0, 1, "an end without its start is no latency");
	is(losses.starts, 1, "and is counted");
	is(stop_at(starts, 5000) < 0, 1, "not even where the tag is 0, as that of an empty word");
	losses.starts = 1;
	start_at(call, 5000);
	stop_at(call, 5100);
	is(stop_at(call, 5200) < 0, 1, "nor is a second end");
	is(losses.starts, 2, "and is counted");
	start_at(call, 6000);
	is(stop_at(rival, 6100) < 0, 1, "the start of another call is not taken");
	is(stop_at(call, 6200), 200, "and is left alone");
	start_at(call, 7000);
	start_at(rival, 7100);
	is(stop_at(rival, 7150), 50, "who came last has the word");
	is(stop_at(call, 7200) < 0, 1, "and who lost it has no latency");
	is(losses.starts, 4, "each is counted");
	start_at(call, 8000);
	is(stop_at(call, 8000), 0, "a clock that stands still");
	is(losses.zeros, 1, "is counted as such");
}

static void test_histogram(void)
{
	u64 ns, wrong = 0;
	struct xb_hist h = { .count = 100 };
	unsigned int slot;

	for (ns = 1; ns < 1ULL << 32; ns += 1 + ns / 97) {
		slot = hist_slot(ns);
		wrong += hist_lower(slot) > ns || hist_lower(slot + 1) <= ns;
		wrong += octave_of(ns) != 63U - __builtin_clzll(ns);
	}
	is(wrong, 0, "each latency lies within the slot that counts it, each size in its octave");
	is(hist_slot(1ULL << 40), XB_HIST_SLOTS - 1, "what is too long is in the last");
	h.slots[hist_slot(1000)] = 90;
	h.slots[hist_slot(64000)] = 10;
	is(hist_slot(quantile(&h, 0.5)), hist_slot(1000), "p50 lies in the slot of the median");
	is(hist_slot(quantile(&h, 0.99)), hist_slot(64000), "and p99 far above");
}

int main(void)
{
	test_own_call();
	test_mismatch();
	test_histogram();
	return done_testing();
}
