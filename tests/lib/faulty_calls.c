/* SPDX-License-Identifier: MIT */
/*
** Each function below asks fails(), and calls the next function of its name, which is the C
** library's or a sanitizer's.  The path of a descriptor is remembered from its open(), because
** read(), pread() and fstat() have only the descriptor.
**
** A program makes a plan with faulty_arm().  In a library that is preloaded the environment does:
**
**     FAULTY=read:5:3          the third read() fails with errno 5
**     FAULTY=open:13:1:b.log   each open() of a file whose path ends in b.log fails with errno 13
**     FAULTY=read:0:2::COMMAND before the second read() a change of the files, see change()
**     FAULTY_BELOW=folder      of the files that are counted
*/
#define _GNU_SOURCE /* RTLD_NEXT */
#include "faulty_calls.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS 1024 /* those above are not counted */
#define PATH_BYTES  1024 /* of a path that is remembered */

const char *const faulty_names[FAULTY_CALLS] = {"none",  "alloc",     "open",    "read",     "fstat",  "stat",
                                                "lstat", "fdopendir", "readdir", "realpath", "thread", "condition"};

static struct faulty_plan plan;
static const char *below;       /* NULL: no file is counted */
static char resolved[PATH_MAX]; /* the same folder as an absolute path without links */
static const char *only;        /* the end of the paths that are counted; NULL: of all */
static const char *change_how;  /* in the place of a failure: see change() */
static atomic_long calls[FAULTY_CALLS];
static atomic_int hit;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static char hit_path[PATH_BYTES];
static char paths[DESCRIPTORS][PATH_BYTES]; /* of open descriptors below the folder; "" otherwise */

/* C has no cast between pointers to objects and to functions. */
#define NEXT(name)                                                                                                     \
  static __typeof__(name) *next;                                                                                       \
  if (!next) {                                                                                                         \
    void *symbol = dlsym(RTLD_NEXT, #name);                                                                            \
    if (!symbol) abort();                                                                                              \
    memcpy(&next, &symbol, sizeof next);                                                                               \
  }

void faulty_below(const char *folder) {
  char path[PATH_MAX];
  below = NULL; /* so that this realpath() is not counted */
  if (!folder || !realpath(folder, path)) return;
  memcpy(resolved, path, sizeof resolved);
  below = folder;
}

void faulty_arm(const struct faulty_plan *p) {
  memset(&plan, 0, sizeof plan);
  if (p) plan = *p;
  for (int i = 0; i < FAULTY_CALLS; i++) calls[i] = 0;
  hit = 0;
  hit_path[0] = 0;
}

int faulty_hit(const char **path) {
  if (path) *path = hit_path;
  return hit;
}

long faulty_count(enum faulty_call call) { return calls[call]; }

int faulty_open_files(void) {
  int n = 0;
  for (int i = 0; i < DESCRIPTORS; i++) n += paths[i][0] != 0;
  return n;
}

/* --- changes of files -------------------------------------------------------------------------------------------- */

/*
** Changes a file in the middle of a query: "unlink FILE", "truncate FILE BYTES", "append FILE TEXT",
** "rename NEW FILE" or "symlink TARGET FILE".  Only TEXT may hold spaces.
*/
static void change(const char *how) {
  char verb[16] = "", a[PATH_BYTES] = "", b[PATH_BYTES] = "";
  if (sscanf(how, "%15s %1023s %1023[^\n]", verb, a, b) < 2) abort();
  int rc = -1;
  if (!strcmp(verb, "unlink")) rc = unlink(a);
  if (!strcmp(verb, "truncate")) rc = truncate(a, atol(b));
  if (!strcmp(verb, "rename")) rc = rename(a, b);
  if (!strcmp(verb, "symlink")) rc = unlink(b) || symlink(a, b);
  if (!strcmp(verb, "append")) {
    FILE *f = fopen(a, "a");
    rc = !f || fprintf(f, "%s\n", b) < 0 || fclose(f);
  }
  if (rc) {
    perror(how);
    abort();
  }
}

/* --- which call fails -------------------------------------------------------------------------------------------- */

static int starts_with(const char *path, const char *folder) {
  size_t n = strlen(folder);
  return n && !strncmp(path, folder, n) && (!path[n] || path[n] == '/');
}

static int is_below(const char *path) {
  return below && path && (starts_with(path, below) || starts_with(path, resolved));
}

static int ends_in(const char *path, const char *end) {
  size_t n = strlen(path), m = strlen(end);
  return n >= m && !strcmp(path + n - m, end);
}

static void remember_hit(const char *path) {
  int why = errno;
  pthread_mutex_lock(&mutex);
  if (below && starts_with(path, resolved)) snprintf(hit_path, sizeof hit_path, "%s%s", below, path + strlen(resolved));
  else snprintf(hit_path, sizeof hit_path, "%s", path);
  pthread_mutex_unlock(&mutex);
  hit = 1;
  errno = why;
}

/* Counts a call.  Returns 0, or 1 if it shall fail: errno is set then, but for FAULTY_SHORT. */
static int fails(enum faulty_call call, const char *path) {
  if (only && !ends_in(path, only)) return 0;
  long n = atomic_fetch_add(&calls[call], 1) + 1;
  if (call != plan.call || (plan.forever ? n < plan.at : n != plan.at)) return 0;
  remember_hit(path);
  if (change_how) return change(change_how), 0;
  if (plan.error > 0) errno = plan.error;
  return 1;
}

static int path_fails(enum faulty_call call, const char *path) { return is_below(path) && fails(call, path); }

int faulty_alloc(void) { return fails(FAULTY_ALLOC, ""); }

/* Returns the path of a descriptor that is counted, or NULL.  Its owner alone closes it. */
static const char *path_of(int fd) { return fd >= 0 && fd < DESCRIPTORS && paths[fd][0] ? paths[fd] : NULL; }

static int fd_fails(enum faulty_call call, int fd) {
  const char *path = path_of(fd);
  return path && fails(call, path);
}

/* --- the calls --------------------------------------------------------------------------------------------------- */

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < DESCRIPTORS) snprintf(paths[fd], sizeof paths[fd], "%s", path);
  return fd;
}

int open(const char *path, int flags, ...) {
  NEXT(open)
  va_list ap;
  va_start(ap, flags);
  mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
  va_end(ap);
  if (path_fails(FAULTY_OPEN, path)) return -1;
  int fd = next(path, flags, mode);
  return is_below(path) ? opened(fd, path) : fd;
}

/* A path below a descriptor that is counted, which open() has given; otherwise as open(). */
static const char *join(int folder, const char *name, char out[PATH_BYTES]) {
  const char *parent = path_of(folder);
  if (!parent || name[0] == '/') return name;
  snprintf(out, PATH_BYTES, "%.500s/%.500s", parent, name);
  return out;
}

int openat(int folder, const char *name, int flags, ...) {
  NEXT(openat)
  char buffer[PATH_BYTES];
  va_list ap;
  va_start(ap, flags);
  mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
  va_end(ap);
  const char *path = join(folder, name, buffer);
  if (path_fails(FAULTY_OPEN, path)) return -1;
  int fd = next(folder, name, flags, mode);
  return is_below(path) ? opened(fd, path) : fd;
}

int close(int fd) {
  NEXT(close)
  if (path_of(fd)) paths[fd][0] = 0;
  return next(fd);
}

ssize_t read(int fd, void *p, size_t n) {
  NEXT(read)
  if (!fd_fails(FAULTY_READ, fd)) return next(fd, p, n);
  return plan.error == FAULTY_SHORT && n ? next(fd, p, 1) : -1;
}

ssize_t pread(int fd, void *p, size_t n, off_t at) {
  NEXT(pread)
  if (!fd_fails(FAULTY_READ, fd)) return next(fd, p, n, at);
  return plan.error == FAULTY_SHORT && n ? next(fd, p, 1, at) : -1;
}

int fstat(int fd, struct stat *st) {
  NEXT(fstat)
  return fd_fails(FAULTY_FSTAT, fd) ? -1 : next(fd, st);
}

int stat(const char *path, struct stat *st) {
  NEXT(stat)
  return path_fails(FAULTY_STAT, path) ? -1 : next(path, st);
}

int fstatat(int folder, const char *name, struct stat *st, int flags) {
  NEXT(fstatat)
  char buffer[PATH_BYTES];
  return path_fails(FAULTY_STAT, join(folder, name, buffer)) ? -1 : next(folder, name, st, flags);
}

int lstat(const char *path, struct stat *st) {
  NEXT(lstat)
  return path_fails(FAULTY_LSTAT, path) ? -1 : next(path, st);
}

char *realpath(const char *path, char *out) {
  NEXT(realpath)
  return path_fails(FAULTY_REALPATH, path) ? NULL : next(path, out);
}

DIR *fdopendir(int fd) {
  NEXT(fdopendir)
  return fd_fails(FAULTY_FDOPENDIR, fd) ? NULL : next(fd);
}

struct dirent *readdir(DIR *dir) {
  NEXT(readdir)
  return fd_fails(FAULTY_READDIR, dirfd(dir)) ? NULL : next(dir);
}

/* The C library closes the descriptor without a call that is seen here. */
int closedir(DIR *dir) {
  NEXT(closedir)
  int fd = dirfd(dir);
  if (path_of(fd)) paths[fd][0] = 0;
  return next(dir);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg) {
  NEXT(pthread_create)
  return fails(FAULTY_THREAD, "") ? plan.error : next(thread, attr, start, arg);
}

int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attr) {
  NEXT(pthread_cond_init)
  return fails(FAULTY_CONDITION, "") ? plan.error : next(condition, attr);
}

/* --- the environment --------------------------------------------------------------------------------------------- */

/* CALL:ERRNO:AT[:END-OF-THE-PATH[:CHANGE]] */
__attribute__((constructor)) static void read_environment(void) {
  static char text[3 * PATH_BYTES];
  const char *from = getenv("FAULTY");
  char *field[5] = {0}, *p = text;
  if (!from) return;
  snprintf(text, sizeof text, "%s", from);
  for (int i = 0; i < 5 && p; i++) field[i] = strsep(&p, i < 4 ? ":" : "");
  if (!field[2]) abort();
  faulty_below(getenv("FAULTY_BELOW"));
  for (int i = 0; i < FAULTY_CALLS; i++)
    if (!strcmp(field[0], faulty_names[i])) plan.call = (enum faulty_call)i;
  plan.error = atoi(field[1]);
  plan.at = atol(field[2]);
  only = field[3] && *field[3] ? field[3] : NULL;
  plan.forever = only != NULL && !field[4];
  change_how = field[4];
}

/* Whether the failure happened, and which descriptors were left open. */
__attribute__((destructor)) static void write_report(void) {
  const char *report = getenv("FAULTY_REPORT");
  FILE *f = report ? fopen(report, "w") : NULL;
  if (!f) return;
  fprintf(f, "%d %d\n", faulty_hit(NULL), faulty_open_files());
  fclose(f);
}
