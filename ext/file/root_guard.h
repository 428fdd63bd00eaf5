/* SPDX-License-Identifier: MIT */
/*
** FLOWLOGS_ROOT: when this environment variable names a folder, no path outside of that folder is
** listed, opened or said to exist.  Symbolic links and ".." are resolved first.
**
** The guard also holds when somebody exchanges folders and links while a query runs.  A path is
** resolved first, and what is opened or examined is reached from the root component by component,
** without following a link, since a resolved path has none.  A file or folder may be moved out of
** the root at any time; it was in the root when it was reached, or, where it was reached from a folder
** that is open, that folder was when it was opened.
**
** An empty value is an error, because whoever sets the variable wants to confine something.  A guard
** is not changed after root_guard_init(), so any thread may use it.
*/
#ifndef FILE_ROOT_GUARD_H
#define FILE_ROOT_GUARD_H

#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

struct root_guard {
  char root[PATH_MAX]; /* the resolved path without a final '/'; "" when nothing is confined */
};

/*
** Sets the root from its text; NULL and "/" confine nothing.  Returns ERR_ARGUMENT when the text
** does not name a folder; nothing is confined then, so the caller must stop.
*/
enum err_code root_guard_init(struct root_guard *c, const char *root, struct err *e);

/*
** open() with these flags and O_CLOEXEC, opendir(), and stat(), for a path that is confined.  Where
** nothing is confined, they are these functions themselves, repeated after EINTR.  They fail as
** these do, and with errno EACCES for a path that lies outside of the root, or has come to lie there.
*/
int root_guard_open(const struct root_guard *c, const char *path, int flags);
DIR *root_guard_opendir(const struct root_guard *c, const char *path);
int root_guard_stat(const struct root_guard *c, const char *path, struct stat *st);

/*
** stat() of a name in a folder that root_guard_opendir() has opened, which was in the root then.  The
** name is one that the folder lists.  Returns what stat() returns, and ROOT_GUARD_LINK where paths are
** confined and the name is a link: where it leads is to be asked with its path.
*/
int root_guard_stat_in(const struct root_guard *c, int folder, const char *name, struct stat *st);
#define ROOT_GUARD_LINK 1

/*
** Sets *use to the path to open instead of `path`: this is `path` itself when nothing is
** confined, and otherwise its resolved form in buffer.  Returns ERR_ARGUMENT when the path lies
** outside of the root, and ERR_EXHAUSTED when there is no memory to find out.  A path that does not
** exist lies where its deepest existing folder lies; *use is then `path` itself, so that the
** caller's open() fails.
*/
enum err_code root_guard_path(const struct root_guard *c, const char *path, char buffer[PATH_MAX], const char **use,
                              struct err *e);

#endif
