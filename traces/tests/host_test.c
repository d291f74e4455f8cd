// SPDX-License-Identifier: GPL-2.0-only
/* What is said of machines where not all can be seen. */
#include "engine/host.h"
#include "ok.h"
#include "say_counted.h"

int main(void)
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
	return done_testing();
}
