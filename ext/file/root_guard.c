/* SPDX-License-Identifier: MIT */
/*
** A path is confined by its resolved form, because text alone does not tell where a path with
** links and ".." leads.  realpath() resolves only what exists.  For a path that does not exist,
** components are removed from its end until realpath() succeeds; the folder that is found this
** way decides whether the path lies below the root:
**
**     root/in/a/b     ENOENT
**     root/in/a       ENOENT
**     root/in         exists, and lies below the root: the caller's open() will fail
**
** A link that leads to nothing ends this search, since otherwise the answer would tell whether
** its target outside of the root exists.
*/
#include "file/root_guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum err_code root_guard_init(struct root_guard *c, const char *root, struct err *e) {
  struct stat st;
  c->root[0] = 0;
  if (!root || !*root) return ERR_NONE;
  if (!realpath(root, c->root) || stat(c->root, &st) || !S_ISDIR(st.st_mode)) {
    c->root[0] = 0;
    return err_set(e, ERR_ARGUMENT, 0, "FLOWLOGS_ROOT is '%s', which is no folder", root);
  }
  if (!strcmp(c->root, "/")) c->root[0] = 0; /* everything lies below /, so nothing is confined */
  return ERR_NONE;
}

/* Is the resolved path the root itself, or something below it? */
static int is_below(const char *root, const char *path) {
  size_t n = strlen(root);
  return !strncmp(root, path, n) && (path[n] == 0 || path[n] == '/');
}

/*
** Removes the slashes at the end of a path, but not the first character.  Returns the new length.
*/
static size_t cut_slashes(char *path, size_t n) {
  while (n > 1 && path[n - 1] == '/') n--;
  path[n] = 0;
  return n;
}

/*
** Writes realpath() of the deepest part of path that exists to out.  Returns 0 when there is
** none, or when a link that leads to nothing is on the way.
*/
static int resolve_existing(const char *path, char out[PATH_MAX]) {
  char part[PATH_MAX];
  struct stat st;
  size_t n = strlen(path);
  if (n >= sizeof part) return 0;
  memcpy(part, path, n + 1);
  n = cut_slashes(part, n); /* lstat() would follow a link that has a slash after it */
  while (!realpath(part, out)) {
    if (errno != ENOENT && errno != ENOTDIR) return 0;
    if (!lstat(part, &st)) return 0; /* a dangling link: do not tell whether its target exists */
    while (n > 0 && part[n - 1] != '/') n--;
    if (n == 0) return realpath(".", out) != NULL;
    n = cut_slashes(part, n);
  }
  return 1;
}

enum err_code root_guard_path(const struct root_guard *c, const char *path, char buffer[PATH_MAX], const char **use,
                              struct err *e) {
  *use = path;
  if (!c->root[0]) return ERR_NONE;
  if (realpath(path, buffer)) {
    *use = buffer;
    if (is_below(c->root, buffer)) return ERR_NONE;
  } else if (resolve_existing(path, buffer) && is_below(c->root, buffer)) {
    return ERR_NONE;
  }
  return err_set(e, ERR_ARGUMENT, 0, "'%s' lies outside FLOWLOGS_ROOT (%s)", path, c->root);
}
