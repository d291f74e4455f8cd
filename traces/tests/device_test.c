// SPDX-License-Identifier: GPL-2.0-only
/* Keys and names of devices and programs, which anybody may choose. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/device.h"
#include "engine/host.h"
#include "show/text.h"
#include "ok.h"

/* What device.c calls of the others. */
u64 host_number(const char *path)
{
	(void)path;
	return 32;
}

static const struct xb_device *stored; /* what the map holds, whatever is asked for */

int bpf_map__lookup_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value,
			 size_t value_size, __u64 flags)
{
	(void)map;
	(void)key;
	(void)key_size;
	(void)flags;
	if (!stored)
		return -ENOENT;
	memcpy(value, stored, value_size);
	return 0;
}

int bpf_map__get_next_key(const struct bpf_map *map, const void *key, void *next, size_t key_size)
{
	(void)map;
	(void)key;
	(void)next;
	(void)key_size;
	return -ENOENT;
}

static bool keeps_its_name(const char *name)
{
	u64 key = device_of_module(name);
	struct xb_device d;

	return device_is_module(key) && device_describe(NULL, key, &d) && !strcmp(d.name, name);
}

static void test_keys(void)
{
	ok(keeps_its_name("0000:03:00.1"), "a device of the module's: its name from its key");
	ok(keeps_its_name("10000:e1:00.0"), "in a PCI domain above 65,535, as VMD has, too");
	ok(device_of_module("10000:01:00.0") != device_of_module("0000:01:00.0"),
	   "and it is not taken for the one of domain 0");
	ok(!device_is_module(0xffff888104a2d0c8ULL),
	   "a device of stock's is known by its address in the kernel: not the module's");
	ok(!device_is_module(0), "nor is none");
}

static bool is_gone(u64 key, const char *name)
{
	struct xb_device d = { .seen.folder = 1 };

	snprintf(d.name, sizeof(d.name), "%s", name);
	return device_is_gone(key, &d);
}

/* By a device that every machine has. */
static void test_gone(void)
{
	static const char path[] = "/sys/bus/cpu/devices/cpu0", none[] = "0000:ff:1f.7";
	struct xb_device no_folder = { .name = "0000:ff:1f.7" };
	struct stat st;
	double next = 0;

	if (stat(path, &st))
		st.st_ino = 0;
	ok(st.st_ino, "cpu0 has its folder in sysfs");
	ok(!is_gone(XB_STOCK_DEVICE | st.st_ino, "cpu0"), "one that is there is not gone");
	ok(is_gone(XB_STOCK_DEVICE | (st.st_ino + 1), "cpu0"),
	   "of another one of its name it is said");
	ok(is_gone(XB_STOCK_DEVICE | st.st_ino, none), "and of one that has no folder");
	ok(is_gone(device_of_module(none), none), "of the module's, too");
	ok(!is_gone(XB_MODULE_DEVICE, "cpu0"), "which are known by their names alone");
	ok(!is_gone(XB_STOCK_DEVICE | 1, "a-name-of-thirty-one-characters-or-more"),
	   "one whose name is cut can't be looked for: not gone");
	ok(!is_gone(XB_STOCK_DEVICE | 1, "?") && !is_gone(XB_STOCK_DEVICE | 1, "a?b") &&
		   !is_gone(XB_STOCK_DEVICE | 1, ""),
	   "nor is one whose name is not known as it is");
	ok(!device_is_gone(XB_STOCK_DEVICE | 1, &no_folder),
	   "nor one that never had a folder, and is known by its address");
	ok(device_sweep_is_due(&next) && !device_sweep_is_due(&next) && next > 0,
	   "who asks again at once is told to wait");
}

static void test_names(void)
{
	const struct xb_device evil = { .name = "a\n\x1b[31mFORGED",
					.driver = "\x9b\x7f"
						  "d" };
	static const char comm[16] = "\x1b[31mFORGED\nline";
	static const char endless[16] = "0123456789abcdef";
	struct xb_device d;

	stored = &evil;
	ok(device_describe(NULL, 0xffff888104a2d0c8ULL, &d) && !strpbrk(d.name, "\n\x1b") &&
		   !strpbrk(d.driver, "\x9b\x7f"),
	   "a device's name and driver move no cursor");
	stored = NULL;
	ok(!device_describe(NULL, 0xffff888104a2d0c8ULL, &d) && !strcmp(d.name, "?"),
	   "one that is not known is called so");
	ok(!strpbrk(text_comm(comm), "\n\x1b") && strstr(text_comm(comm), "FORGED"),
	   "a program's name forges no line and moves no cursor");
	ok(!strcmp(text_comm(endless), "0123456789abcde"), "nor does it run into what follows");
}

int main(void)
{
	test_keys();
	test_gone();
	test_names();
	return done_testing();
}
