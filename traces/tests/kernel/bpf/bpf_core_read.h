/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading members where programs are tested as plain C: of a pointer that is null all are 0. */
#ifndef XSW_TESTS_BPF_CORE_READ_H
#define XSW_TESTS_BPF_CORE_READ_H

#include <stddef.h>

#define KERNEL_READ(from, member)                                    \
	({                                                           \
		kernel_takes_time();                                 \
		(from) ? (from)->member : (typeof((from)->member))0; \
	})
#define KERNEL_READ_2(from, by, member)                         \
	({                                                      \
		typeof((from)->by) by_ = KERNEL_READ(from, by); \
		KERNEL_READ(by_, member);                       \
	})
#define KERNEL_READ_OF(a, b, c, name, ...) name
#define BPF_CORE_READ(from, ...) \
	KERNEL_READ_OF(from, __VA_ARGS__, KERNEL_READ_2, KERNEL_READ)(from, __VA_ARGS__)

/* A member that this kernel does not have; NULL: it has all. */
static const char *kernel_lacks;

#define bpf_core_field_exists(member)       (!kernel_lacks || strcmp(kernel_lacks, #member) != 0)
#define bpf_core_field_offset(type, member) offsetof(type, member)
#define bpf_core_type_size(type)            sizeof(type)
#define bpf_core_type_id_kernel(type)       0

#endif
