/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's one seam to the world: what it needs from the kernel or from user space.
 *
 * impl/core includes no kernel and no libc header but through this file.  The build puts
 * the folder of the wanted implementation on the include path: impl/kmod (Linux kernel) or
 * impl/model (user space: a model of a Xen machine).  Each provides platform_impl.h, with
 * everything named below as types, macros or static inline functions:
 *
 * Types:      u8 u16 u32 u64 s32 s64 size_t bool; likely() unlikely() min() max()
 *             READ_ONCE() WRITE_ONCE(); data_race(x): a plain read that another CPU may write;
 *             __always_inline noinline; error numbers
 *             ENOMEM EINVAL EBUSY EPERM
 * Memory:     xsw_copy(dst, src, n)  xsw_zero(dst, n);
 *             xsw_phys_to_virt(u64 phys) -> void *, CPU address of a buffer to bounce;
 *             xsw_zalloc(n) xsw_free(p): process context only
 * Atomics:    xsw_load_acquire(p) xsw_store_release(p, v) on any scalar;
 *             xsw_cmpxchg64(u64 *p, u64 old, u64 new) -> old value, full barrier on success;
 *             xsw_try_cmpxchg64(u64 *p, u64 *old, u64 new) -> done?  *old: what was seen if not;
 *             xsw_xchg64(u64 *p, u64 v); xsw_fetch_add64(u64 *p, u64 v);
 *             xsw_fetch_and64() xsw_fetch_or64(); xsw_and64(u64 *p, u64 v): full barrier, no result
 * Locks:      struct xsw_lock; xsw_lock_init(l);
 *             xsw_lock(l, flags) xsw_unlock(l, flags) with interrupts off (flags: unsigned long);
 *             struct xsw_mutex; xsw_mutex_init/lock/unlock: process context, may sleep
 * Per CPU:    xsw_for_each_cpu(u32 cpu): a loop over all that may ever run;
 *             xsw_cpu() -> a hint: the caller may migrate at once, so what it indexes must be
 *             safe from any CPU;  pointers to it are marked __percpu;
 *             xsw_percpu_alloc(size, align) zeroed,
 *             xsw_percpu_ptr(p, cpu), xsw_percpu_this(p), xsw_percpu_free(p);
 *             xsw_percpu_add(field, v): add to a counter of this CPU (u64 or u32), safe against
 *             interrupts, no locked instruction; xsw_percpu_read(field) and
 *             xsw_percpu_write(field, v): once each, of this CPU's copy; 'field' is a pointer
 *             into the __percpu object
 * RCU:        xsw_rcu_read_lock() xsw_rcu_read_unlock() xsw_rcu_synchronize(); a read side
 *             may be no more than preemption off
 *             xsw_rcu_dereference(p) under it; xsw_rcu_protected(p) under the engine's mutex;
 *             xsw_rcu_assign(p, v); pointers so read are marked __rcu, functions that end the
 *             read side __releases(RCU_SCHED): sparse checks both in the kernel
 * Time:       xsw_now_ns() -> u64, monotonic;  xsw_stamp() -> u64, monotonic and coarse, one
 *             load: taken at each bounced map;  xsw_stamp_ns(u64 d): d stamp units in ns
 * Context:    xsw_might_sleep() xsw_cond_resched()
 * Machine:    xsw_pfn_to_mfn(u64 pfn) -> u64: FOREIGN and IDENTITY bits stripped,
 *             XSW_INVALID_MFN where the P2M has no entry: the only reader of the P2M;
 *             xsw_pfn_to_mfn_quick(u64 pfn): the same, or XSW_INVALID_MFN if telling takes a call;
 *             xsw_pfn_is_ours(u64 pfn) -> bool: may be exchanged (neither foreign nor identity)
 * Hypervisor: the functions of hypervisor.h, implemented by impl/xen or by impl/model.
 */
#ifndef XSW_PLATFORM_H
#define XSW_PLATFORM_H

#include "platform_impl.h"

#define XSW_PAGE_SHIFT  12
#define XSW_PAGE_SIZE   (1UL << XSW_PAGE_SHIFT)
#define XSW_INVALID_MFN (~(u64)0)
#define XSW_BUS_ERROR   (~(u64)0) /* as DMA_MAPPING_ERROR */

#endif /* XSW_PLATFORM_H */
