/* SPDX-License-Identifier: MIT */
/*
** FLOWLOGS_ROOT: when this environment variable names a folder, no path outside of that folder is
** listed, opened or said to exist.  Symbolic links and ".." are resolved first.
**
** The guard protects against SQL that names paths that it should not name.  It does not protect
** against someone who changes the file system while a query runs: the resolved path is checked,
** and then that path is opened.  A guard is not changed after root_guard_init(), so any thread
** may use it.
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
  char root[PATH_MAX]; /* the resolved path without a final '/'; "" when nothing is confined */
};

/*
** Sets the root from its text; NULL or "" confines nothing.  Returns ERR_ARGUMENT when the text
** does not name a folder; nothing is confined then, so the caller must stop.
*/
enum err_code root_guard_init(struct root_guard *c, const char *root, struct err *e);

/*
** Sets *use to the path to open instead of `path`: this is `path` itself when nothing is
** confined, and otherwise its resolved form in buffer.  Returns ERR_ARGUMENT when the path lies
** outside of the root.  A path that does not exist lies where its deepest existing folder lies;
** *use is then `path` itself, so that the caller's open() fails.
*/
enum err_code root_guard_path(const struct root_guard *c, const char *path, char buffer[PATH_MAX], const char **use,
                              struct err *e);

#endif
