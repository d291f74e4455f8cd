# SPDX-License-Identifier: GPL-2.0-only
# How programs that link the engine in user space are built; included by the Makefiles beside it.
# The includer sets NAME (folder under build/tests), PROGRAMS (x.t: from test_x.c or x.c) and SHARED;
# if it is not the engine over the model: BENEATH (folders of impl to compile) and PLATFORM.
#   make CC=clang SAN=address,undefined   builds into a folder of its own
TOP := $(abspath ../../..)
comma := ,
OUT := $(TOP)/build/tests/$(NAME)$(if $(SAN),-$(subst $(comma),-,$(SAN)))
CFLAGS ?= -O2 -g
PLATFORM ?= $(TOP)/impl/model
BENEATH ?= core model
ALL_CFLAGS := -std=gnu11 -Wall -Wextra -Werror -I$(TOP)/impl/core -I$(PLATFORM) $(INCLUDES) \
	$(CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
ENGINE := $(patsubst $(TOP)/impl/%.c,$(OUT)/%.o,$(wildcard $(BENEATH:%=$(TOP)/impl/%/*.c)))
OBJECTS = $(patsubst %.c,$(OUT)/%.o,$(notdir $(SHARED)))

all: $(addprefix $(OUT)/,$(PROGRAMS))

$(OUT)/%.o: $(TOP)/impl/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

clean:
	rm -rf $(OUT)

.PHONY: all check clean
.SECONDARY:
-include $(wildcard $(OUT)/*.d $(OUT)/*/*.d)
