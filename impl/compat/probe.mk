# SPDX-License-Identifier: GPL-2.0-only
# Looks in the kernel's headers for what differs between kernels: -DXSW_HAVE_... for impl/compat.

xsw-have = $(if $(shell grep -sE $(2) $(srctree)/include/linux/$(1)),-DXSW_HAVE_$(3))

ccflags-y += $(call xsw-have,dma-map-ops.h,'\(\*map_phys\)',MAP_PHYS) \
	$(call xsw-have,dma-map-ops.h,'\(\*map_resource\)',MAP_RESOURCE) \
	$(call xsw-have,dma-map-ops.h,'\(\*alloc_pages_op\)',ALLOC_PAGES_OP) \
	$(call xsw-have,device.h,'dma_skip_sync:1',SKIP_SYNC) \
	$(call xsw-have,device.h,'dev_(clear|assign)_dma_skip_sync|DEV_FLAG_DMA_SKIP_SYNC',SKIP_SYNC_ACCESSOR) \
	$(call xsw-have,mmzone.h,'define MAX_PAGE_ORDER',MAX_PAGE_ORDER) \
	$(call xsw-have,gfp.h,'ACR_FLAGS_NONE',ACR_FLAGS) \
	$(call xsw-have,sysfs.h,'[*]read[^_].*const struct bin_attribute',CONST_BIN_ATTRIBUTE)
