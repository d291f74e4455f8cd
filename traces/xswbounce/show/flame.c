// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flame graph as SVG: a tree of frames, each as wide as its share of the weight.
 *
 * The root lies at the bottom. A frame narrower than a pixel is left out; its share stays visible
 * as the gap above its caller. Each box has a tooltip with the full name, weight and share.
 */
#include <stdlib.h>
#include <string.h>

#include "show/flame.h"
#include "say.h"

#define WIDTH  1200.0
#define HEIGHT 17
#define MARGIN 10
#define TOP    40
#define CHAR   6.8 /* width of a letter in this size of type */

struct node {
	char *name;
	u64 weight;
	struct node *child, *next;
};

static struct node root = { .name = "all" };

static struct node *child_of(struct node *parent, const char *name)
{
	struct node *n;

	for (n = parent->child; n; n = n->next)
		if (!strcmp(n->name, name))
			return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		die("out of memory");
	n->name = strdup(name);
	n->next = parent->child;
	parent->child = n;
	return n;
}

void flame_add(const char *const *frames, int n, u64 weight)
{
	struct node *at = &root;
	int i;

	at->weight += weight;
	for (i = 0; i < n; i++) {
		at = child_of(at, frames[i]);
		at->weight += weight;
	}
}

static int depth_of(const struct node *n)
{
	const struct node *c;
	int depth = 0, d;

	for (c = n->child; c; c = c->next) {
		d = depth_of(c);
		depth = d > depth ? d : depth;
	}
	return depth + 1;
}

static void put_escaped(FILE *f, const char *text, int most)
{
	for (; *text && most--; text++) {
		if (*text == '<')
			fputs("&lt;", f);
		else if (*text == '>')
			fputs("&gt;", f);
		else if (*text == '&')
			fputs("&amp;", f);
		else
			fputc(*text, f);
	}
}

/* Warm colours, the same for the same function in every picture. */
static void put_colour(FILE *f, const char *name)
{
	unsigned int hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	fprintf(f, "rgb(%u,%u,%u)", 205 + hash % 50, 90 + (hash >> 8) % 120,
		30 + (hash >> 16) % 50);
}

static void draw(FILE *f, const struct node *n, double x, double width, int y, const char *unit)
{
	int letters = (width - 6) / CHAR;
	const struct node *c;

	if (width < 1)
		return;
	fprintf(f, "<g><title>");
	put_escaped(f, n->name, -1);
	fprintf(f,
		": %llu %s, %.2f %%</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
		"height=\"%d\" rx=\"2\" fill=\"",
		n->weight, unit, 100.0 * n->weight / root.weight, x, y, width - 0.5, HEIGHT - 1);
	put_colour(f, n->name);
	fputs("\"/>", f);
	if (letters >= 3) {
		fprintf(f, "<text x=\"%.1f\" y=\"%d\">", x + 3, y + 12);
		put_escaped(f, n->name, letters);
		fputs("</text>", f);
	}
	fputs("</g>\n", f);
	for (c = n->child; c; c = c->next) {
		double w = (WIDTH - 2 * MARGIN) * c->weight / root.weight;

		draw(f, c, x, w, y - HEIGHT, unit);
		x += w;
	}
}

void flame_draw(FILE *f, const char *title, const char *unit)
{
	int height = TOP + depth_of(&root) * HEIGHT + 2 * MARGIN;

	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %d\" width=\"%.0f\" "
		"height=\"%d\" font-family=\"monospace\" font-size=\"11\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fffdf5\"/>\n"
		"<text x=\"%.0f\" y=\"24\" font-size=\"15\" text-anchor=\"middle\">",
		WIDTH, height, WIDTH, height, WIDTH / 2);
	put_escaped(f, title, -1);
	fputs("</text>\n", f);
	if (root.weight)
		draw(f, &root, MARGIN, WIDTH - 2 * MARGIN, height - MARGIN - HEIGHT, unit);
	fputs("</svg>\n", f);
}
