# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The options that a command of xswbounce refuses, as the table in main.c has them.

# "COMMAND -LETTER", a line each
refused_options()
{
	sed -n '/^static const struct command commands/,/^};/p' traces/xswbounce/main.c | tr -d '\n\t' |
		sed 's/},/}\n/g' | sed -nE 's/.*\{ ?"([a-z]+)".*, *"([djTv]+)" ?\}.*/\1 \2/p' |
		awk '{ for (i = 1; i <= length($2); i++) print $1, "-" substr($2, i, 1) }' | sort
}
