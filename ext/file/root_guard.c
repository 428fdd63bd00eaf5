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
** What is resolved may change before it is used.  Therefore open_parent() walks from the root to the
** folder of the last component, and refuses every link on the way:
**
**     root         a folder that is open
**     root/in      openat(root, "in", O_NOFOLLOW)
**     root/in/a    openat(in, "a", O_NOFOLLOW), or fstatat() of it
**
** A link that leads to nothing ends this search, since otherwise the answer would tell whether
** its target outside of the root exists.
*/
#define _GNU_SOURCE /* O_PATH of Linux, by which a folder can be passed that may not be listed */

#include "file/root_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err_code root_guard_init(struct root_guard *c, const char *root, struct err *e) {
  struct stat st;
  c->root[0] = 0;
  if (!root) return ERR_NONE;
  if (!*root)
    return err_set(e, ERR_ARGUMENT, 0, "FLOWLOGS_ROOT is empty; set it to a folder, or unset it to confine nothing");
  static const struct root_guard unconfined;
  int number = realpath(root, c->root) && !root_guard_stat(&unconfined, c->root, &st) ? 0 : errno;
  if (number || !S_ISDIR(st.st_mode)) {
    c->root[0] = 0;
    if (!number || number == ENOENT || number == ENOTDIR || number == ELOOP)
      return err_set(e, ERR_ARGUMENT, 0, "FLOWLOGS_ROOT is '%s', which is no folder", root);
    return err_set(e, err_is_exhausted(number) ? ERR_EXHAUSTED : ERR_IO, 0,
                   "FLOWLOGS_ROOT is '%s', which can't be examined: %s", root, strerror(number));
  }
  if (!strcmp(c->root, "/")) c->root[0] = 0; /* everything lies below /, so nothing is confined */
  return ERR_NONE;
}

#if defined(O_PATH)
#define PASS O_PATH
#elif defined(O_SEARCH)
#define PASS O_SEARCH
#else
#define PASS O_RDONLY
#endif

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
  } else if (err_is_exhausted(errno)) {
    return err_set(e, ERR_EXHAUSTED, 0, "'%s': %s", path, strerror(errno));
  } else if (resolve_existing(path, buffer) && is_below(c->root, buffer)) {
    return ERR_NONE;
  }
  return err_set(e, ERR_ARGUMENT, 0, "'%s' lies outside FLOWLOGS_ROOT (%s)", path, c->root);
}

/* --- reaching it --------------------------------------------------------------------------------------------------- */

static void close_keeping_errno(int fd) {
  int why = errno;
  close(fd);
  errno = why;
}

/*
** Opens the folder in which the last component of a resolved path lies, and sets *name to that
** component, "." for the root itself.  Returns -1 with errno set.
*/
static int open_parent(const char *root, const char *path, const char **name) {
  const int flags = PASS | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  char part[NAME_MAX + 1];
  int fd = open(root, flags);
  path += strlen(root);
  path += strspn(path, "/");
  for (const char *slash; fd >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
    size_t n = (size_t)(slash - path);
    int next = -1;
    if (n < sizeof part) {
      memcpy(part, path, n);
      part[n] = 0;
      next = openat(fd, part, flags);
    } else {
      errno = ENAMETOOLONG;
    }
    close_keeping_errno(fd);
    fd = next;
  }
  *name = *path ? path : ".";
  return fd;
}

/*
** Where a confined path leads: opens its parent folder, as above.  -1 with errno set, EACCES for a
** path outside.
*/
static int reach(const struct root_guard *c, const char *path, char buffer[PATH_MAX], const char **name) {
  const char *use;
  struct err e = {0};
  if (root_guard_path(c, path, buffer, &use, &e)) return errno = e.code == ERR_EXHAUSTED ? ENOMEM : EACCES, -1;
  if (use == buffer) return open_parent(c->root, buffer, name);
  errno = ENOENT; /* it does not exist, or not yet */
  return -1;
}

/* A link where the resolved path had none: somebody has exchanged it. */
static int say_exchanged(int result) {
  if (result < 0 && (errno == ELOOP || errno == EMLINK)) errno = EACCES;
  return result;
}

static int open_once(const struct root_guard *c, const char *path, int flags) {
  char buffer[PATH_MAX];
  const char *name;
  if (!c->root[0]) return open(path, flags | O_CLOEXEC);
  int parent = reach(c, path, buffer, &name);
  if (parent < 0) return say_exchanged(-1);
  int fd = say_exchanged(openat(parent, name, flags | O_NOFOLLOW | O_CLOEXEC));
  close_keeping_errno(parent);
  return fd;
}

/* A signal may interrupt these calls on a file system in a network. */
int root_guard_open(const struct root_guard *c, const char *path, int flags) {
  int fd;
  do fd = open_once(c, path, flags);
  while (fd < 0 && errno == EINTR);
  return fd;
}

DIR *root_guard_opendir(const struct root_guard *c, const char *path) {
  int fd = root_guard_open(c, path, O_RDONLY | O_DIRECTORY);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir && fd >= 0) close_keeping_errno(fd);
  return dir;
}

static int stat_once(const struct root_guard *c, const char *path, struct stat *st) {
  char buffer[PATH_MAX];
  const char *name;
  if (!c->root[0]) return stat(path, st);
  int parent = reach(c, path, buffer, &name);
  if (parent < 0) return say_exchanged(-1);
  int rc = fstatat(parent, name, st, AT_SYMLINK_NOFOLLOW);
  close_keeping_errno(parent);
  return !rc && S_ISLNK(st->st_mode) ? errno = EACCES, -1 : rc;
}

int root_guard_stat(const struct root_guard *c, const char *path, struct stat *st) {
  int rc;
  do rc = stat_once(c, path, st);
  while (rc && errno == EINTR);
  return rc;
}

int root_guard_stat_in(const struct root_guard *c, int folder, const char *name, struct stat *st) {
  int rc;
  do rc = fstatat(folder, name, st, c->root[0] ? AT_SYMLINK_NOFOLLOW : 0);
  while (rc && errno == EINTR);
  return !rc && c->root[0] && S_ISLNK(st->st_mode) ? ROOT_GUARD_LINK : rc;
}
