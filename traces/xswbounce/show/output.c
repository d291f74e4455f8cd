// SPDX-License-Identifier: GPL-2.0-only
/* Files written as root. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show/output.h"

/* The folder may be reached through links, but is none itself. */
static int open_folder(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];

	*name = slash ? slash + 1 : path;
	if (!slash)
		return open(".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) ?: 1, path) >=
	    (int)sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(folder, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
}

/* What stands there under that name may be replaced only if it is a file. */
static bool may_replace(const struct output *o)
{
	struct stat st;

	if (fstatat(o->folder, o->name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT;
	errno = S_ISLNK(st.st_mode) ? ELOOP : EINVAL;
	return S_ISREG(st.st_mode);
}

static int create(struct output *o, mode_t mode)
{
	unsigned long long random;
	int fd;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		return -1;
	snprintf(o->temporary, sizeof(o->temporary), ".%.240s.%016llx", o->name, random);
	fd = openat(o->folder, o->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd >= 0 && fchmod(fd, mode)) {
		close(fd);
		unlinkat(o->folder, o->temporary, 0);
		return -1;
	}
	return fd;
}

bool output_begin(struct output *o, const char *path, mode_t mode)
{
	const char *name;
	int fd, err;

	memset(o, 0, sizeof(*o));
	o->folder = open_folder(path, &name);
	if (o->folder < 0)
		return false;
	if (!*name || strlen(name) >= sizeof(o->name) - 20) {
		close(o->folder);
		errno = *name ? ENAMETOOLONG : EISDIR;
		return false;
	}
	strcpy(o->name, name);
	fd = may_replace(o) ? create(o, mode) : -1;
	o->f = fd < 0 ? NULL : fdopen(fd, "w+");
	if (!o->f) {
		err = errno;
		close(o->folder);
		errno = err;
	}
	return o->f;
}

bool output_finish(struct output *o)
{
	int err = ferror(o->f) ? EIO : 0;

	errno = 0;
	if (fclose(o->f))
		err = errno;
	else if (err)
		err = errno ?: err;
	if (!err && renameat(o->folder, o->temporary, o->folder, o->name))
		err = errno;
	if (err)
		unlinkat(o->folder, o->temporary, 0);
	close(o->folder);
	errno = err;
	return !err;
}

/* A pipe that somebody planted would carry all of it to him. /dev/null keeps nothing. */
static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	if (S_ISCHR(st.st_mode))
		return fcntl(fd, F_SETFL, 0);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink > 1) {
		errno = EPERM;
		return -1;
	}
	return fchmod(fd, 0600) || ftruncate(fd, 0) ? -1 : 0;
}

FILE *output_open(const char *path)
{
	/* not to wait for one who reads from a pipe */
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return NULL;
	if (check_file(fd)) {
		err = errno;
		close(fd);
		errno = err;
		return NULL;
	}
	return fdopen(fd, "w");
}

static const char *take_folder(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return strerror(errno);
	if (st.st_uid != geteuid())
		return "it belongs to another user";
	if (st.st_mode & 022)
		return "others may write to it: chmod go-w it";
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return NULL;
	return errno == EWOULDBLOCK ? "another one that runs keeps its files there"
				    : strerror(errno);
}

const char *output_folder(const char *path)
{
	const char *wrong;
	int fd;

	if (mkdir(path, 0700) && errno != EEXIST)
		return strerror(errno);
	fd = open(path, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? "it is no folder, or a link to one"
							  : strerror(errno);
	wrong = take_folder(fd);
	if (wrong)
		close(fd);
	return wrong;
}
