/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The figures of a round: one list of what results/SCHEMA.md names and what follows from it.
 *
 * X(SYMBOL, key, label, unit, scale, better): the value times @scale is in @unit; @better
 * is 1 when more is better, -1 when less is, 0 when it is not compared. What is compared is time,
 * or made of it, and bound by the rules for time on an emulated machine.
 */
#ifndef XSW_FIGURE_H
#define XSW_FIGURE_H

#define XSW_FIGURES(X)                                                            \
	X(XSW_IOPS, "iops", "throughput", "IOPS", 1, 1)                           \
	X(XSW_BANDWIDTH, "bandwidth_bytes_s", "throughput", "MB/s", 1e-6, 1)      \
	X(XSW_P50, "lat_p50_ns", "latency p50", "us", 1e-3, -1)                   \
	X(XSW_P99, "lat_p99_ns", "latency p99", "us", 1e-3, -1)                   \
	X(XSW_P999, "lat_p999_ns", "latency p99.9", "us", 1e-3, -1)               \
	X(XSW_IO_BYTES, "io_bytes", "data moved", "MB", 1e-6, 0)                  \
	X(XSW_IOS, "ios", "operations", "", 1, 0)                                 \
	X(XSW_RUNTIME, "runtime_s", "run time", "s", 1, 0)                        \
	X(XSW_CPU_USER, "cpu_user_s", "CPU time, user", "s", 1, 0)                \
	X(XSW_CPU_SYS, "cpu_sys_s", "CPU time, kernel", "s", 1, 0)                \
	X(XSW_VCPU, "vcpu_s", "vCPU time by Xen", "s", 1, 0)                      \
	X(XSW_WINDOW_BYTES, "window_bytes", "moved in the window", "MB", 1e-6, 0) \
	X(XSW_RETRANSMITS, "retransmits", "retransmits", "", 1, 0)                \
	X(XSW_LOST, "lost_packets", "lost packets", "", 1, 0)                     \
	X(XSW_CPU_PER_GB, "cpu_s_per_gb", "CPU time per GB", "s/GB", 1, -1)       \
	X(XSW_VCPU_PER_GB, "vcpu_s_per_gb", "vCPU time per GB", "s/GB", 1, -1)

#define XSW_FIGURE_MEMBER(sym, key, label, unit, scale, better) sym,
enum xsw_figure { XSW_FIGURES(XSW_FIGURE_MEMBER) XSW_NR_FIGURES };

struct xsw_figure_info {
	const char *key, *label, *unit;
	double scale;
	int better;
};

extern const struct xsw_figure_info xsw_figures[XSW_NR_FIGURES];

#endif /* XSW_FIGURE_H */
