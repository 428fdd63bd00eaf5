/* SPDX-License-Identifier: MIT */
/*
** The names are appended to one text, which moves while it grows, so the pointers to them are set
** when the folder has been read.  The arrays are kept for the next folder.
**
** Whoever is asked whether to stop may call fork().  Parent and child then have one position in the
** folder, so that each would miss the names that the other reads.  The child reads it anew.
*/
#include "file/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define FIRST_NAMES 64
#define FIRST_BYTES 4096
#define STOP_NAMES  64 /* names that the system gives in much less than a millisecond, as it reads them in blocks */

/* The type is DT_UNKNOWN where the file system does not keep it in the folder. */
static int is_no_folder(const struct dirent *d) {
#if defined(DT_UNKNOWN)
  return d->d_type != DT_UNKNOWN && d->d_type != DT_DIR && d->d_type != DT_LNK;
#else
  (void)d;
  return 0;
#endif
}

static enum err_code add_name(struct listing *l, const struct dirent *d, struct err *e) {
  size_t n = strlen(d->d_name) + 1;
  if (mem_grow(&l->listed, &l->cap, l->n + 1, FIRST_NAMES, sizeof *l->listed) ||
      mem_grow(&l->text, &l->text_cap, l->text_n + n, FIRST_BYTES, 1))
    return err_nomem(e);
  memcpy(l->text + l->text_n, d->d_name, n);
  l->text_n += n;
  l->listed[l->n++].is_no_folder = is_no_folder(d);
  return ERR_NONE;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

static void sort_names(struct listing *l) {
  const char *p = l->text;
  for (size_t i = 0; i < l->n; i++, p += strlen(p) + 1) l->listed[i].name = p;
  if (l->n) qsort(l->listed, l->n, sizeof *l->listed, by_name);
}

enum err_code listing_read(struct listing *l, const struct root_guard *guard, const char *folder,
                           const struct stop *stop, struct err *e) {
  struct dirent *d;
  pid_t process = getpid();
  l->n = l->text_n = 0;
  l->refused = 0;
  listing_forget_examined(l);
  if (stop_check(stop, e)) return e->code;
  if (!(l->dir = root_guard_opendir(guard, *folder ? folder : "."))) return l->refused = errno, ERR_NONE;
  while (errno = 0, (d = readdir(l->dir)) != NULL) {
    if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")) continue;
    if (l->n % STOP_NAMES == STOP_NAMES - 1 && stop_check(stop, e)) return e->code;
    if (l->n % STOP_NAMES == STOP_NAMES - 1 && getpid() != process) {
      listing_close(l);
      return listing_read(l, guard, folder, stop, e);
    }
    if (add_name(l, d, e)) return e->code;
  }
  l->refused = errno; /* of readdir(): names may be missing */
  sort_names(l);
  return ERR_NONE;
}

enum err_code listing_begin_examining(struct listing *l, size_t from, size_t to, struct err *e) {
  listing_forget_examined(l);
  if (mem_grow(&l->examined, &l->examined_cap, to - from, FIRST_NAMES, sizeof *l->examined)) return err_nomem(e);
  for (size_t i = 0; i < to - from; i++) l->examined[i].is_known = 0;
  l->from = from;
  l->to = to;
  return ERR_NONE;
}

void listing_examine(const struct listing *l, const struct root_guard *guard, size_t i) {
  struct examined *x = &l->examined[i - l->from];
  x->rc = root_guard_stat_in(guard, dirfd(l->dir), l->listed[i].name, &x->st);
  x->number = errno;
  x->is_known = 1;
}

int listing_stat(const struct listing *l, const struct root_guard *guard, size_t i, struct stat *st) {
  const struct examined *x = i >= l->from && i < l->to ? &l->examined[i - l->from] : NULL;
  if (!x || !x->is_known) return root_guard_stat_in(guard, dirfd(l->dir), l->listed[i].name, st);
  *st = x->st;
  errno = x->number;
  return x->rc;
}

void listing_close(struct listing *l) {
  if (l->dir) closedir(l->dir);
  l->dir = NULL;
}

void listing_clear(struct listing *l) {
  listing_close(l);
  mem_free(l->listed);
  mem_free(l->text);
  mem_free(l->examined);
  memset(l, 0, sizeof *l);
}
