// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake Xen: the hypercalls, the P2M's and M2P's access functions, and vmap(), whose page
 * table is changed by hypercall too.
 */
#include <stdlib.h>

#include <linux/pgtable.h>

#include "fake.h"

unsigned long fake_vmap_pte[VMAP_PAGES];
static u32 vmap_pages; /* of the range in use; 0: none */

void fake_xen_start(void)
{
	memset(fake_vmap_pte, 0, sizeof(fake_vmap_pte));
	vmap_pages = 0;
	fake_alias_from = fake_alias_to = 0;
}

void fake_xen_check(void)
{
	if (vmap_pages)
		fake_violation("a vmap() range is left, pages:", vmap_pages);
}

/* ---- P2M and M2P ---- */

/* Beyond the table there is device memory, and then nothing. */
unsigned long get_phys_to_machine(unsigned long pfn)
{
	counts.beyond++;
	return pfn >= FAKE_PAGES && pfn < FAKE_FRAMES ? pfn | IDENTITY_FRAME_BIT
						      : INVALID_P2M_ENTRY;
}

int xen_safe_write_ulong(unsigned long *to, unsigned long value)
{
	u64 pfn = (u64)(to - xen_p2m_addr);

	if (pfn >= faults.p2m_from && pfn < faults.p2m_to)
		return -EFAULT;
	*to = value;
	return 0;
}

int xen_safe_read_ulong(const unsigned long *from, unsigned long *value)
{
	u64 mfn = (u64)(from - machine_to_phys_mapping);

	if (mfn >= FAKE_FRAMES || (mfn >= faults.m2p_from && mfn < faults.m2p_to))
		return -EFAULT;
	*value = *from;
	return 0;
}

int HYPERVISOR_mmu_update(struct mmu_update *request, unsigned int n, unsigned int *done,
			  domid_t domain)
{
	unsigned int i;

	counts.mmu_updates++;
	if (done || domain != DOMID_SELF)
		fake_violation("mmu_update for another domain", domain);
	for (i = 0; i < n; i++) {
		u64 mfn = request[i].ptr >> PAGE_SHIFT;

		if (fake_fails(&faults.mmu_update_at) ||
		    (faults.m2p_refused && mfn == faults.m2p_refused))
			return -EPERM;
		if ((request[i].ptr & 3) != MMU_MACHPHYS_UPDATE || mfn >= FAKE_FRAMES ||
		    fake_frames[mfn].owner != OF_US)
			return -EINVAL;
		machine_to_phys_mapping[mfn] = request[i].val;
	}
	return 0;
}

/* ---- page tables ---- */

unsigned long phys_base = 0x200000;
u64 fake_alias_from, fake_alias_to;

/* No entry, an entry that maps nothing, or one that maps the page */
pte_t *lookup_address(unsigned long address, unsigned int *level)
{
	static pte_t found;
	u64 pfn = (address - __START_KERNEL_map + phys_base) >> PAGE_SHIFT;

	if (address - __START_KERNEL_map >= KERNEL_IMAGE_SIZE)
		fake_violation("address outside the kernel image's range", address);
	*level = 1;
	if (pfn >> 9 < fake_alias_from >> 9 || pfn >> 9 > fake_alias_to >> 9)
		return NULL;
	found.pte = pfn >= fake_alias_from && pfn < fake_alias_to
			    ? xen_p2m_addr[pfn] << PAGE_SHIFT | PAGE_KERNEL
			    : 0;
	return &found;
}

static int update_vmap(u64 page, unsigned long pte)
{
	enum frame_owner owner = fake_frames[pte >> PAGE_SHIFT].owner;

	if (page >= vmap_pages || (owner != OF_US && owner != OF_DEVICE))
		return -EPERM;
	if (owner == OF_DEVICE && (pte & 0xfff) != PAGE_KERNEL_IO_NOCACHE)
		fake_violation("device memory mapped as if it were memory, frame",
			       pte >> PAGE_SHIFT);
	fake_vmap_pte[page] = pte;
	return 0;
}

static void flush(void)
{
	u64 i;

	counts.flushes++;
	for (i = 0; i < FAKE_PAGES; i++)
		fake_pages[i].stale = false;
}

static int update_va(unsigned long va, unsigned long pte, unsigned long flags)
{
	u64 pfn = (va - DIRECT_MAP) >> PAGE_SHIFT, mfn = pte >> PAGE_SHIFT;

	if (mfn >= FAKE_FRAMES)
		return -EINVAL;
	if (va >= VMAP_AREA)
		return flags == (UVMF_INVLPG | UVMF_ALL)
			       ? update_vmap((va - VMAP_AREA) >> PAGE_SHIFT, pte)
			       : -EINVAL;
	if (pfn >= FAKE_PAGES || (pte && fake_frames[mfn].owner != OF_US))
		return -EINVAL;
	fake_pages[pfn].stale |= fake_pte[pfn] != pte;
	fake_set_pte(pfn, pte);
	if (flags == (UVMF_TLB_FLUSH | UVMF_ALL))
		flush();
	else if (flags)
		return -EINVAL;
	return 0;
}

int HYPERVISOR_update_va_mapping(unsigned long va, pte_t pte, unsigned long flags)
{
	return fake_fails(&faults.update_va_at) ? -EINVAL : update_va(va, pte.pte, flags);
}

int HYPERVISOR_multicall(void *calls, u32 n)
{
	struct multicall_entry *call = calls;
	bool spoilt = fake_fails(&faults.multicall_entry);
	u32 i;

	counts.multicalls++;
	if (fake_fails(&faults.multicall_at))
		return -EFAULT;
	for (i = 0; i < n; i++) {
		if (call[i].op != __HYPERVISOR_update_va_mapping)
			call[i].result = -ENOSYS;
		else if (spoilt && i == 1)
			call[i].result = -EINVAL;
		else
			call[i].result =
				update_va(call[i].args[0], call[i].args[1], call[i].args[2]);
	}
	return 0;
}

void *vmap(struct page **pages, unsigned int n, unsigned long flags, pgprot_t prot)
{
	unsigned int i;

	if (fake_fails(&faults.vmap_at) || !n || n > VMAP_PAGES)
		return NULL;
	if (vmap_pages || flags != VM_MAP)
		fake_violation("a second vmap() range", n);
	for (i = 0; i < n; i++)
		fake_vmap_pte[i] = xen_p2m_addr[page_to_pfn(pages[i])] << PAGE_SHIFT | prot;
	vmap_pages = n;
	return (void *)VMAP_AREA;
}

/* Linux looks for the page of each entry by the M2P: none may name a device's frame. */
void vunmap(const void *area)
{
	u32 i;

	if ((unsigned long)area != VMAP_AREA || !vmap_pages)
		fake_violation("vunmap() of another range", (unsigned long)area);
	for (i = 0; i < vmap_pages; i++)
		if (fake_frames[fake_vmap_pte[i] >> PAGE_SHIFT].owner != OF_US ||
		    (fake_vmap_pte[i] & 0xfff) != PAGE_KERNEL)
			fake_violation("vunmap() sees device memory, page", i);
	vmap_pages = 0;
}

/* ---- exchange ---- */

/* Below the width, as Xen gives it */
static u64 find_extent(unsigned int order, unsigned int bits)
{
	u64 limit = fake_xen_top;

	if (bits && bits < 52)
		limit = min_t(u64, limit, 1ULL << (bits - PAGE_SHIFT));
	return fake_heap_find(order, limit);
}

/* Xen takes only a frame of the domain's that nothing maps, and whose page says so. */
static bool may_take(u64 mfn)
{
	u64 pfn;

	if (mfn >= FAKE_FRAMES || fake_frames[mfn].owner != OF_US || fake_frames[mfn].mapped)
		return false;
	pfn = machine_to_phys_mapping[mfn];
	if (pfn >= fake_alias_from && pfn < fake_alias_to)
		return false;
	if (xen_p2m_addr[machine_to_phys_mapping[mfn]] != INVALID_P2M_ENTRY)
		fake_violation("exchange of a frame that the P2M still names:", mfn);
	return true;
}

static void give(u64 mfn, u64 pfn)
{
	fake_frames[mfn] = (struct frame){ .owner = OF_US };
	machine_to_phys_mapping[mfn] = pfn;
}

/* Chooses @n extents, or none.  They belong to nobody until they are given. */
static bool choose(u64 *chosen, u64 n, unsigned int order, unsigned int bits)
{
	u64 i, k;

	for (i = 0; i < n; i++) {
		chosen[i] = find_extent(order, bits);
		if (chosen[i] == ~0ULL) {
			while (i--)
				fake_give_to_xen(chosen[i], 1ULL << order);
			return false;
		}
		for (k = 0; k < 1ULL << order; k++)
			fake_set_owner(chosen[i] + k, OF_NOBODY);
	}
	return true;
}

/* One chunk: as many extents on either side as the larger order needs; the new ones first. */
static int exchange_chunk(struct xen_memory_exchange *x, u64 chunk, unsigned int order)
{
	const struct xen_memory_reservation *in = &x->in, *out = &x->out;
	u64 ins = 1ULL << (order - in->extent_order), outs = 1ULL << (order - out->extent_order);
	u64 in_pages = 1ULL << in->extent_order, out_pages = 1ULL << out->extent_order, i, k;
	u64 chosen[1 << MAX_PAGE_ORDER];

	for (i = 0; i < ins; i++)
		for (k = 0; k < in_pages; k++)
			if (!may_take(in->extent_start[chunk * ins + i] + k))
				return -EINVAL;
	if (!choose(chosen, outs, out->extent_order, out->address_bits))
		return -ENOMEM;
	for (i = 0; i < ins; i++)
		for (k = 0; k < in_pages; k++)
			if (!fake_frames[x->in.extent_start[chunk * ins + i] + k].clear)
				fake_violation("frame that goes to Xen with its contents:",
					       x->in.extent_start[chunk * ins + i] + k);
	for (i = 0; i < ins; i++)
		fake_give_to_xen(in->extent_start[chunk * ins + i], in_pages);
	for (i = 0; i < outs; i++) {
		for (k = 0; k < out_pages; k++)
			give(chosen[i] + k, out->extent_start[chunk * outs + i] + k);
		out->extent_start[chunk * outs + i] = chosen[i];
	}
	return 0;
}

long fake_highest_frame;

static long exchange(struct xen_memory_exchange *x)
{
	unsigned int order = max_t(unsigned int, x->in.extent_order, x->out.extent_order);
	u64 pages = (u64)x->in.nr_extents << x->in.extent_order, chunk;
	int rc = 0;

	counts.exchanges++;
	if (x->in.domid != DOMID_SELF || x->out.domid != DOMID_SELF || x->nr_exchanged ||
	    pages != (u64)x->out.nr_extents << x->out.extent_order)
		fake_violation("malformed exchange, pages:", pages);
	if (faults.highest_order && order > faults.highest_order) {
		counts.forbidden++;
		return -EPERM;
	}
	for (chunk = 0; !rc && chunk < pages >> order; chunk++) {
		if (faults.extents && chunk + 1 == faults.extents)
			return faults.exchange_rc ? faults.exchange_rc : -ENOMEM;
		rc = exchange_chunk(x, chunk, order);
		if (!rc)
			x->nr_exchanged += 1ULL << (order - x->in.extent_order);
	}
	return rc;
}

long HYPERVISOR_memory_op(unsigned int op, void *argument)
{
	switch (op) {
	case XENMEM_exchange:
		return exchange(argument);
	case XENMEM_maximum_ram_page:
		return fake_highest_frame;
	default:
		fake_violation("unknown operation:", op);
		return -ENOSYS;
	}
}
