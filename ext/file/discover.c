/* SPDX-License-Identifier: MIT */
/*
** The walk keeps one stack of pending folders.  Each item says which folder it is and what is
** searched for in it: the rest of the pattern from an offset on, or EVERYTHING:
**
**     pattern   logs/20??/x?.log       stack   logs        offset 5    searches  20??/x?.log
**               ^0   ^5   ^10                  logs/2024   offset 10   searches  x?.log
**                                              logs/2025   offset 10   searches  x?.log
**
** The names of a folder are sorted before they are used.  The order in which links are followed,
** and with it the path under which a file that has several paths is listed, therefore does not
** depend on the file system.  Each pair of a folder and an offset is visited once; this ends
** loops of links, and keeps `**` from visiting a folder more than once.
**
** Where there are many names, threads read and examine folders of the stack ahead (pending.h).  What
** becomes of them is decided here, in the same order.
*/
#include "file/discover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/glob.h"
#include "base/mem.h"
#include "file/given_path.h"
#include "file/pending.h"
#include "file/pipe.h"
#include "file/twins.h"

#define EVERYTHING SIZE_MAX /* the offset of an item for which all files below its folder are listed */
#define MANY_NAMES 1000     /* after which threads are worth it */
#define THREADS    32       /* at most; more would only wait for each other in the kernel */

/*
** A folder that has been read, or will be, for the rest of a pattern.  Links may lead to it
** again.
*/
struct visit {
  dev_t dev;
  ino_t ino;
  size_t at;
};

/* The state of one discover(). */
struct walk {
  struct files *files;
  const struct discover_options *options;
  const char *pattern;    /* of the current path; NULL when that is a folder */
  struct pending pending; /* the stack; `at` is the offset of the next component in the pattern, or EVERYTHING */
  struct visit *visited;  /* open-addressed hash table; its size is a power of two; ino 0 marks a free place */
  size_t nvisited, visited_cap;
  struct listing listing; /* of the current folder */
  int is_read;            /* a thread has read it */
  size_t nnames;          /* names that have been read; SIZE_MAX: threads have been started for the others */
  struct err *e;
};

/* Appends a file to the list, which owns the path. st is NULL when nothing is known of it but its path. */
static enum err_code add_file(struct walk *w, const char *path, const struct stat *st, int named) {
  struct files *f = w->files;
  if (f->n >= w->options->max_files)
    return err_set(w->e, ERR_ARGUMENT, 0, "the path stands for more than %zu files", w->options->max_files);
  if (!named && !strcmp(path, "-")) path = "./-"; /* a file of this name, and not standard input */
  if (files_add(f, path, st, w->e)) return w->e->code;
  f->file[f->n - 1].named = named;
  progress_add(w->options->progress, 1, 0, 0);
  return ERR_NONE;
}

static void forget_visits(struct walk *w) {
  if (w->visited) memset(w->visited, 0, w->visited_cap * sizeof *w->visited);
  w->nvisited = 0;
}

static int is_same_visit(const struct visit *a, const struct visit *b) {
  return a->ino == b->ino && a->dev == b->dev && a->at == b->at;
}

/* Returns the place of a visit, or the free place where it would be put. */
static size_t find_visit(const struct walk *w, const struct visit *v) {
  uint64_t h = ((uint64_t)v->ino * 0x9e3779b97f4a7c15u) ^ ((uint64_t)v->dev << 32) ^ (uint64_t)v->at;
  size_t slot = (size_t)((h * 0x9e3779b97f4a7c15u) >> 20) & (w->visited_cap - 1);
  while (w->visited[slot].ino && !is_same_visit(&w->visited[slot], v)) slot = (slot + 1) & (w->visited_cap - 1);
  return slot;
}

static enum err_code grow_visited(struct walk *w) {
  struct visit *old = w->visited;
  size_t old_cap = w->visited_cap, cap = old_cap ? old_cap * 2 : 256;
  struct visit *table = mem_alloc(cap * sizeof *table);
  if (!table) return err_nomem(w->e), ERR_NOMEM;
  memset(table, 0, cap * sizeof *table);
  w->visited = table;
  w->visited_cap = cap;
  for (size_t i = 0; i < old_cap; i++)
    if (old[i].ino) table[find_visit(w, &old[i])] = old[i];
  mem_free(old);
  return ERR_NONE;
}

static int was_visited(const struct walk *w, dev_t dev, ino_t ino, size_t at) {
  const struct visit v = {.dev = dev, .ino = ino, .at = at};
  return w->visited && w->visited[find_visit(w, &v)].ino != 0;
}

static enum err_code visit(struct walk *w, dev_t dev, ino_t ino, size_t at) {
  const struct visit v = {.dev = dev, .ino = ino, .at = at};
  if ((!w->visited || w->nvisited * 2 >= w->visited_cap) && grow_visited(w)) return w->e->code;
  w->visited[find_visit(w, &v)] = v;
  w->nvisited++; /* counts a repeated visit too: the table then only grows earlier */
  return ERR_NONE;
}

/* Puts a folder on the stack, unless it has been there before with the same offset. */
static enum err_code push(struct walk *w, const char *path, size_t at, const struct stat *st) {
  if (was_visited(w, st->st_dev, st->st_ino, at)) return ERR_NONE;
  if (visit(w, st->st_dev, st->st_ino, at)) return w->e->code;
  return pending_push(&w->pending, path, at, w->e);
}

/*
** The system lacks what it needs to look at a folder or file, so that the list would be
** incomplete.
*/
static enum err_code exhausted(struct walk *w, const char *path, int number) {
  return err_set(w->e, ERR_EXHAUSTED, 0, "'%s': %s", path, strerror(number));
}

/*
** Adds what the system refuses to examine, or a folder that it refuses to list; errno is still set.
** Anything may lie below it, so no query may pass over the entry in silence.  is_whole: the path
** matches the whole pattern, so that it is right to read it if it turns out to be a file.
*/
static enum err_code add_refused(struct walk *w, const char *path, int is_folder, int is_whole) {
  int why = errno;
  if (err_is_exhausted(why)) return exhausted(w, path, why);
  if (add_file(w, path, NULL, 0)) return w->e->code;
  struct file *file = &w->files->file[w->files->n - 1];
  file->refused = why;
  file->is_folder = is_folder;
  file->is_part = !is_whole;
  return ERR_NONE;
}

/* Returns "." for "", which stands for the current folder in a path that is being composed. */
static const char *or_dot(const char *path) { return *path ? path : "."; }

/*
** Does the path lead out of FLOWLOGS_ROOT, as a link can? Then nothing may be said about its
** target.  If the system lacks what it needs to find out, w->e is set.
*/
static int leads_outside(const struct walk *w, const char *path) {
  char buffer[PATH_MAX];
  const char *use;
  struct err e = {0};
  if (!root_guard_path(w->options->guard, path, buffer, &use, &e)) return 0;
  if (e.code == ERR_EXHAUSTED) err_set(w->e, e.code, 0, "%s", e.text);
  return 1;
}

/* What stat() says of a path. */
enum sight { SEEN, REFUSED, OUTSIDE };

/* Examines a path.  REFUSED: errno is set.  OUTSIDE: w->e may be set. */
static enum sight see(const struct walk *w, const char *path, struct stat *st) {
  if (leads_outside(w, or_dot(path))) return OUTSIDE;
  return root_guard_stat(w->options->guard, or_dot(path), st) ? REFUSED : SEEN;
}

/*
** Examines a path that ends in name number i of the current folder.  What the system refuses because
** the path is too long is not seen from the folder either, because it could not be opened.
*/
static enum sight see_name(const struct walk *w, const char *path, size_t i, struct stat *st) {
  int rc = strlen(path) < PATH_MAX ? listing_stat(&w->listing, w->options->guard, i, st) : ROOT_GUARD_LINK;
  return rc == ROOT_GUARD_LINK ? see(w, path, st) : rc ? REFUSED : SEEN;
}

/*
** Adds what matched the whole pattern, or lies below a folder that did: a file is listed, and a
** folder is put on the stack with everything below it.  Pipes and other special files are
** ignored.
*/
static enum err_code add_match(struct walk *w, const char *path, enum sight sight, const struct stat *st) {
  if (sight == OUTSIDE) return w->e->code ? w->e->code : add_file(w, path, NULL, 0);
  if (sight == REFUSED) return add_refused(w, path, 0, 1);
  if (S_ISDIR(st->st_mode)) return push(w, path, EVERYTHING, st);
  return S_ISREG(st->st_mode) ? add_file(w, path, st, 0) : ERR_NONE;
}

/*
** Handles a failure of stat() before the end of a pattern; errno is still set.  A path that does
** not exist does not match.  A path that exists but cannot be examined (no permission, or a link
** that leads to nothing) may hide files, so it becomes an entry of the list, and opening it gives
** the error.
*/
static enum err_code add_unreadable(struct walk *w, const char *path) {
  struct stat st;
  int why = errno;
  if ((why == ENOENT || why == ENOTDIR) && lstat(or_dot(path), &st)) return ERR_NONE;
  errno = why;
  return add_refused(w, path, 0, 0);
}

/*
** Continues the pattern at offset `at` in a folder.  Anything that is not a folder does not
** match.
*/
static enum err_code enter(struct walk *w, const char *path, size_t at, enum sight sight, const struct stat *st) {
  if (sight == OUTSIDE) return w->e->code ? w->e->code : add_file(w, path, NULL, 0);
  if (sight == REFUSED) return add_unreadable(w, path);
  return S_ISDIR(st->st_mode) ? push(w, path, at, st) : ERR_NONE;
}

/* What has been seen matches the pattern so far, of which the rest begins at offset `at`. */
static enum err_code add_or_enter(struct walk *w, const char *path, size_t at, enum sight sight,
                                  const struct stat *st) {
  return at != EVERYTHING && w->pattern[at] ? enter(w, path, at, sight, st) : add_match(w, path, sight, st);
}

/* The next component of the pattern. */
struct component {
  const char *p;
  size_t n, next; /* its bytes; the offset in the pattern where it goes on */
  int is_stars;   /* `**` */
};

static struct component component_at(const struct walk *w, size_t at) {
  struct component c = {.p = w->pattern + at};
  c.n = strcspn(c.p, "/");
  c.next = at + c.n + strspn(c.p + c.n, "/");
  c.is_stars = c.n == 2 && !memcmp(c.p, "**", 2);
  return c;
}

/* Are the names of a folder needed?  A component without magic needs none, and nor does a last `**`. */
static int lists(const void *walk, size_t at) {
  const struct walk *w = walk;
  if (at == EVERYTHING) return 1;
  struct component c = component_at(w, at);
  return c.is_stars ? w->pattern[c.next] != 0 : glob_has_magic(c.p, c.n);
}

/*
** Is the name of a folder to be examined?  Names that begin with a dot are ignored where no component
** is to match them, and before the end of a pattern all that is no folder.
*/
static int wants(const void *walk, size_t at, const struct listed *listed) {
  const struct walk *w = walk;
  if (at == EVERYTHING) return listed->name[0] != '.';
  struct component c = component_at(w, at);
  if (w->pattern[c.next] && listed->is_no_folder) return 0;
  return c.is_stars ? listed->name[0] != '.' : glob_match(c.p, c.n, listed->name);
}

/* Starts threads for the folders that are left, once there are many names. */
static void start_threads(struct walk *w) {
  if (w->nnames == SIZE_MAX || (w->nnames += w->listing.n) < MANY_NAMES) return;
  w->nnames = SIZE_MAX;
  int threads = w->options->threads < 0 ? (int)threads_cores() : w->options->threads;
  if (threads > 1) pending_start(&w->pending, (unsigned)(threads < THREADS ? threads : THREADS) - 1);
}

/*
** Reads the names of a folder, unless a thread has.  A folder that cannot be read becomes an entry of
** the list, so that opening it gives the error.
*/
static enum err_code list_names(struct walk *w, const char *folder) {
  struct listing *l = &w->listing;
  if (!w->is_read && listing_read(l, w->options->guard, folder, &w->options->stop, w->e)) return w->e->code;
  w->is_read = 0;
  start_threads(w);
  errno = l->refused;
  return errno ? add_refused(w, folder, 1, 1) : ERR_NONE;
}

/*
** Uses the names of a folder.  Below a folder that matched the whole pattern, all files are added;
** otherwise names match the component of the pattern at offset `at`.  `**` is tried again in each
** folder.
*/
static enum err_code use_names(struct walk *w, const char *folder, size_t at) {
  size_t next = at;
  struct stat st;
  if (at != EVERYTHING && !component_at(w, at).is_stars) next = component_at(w, at).next;
  if (list_names(w, folder)) return listing_close(&w->listing), w->e->code;
  for (size_t i = 0; i < w->listing.n; i++) {
    const struct listed *listed = &w->listing.listed[i];
    if (i >= w->listing.to && pending_examine(&w->pending, &w->listing, at, i, w->e)) break;
    if (stop_check(&w->options->stop, w->e)) break;
    if (!wants(w, at, listed)) continue;
    const char *path = files_join(w->files, folder, listed->name, strlen(listed->name), w->e);
    if (!path || add_or_enter(w, path, next, see_name(w, path, i, &st), &st)) break;
  }
  listing_close(&w->listing);
  return w->e->code;
}

/*
** Matches the component of the pattern at offset `at` with the names of a folder.  A component
** without magic needs no listing.  `**` matches the folder itself and, again with the same
** offset, each folder in it.
*/
static enum err_code match_component(struct walk *w, const char *folder, size_t at) {
  struct component c = component_at(w, at);
  struct stat st;
  if (c.is_stars) {
    if (add_or_enter(w, folder, c.next, see(w, folder, &st), &st)) return w->e->code;
  } else if (!lists(w, at)) {
    const char *path = files_join(w->files, folder, c.p, c.n, w->e);
    if (!path) return w->e->code;
    if (root_guard_stat(w->options->guard, path, &st)) return add_unreadable(w, path);
    return add_or_enter(w, path, c.next, see(w, path, &st), &st);
  }
  return lists(w, at) ? use_names(w, folder, at) : ERR_NONE;
}

/*
** Starts a pattern at the folder that its beginning without magic names.  The folders above that
** one are not read, because they may lie outside of the root.
*/
static enum err_code match_pattern(struct walk *w, const char *pattern) {
  size_t at = strcspn(pattern, GLOB_MAGIC);
  while (at > 0 && pattern[at - 1] != '/') at--;
  const char *folder = files_join(w->files, "", pattern, at, w->e);
  if (!folder) return w->e->code;
  struct stat st;
  if (root_guard_stat(w->options->guard, or_dot(folder), &st)) return add_unreadable(w, folder);
  return match_component(w, folder, at);
}

/* Reads the folders of the stack until it is empty. */
static enum err_code walk_stack(struct walk *w) {
  struct pending_folder f;
  while (!pending_pop(&w->pending, &f, &w->listing, &w->is_read, w->e) && f.path) {
    if (stop_check(&w->options->stop, w->e)) break;
    if (f.at == EVERYTHING ? use_names(w, f.path, f.at) : match_component(w, f.path, f.at)) break;
  }
  return w->e->code;
}

/* Adds a file that the user has named. */
static enum err_code add_named(struct walk *w, const char *path, const struct stat *st) {
  if (add_file(w, path, st, 1)) return w->e->code;
  struct file *file = &w->files->file[w->files->n - 1];
  file->is_pipe = S_ISFIFO(st->st_mode) || (pipe_descriptor(path) >= 0 && pipe_is(st));
  if (!file->is_pipe) return ERR_NONE;
  file->size = -1;
  file->mtime = 0; /* these change while it is read, and it stays the same */
  file->changed = 0;
  return ERR_NONE;
}

/* Adds the files that one path stands for. */
static enum err_code add_path(struct walk *w, const char *given) {
  char buffer[PATH_MAX];
  const char *use, *path = given_path(w->files, w->options->guard, given, w->e); /* the list may keep it */
  struct stat st;
  size_t before = w->files->n;
  int number = path ? pipe_descriptor(path) : -1;
  forget_visits(w);
  if (!path) return w->e->code;
  if (root_guard_path(w->options->guard, pipe_system_path(path), buffer, &use, w->e)) return w->e->code;
  if (number >= 0 && pipe_examine(path, number, &st, w->e)) return w->e->code;
  if (number >= 0 && !S_ISDIR(st.st_mode)) return add_named(w, path, &st);
  if (!root_guard_stat(w->options->guard, path, &st)) {
    if (!S_ISDIR(st.st_mode)) return add_named(w, path, &st);
    if (push(w, path, EVERYTHING, &st) || walk_stack(w)) return w->e->code;
    return w->files->n == before ? err_set(w->e, ERR_ARGUMENT, 0, "there is no file in the folder '%s'", path)
                                 : ERR_NONE;
  }
  int why = errno;
  if (err_is_exhausted(why)) return exhausted(w, path, why);
  if (!glob_has_magic(path, strlen(path))) return err_set(w->e, ERR_ARGUMENT, 0, "'%s': %s", path, strerror(why));
  w->pattern = path;
  if (match_pattern(w, path) || walk_stack(w)) return w->e->code;
  return w->files->n == before ? err_set(w->e, ERR_ARGUMENT, 0, "no file matches '%s'", path) : ERR_NONE;
}

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

enum { NAMED, LISTED }; /* marks of files in the table of visits, used in place of a pattern's offset */

/*
** Keeps only the first of several entries for the same file.  It counts as named by the user when
** any of them was.
*/
static enum err_code drop_duplicates(struct walk *w) {
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
  const struct pending_search search = {.lists = lists, .wants = wants, .context = &w};
  pending_init(&w.pending, options->guard, &options->stop, &search);
  for (size_t i = 0; i < npaths && !e->code; i++) add_path(&w, paths[i]);
  if (!e->code && f->n) qsort(f->file, f->n, sizeof *f->file, by_path);
  if (!e->code) drop_duplicates(&w);
  if (!e->code) twins_link(f, e);
  pending_clear(&w.pending);
  mem_free(w.visited);
  listing_clear(&w.listing);
  return e->code;
}
