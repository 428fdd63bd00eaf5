/* SPDX-License-Identifier: MIT */
/*
** The names are appended to one text, which moves while it grows, so the pointers to them are set
** when the folder has been read.  Both arrays are kept for the next folder.
*/
#include "file/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
  l->n = l->text_n = 0;
  l->refused = 0;
  if (stop_check(stop, e)) return e->code;
  if (!(l->dir = root_guard_opendir(guard, folder))) return l->refused = errno, ERR_NONE;
  while (errno = 0, (d = readdir(l->dir)) != NULL) {
    if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")) continue;
    if (l->n % STOP_NAMES == STOP_NAMES - 1 && stop_check(stop, e)) return e->code;
    if (add_name(l, d, e)) return e->code;
  }
  l->refused = errno; /* of readdir(): names may be missing */
  sort_names(l);
  return ERR_NONE;
}

void listing_close(struct listing *l) {
  if (l->dir) closedir(l->dir);
  l->dir = NULL;
}

void listing_clear(struct listing *l) {
  listing_close(l);
  mem_free(l->listed);
  mem_free(l->text);
  memset(l, 0, sizeof *l);
}
