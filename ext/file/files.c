/* SPDX-License-Identifier: MIT */
/*
** Paths lie in blocks of text that only grow, so pointers to them stay valid while the list
** grows:
**
**     file     [0] path  [1] path  [2] path
**               |         |         |
**     block     a/b.log.  a/c.log.  d.log.  ...   -> next block
*/
#include "file/files.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define BLOCK_BYTES (64 * 1024)
#define FIRST_FILES 64 /* first capacity */

/* A block of paths, one after the other, each with its NUL. */
struct text_block {
  struct text_block *next;
  size_t used, size;
  char text[];
};

void files_init(struct files *f) { memset(f, 0, sizeof *f); }

void files_clear(struct files *f) {
  for (struct text_block *b = f->blocks, *next; b; b = next) {
    next = b->next;
    mem_free(b);
  }
  mem_free(f->file);
  memset(f, 0, sizeof *f);
}

const struct file *files_pipe(const struct files *f) {
  for (size_t i = 0; i < f->n; i++)
    if (f->file[i].is_pipe) return &f->file[i];
  return NULL;
}

uint64_t files_bytes(const struct files *f) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < f->n; i++)
    if (f->file[i].size > 0) bytes += (uint64_t)f->file[i].size;
  return bytes;
}

/* Returns room for n bytes, which files_clear() frees, or NULL with *e set. */
static char *take_text(struct files *f, size_t n, struct err *e) {
  if (!f->blocks || f->blocks->size - f->blocks->used < n) {
    size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
    struct text_block *b = mem_alloc(sizeof *b + size);
    if (!b) return err_nomem(e), NULL;
    b->next = f->blocks;
    b->used = 0;
    b->size = size;
    f->blocks = b;
  }
  char *p = f->blocks->text + f->blocks->used;
  f->blocks->used += n;
  return p;
}

char *files_join(struct files *f, const char *folder, const char *name, size_t name_n, struct err *e) {
  size_t n = strlen(folder);
  while (n > 1 && folder[n - 1] == '/') n--;
  int slash = n > 0 && folder[n - 1] != '/';
  char *p = take_text(f, n + (size_t)slash + name_n + 1, e);
  if (!p) return NULL;
  memcpy(p, folder, n);
  if (slash) p[n] = '/';
  memcpy(p + n + slash, name, name_n);
  p[n + (size_t)slash + name_n] = 0;
  return p;
}

/*
** Sets the time of the last change of a file's contents, with nanoseconds where the file system keeps
** them, and a number made of it and of the time of the last change of its inode.
*/
static void set_times(struct file *file, const struct stat *st) {
#if defined(__APPLE__)
  const struct timespec *m = &st->st_mtimespec, *c = &st->st_ctimespec;
#else
  const struct timespec *m = &st->st_mtim, *c = &st->st_ctim;
#endif
  file->mtime = m->tv_sec;
  file->mtime_nsec = (int32_t)m->tv_nsec;
  file->changed = hash_mix(hash_mix((uint64_t)m->tv_sec, (uint64_t)m->tv_nsec),
                           hash_mix((uint64_t)c->tv_sec, (uint64_t)c->tv_nsec));
}

enum err_code files_add(struct files *f, const char *path, const struct stat *st, struct err *e) {
  if (mem_grow(&f->file, &f->cap, f->n + 1, FIRST_FILES, sizeof *f->file)) return err_nomem(e);
  struct file *file = &f->file[f->n++];
  memset(file, 0, sizeof *file);
  file->path = path;
  file->size = -1;
  if (!st) return ERR_NONE;
  file->size = st->st_size;
  set_times(file, st);
  file->dev = st->st_dev;
  file->ino = st->st_ino;
  return ERR_NONE;
}
