// SPDX-License-Identifier: GPL-2.0-only
/* The machine that is looked at. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/host.h"
#include "engine/stock_pool.h"
#include "say.h"
#include "bpf/shared.h"

#define DEBUGFS "/sys/kernel/debug/swiotlb/"
#define MODULE  "/sys/devices/platform/xen_swiotlb/"

/* The first line of a file; empty if there is none. */
static void read_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "r");

	line[0] = '\0';
	if (!f)
		return;
	if (fgets(line, size, f))
		line[strcspn(line, "\n")] = '\0';
	fclose(f);
}

u64 host_number(const char *path)
{
	char line[32];

	read_line(path, line, sizeof(line));
	return strtoull(line, NULL, 0);
}

void host_xen_version(char *version, size_t size)
{
	char major[8], minor[8], extra[16];

	read_line("/sys/hypervisor/version/major", major, sizeof(major));
	read_line("/sys/hypervisor/version/minor", minor, sizeof(minor));
	read_line("/sys/hypervisor/version/extra", extra, sizeof(extra));
	snprintf(version, size, "%s%s%s%s", major, *major ? "." : "", minor, extra);
}

void host_command_line(char *line, size_t size)
{
	read_line("/proc/cmdline", line, size);
}

void host_clock(char *name, size_t size)
{
	read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", name, size);
}

static enum host_kind kind_of(void)
{
	char type[32];

	read_line("/sys/hypervisor/type", type, sizeof(type));
	if (strcmp(type, "xen"))
		return HOST_NATIVE;
	read_line("/sys/hypervisor/guest_type", type, sizeof(type));
	if (!strcmp(type, "HVM"))
		return HOST_HVM;
	return strcmp(type, "PVH") ? HOST_PV : HOST_PVH;
}

bool host_has_module(void)
{
	return !access(MODULE "abi", R_OK);
}

bool host_module_forces(void)
{
	return host_number(MODULE "force");
}

/* "BDF NAME=VALUE ...", a line a device; fail_full and the like are failures. */
unsigned long long host_module_failures(void)
{
	FILE *f = fopen(MODULE "counters", "r");
	unsigned long long sum = 0;
	char line[4096], *at;

	while (f && fgets(line, sizeof(line), f))
		for (at = line; (at = strstr(at, " fail_")); at++)
			sum += strtoull(at + strcspn(at, "=") + 1, NULL, 10);
	if (f)
		fclose(f);
	return sum;
}

static bool has_entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool has = false;

	while (dir && !has && (entry = readdir(dir)))
		has = *entry->d_name != '.';
	if (dir)
		closedir(dir);
	return has;
}

/* debugfs leaves the files out, or says 0, where there is no pool. Return: false if nobody tells.
 */
static bool stock_pool(struct pool *p)
{
	u64 slots = 0, used = 0;
	bool told = !access(DEBUGFS, R_OK);

	if (told) {
		slots = host_number(DEBUGFS "io_tlb_nslabs");
		used = host_number(DEBUGFS "io_tlb_used");
		p->high = host_number(DEBUGFS "io_tlb_used_hiwater") << XB_SLOT_SHIFT;
	} else {
		told = stock_pool_read(&slots, &used);
	}
	p->size = slots << XB_SLOT_SHIFT;
	p->used = used << XB_SLOT_SHIFT;
	return told;
}

void host_look(struct host *h)
{
	struct pool pool = {};
	struct utsname name;
	char line[64];

	h->kind = kind_of();
	read_line("/proc/xen/capabilities", line, sizeof(line));
	h->dom0 = strstr(line, "control_d");
	h->pool_told = stock_pool(&pool);
	h->no_pool = !host_has_module() && h->pool_told && !pool.size;
	h->pci = has_entries("/sys/bus/pci/devices");
	h->iommu = has_entries("/sys/class/iommu");
	h->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	host_clock(line, sizeof(line));
	h->clock_sticks = h->cpus > 1 && !strcmp(line, "xen");
	uname(&name);
	snprintf(h->release, sizeof(h->release), "%.63s", name.release);
}

const char *host_backend(const struct host *h)
{
	return h->kind == HOST_PV ? "swiotlb-xen" : "swiotlb";
}

const char *host_name(const struct host *h)
{
	switch (h->kind) {
	case HOST_PV:
		return h->dom0 ? "Xen PV dom0" : "Xen PV guest";
	case HOST_HVM:
		return "Xen HVM guest";
	case HOST_PVH:
		return h->dom0 ? "Xen PVH dom0" : "Xen PVH guest";
	default:
		return "no Xen";
	}
}

void host_module_pool(struct pool *p)
{
	char key[32];
	u64 value;
	FILE *f = fopen(MODULE "pool", "r");

	memset(p, 0, sizeof(*p));
	p->backend = "xen_swiotlb";
	if (!f)
		return;
	while (fscanf(f, "%31s %llu", key, &value) >= 1) {
		if (!strcmp(key, "bytes"))
			p->size = value;
		else if (!strcmp(key, "used"))
			p->used = value << XB_SLOT_SHIFT;
		else if (!strcmp(key, "largest_free"))
			p->largest = value << XB_SLOT_SHIFT;
		else if (!strcmp(key, "high_water"))
			p->high = value << XB_SLOT_SHIFT;
		else if (!strcmp(key, "reserve_bytes"))
			p->reserve = value;
		else if (!strcmp(key, "coherent_bytes"))
			p->coherent = value;
	}
	fclose(f);
}

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	memset(pools, 0, sizeof(*pools) * HOST_POOLS);
	pools[0].backend = host_backend(h);
	stock_pool(&pools[0]);
	if (!host_has_module())
		return 1;
	host_module_pool(&pools[1]);
	return 2;
}

/* What lies below 4 GiB is in these two zones: "Node 0, zone    DMA32", "  pages free     123". */
u64 host_low_free(void)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	char line[128], zone[16] = "";
	u64 free = 0, pages;
	bool found = false;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %*d, zone %15s", zone) == 1 || strncmp(zone, "DMA", 3))
			continue;
		if (sscanf(line, " pages free %llu", &pages) == 1) {
			free += pages * sysconf(_SC_PAGESIZE);
			found = true;
		}
	}
	if (f)
		fclose(f);
	return found ? free : ~0ULL;
}

u64 host_available(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	u64 available = ~0ULL, kib;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu", &kib) == 1)
			available = kib << 10;
	if (f)
		fclose(f);
	return available;
}

void host_warn_iommu(const struct host *h, bool pool_map)
{
	static bool said;

	if (said || !h->iommu || h->kind == HOST_PV || pool_map)
		return;
	said = true;
	warn("not seen: what the IOMMU's code bounces, as for devices that are not trusted; "
	     "no program can hang there on this kernel (%s)",
	     h->release);
}

void host_warn_growing(bool grows)
{
	if (grows)
		warn("the stock pool can grow (CONFIG_SWIOTLB_DYNAMIC): looked at is the part that "
		     "it had at boot");
}

void host_needs_root(void)
{
	if (geteuid())
		die("must be root to load BPF programs: run it with sudo");
}
