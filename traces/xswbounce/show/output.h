/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files written as root: never through a link, never into another user's file, never half a file
 * under its final name.
 */
#ifndef XB_OUTPUT_H
#define XB_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* A file that takes its name only when it is whole. */
struct output {
	FILE *f;
	int folder;
	char name[256];
	char temporary[272];
};

/**
 * output_begin() - a new file under a name that nobody can guess, in the folder of @path
 * Return: false if it can't be made, or if a link, a device or a folder has its name: see errno.
 */
bool output_begin(struct output *o, const char *path, mode_t mode);

/**
 * output_finish() - give it its name, in the place of an older file
 * Return: false if it is not whole; then it is gone: see errno.
 */
bool output_finish(struct output *o);

/**
 * output_open() - a file that is written bit by bit: only its owner can read it
 * Return: NULL if @path is a link, a pipe, a disk, or a file of another user or with other names:
 * see errno.
 */
FILE *output_open(const char *path);

/**
 * output_folder() - make a folder that nobody else can write to, or find that it is one, and take
 * it for as long as this process runs Return: NULL, or what is wrong with it, in words.
 */
const char *output_folder(const char *path);

#endif /* XB_OUTPUT_H */
