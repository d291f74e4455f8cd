/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's platform in user space: threads stand for CPUs, machine.h for Xen.
 *
 * A thread gets a CPU number of its own at its first call, so per-CPU counters need no locked
 * instruction.  RCU read sides cost two plain stores: a grace period orders them by
 * membarrier(2), or, under ThreadSanitizer, which does not know that, by real barriers.
 */
#ifndef XSW_PLATFORM_IMPL_H
#define XSW_PLATFORM_IMPL_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define noinline    __attribute__((noinline))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define min(a, b)                              \
	({                                     \
		__typeof__(a) min_a = (a);     \
		__typeof__(b) min_b = (b);     \
		(void)(&min_a == &min_b);      \
		min_a < min_b ? min_a : min_b; \
	})
#define max(a, b)                              \
	({                                     \
		__typeof__(a) max_a = (a);     \
		__typeof__(b) max_b = (b);     \
		(void)(&max_a == &max_b);      \
		max_a > max_b ? max_a : max_b; \
	})

#define READ_ONCE(x)     __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define data_race(x)     READ_ONCE(x)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#define __percpu
#define __rcu
#define __releases(lock)

#define xsw_load_acquire(p)     __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define xsw_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define xsw_xchg64(p, v)        __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define xsw_fetch_add64(p, v)   __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define xsw_fetch_and64(p, v)   __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)
#define xsw_and64(p, v)         ((void)__atomic_fetch_and(p, v, __ATOMIC_SEQ_CST))
#define xsw_fetch_or64(p, v)    __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)

static inline bool xsw_try_cmpxchg64(u64 *p, u64 *old, u64 new)
{
	return __atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline u64 xsw_cmpxchg64(u64 *p, u64 old, u64 new)
{
	__atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}

#define xsw_copy(dst, src, n) memcpy(dst, src, n)
#define xsw_zero(dst, n)      memset(dst, 0, n)

void *xsw_phys_to_virt(u64 phys);
void *xsw_zalloc(size_t n); /* can be told to fail: machine.h */
void xsw_free(void *p);

struct xsw_lock {
	pthread_spinlock_t spin;
};
#define xsw_lock_init(l)     pthread_spin_init(&(l)->spin, PTHREAD_PROCESS_PRIVATE)
#define xsw_lock(l, flags)   ((flags) = 0, (void)pthread_spin_lock(&(l)->spin))
#define xsw_unlock(l, flags) ((void)(flags), (void)pthread_spin_unlock(&(l)->spin))

struct xsw_mutex {
	pthread_mutex_t mutex;
};
#define xsw_mutex_init(m)   pthread_mutex_init(&(m)->mutex, NULL)
#define xsw_mutex_lock(m)   pthread_mutex_lock(&(m)->mutex)
#define xsw_mutex_unlock(m) pthread_mutex_unlock(&(m)->mutex)

#define MODEL_CPUS         64
#define MODEL_PERCPU_SPACE ((16u << 10) + 64) /* from one CPU's copy to the next */

/* A CPU's RCU state: read sides entered so far, twice over, odd while in one */
struct model_cpu {
	u64 nesting, entered;
} __attribute__((aligned(64)));

extern struct model_cpu model_cpus[MODEL_CPUS];
/* Which CPU the thread is: how far its copies lie from the first one's, + 1; 0: none yet */
#define MODEL_CPU(number) ((size_t)(number)*MODEL_PERCPU_SPACE + 1)
extern __thread size_t model_this_cpu;
size_t model_take_cpu(void);
extern u32 model_nr_cpus; /* how many the engine believes possible: MODEL_CPUS */

static inline size_t model_distance(void)
{
	return (likely(model_this_cpu) ? model_this_cpu : model_take_cpu()) - 1;
}

static inline u32 xsw_cpu(void)
{
	return (u32)(model_distance() / MODEL_PERCPU_SPACE);
}

#define xsw_for_each_cpu(cpu) for ((cpu) = 0; (cpu) < model_nr_cpus; (cpu)++)
void *xsw_percpu_alloc(size_t size, size_t align);
void xsw_percpu_free(void *p);
#define xsw_percpu_ptr(p, cpu) \
	((__typeof__(p))(uintptr_t)((uintptr_t)(p) + (size_t)(cpu)*MODEL_PERCPU_SPACE))
#define xsw_percpu_this(p) ((__typeof__(p))(uintptr_t)((uintptr_t)(p) + model_distance()))

/* nobody else writes it */
#define xsw_percpu_add(p, v)                             \
	({                                               \
		__typeof__(p) mine = xsw_percpu_this(p); \
		WRITE_ONCE(*mine, *mine + (v));          \
	})
#define xsw_percpu_read(p)     READ_ONCE(*xsw_percpu_this(p))
#define xsw_percpu_write(p, v) WRITE_ONCE(*xsw_percpu_this(p), v)

#ifdef __SANITIZE_THREAD__
#define MODEL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MODEL_TSAN 1
#endif
#endif
#ifdef MODEL_TSAN
#define MODEL_RCU_ORDER __ATOMIC_SEQ_CST
#else
#define MODEL_RCU_ORDER __ATOMIC_RELEASE
#endif

static inline void xsw_rcu_read_lock(void)
{
	struct model_cpu *c = &model_cpus[xsw_cpu()];

	if (!c->nesting++) {
		__atomic_store_n(&c->entered, c->entered + 1, MODEL_RCU_ORDER);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
}

static inline void xsw_rcu_read_unlock(void)
{
	struct model_cpu *c = &model_cpus[xsw_cpu()];

	if (!--c->nesting) {
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		__atomic_store_n(&c->entered, c->entered + 1, MODEL_RCU_ORDER);
	}
}

void xsw_rcu_synchronize(void);
#define xsw_rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define xsw_rcu_protected(p)   __atomic_load_n(&(p), __ATOMIC_RELAXED)
#define xsw_rcu_assign(p, v)   __atomic_store_n(&(p), v, __ATOMIC_RELEASE)

u64 xsw_now_ns(void);
extern u64 model_ticks; /* the coarse clock: stands still but for tests that move it */
#define xsw_stamp()     READ_ONCE(model_ticks)
#define xsw_stamp_ns(d) ((d)*4000000ULL)

#define xsw_might_sleep()  ((void)0)
#define xsw_cond_resched() ((void)0)

/* The domain's P2M: FOREIGN and IDENTITY marks in the top bits, as under Xen */
#define MODEL_FOREIGN  (1ULL << 63)
#define MODEL_IDENTITY (1ULL << 62)
extern u64 *model_p2m;
extern u64 model_pages;

static inline u64 xsw_pfn_to_mfn(u64 pfn)
{
	u64 entry = likely(pfn < model_pages) ? READ_ONCE(model_p2m[pfn]) : ~0ULL;

	return entry == ~0ULL ? entry : entry & ~(MODEL_FOREIGN | MODEL_IDENTITY);
}

/* As in a kernel, where identity entries beyond the table take a call */
static inline u64 xsw_pfn_to_mfn_quick(u64 pfn)
{
	u64 entry = likely(pfn < model_pages) ? READ_ONCE(model_p2m[pfn]) : ~0ULL;

	return entry & MODEL_IDENTITY ? ~0ULL : entry & ~MODEL_FOREIGN;
}

static inline bool xsw_pfn_is_ours(u64 pfn)
{
	return pfn < model_pages && !(model_p2m[pfn] >> 62);
}

#endif /* XSW_PLATFORM_IMPL_H */
