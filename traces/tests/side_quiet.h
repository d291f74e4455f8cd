/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What module_side.c calls of libbpf and start.c, whatever its programs are, for a test of it: they
 * have no maps, and are attached without a kernel.
 */
#ifndef XSW_TESTS_SIDE_QUIET_H
#define XSW_TESTS_SIDE_QUIET_H

#include <bpf/libbpf.h>

#include "engine/start.h"

void start_trim(void)
{
}

struct bpf_map *bpf_object__next_map(const struct bpf_object *object, const struct bpf_map *map)
{
	(void)object;
	(void)map;
	return NULL;
}

const char *bpf_map__name(const struct bpf_map *map)
{
	(void)map;
	return "";
}

int bpf_map__reuse_fd(struct bpf_map *map, int fd)
{
	(void)map;
	return fd;
}

int bpf_object__find_map_fd_by_name(const struct bpf_object *object, const char *name)
{
	(void)object;
	return !name;
}

int bpf_program__set_autoload(struct bpf_program *program, bool on)
{
	(void)program;
	return on;
}

int bpf_object__attach_skeleton(struct bpf_object_skeleton *skeleton)
{
	return !skeleton;
}

void bpf_object__detach_skeleton(struct bpf_object_skeleton *skeleton)
{
	(void)skeleton;
}

#endif
