/* SPDX-License-Identifier: MIT */
/*
** FLOWLOGS_ROOT: when that environment variable names a folder, no path outside of it is listed, opened or said to
** exist, symbolic links and ".." resolved.
**
** The guard is against SQL that names paths it shouldn't, not against someone who changes the file system while a
** query runs: what is checked is the resolved path, and what is then opened is that path.  Any thread.
*/
#ifndef FILE_ROOT_GUARD_H
#define FILE_ROOT_GUARD_H

#include <limits.h>
#include <stddef.h>

#include "base/err.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

struct root_guard {
  char root[PATH_MAX]; /* resolved, without a final '/'; "" when nothing is confined */
};

/* Takes the root from its text (NULL or "" for none).  ERR_ARGUMENT when it is no folder. */
enum err_code root_guard_init(struct root_guard *c, const char *root, struct err *e);

/*
** Sets *use to what may be opened in the place of path: path itself when nothing is confined, or its resolved form in
** buffer.  ERR_ARGUMENT when it lies outside the root.  A path that doesn't exist lies where its deepest existing
** folder lies, and is returned as it is for the caller's open() to fail on.
*/
enum err_code root_guard_path(const struct root_guard *c, const char *path, char buffer[PATH_MAX], const char **use,
                              struct err *e);

#endif
