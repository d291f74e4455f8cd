/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fake Linux and a fake Xen beneath impl/xen: what both keep, what may go wrong, what must hold.
 *
 * How this works.  The domain has pages, the machine has frames.  P2M, M2P, the page table of
 * the direct map and of one vmap() range, the page allocator's books and Xen's free frames are
 * arrays.  Nobody reads or writes a byte of a page: a page in use has a tag, which lies in its
 * frame, moves with the contents and is lost when the frame is exchanged.  After each test
 * fake_check() goes through every page and frame.
 */
#ifndef FAKE_H
#define FAKE_H

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/memory.h>

#define FAKE_PAGES  (1u << 16) /* of the domain: 256 MiB, 128 pageblocks */
#define FAKE_P2M    (1u << 21) /* what the P2M has room for */
#define FAKE_FRAMES ((1u << 20) + (1u << 17))
#define FAKE_HIGH   (1u << 20) /* the domain's frames lie from here up, no two neighbours */
#define FAKE_KERNEL 512u       /* the first pages, in use for good */

#define DIRECT_MAP 0xffff888000000000UL
#define VMAP_AREA  0xffffc90000000000UL
#define VMAP_PAGES 16

enum frame_owner { OF_OTHERS, OF_XEN, OF_US, OF_DEVICE, OF_NOBODY };

struct frame {
	enum frame_owner owner;
	u32 mapped; /* page table entries that name it */
	bool clear; /* nothing is in it that another domain must not see */
	u64 tag;    /* of the contents, 0: nobody's */
};

/*
 * @in_buddy: the page allocator has it
 * @user: tag of the contents that whoever uses the page expects; 0: impl/xen has the page, or
 *        the page allocator
 * @stale: a TLB may still have the entry before
 */
struct page {
	int count;
	bool in_buddy, lru, reserved, offline, stale;
	struct page *head;
	struct zone *zone;
	u64 user;
};

/* All zero: none.  'at' counts calls from now on: 1 is the next one. */
struct fake_faults {
	u32 kvmalloc_at;      /* the call returns NULL */
	u64 kvmalloc_most;    /* bytes, more in one call return NULL; 0: any */
	u64 kvmalloc_size;    /* a call for just so many bytes returns NULL; 0: none does */
	u32 pages_at;         /* alloc_pages(): this call and all after it return NULL */
	u32 vmap_at;          /* the call returns NULL */
	u32 multicall_at;     /* the call is refused as a whole */
	u32 multicall_entry;  /* the call does not do its second entry */
	u32 update_va_at;     /* the call is refused */
	u32 mmu_update_at;    /* the entry is refused, and what follows in its call */
	u64 m2p_refused;      /* Xen updates the entry of this frame never; 0: of any */
	u64 p2m_from, p2m_to; /* P2M entries of these pages are read-only */
	u64 m2p_from, m2p_to; /* M2P entries of these frames cannot be read */
	u32 extents;          /* an exchange does at most so many, + 1 */
	int exchange_rc;      /* and then says this; 0: -ENOMEM */
	u32 highest_order;    /* above: -EPERM */
	u32 busy_ranges;      /* the next alloc_contig_range() calls find a page in use */
};

struct fake_counts {
	u32 exchanges; /* of all kinds */
	u32 forbidden; /* of them, of an order that is refused: -EPERM */
	u32 multicalls, flushes, ranges, mmu_updates;
	u32 beyond;    /* PFNs that Linux was asked about and that are no page of it */
	u32 oom_kills; /* a request that starts the OOM killer failed */
	u32 warnings;
};

extern struct page fake_pages[FAKE_PAGES];
extern struct frame fake_frames[FAKE_FRAMES];
extern unsigned long fake_pte[FAKE_PAGES]; /* of the direct map */
extern unsigned long fake_vmap_pte[VMAP_PAGES];
extern struct fake_faults faults;
extern struct fake_counts counts;
extern long fake_highest_frame;            /* what Xen says of it, or its error */
extern u64 fake_xen_top;                   /* Xen has no free frame from here up */
extern u64 fake_alias_from, fake_alias_to; /* pages mapped in the kernel image's range, too */
extern long fake_pressed;                  /* pages that si_mem_available() leaves out */

/* By order, page of the last __free_pages(): the next to be handed out */
extern u64 fake_last_freed[MAX_PAGE_ORDER + 1];

/* Called when alloc_contig_range() begins: what others do at that moment; may be NULL */
extern void (*fake_range_asked)(unsigned long start);

/* A machine whose frames above FAKE_HIGH the domain has scattered, and Xen none free */
void fake_start(void);

void fake_give_to_xen(u64 mfn, u64 n);   /* free frames of Xen's */
void fake_take_from_xen(u64 mfn, u64 n); /* of these: other domains have them now */
void fake_move_frame(u64 pfn, u64 mfn);  /* the page gets this frame, whoever has it another */
void fake_lay_out(u64 pfn, u64 mfn, u64 pages); /* fake_move_frame() of neighbours */
void fake_use(u64 pfn, bool movable);           /* somebody's page, with contents */
void fake_free(u64 pfn);                        /* its user has no more need of it */
void fake_foreign(u64 pfn);                     /* another domain's frame is mapped here */
void fake_set_pte(u64 pfn, unsigned long pte);

void fake_set_owner(u64 mfn, enum frame_owner owner);

/* Counts a violation and says what it is: for what must never happen */
void fake_violation(const char *what, u64 number);

/*
 * Is everything where it must be?  @held: pages that the test has of impl/xen.
 * Return: the number of violations so far.
 */
u32 fake_check(u64 held);
u64 fake_xen_free(void);

/* fake_heap.c: free frames of Xen's, one by one; the one that fake_heap_find() gives goes with
 * those behind it.  It lies below @limit; ~0: there is none.
 */
void fake_heap_start(void);
void fake_heap_add(u64 mfn);
void fake_heap_remove(u64 mfn);
u64 fake_heap_find(unsigned int order, u64 limit);

/* fake_linux.c: starts with an empty heap, no lock taken; then says what is left over */
void fake_linux_start(void);
void fake_linux_check(void);
/* fake_xen.c */
void fake_xen_start(void);
void fake_xen_check(void);
/* Does this call, counted down in @at, go wrong? */
bool fake_fails(u32 *at);

#endif /* FAKE_H */
