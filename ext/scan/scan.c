/* SPDX-License-Identifier: MIT */
/*
** The sink of a scan for records is the queue: a worker fills a batch, and pushes it when it is
** full, when the file ends, or when the owner waits for the rows in it.
**
**     worker:  admit     queue_admit()
**              room      queue_room()
**              deliver   queue_push()
**              end_file  queue_end()
**     owner:   scan_next()  queue_pop(), queue_recycle()
**
** Where there are no threads, all work goes through the queue as well: scan_next() reads a window
** with workers_step() and gets the batch back from the queue at once.  The owner's worker
** therefore pushes after each window, so that it can be stopped between two of them, and so that
** the first rows arrive without delay.
*/
#include "scan/scan.h"

#include <string.h>

/* --- the sink ---------------------------------------------------------------------------------------------------- */

static enum err_code scan_begin(void *scan, struct worker *w, struct err *e) {
  (void)scan, (void)w, (void)e;
  return ERR_NONE;
}

static int scan_admit(void *scan) { return queue_admit(&((struct scan *)scan)->queue); }

static struct batch *scan_room(void *scan, struct worker *w) {
  struct batch *b = queue_room(&((struct scan *)scan)->queue, w->file);
  if (b) b->file = (uint32_t)w->file;
  return b;
}

static int scan_deliver(void *scan, struct worker *w, enum reader_result result) {
  struct scan *s = scan;
  if (result == READER_MORE && !w->is_owner && !(w->batch->nrows && queue_is_awaited(&s->queue, w->file))) return 1;
  if (w->batch->nrows || w->batch->nproblems) queue_push(&s->queue, w->file, w->batch);
  else if (result == READER_END) return 1; /* scan_end_file() gets the batch */
  else queue_recycle(&s->queue, w->batch);
  w->batch = NULL;
  return 1;
}

static void scan_end_file(void *scan, size_t file, struct batch *spare) {
  queue_end(&((struct scan *)scan)->queue, file, spare);
}

static void scan_end(void *scan, struct worker *w, int ok) {
  struct scan *s = scan;
  if (w->batch) queue_recycle(&s->queue, w->batch);
  if (ok) return;
  queue_fail(&s->queue);
  workers_stop(&s->workers);
}

static void scan_wake(void *scan) { queue_stop(&((struct scan *)scan)->queue); }

static const struct sink scan_sink = {
    .begin = scan_begin,
    .admit = scan_admit,
    .room = scan_room,
    .deliver = scan_deliver,
    .end_file = scan_end_file,
    .end = scan_end,
    .wake = scan_wake,
};

/* --- the owner --------------------------------------------------------------------------------------------------- */

enum err_code scan_open(struct scan *s, const struct files *files, const uint8_t wanted[COLUMN_COUNT],
                        const struct scan_options *options, struct err *e) {
  memset(s, 0, sizeof *s);
  if (queue_init(&s->queue, files->n, wanted, e)) return e->code;
  s->is_ready = 1;
  if (workers_open(&s->workers, files, options, &scan_sink, s, e)) return e->code;
  return workers_start(&s->workers, e);
}

void scan_close(struct scan *s, struct scan_counts *counts) {
  if (counts) memset(counts, 0, sizeof *counts);
  if (!s->is_ready) return;
  if (workers_are_lost(&s->workers)) {
    s->is_ready = 0;
    return;
  }
  if (s->batch) queue_recycle(&s->queue, s->batch);
  workers_close(&s->workers, counts);
  queue_clear(&s->queue);
  s->is_ready = 0;
}

enum err_code scan_next(struct scan *s, const struct batch **batch, struct err *e) {
  *batch = NULL;
  if (workers_check_process(&s->workers, e)) return e->code;
  if (s->batch) queue_recycle(&s->queue, s->batch);
  s->batch = NULL;
  for (;;) {
    switch (queue_pop(&s->queue, &s->batch, workers_has_threads(&s->workers))) {
    case QUEUE_BATCH: *batch = s->batch; return ERR_NONE;
    case QUEUE_END: return workers_check_end(&s->workers, e);
    case QUEUE_ERROR: return err_nomem(e);
    case QUEUE_WAIT: break;
    }
    /*
    ** SQLite itself looks for an interrupt between two rows.  Where there are no rows, it does not
    ** get to look.
    */
    if (workers_poll(&s->workers, e)) return e->code;
    if (!workers_has_threads(&s->workers)) workers_step(&s->workers, e);
    if (e->code) return e->code;
  }
}
