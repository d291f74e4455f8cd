/* SPDX-License-Identifier: GPL-2.0-only */
/* A program where it is tested as plain C: a function with the arguments of the one it hangs on. */
#ifndef XSW_TESTS_BPF_TRACING_H
#define XSW_TESTS_BPF_TRACING_H

#define BPF_PROG(name, ...) name(void *ctx, ##__VA_ARGS__)

#endif
