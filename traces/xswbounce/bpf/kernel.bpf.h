/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel as the programs see it: its types, its memory, its numbers. */
#ifndef XB_KERNEL_BPF_H
#define XB_KERNEL_BPF_H

#include "bpf/kernel_types.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/*
 * Programs are attached one after the other, but count from one instant on: when the tool sets
 * this. Else a mapping might be seen made and not undone, or the other way about.
 */
bool armed;

#define XB_PAGE_SHIFT 12
#define XB_PAGE_SIZE  (1ULL << XB_PAGE_SHIFT)
#define XB_PAGE_MASK  (XB_PAGE_SIZE - 1)

/* Bits of a P2M entry that are no part of the frame number. */
#define XB_P2M_FLAGS   (3ULL << 62)
#define XB_P2M_FOREIGN (1ULL << 63) /* a page that a guest granted */

#define XB_SKIP_CPU_SYNC (1UL << 5) /* DMA_ATTR_SKIP_CPU_SYNC */

/*
 * The address of one of the kernel's symbols; 0 if there is none of that name, or if the kernel
 * hides it. For programs of type syscall alone, which the tool runs once: the library would read
 * the whole table of symbols for it.
 */
#define symbol_address(name)                                                  \
	({                                                                    \
		static const char text_[] = #name;                            \
		u64 address_ = 0;                                             \
		bpf_kallsyms_lookup_name(text_, sizeof(text_), 0, &address_); \
		address_;                                                     \
	})

/*
 * From 6.2 on a program can read memory by itself, as some type that begins with what is wanted.
 * The tool says whether this kernel has the function; where it has not, the verifier never sees the
 * call.
 */
extern void *bpf_rdonly_cast(const void *address, u32 type) __ksym __weak;
const volatile bool can_cast;

static __always_inline int number_at(u64 address)
{
	if (can_cast) {
		struct kref *k =
			bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct kref));

		return k->refcount.refs.counter;
	} else {
		int number = 0;

		bpf_probe_read_kernel(&number, sizeof(number), (void *)address);
		return number;
	}
}

/* The same of 64 bits; 0 if the address is none. */
static __always_inline u64 long_at(u64 address)
{
	if (can_cast) {
		struct timespec64 *t = bpf_rdonly_cast((void *)address,
						       bpf_core_type_id_kernel(struct timespec64));

		return t->tv_sec;
	} else {
		u64 number = 0;

		bpf_probe_read_kernel(&number, sizeof(number), (void *)address);
		return number;
	}
}

#endif /* XB_KERNEL_BPF_H */
