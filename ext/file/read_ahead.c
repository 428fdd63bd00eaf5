/* SPDX-License-Identifier: MIT */
/*
** A ring of READ_AHEAD_CHUNKS chunks.  `filled` and `taken` only ever grow; chunk number k lies at
** k % READ_AHEAD_CHUNKS:
**
**              taken = 5         filled = 7
**                  |                 |
**         slot 0   v slot 1   slot 2 v slot 3
**       +--------+----------+--------+-----------+
**       |  free  |    5     |   6    |     7     |
**       |        | the      | full   | the thread|
**       |        | reader's |        | fills it  |
**       +--------+----------+--------+-----------+
**
** The thread waits while filled - taken is READ_AHEAD_CHUNKS, the reader while it is 0.  A chunk's
** bytes are touched without the mutex, because between the two counters they belong to one side
** alone.
**
** An error or the end is noted together with the chunk before it, which is shorter than others and
** may be empty.
*/
#include "file/read_ahead.h"

#include <string.h>

#include "base/mem.h"

/* Waits until a chunk is free; 0 when the thread is to return. */
static int wait_for_chunk(struct read_ahead *a) {
  pthread_mutex_lock(&a->mutex);
  while (!a->stop && a->filled - a->taken == READ_AHEAD_CHUNKS) pthread_cond_wait(&a->moved, &a->mutex);
  int go_on = !a->stop;
  pthread_mutex_unlock(&a->mutex);
  return go_on;
}

/* Fills a chunk to its end, or to the end of the file; returns the number of bytes. */
static size_t fill(struct read_ahead *a, char *chunk, int *at_end, struct err *e) {
  size_t n = 0;
  while (n < READ_AHEAD_CHUNK && !*at_end) {
    ssize_t got = source_read(a->source, chunk + n, READ_AHEAD_CHUNK - n, e);
    if (got > 0) n += (size_t)got;
    else *at_end = 1;
  }
  return n;
}

static void read_ahead_job(void *ahead, unsigned number) {
  struct read_ahead *a = ahead;
  int at_end = 0;
  (void)number;
  while (!at_end && wait_for_chunk(a)) {
    struct err e = {0};
    size_t i = a->filled % READ_AHEAD_CHUNKS, n = fill(a, a->buffer + i * READ_AHEAD_CHUNK, &at_end, &e);
    pthread_mutex_lock(&a->mutex);
    a->n[i] = n;
    a->filled++;
    a->at_end = at_end;
    a->failed = e;
    pthread_cond_broadcast(&a->moved);
    pthread_mutex_unlock(&a->mutex);
  }
}

/* Reading from a pipe waits for bytes, which must not keep the thread from returning. */
static int ask(void *ahead) {
  struct read_ahead *a = ahead;
  return atomic_load(&a->stop) || (a->outer.ask && a->outer.ask(a->outer.context));
}

enum err_code read_ahead_start(struct read_ahead *a, struct source *source, struct err *e) {
  memset(a, 0, sizeof *a);
  a->buffer = mem_alloc((size_t)READ_AHEAD_CHUNKS * READ_AHEAD_CHUNK);
  if (!a->buffer) return err_nomem(e);
  if (threads_lock_init(&a->mutex, &a->moved, NULL, e)) {
    mem_free(a->buffer);
    a->buffer = NULL;
    return e->code;
  }
  a->source = source;
  a->outer = source->input.stop;
  source->input.stop = (struct stop){.ask = ask, .context = a};
  threads_start(&a->threads, 1, read_ahead_job, a);
  return ERR_NONE;
}

void read_ahead_stop(struct read_ahead *a) {
  if (!a->source) return;
  if (threads_in_child(&a->threads)) {
    memset(a, 0, sizeof *a);
    return;
  }
  pthread_mutex_lock(&a->mutex);
  a->stop = 1;
  pthread_cond_broadcast(&a->moved);
  pthread_mutex_unlock(&a->mutex);
  threads_join(&a->threads);
  threads_lock_clear(&a->mutex, &a->moved, NULL);
  mem_free(a->buffer);
  a->source->input.stop = a->outer;
  memset(a, 0, sizeof *a);
}

/*
** Waits for the next chunk.  Returns its number of bytes, or 0 at the end, with *e set if the file
** failed.
*/
static size_t wait_for_bytes(struct read_ahead *a, struct err *e) {
  pthread_mutex_lock(&a->mutex);
  while (a->filled == a->taken && !a->at_end) pthread_cond_wait(&a->moved, &a->mutex);
  size_t n = a->filled > a->taken ? a->n[a->taken % READ_AHEAD_CHUNKS] : 0; /* only the last chunk can be empty */
  if (!n && a->failed.code) *e = a->failed;
  pthread_mutex_unlock(&a->mutex);
  return n;
}

static void give_back(struct read_ahead *a) {
  pthread_mutex_lock(&a->mutex);
  a->taken++;
  pthread_cond_broadcast(&a->moved);
  pthread_mutex_unlock(&a->mutex);
  a->used = 0;
}

ssize_t read_ahead_read(void *ahead, char *p, size_t n, struct err *e) {
  struct read_ahead *a = ahead;
  if (!a->threads.n) return source_read(a->source, p, n, e);
  size_t have = wait_for_bytes(a, e);
  if (!have) return e->code ? -1 : 0;
  if (n > have - a->used) n = have - a->used;
  memcpy(p, a->buffer + a->taken % READ_AHEAD_CHUNKS * READ_AHEAD_CHUNK + a->used, n);
  a->used += n;
  if (a->used == have) give_back(a);
  return (ssize_t)n;
}
