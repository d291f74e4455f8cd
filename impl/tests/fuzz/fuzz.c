// SPDX-License-Identifier: GPL-2.0-only
/*
 * A libFuzzer target: the input's bytes choose the operations of the property test's subject.
 */
#include "subject.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct subject s;
	struct source from = { .bytes = data, .left = size };

	subject_start(&s, &from);
	while (!source_dry(&from) && s.ops < 2000)
		subject_operate(&s);
	subject_stop(&s);
	return 0;
}
