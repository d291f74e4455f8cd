/* SPDX-License-Identifier: GPL-2.0-only */
/* What others have to say, for a tool that must not wait for them: bounded in time and length. */
#ifndef XB_BOUNDED_H
#define XB_BOUNDED_H

#include <stdbool.h>
#include <stdio.h>

/**
 * bounded_command() - copy what a program prints
 * @seconds: then it is killed, and not waited for
 * @meanwhile: called some times a second; or NULL
 * Return: NULL, or why that is not all, in words.
 */
const char *bounded_command(FILE *to, char *const argv[], double seconds, void (*meanwhile)(void));

/**
 * bounded_log() - copy the last lines of the kernel's log
 * Return: false if it can't be read.
 */
bool bounded_log(FILE *to, unsigned int lines);

#endif /* XB_BOUNDED_H */
