/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's seam inside the Linux kernel: what impl/core/platform.h asks for.
 */
#ifndef XSW_PLATFORM_IMPL_H
#define XSW_PLATFORM_IMPL_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../xen/blocks.h"
#include "../xen/p2m.h"

/* ---- memory ---- */

#define xsw_copy(dst, src, n) memcpy(dst, src, n)
#define xsw_zero(dst, n)      memset(dst, 0, n)

static inline void *xsw_phys_to_virt(u64 phys)
{
	return phys_to_virt(phys);
}

static inline void *xsw_zalloc(size_t n)
{
	return kvzalloc(n, XSW_GFP_ARRAY);
}

static inline void xsw_free(const void *p)
{
	kvfree(p);
}

/* ---- atomics ---- */

#define xsw_load_acquire(p)     smp_load_acquire(p)
#define xsw_store_release(p, v) smp_store_release(p, v)
#define xsw_cmpxchg64(p, o, n)  cmpxchg(p, o, n)
#define xsw_xchg64(p, v)        xchg(p, v)

static __always_inline bool xsw_try_cmpxchg64(u64 *p, u64 *old, u64 new)
{
	return try_cmpxchg(p, old, new);
}

static inline u64 xsw_fetch_add64(u64 *p, u64 v)
{
	return atomic64_fetch_add(v, (atomic64_t *)p);
}

static inline u64 xsw_fetch_and64(u64 *p, u64 v)
{
	return atomic64_fetch_and(v, (atomic64_t *)p);
}

/* One locked instruction, which fetch_and is not */
static inline void xsw_and64(u64 *p, u64 v)
{
	smp_mb__before_atomic();
	atomic64_and(v, (atomic64_t *)p);
	smp_mb__after_atomic();
}

static inline u64 xsw_fetch_or64(u64 *p, u64 v)
{
	return atomic64_fetch_or(v, (atomic64_t *)p);
}

/* ---- locks ---- */

struct xsw_lock {
	spinlock_t lock;
};

#define xsw_lock_init(l)     spin_lock_init(&(l)->lock)
#define xsw_lock(l, flags)   spin_lock_irqsave(&(l)->lock, flags)
#define xsw_unlock(l, flags) spin_unlock_irqrestore(&(l)->lock, flags)

struct xsw_mutex {
	struct mutex mutex;
};

#define xsw_mutex_init(m)   mutex_init(&(m)->mutex)
#define xsw_mutex_lock(m)   mutex_lock(&(m)->mutex)
#define xsw_mutex_unlock(m) mutex_unlock(&(m)->mutex)

/* ---- per CPU ---- */

#define xsw_for_each_cpu(cpu) for_each_possible_cpu(cpu)

static inline u32 xsw_cpu(void)
{
	return raw_smp_processor_id();
}

static inline void __percpu *xsw_percpu_alloc(size_t size, size_t align)
{
	return __alloc_percpu(size, align);
}

#define xsw_percpu_free(p)     free_percpu(p)
#define xsw_percpu_ptr(p, cpu) per_cpu_ptr(p, cpu)
#define xsw_percpu_this(p)     raw_cpu_ptr(p)
#define xsw_percpu_add(p, v)   this_cpu_add(*(p), v)
#define xsw_percpu_read(p)     this_cpu_read(*(p))
#define xsw_percpu_write(p, v) this_cpu_write(*(p), v)

/* ---- RCU: the sched kind, which costs no call; synchronize_rcu() waits for its readers, too ----
 */

#define xsw_rcu_read_lock()    rcu_read_lock_sched_notrace()
#define xsw_rcu_read_unlock()  rcu_read_unlock_sched_notrace()
#define xsw_rcu_synchronize()  synchronize_rcu()
#define xsw_rcu_dereference(p) rcu_dereference_sched(p)
#define xsw_rcu_protected(p)   rcu_dereference_protected(p, true)
#define xsw_rcu_assign(p, v)   rcu_assign_pointer(p, v)

/* ---- time and context ---- */

static inline u64 xsw_now_ns(void)
{
	return ktime_get_ns();
}

static inline u64 xsw_stamp(void)
{
	return jiffies;
}

static inline u64 xsw_stamp_ns(u64 stamps)
{
	return jiffies64_to_nsecs(stamps);
}

#define xsw_might_sleep()  might_sleep()
#define xsw_cond_resched() cond_resched()

#endif /* XSW_PLATFORM_IMPL_H */
