/* SPDX-License-Identifier: GPL-2.0-only */
/* Where functions of the kernel lie, and how long they are. */
#ifndef XB_CODE_BPF_H
#define XB_CODE_BPF_H

#include "bpf/kernel.bpf.h"

/* As the kernel shows it, "name+0x0/0xd5", its size is the last number. */
#define FIND_CODE(code, name)                                                                  \
	do {                                                                                   \
		(code)->at = symbol_address(name);                                             \
		if ((code)->at)                                                                \
			BPF_SNPRINTF((code)->shown, sizeof((code)->shown), "%pS", (code)->at); \
	} while (0)

#endif /* XB_CODE_BPF_H */
