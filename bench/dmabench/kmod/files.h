/* SPDX-License-Identifier: GPL-2.0-only */
/* The debugfs files of dmabench: the whole of its interface. */
#ifndef DMABENCH_FILES_H
#define DMABENCH_FILES_H

struct bench;

/* The folder and the file that exist while the module is loaded. */
void files_init(void);
void files_exit(void);

/* The files of one bound device. */
void files_add(struct bench *bench);
void files_remove(struct bench *bench);

#endif
