/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in the kernel's place where its programs are tested as plain C: the helpers that they
 * call, maps on one CPU, and what a test says that the kernel holds.
 */
#ifndef XSW_TESTS_BPF_HELPERS_H
#define XSW_TESTS_BPF_HELPERS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef __always_inline
#define __always_inline inline
#define __noinline      __attribute__((noinline))
#define __ksym
#define __weak __attribute__((weak))
#define SEC(name)
#define __uint(name, value)   int(*name)[value]
#define __type(name, value)   typeof(value) *name
#define barrier_var(variable) (void)(variable)

/* What a test sets and what it looks at. */
static u64 kernel_now;         /* the clock */
static bool kernel_no_memory;  /* for another element of a hash */
static u64 kernel_stack[64];   /* innermost first, 0 ends it */
static u64 kernel_result;      /* of the function that a program hangs on */
static u64 kernel_steps;       /* of loops that ran */
static u64 kernel_slow;        /* calls that took time while a record kept others waiting */
static u64 kernel_messages;    /* in the ring */
static u64 kernel_message[64]; /* the last of them */
static bool kernel_ring_full;
static u64 (*kernel_symbol)(const char *name);                     /* its address, or 0 */
static void (*kernel_show)(u64 address, char *shown, size_t size); /* as "name+0x0/0xd5" */

static bool kernel_reserved;

static void kernel_takes_time(void)
{
	kernel_slow += kernel_reserved;
}

struct kernel_map {
	const void *map;
	size_t key_size, value_size, most, n;
	bool array;
	char *keys, *values;
};

static struct kernel_map kernel_maps[32];

static struct kernel_map *kernel_map(const void *map, size_t key_size, size_t value_size,
				     size_t most, int type)
{
	struct kernel_map *m = kernel_maps;
	u32 i;

	while (m->map && m->map != map)
		m++;
	if (m->map)
		return m;
	*m = (struct kernel_map){ .map = map, .key_size = key_size, .value_size = value_size };
	m->most = most;
	m->array = type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
	m->keys = calloc(most, key_size);
	m->values = calloc(most, value_size);
	for (i = 0; m->array && i < most; i++)
		memcpy(m->keys + i * key_size, &i, sizeof(i));
	m->n = m->array ? most : 0;
	return m;
}

#define KERNEL_MAP(m)                                         \
	kernel_map(m, sizeof(*(m)->key), sizeof(*(m)->value), \
		   sizeof(*(m)->max_entries) / sizeof(int), sizeof(*(m)->type) / sizeof(int))

static void *kernel_lookup(struct kernel_map *m, const void *key)
{
	size_t i;

	kernel_takes_time();
	for (i = 0; i < m->n; i++)
		if (!memcmp(m->keys + i * m->key_size, key, m->key_size))
			return m->values + i * m->value_size;
	return NULL;
}

static long kernel_update(struct kernel_map *m, const void *key, const void *value)
{
	char *there = kernel_lookup(m, key);

	if (!there && (m->n == m->most || kernel_no_memory))
		return kernel_no_memory ? -ENOMEM : -E2BIG;
	if (!there) {
		memcpy(m->keys + m->n * m->key_size, key, m->key_size);
		there = m->values + m->n++ * m->value_size;
	}
	memcpy(there, value, m->value_size);
	return 0;
}

static long kernel_delete(struct kernel_map *m, const void *key)
{
	char *there = kernel_lookup(m, key);
	size_t at;

	if (!there)
		return -ENOENT;
	at = (there - m->values) / m->value_size;
	m->n--;
	memmove(m->keys + at * m->key_size, m->keys + m->n * m->key_size, m->key_size);
	memmove(there, m->values + m->n * m->value_size, m->value_size);
	return 0;
}

#define bpf_map_lookup_elem(map, key)               kernel_lookup(KERNEL_MAP(map), key)
#define bpf_map_update_elem(map, key, value, flags) kernel_update(KERNEL_MAP(map), key, value)
#define bpf_map_delete_elem(map, key)               kernel_delete(KERNEL_MAP(map), key)

static u64 bpf_ktime_get_ns(void)
{
	return kernel_now;
}

static u32 bpf_get_smp_processor_id(void)
{
	return 0;
}

static u64 bpf_get_current_pid_tgid(void)
{
	return 1ULL << 32 | 1;
}

static long bpf_get_current_comm(void *comm, u32 size)
{
	snprintf(comm, size, "test");
	return 0;
}

static long bpf_probe_read_kernel(void *to, u32 size, const void *from)
{
	kernel_takes_time();
	memset(to, 0, size);
	if (!from)
		return -EFAULT;
	memcpy(to, from, size);
	return 0;
}

static long bpf_probe_read_kernel_str(void *to, u32 size, const void *from)
{
	kernel_takes_time();
	return snprintf(to, size, "%s", from ? (const char *)from : "");
}

static long bpf_kallsyms_lookup_name(const char *name, int size, int flags, u64 *address)
{
	(void)size;
	(void)flags;
	*address = kernel_symbol ? kernel_symbol(name) : 0;
	return *address ? 0 : -ENOENT;
}

#define BPF_SNPRINTF(to, size, format, address) kernel_show(address, to, size)

static long kernel_loop(u32 n, int (*step)(u64 i, void *data), void *data)
{
	u32 i;

	kernel_takes_time();
	for (i = 0; i < n; i++) {
		kernel_steps++;
		if (step(i, data))
			break;
	}
	return i;
}

#define bpf_loop(n, step, data, flags) kernel_loop(n, (int (*)(u64, void *))(void *)(step), data)

static long bpf_get_stack(void *ctx, void *to, u32 size, u64 flags)
{
	(void)ctx;
	(void)flags;
	kernel_takes_time();
	memcpy(to, kernel_stack, size);
	return size;
}

static long bpf_get_func_arg(void *ctx, u32 n, u64 *value)
{
	*value = ((u64 *)ctx)[n];
	return 0;
}

static long bpf_get_func_ret(void *ctx, u64 *value)
{
	(void)ctx;
	*value = kernel_result;
	return 0;
}

static void *bpf_ringbuf_reserve(void *ring, u64 size, u64 flags)
{
	(void)ring;
	(void)flags;
	if (kernel_ring_full || size > sizeof(kernel_message))
		return NULL;
	kernel_reserved = true;
	return kernel_message;
}

static void bpf_ringbuf_submit(void *record, u64 flags)
{
	(void)record;
	(void)flags;
	kernel_reserved = false;
	kernel_messages++;
}

#endif
