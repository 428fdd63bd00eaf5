/* SPDX-License-Identifier: MIT */
/*
** A thread takes the topmost folder that nobody has taken, because the owner needs that one next,
** reads and examines it, and leaves the result with the folder in the stack:
**
**     owner takes -> logs/03   read
**                    logs/02   a thread reads it
**                    logs/01   the next for a thread
**
** An owner who needs a folder that a thread still reads does the work of a thread meanwhile.
**
** A folder of more than AHEAD_NAMES names is read but not examined by one thread, as others would
** wait for it.  When the owner comes to it, all examine its names in parts of SHARE_NAMES.
*/
#include "file/pending.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_ITEMS  64
#define AHEAD_NAMES  1024  /* names of a folder that one thread examines */
#define AHEAD_ITEMS  256   /* topmost folders of the stack among which threads look for work */
#define HELD_NAMES   65536 /* names that may be read ahead */
#define WINDOW_NAMES 8192  /* names that are examined before the owner uses them */
#define SHARE_NAMES  128   /* of these, what a thread takes at a time */
#define WAIT_MS      20    /* after which the owner asks whether to stop, while it waits */

/* A folder that is read ahead. */
struct ahead {
  struct listing listing;
  int is_done;
  int has_failed; /* for want of means, or because threads stop */
};

void pending_init(struct pending *p, const struct root_guard *guard, const struct stop *stop,
                  const struct pending_search *search) {
  memset(p, 0, sizeof *p);
  p->guard = guard;
  p->stop = stop;
  p->search = *search;
  atomic_init(&p->stopped, 0);
}

/* --- the lock ----------------------------------------------------------------------------------------------------- */

/* Without threads, and in a child of fork(), the owner is alone, and must not touch what threads have used. */
static void lock(struct pending *p) {
  if (pending_has_threads(p)) pthread_mutex_lock(&p->mutex);
}

static void unlock(struct pending *p) {
  if (pending_has_threads(p)) pthread_mutex_unlock(&p->mutex);
}

static void wake(const struct pending *p, pthread_cond_t *condition) {
  if (pending_has_threads(p)) pthread_cond_broadcast(condition);
}

/* --- the work ----------------------------------------------------------------------------------------------------- */

static int ask_is_stopped(void *pending) {
  struct pending *p = pending;
  return atomic_load_explicit(&p->stopped, memory_order_relaxed);
}

/* Examines the names from `from` to `to` that are wanted. */
static enum err_code examine(struct pending *p, struct listing *l, size_t at, size_t from, size_t to,
                             const struct stop *stop, struct err *e) {
  for (size_t i = from; i < to && !stop_check(stop, e); i++)
    if (p->search.wants(p->search.context, at, &l->listed[i])) listing_examine(l, p->guard, i);
  return e->code;
}

/* Takes a folder that is to be read ahead, or returns NULL.  With the lock. */
static struct ahead *take(struct pending *p, struct pending_folder *folder) {
  size_t last = p->n > AHEAD_ITEMS ? p->n - AHEAD_ITEMS : 0;
  if (p->held >= HELD_NAMES) return NULL;
  for (size_t i = p->n; i-- > last;) {
    struct pending_folder *f = &p->stack[i];
    if (f->ahead || !p->search.lists(p->search.context, f->at)) continue;
    if (!(f->ahead = mem_alloc(sizeof *f->ahead))) return NULL;
    memset(f->ahead, 0, sizeof *f->ahead);
    *folder = *f;
    return f->ahead;
  }
  return NULL;
}

/* Returns 0 when it failed: the owner will read the folder itself then, and tell the error. */
static int read_folder(struct pending *p, const struct pending_folder *folder, struct listing *l,
                       const struct stop *stop, struct err *e) {
  if (listing_read(l, p->guard, folder->path, stop, e) || err_is_exhausted(l->refused)) return 0;
  if (l->n > AHEAD_NAMES) return 1;
  if (listing_begin_examining(l, 0, l->n, e) || examine(p, l, folder->at, 0, l->n, stop, e)) return 0;
  listing_close(l);
  return 1;
}

/*
** Reads a folder ahead; 0: there is none to read.  With the lock, which is released meanwhile.
** ERR_INTERRUPT is the only error in *e.
*/
static int read_ahead(struct pending *p, const struct stop *stop, struct err *e) {
  struct pending_folder folder;
  struct err why = {0};
  struct ahead *a = take(p, &folder);
  if (!a) return 0;
  unlock(p);
  int ok = read_folder(p, &folder, &a->listing, stop, &why);
  if (!ok) listing_clear(&a->listing);
  if (why.code == ERR_INTERRUPT) *e = why;
  lock(p);
  a->has_failed = !ok;
  a->is_done = 1;
  p->held += a->listing.n;
  wake(p, &p->done);
  return 1;
}

/* Examines a part of the names that are shared; 0: none is left.  As above. */
static int examine_share(struct pending *p, const struct stop *stop, struct err *e) {
  struct share *s = &p->share;
  if (!s->listing || s->next == s->to) return 0;
  size_t from = s->next, to = s->to - from < SHARE_NAMES ? s->to : from + SHARE_NAMES;
  s->next = to;
  s->busy++;
  unlock(p);
  examine(p, s->listing, s->at, from, to, stop, e);
  lock(p);
  s->busy--;
  wake(p, &p->done);
  return 1;
}

static void job(void *context, unsigned number) {
  struct pending *p = context;
  const struct stop stop = {.ask = ask_is_stopped, .context = p};
  (void)number;
  lock(p);
  while (!ask_is_stopped(p)) {
    struct err e = {0};
    if (!examine_share(p, &stop, &e) && !read_ahead(p, &stop, &e)) pthread_cond_wait(&p->work, &p->mutex);
  }
  unlock(p);
}

/* --- the owner ---------------------------------------------------------------------------------------------------- */

void pending_start(struct pending *p, unsigned n) {
  struct err e = {0};
  if (!n || threads_lock_init(&p->mutex, &p->work, &p->done, &e)) return;
  if (threads_start(&p->threads, n, job, p)) return;
  threads_join(&p->threads);
  threads_lock_clear(&p->mutex, &p->work, &p->done);
}

enum err_code pending_push(struct pending *p, const char *path, size_t at, struct err *e) {
  lock(p);
  if (mem_grow(&p->stack, &p->cap, p->n + 1, FIRST_ITEMS, sizeof *p->stack)) err_nomem(e);
  else p->stack[p->n++] = (struct pending_folder){.path = path, .at = at};
  wake(p, &p->work);
  unlock(p);
  return e->code;
}

/* With the lock, which is released meanwhile, since whoever is asked may take his time. */
static enum err_code ask(struct pending *p, struct err *e) {
  unlock(p);
  stop_check(p->stop, e);
  lock(p);
  return e->code;
}

enum err_code pending_pop(struct pending *p, struct pending_folder *folder, struct listing *l, int *is_read,
                          struct err *e) {
  const struct ahead *top;
  *is_read = 0;
  folder->path = NULL;
  if (!p->n) return ERR_NONE;
  lock(p);
  while (!e->code && pending_has_threads(p) && (top = p->stack[p->n - 1].ahead) && !top->is_done) {
    if (!read_ahead(p, p->stop, e)) threads_wait(&p->done, &p->mutex, WAIT_MS);
    if (!e->code) ask(p, e);
  }
  if (!e->code) *folder = p->stack[--p->n];
  struct ahead *a = folder->path && pending_has_threads(p) ? folder->ahead : NULL;
  if (a) {
    p->held -= a->listing.n;
    wake(p, &p->work); /* there may be room for more */
  }
  unlock(p);
  if (!a) return e->code;
  if (!a->has_failed) {
    struct listing read = a->listing;
    a->listing = *l;
    *l = read;
    *is_read = 1;
  }
  listing_clear(&a->listing);
  mem_free(a);
  return ERR_NONE;
}

enum err_code pending_examine(struct pending *p, struct listing *l, size_t at, size_t from, struct err *e) {
  struct share *s = &p->share;
  size_t to = l->n - from < WINDOW_NAMES ? l->n : from + WINDOW_NAMES;
  if (to - from <= SHARE_NAMES || !pending_has_threads(p)) return ERR_NONE;
  if (listing_begin_examining(l, from, to, e)) return e->code;
  lock(p);
  *s = (struct share){.listing = l, .at = at, .next = from, .to = to};
  wake(p, &p->work);
  while (!e->code && pending_has_threads(p) && (s->next < s->to || s->busy)) {
    if (!examine_share(p, p->stop, e)) threads_wait(&p->done, &p->mutex, WAIT_MS);
    if (!e->code) ask(p, e);
  }
  s->next = s->to;
  if (e->code) atomic_store_explicit(&p->stopped, 1, memory_order_relaxed);
  while (pending_has_threads(p) && s->busy) threads_wait(&p->done, &p->mutex, WAIT_MS);
  s->listing = NULL;
  unlock(p);
  if (threads_in_child(&p->threads)) listing_forget_examined(l);
  return e->code;
}

void pending_clear(struct pending *p) {
  int has_threads = pending_has_threads(p);
  lock(p);
  atomic_store_explicit(&p->stopped, 1, memory_order_relaxed);
  wake(p, &p->work);
  unlock(p);
  threads_join(&p->threads);
  for (size_t i = 0; has_threads && i < p->n; i++) {
    if (!p->stack[i].ahead) continue;
    listing_clear(&p->stack[i].ahead->listing);
    mem_free(p->stack[i].ahead);
  }
  if (has_threads) threads_lock_clear(&p->mutex, &p->work, &p->done);
  mem_free(p->stack);
  memset(p, 0, sizeof *p);
}
