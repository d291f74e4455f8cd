// SPDX-License-Identifier: GPL-2.0-only
/* What is said of machines where not all can be seen. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/host.h"
#include "engine/stock_pool.h"
#include "ok.h"
#include "say_counted.h"

/* What a program reads of the kernel. */
static bool programs_allowed;
static u64 slots_there, slots_used;
static int asked;

bool stock_pool_read(u64 *slots, u64 *used)
{
	asked++;
	*slots = slots_there;
	*used = slots_used;
	return programs_allowed;
}

/* The machine's files are those in the test's folder. */
static const char *root;

static const char *there(const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return full;
}

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	return __real_access(there(path), mode);
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	return __real_fopen(there(path), mode);
}

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
	return __real_opendir(there(path));
}

static void write_file(const char *path, const char *text)
{
	char folder[512], *slash;
	FILE *f;

	snprintf(folder, sizeof(folder), "%s", there(path));
	for (slash = folder + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(folder, 0700);
	}
	f = fopen(path, "w");
	if (!f)
		exit(1);
	fputs(text, f);
	fclose(f);
}

#define DEBUGFS "/sys/kernel/debug/swiotlb/"

/* A PV domain with a PCI device; at first debugfs is not mounted. */
static void test_pool(void)
{
	struct pool pools[HOST_POOLS];
	struct host h;

	write_file("/sys/hypervisor/type", "xen\n");
	write_file("/sys/hypervisor/guest_type", "PV\n");
	write_file("/sys/bus/pci/devices/0000:03:00.0/vendor", "0x8086\n");
	host_look(&h);
	ok(h.kind == HOST_PV && h.pci && !h.pool_told && !h.no_pool,
	   "no debugfs and no programs: nobody tells of a pool");
	programs_allowed = true;
	host_look(&h);
	ok(h.pool_told && h.no_pool, "no debugfs, and a program reads that there are no slots");
	slots_there = 524288;
	slots_used = 100;
	host_look(&h);
	ok(h.pool_told && !h.no_pool && host_pools(&h, pools) == 1 && pools[0].size == 1ULL << 30 &&
		   pools[0].used == 100 << XB_SLOT_SHIFT,
	   "no debugfs, and a program reads the pool's size and use");
	asked = 0;
	write_file(DEBUGFS "io_tlb_nslabs", "32768\n");
	write_file(DEBUGFS "io_tlb_used", "7\n");
	host_look(&h);
	ok(!h.no_pool && host_pools(&h, pools) == 1 && pools[0].size == 64 << 20 &&
		   pools[0].used == 7 << XB_SLOT_SHIFT,
	   "debugfs tells its size and use");
	write_file(DEBUGFS "io_tlb_nslabs", "0\n");
	host_look(&h);
	ok(h.pool_told && h.no_pool, "or that there is none");
	ok(!asked, "where debugfs is mounted no program is loaded");
}

#define MODULE "/sys/devices/platform/xen_swiotlb/"

static void test_module(void)
{
	struct pool p;

	host_module_pool(&p);
	ok(!p.size && !p.reserve && !p.coherent, "no module has no pool");
	write_file(MODULE "pool", "segments 32\nbytes 67108864\nslots 32768\nused 3\n"
				  "high_water 5\nhigh_water_kind sampled\n"
				  "reserve_bytes 2097152\ncoherent_bytes 8388608\n"
				  "coherent_used_bytes 4096\n");
	host_module_pool(&p);
	ok(p.size == 64 << 20 && p.used == 3 << XB_SLOT_SHIFT && p.high == 5 << XB_SLOT_SHIFT,
	   "the module tells its pool");
	ok(p.reserve == 2 << 20 && p.coherent == 8 << 20, "and what it has beside that");
}

static void test_available(void)
{
	ok(host_available() == ~0ULL, "what is available is not known where no file tells it");
	write_file("/proc/meminfo",
		   "MemTotal: 4000 kB\nMemFree: 100 kB\nMemAvailable:    3000 kB\n");
	ok(host_available() == 3000 << 10, "it is what the kernel calls so, in bytes");
}

int main(int argc, char **argv)
{
	const struct host pv = { .kind = HOST_PV, .iommu = true };
	const struct host plain = { .kind = HOST_NATIVE };
	const struct host iommu = { .kind = HOST_NATIVE, .iommu = true };

	host_warn_iommu(&pv, false);
	host_warn_iommu(&plain, false);
	host_warn_iommu(&iommu, true);
	ok(warnings == 0,
	   "nothing on Xen, without an IOMMU, or where the pool itself is looked at");
	host_warn_iommu(&iommu, false);
	ok(warnings == 1, "else it is said that the IOMMU's bounces are not seen");
	host_warn_iommu(&iommu, false);
	ok(warnings == 1, "once, however many engines look");
	host_warn_growing(false);
	ok(warnings == 1, "nothing of a pool that keeps its size");
	host_warn_growing(true);
	ok(warnings == 2, "that of one that grows only the first part is looked at");
	root = argc > 1 ? argv[1] : ".";
	test_pool();
	test_module();
	test_available();
	return done_testing();
}
