/* SPDX-License-Identifier: MIT */
/*
** Everything is one stack of pending folders.  An item says where it is and what it looks for there: a place in the
** pattern, or EVERYTHING.  Names are sorted before they are taken, so that the order in which links are followed, and
** with it the path under which a file reached twice is listed, doesn't depend on the file system.
*/
#include "file/discover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/hash.h"
#include "base/mem.h"

#define EVERYTHING  SIZE_MAX /* an item that takes all that lies below */
#define BLOCK_BYTES (64 * 1024)
#define FIRST_ITEMS 64 /* of an array that grows */

struct text_block {
  struct text_block *next;
  size_t used, size;
  char text[];
};

/* A folder to look into. */
struct item {
  const char *path;
  size_t at; /* offset of the next component in the pattern, or EVERYTHING */
};

/* A folder that has been looked into for the rest of a pattern: links may lead to it again. */
struct visit {
  dev_t dev;
  ino_t ino;
  size_t at;
};

struct walk {
  struct files *files;
  const struct discover_options *options;
  const char *pattern; /* of the path at hand; NULL for a folder */
  struct item *stack;
  size_t nstack, stack_cap;
  struct visit *visited; /* hash table, open addressing, a power of two; ino 0 is free */
  size_t nvisited, visited_cap;
  const char **names; /* of the folder at hand */
  size_t nnames, names_cap;
  struct files scratch; /* its text blocks hold the paths of folders and their names */
  struct err *e;
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

/* folder/name; the folder may be "" for where we are, and may end with slashes. */
static char *join(struct files *owner, const char *folder, const char *name, size_t name_n, struct err *e) {
  size_t n = strlen(folder);
  while (n > 1 && folder[n - 1] == '/') n--;
  int slash = n > 0 && folder[n - 1] != '/';
  char *p = take_text(owner, n + (size_t)slash + name_n + 1, e);
  if (!p) return NULL;
  memcpy(p, folder, n);
  if (slash) p[n] = '/';
  memcpy(p + n + slash, name, name_n);
  p[n + (size_t)slash + name_n] = 0;
  return p;
}

/* Of the times of a file's contents and of its entry, to the nanosecond where the file system knows it. */
static uint64_t when_changed(const struct stat *st) {
#if defined(__APPLE__)
  const struct timespec *m = &st->st_mtimespec, *c = &st->st_ctimespec;
#else
  const struct timespec *m = &st->st_mtim, *c = &st->st_ctim;
#endif
  return hash_mix(hash_mix((uint64_t)m->tv_sec, (uint64_t)m->tv_nsec),
                  hash_mix((uint64_t)c->tv_sec, (uint64_t)c->tv_nsec));
}

static enum err_code add_file(struct walk *w, const char *path, const struct stat *st, int named) {
  struct files *f = w->files;
  if (f->n >= w->options->max_files)
    return err_set(w->e, ERR_ARGUMENT, 0, "the path stands for more than %zu files", w->options->max_files);
  if (mem_grow(&f->file, &f->cap, f->n + 1, FIRST_ITEMS, sizeof *f->file)) return err_nomem(w->e);
  char *copy = join(f, "", path, strlen(path), w->e);
  if (!copy) return w->e->code;
  struct file *file = &f->file[f->n++];
  memset(file, 0, sizeof *file);
  file->path = copy;
  file->named = named;
  file->size = -1;
  if (st) {
    file->size = st->st_size;
    file->mtime = st->st_mtime;
    file->changed = when_changed(st);
    file->dev = st->st_dev;
    file->ino = st->st_ino;
  }
  return ERR_NONE;
}

static void forget_visits(struct walk *w) {
  if (w->visited) memset(w->visited, 0, w->visited_cap * sizeof *w->visited);
  w->nvisited = 0;
}

static int is_same_visit(const struct visit *a, const struct visit *b) {
  return a->ino == b->ino && a->dev == b->dev && a->at == b->at;
}

static size_t visit_slot(const struct walk *w, const struct visit *v) {
  uint64_t h = ((uint64_t)v->ino * 0x9e3779b97f4a7c15u) ^ ((uint64_t)v->dev << 32) ^ (uint64_t)v->at;
  size_t slot = (size_t)((h * 0x9e3779b97f4a7c15u) >> 20) & (w->visited_cap - 1);
  while (w->visited[slot].ino && !is_same_visit(&w->visited[slot], v)) slot = (slot + 1) & (w->visited_cap - 1);
  return slot;
}

static enum err_code grow_visited(struct walk *w) {
  struct visit *old = w->visited;
  size_t old_cap = w->visited_cap, cap = old_cap ? old_cap * 2 : 256;
  struct visit *table = mem_alloc(cap * sizeof *table);
  if (!table) return err_nomem(w->e);
  memset(table, 0, cap * sizeof *table);
  w->visited = table;
  w->visited_cap = cap;
  for (size_t i = 0; i < old_cap; i++)
    if (old[i].ino) table[visit_slot(w, &old[i])] = old[i];
  mem_free(old);
  return ERR_NONE;
}

static int was_visited(const struct walk *w, dev_t dev, ino_t ino, size_t at) {
  const struct visit v = {.dev = dev, .ino = ino, .at = at};
  return w->visited_cap && w->visited[visit_slot(w, &v)].ino != 0;
}

static enum err_code visit(struct walk *w, dev_t dev, ino_t ino, size_t at) {
  const struct visit v = {.dev = dev, .ino = ino, .at = at};
  if (w->nvisited * 2 >= w->visited_cap && grow_visited(w)) return w->e->code;
  w->visited[visit_slot(w, &v)] = v;
  w->nvisited++; /* or not, if it was there: the table grows a little early */
  return ERR_NONE;
}

/* Looks into a folder later, unless that has been done. */
static enum err_code push(struct walk *w, const char *path, size_t at, const struct stat *st) {
  if (was_visited(w, st->st_dev, st->st_ino, at)) return ERR_NONE;
  if (visit(w, st->st_dev, st->st_ino, at)) return w->e->code;
  if (mem_grow(&w->stack, &w->stack_cap, w->nstack + 1, FIRST_ITEMS, sizeof *w->stack)) return err_nomem(w->e);
  w->stack[w->nstack].path = path;
  w->stack[w->nstack++].at = at;
  return ERR_NONE;
}

/* The folder "" is where we are. */
static const char *here(const char *path) { return *path ? path : "."; }

/* Is it a link that leads out of FLOWLOGS_ROOT?  Nothing is then said of what it leads to. */
static int leads_outside(const struct walk *w, const char *path) {
  char buffer[PATH_MAX];
  const char *use;
  struct err unused = {0};
  return root_guard_path(w->options->guard, path, buffer, &use, &unused) != ERR_NONE;
}

/* Something that matched the whole pattern, or lies below a folder that did. */
static enum err_code take(struct walk *w, const char *path) {
  struct stat st;
  if (leads_outside(w, here(path)) || stat(here(path), &st)) return add_file(w, path, NULL, 0);
  if (S_ISDIR(st.st_mode)) return push(w, path, EVERYTHING, &st);
  return S_ISREG(st.st_mode) ? add_file(w, path, &st, 0) : ERR_NONE;
}

/*
** stat() has failed on the way of a pattern.  What isn't there doesn't match; what is there and can't be looked at (no
** permission, a link to nowhere) may hide files, and becomes an entry.
*/
static enum err_code unseen(struct walk *w, const char *path) {
  struct stat st;
  int absent = errno == ENOENT || errno == ENOTDIR;
  return absent && lstat(here(path), &st) ? ERR_NONE : add_file(w, path, NULL, 0);
}

/* A folder on the way of the pattern; anything else does not match. */
static enum err_code enter(struct walk *w, const char *path, size_t at) {
  struct stat st;
  if (leads_outside(w, here(path))) return add_file(w, path, NULL, 0);
  if (stat(here(path), &st)) return unseen(w, path);
  return S_ISDIR(st.st_mode) ? push(w, path, at, &st) : ERR_NONE;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Reads a folder's names into w->names, sorted.  A folder that can't be read becomes an entry of the list. */
static enum err_code list_names(struct walk *w, const char *folder) {
  struct dirent *d;
  w->nnames = 0;
  DIR *dir = opendir(here(folder));
  if (!dir) return add_file(w, folder, NULL, 0);
  while (errno = 0, (d = readdir(dir)) != NULL) {
    if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")) continue;
    if (mem_grow(&w->names, &w->names_cap, w->nnames + 1, FIRST_ITEMS, sizeof *w->names)) {
      err_nomem(w->e);
      break;
    }
    if (!(w->names[w->nnames] = join(&w->scratch, "", d->d_name, strlen(d->d_name), w->e))) break;
    w->nnames++;
  }
  if (errno && !w->e->code) add_file(w, folder, NULL, 0); /* the list has been cut short */
  closedir(dir);
  if (!w->e->code && w->nnames) qsort(w->names, w->nnames, sizeof *w->names, by_bytes);
  return w->e->code;
}

static enum err_code look_everywhere(struct walk *w, const char *folder) {
  if (list_names(w, folder)) return w->e->code;
  for (size_t i = 0; i < w->nnames; i++) {
    if (w->names[i][0] == '.') continue;
    const char *path = join(&w->scratch, folder, w->names[i], strlen(w->names[i]), w->e);
    if (!path || take(w, path)) return w->e->code;
  }
  return ERR_NONE;
}

/* Goes on with the pattern's component at `at` in a folder. */
static enum err_code look_for(struct walk *w, const char *folder, size_t at) {
  const char *part = w->pattern + at;
  size_t n = strcspn(part, "/"), next = at + n + strspn(part + n, "/");
  int last = w->pattern[next] == 0, stars = n == 2 && !memcmp(part, "**", 2);
  if (!stars && !glob_has_magic(part, n)) {
    const char *path = join(&w->scratch, folder, part, n, w->e);
    struct stat st;
    if (!path) return w->e->code;
    if (stat(path, &st)) return unseen(w, path);
    return last ? take(w, path) : enter(w, path, next);
  }
  if (stars && (last ? take(w, folder) : enter(w, folder, next))) return w->e->code;
  if (stars && last) return ERR_NONE;
  if (list_names(w, folder)) return w->e->code;
  for (size_t i = 0; i < w->nnames; i++) {
    if (stars ? w->names[i][0] == '.' : !glob_match(part, n, w->names[i])) continue;
    const char *path = join(&w->scratch, folder, w->names[i], strlen(w->names[i]), w->e);
    if (!path) return w->e->code;
    if (stars ? enter(w, path, at) : last ? take(w, path) : enter(w, path, next)) return w->e->code;
  }
  return ERR_NONE;
}

/* Begins a pattern at the folder that its plain beginning names; above it there may be folders outside the root. */
static enum err_code look_from(struct walk *w, const char *pattern) {
  size_t at = strcspn(pattern, GLOB_MAGIC);
  while (at > 0 && pattern[at - 1] != '/') at--;
  const char *folder = join(&w->scratch, "", pattern, at, w->e);
  if (!folder) return w->e->code;
  if (access(here(folder), F_OK)) return unseen(w, folder);
  return look_for(w, folder, at);
}

static enum err_code empty_stack(struct walk *w) {
  while (w->nstack) {
    struct item item = w->stack[--w->nstack];
    if (w->options->stop && w->options->stop(w->options->context))
      return err_set(w->e, ERR_INTERRUPT, 0, "interrupted");
    if (item.at == EVERYTHING ? look_everywhere(w, item.path) : look_for(w, item.path, item.at)) return w->e->code;
  }
  return ERR_NONE;
}

/* Adds what one path stands for. */
static enum err_code add_path(struct walk *w, const char *path) {
  char buffer[PATH_MAX];
  const char *use;
  struct stat st;
  size_t before = w->files->n;
  forget_visits(w);
  if (!*path) return err_set(w->e, ERR_ARGUMENT, 0, "the path is empty");
  if (root_guard_path(w->options->guard, path, buffer, &use, w->e)) return w->e->code;
  if (!stat(path, &st)) {
    if (!S_ISDIR(st.st_mode)) return add_file(w, path, &st, 1);
    if (push(w, path, EVERYTHING, &st) || empty_stack(w)) return w->e->code;
    return w->files->n == before ? err_set(w->e, ERR_ARGUMENT, 0, "there is no file in the folder '%s'", path)
                                 : ERR_NONE;
  }
  int why = errno;
  if (!glob_has_magic(path, strlen(path))) return err_set(w->e, ERR_ARGUMENT, 0, "'%s': %s", path, strerror(why));
  w->pattern = path;
  if (look_from(w, path) || empty_stack(w)) return w->e->code;
  return w->files->n == before ? err_set(w->e, ERR_ARGUMENT, 0, "no file matches '%s'", path) : ERR_NONE;
}

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

enum { NAMED, LISTED }; /* what can be noted of a file, in the place of a pattern's offset */

/* Keeps the first of several entries for one file; it counts as named by the user if any of them was. */
static enum err_code drop_doubles(struct walk *w) {
  struct files *f = w->files;
  size_t kept = 0;
  forget_visits(w);
  for (size_t i = 0; i < f->n; i++)
    if (f->file[i].named && visit(w, f->file[i].dev, f->file[i].ino, NAMED)) return w->e->code;
  for (size_t i = 0; i < f->n; i++) {
    struct file *file = &f->file[i];
    if (kept && !strcmp(f->file[kept - 1].path, file->path)) continue;
    if (file->ino) {
      if (was_visited(w, file->dev, file->ino, LISTED)) continue;
      if (visit(w, file->dev, file->ino, LISTED)) return w->e->code;
      file->named = was_visited(w, file->dev, file->ino, NAMED);
    }
    f->file[kept++] = *file;
  }
  f->n = kept;
  return ERR_NONE;
}

enum err_code discover(struct files *f, const char *const *paths, size_t npaths, const struct discover_options *options,
                       struct err *e) {
  struct walk w = {.files = f, .options = options, .e = e};
  for (size_t i = 0; i < npaths && !e->code; i++) add_path(&w, paths[i]);
  if (!e->code && f->n) qsort(f->file, f->n, sizeof *f->file, by_path);
  if (!e->code) drop_doubles(&w);
  mem_free(w.stack);
  mem_free(w.visited);
  mem_free(w.names);
  files_clear(&w.scratch);
  return e->code;
}
