// SPDX-License-Identifier: GPL-2.0-only
/* Does a number of live mappings keep growing? */
#include "engine/growth.h"

void growth_look(struct growth *g, long long live, long long balance)
{
	if (!g->seen || live < g->least)
		g->least = live;
	if (!g->seen || balance < g->balance)
		g->balance = balance;
	g->seen = true;
}

void growth_close(struct growth *g)
{
	bool grew = g->least > g->least_before && g->balance > g->balance_before;
	bool shrank = g->least < g->least_before || g->balance < g->balance_before;

	if (grew)
		g->grown++;
	else if (shrank || g->still)
		g->grown = 0;
	g->still = !grew && !shrank;
	g->least_before = g->least;
	g->balance_before = g->balance;
	g->seen = false;
}

bool growth_leaks(const struct growth *g)
{
	return g->grown >= GROWTH_WINDOWS;
}
