/* SPDX-License-Identifier: MIT */
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
  if (!strcmp(c->root, "/")) c->root[0] = 0; /* everything lies below it */
  return ERR_NONE;
}

static int is_below(const char *root, const char *path) {
  size_t n = strlen(root);
  return !strncmp(root, path, n) && (path[n] == 0 || path[n] == '/');
}

/* Takes the slashes off a path's end, but for the first of all. */
static size_t cut_slashes(char *path, size_t n) {
  while (n > 1 && path[n - 1] == '/') n--;
  path[n] = 0;
  return n;
}

/* realpath() of the deepest part of path that exists. */
static int resolve_existing(const char *path, char out[PATH_MAX]) {
  char part[PATH_MAX];
  struct stat st;
  size_t n = strlen(path);
  if (n >= sizeof part) return 0;
  memcpy(part, path, n + 1);
  n = cut_slashes(part, n); /* with a slash behind it, a link would be followed by lstat() */
  while (!realpath(part, out)) {
    if (errno != ENOENT && errno != ENOTDIR) return 0;
    if (!lstat(part, &st)) return 0; /* a link to nowhere: whether what it leads to exists is not to be told */
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
