/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes what gnuplot draws: for each picture NAME a NAME.vars (its texts and panels, gnuplot
 * assignments) and .dat files, one a panel; and pictures.tsv, a line a picture.
 *
 * A .dat line is 'KIND SERIES X Y [LOW HIGH] [# SOURCE]': KIND 'round' is a dot, the rest is what
 * the picture makes of the rounds.  SOURCE is the raw file the line came from.
 *
 * Emulated environments each get pictures of their own, so that no picture sets the times of a
 * Xen environment beside those of native; real ones share a picture.
 */
#ifndef XSW_PICTURES_H
#define XSW_PICTURES_H

#include <stdio.h>

#include "cells.h"

/* Where pictures go: an existing folder, and the open list of pictures. */
struct xsw_gallery {
	const char *folder;
	FILE *list;
};

/* A line of a picture's legend: a backend, forced or not, of one environment. */
struct xsw_series {
	const struct xsw_environment *env;
	const char *backend;
	bool force;
};

/* Environments that share pictures, and what they have between them. */
struct xsw_group {
	const struct xsw_environment **envs;
	struct xsw_cells *timed; /* one an environment */
	size_t nr;
	char *name;
	bool emulated;
};

/* Write every picture of a run into @folder/. */
void xsw_pictures(const struct xsw_run *run, const char *folder);

void xsw_picture_bounced(const struct xsw_gallery *gallery, const struct xsw_run *run);
void xsw_picture_throughput(const struct xsw_gallery *gallery, const struct xsw_group *group,
			    const char *device);
void xsw_picture_latency(const struct xsw_gallery *gallery, const struct xsw_group *group,
			 const char *device);
void xsw_picture_ratio(const struct xsw_gallery *gallery, const struct xsw_environment *env);

/* Return: @folder/@name@suffix opened for writing. */
FILE *xsw_gallery_open(const struct xsw_gallery *gallery, const char *name, const char *suffix);

/* Remove a file that turned out to have nothing to show. */
void xsw_gallery_drop(const struct xsw_gallery *gallery, const char *name);

/* Close a file and make sure that all of it reached the disk. */
void xsw_gallery_close(FILE *file, const char *name);

/**
 * xsw_gallery_add() - list a picture
 * @script: the script of analysis/plots/ that draws it
 * @time: it shows time, so that on an emulated machine it must say so
 */
void xsw_gallery_add(const struct xsw_gallery *gallery, const char *name, const char *script,
		     bool time, const char *caption);

/* Put a gnuplot string assignment, and an array of strings. */
void xsw_put_text(FILE *vars, const char *variable, const char *value);
void xsw_put_texts(FILE *vars, const char *variable, char *const *values, size_t n);
void xsw_put_numbers(FILE *vars, const char *variable, const double *values, size_t n);

/* Return: a series' name in a legend, with its environment if @with_env; the caller frees it. */
char *xsw_series_name(const struct xsw_series *series, bool with_env);

/* Return: a series' colour; @nth environment of the picture. */
const char *xsw_series_color(const struct xsw_series *series, size_t nth);

/* Return: a folder- and shell-safe copy of a picture's name; the caller frees it. */
char *xsw_picture_name(const char *what, const char *group, const char *device);

#endif /* XSW_PICTURES_H */
