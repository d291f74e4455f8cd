// SPDX-License-Identifier: GPL-2.0-only
/* The folder of incident files. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "show/incident_files.h"

/* Files of failures, and others: how many, and the first by name, which is the oldest. */
struct share {
	int count;
	char oldest[256];
};

static bool is_failure(const char *name)
{
	return strstr(name, policy_kinds[CAUSE_FAILURE]);
}

static void look(const char *folder, struct share *failures, struct share *others)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct share *share;
	size_t n;

	memset(failures, 0, sizeof(*failures));
	memset(others, 0, sizeof(*others));
	while (dir && (entry = readdir(dir))) {
		n = strlen(entry->d_name);
		if (strncmp(entry->d_name, "incident-", 9) || n < 13 ||
		    strcmp(entry->d_name + n - 4, ".txt"))
			continue;
		share = is_failure(entry->d_name) ? failures : others;
		if (!share->count++ || strcmp(entry->d_name, share->oldest) < 0)
			snprintf(share->oldest, sizeof(share->oldest), "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static bool delete_oldest(const char *folder, const struct share *share)
{
	char path[800];

	if (!share->count)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, share->oldest);
	return !unlink(path);
}

bool incident_files_make_room(const char *folder, enum cause_kind kind, int most)
{
	int kept = (most + 1) / 2;
	struct share failures, others;
	bool done;

	for (;;) {
		look(folder, &failures, &others);
		if (failures.count + others.count < most)
			return true;
		if (others.count > most - kept)
			done = delete_oldest(folder, &others);
		else if (failures.count > kept)
			done = delete_oldest(folder, &failures);
		else
			done = delete_oldest(folder, kind == CAUSE_FAILURE ? &failures : &others);
		if (!done)
			return false;
	}
}

void incident_files_name(const char *folder, enum cause_kind kind, char *path, size_t size)
{
	time_t now = time(NULL);
	char stamp[32];
	int n = 1;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime(&now));
	do
		snprintf(path, size, "%s/incident-%s-%d-%d-%s.txt", folder, stamp, (int)getpid(),
			 n++, policy_kinds[kind]);
	while (n < 100 && !access(path, F_OK));
}
