/* SPDX-License-Identifier: MIT */
#include "ahead.h"

#include <string.h>

#include "mem.h"

/* Waits until a chunk is free; 0 when there is no need of one. */
static int wait_for_chunk(struct ahead *a) {
  pthread_mutex_lock(&a->mutex);
  while (!a->stop && a->filled - a->taken == AHEAD_CHUNKS) pthread_cond_wait(&a->moved, &a->mutex);
  int go_on = !a->stop;
  pthread_mutex_unlock(&a->mutex);
  return go_on;
}

/* Fills a chunk to its end, or to the file's. */
static size_t fill(struct ahead *a, char *chunk, int *at_end, struct err *e) {
  size_t n = 0;
  while (n < AHEAD_CHUNK && !*at_end) {
    ssize_t got = source_read(a->source, chunk + n, AHEAD_CHUNK - n, e);
    if (got > 0) n += (size_t)got;
    else *at_end = 1;
  }
  return n;
}

static void job(void *ahead, unsigned number) {
  struct ahead *a = ahead;
  int at_end = 0;
  (void)number;
  while (!at_end && wait_for_chunk(a)) {
    struct err e = {0};
    size_t i = a->filled % AHEAD_CHUNKS, n = fill(a, a->buffer + i * AHEAD_CHUNK, &at_end, &e);
    pthread_mutex_lock(&a->mutex);
    a->n[i] = n;
    a->filled++;
    a->at_end = at_end;
    a->failed = e;
    pthread_cond_broadcast(&a->moved);
    pthread_mutex_unlock(&a->mutex);
  }
}

enum err_code ahead_start(struct ahead *a, struct source *source, struct err *e) {
  memset(a, 0, sizeof *a);
  a->buffer = mem_alloc((size_t)AHEAD_CHUNKS * AHEAD_CHUNK);
  if (!a->buffer) return err_nomem(e);
  if (pthread_mutex_init(&a->mutex, NULL) || pthread_cond_init(&a->moved, NULL)) {
    mem_free(a->buffer);
    return err_nomem(e);
  }
  a->source = source;
  crew_start(&a->crew, 1, job, a);
  return ERR_NONE;
}

void ahead_stop(struct ahead *a) {
  if (!a->source) return;
  pthread_mutex_lock(&a->mutex);
  a->stop = 1;
  pthread_cond_broadcast(&a->moved);
  pthread_mutex_unlock(&a->mutex);
  crew_join(&a->crew);
  pthread_cond_destroy(&a->moved);
  pthread_mutex_destroy(&a->mutex);
  mem_free(a->buffer);
  memset(a, 0, sizeof *a);
}

/* Waits for the next chunk; its number of bytes, or 0 at the end, with *e set if the file failed. */
static size_t wait_for_bytes(struct ahead *a, struct err *e) {
  pthread_mutex_lock(&a->mutex);
  while (a->filled == a->taken && !a->at_end) pthread_cond_wait(&a->moved, &a->mutex);
  size_t n = a->filled > a->taken ? a->n[a->taken % AHEAD_CHUNKS] : 0; /* only the last can be empty */
  if (!n && a->failed.code) *e = a->failed;
  pthread_mutex_unlock(&a->mutex);
  return n;
}

static void give_back(struct ahead *a) {
  pthread_mutex_lock(&a->mutex);
  a->taken++;
  pthread_cond_broadcast(&a->moved);
  pthread_mutex_unlock(&a->mutex);
  a->used = 0;
}

ssize_t ahead_read(void *ahead, char *p, size_t n, struct err *e) {
  struct ahead *a = ahead;
  if (!a->crew.n) return source_read(a->source, p, n, e);
  size_t have = wait_for_bytes(a, e);
  if (!have) return e->code ? -1 : 0;
  if (n > have - a->used) n = have - a->used;
  memcpy(p, a->buffer + a->taken % AHEAD_CHUNKS * AHEAD_CHUNK + a->used, n);
  a->used += n;
  if (a->used == have) give_back(a);
  return (ssize_t)n;
}
