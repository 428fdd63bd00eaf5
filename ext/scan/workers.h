/* SPDX-License-Identifier: MIT */
/*
** The scheduler of all scans: worker threads that read the files of a list, and where their
** records go.
**
**     files --> (prune) --> worker: reader --\
**                           worker: reader ----> sink
**                           worker: reader --/
**
** A file is the unit of a worker's work.  Files are dealt out in the order of the list.  What
** becomes of the records is the sink's affair: scan.h has one that hands over batches in the order
** of the files, and rollup_scan.h one that sums records in groups.
**
** Call order, all by the thread that owns the scan: workers_open(); workers_start();
** workers_step() again and again if no thread runs (workers_has_threads() is 0); workers_close(),
** which stops the threads and waits for them.  Where no thread is asked for, or none can be
** started, the owner is the only worker, and the sink sees the same calls in the owner's thread.
** The list, the options' pointers and the sink must outlive the workers.
**
** Ownership: the workers own readers, counts and threads.  A batch that a reader fills belongs to
** the worker between the sink's room() and its deliver() or end_file().
*/
#ifndef SCAN_WORKERS_H
#define SCAN_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/threads.h"
#include "file/discover.h"
#include "predicate/prune.h"
#include "scan/reader.h"

#define SCAN_SMALL (1 << 20) /* bytes: files that have less together are not worth a thread, unless one is asked for */

/*
** Files of the list that need not be opened, because an index says that no record in them is wanted.
** So that the answer is as if they had been read, the scan counts which of the needed fields they
** have.
*/
struct scan_spared {
  const uint32_t *file;            /* one for each: 0 to open it, or 1 + its place in presence */
  const struct presence *presence; /* without what the paths of files give */
};

/* What a scan is told, whatever its sink. */
struct scan_options {
  struct reader_options reader; /* reader.ahead is set by workers_open(); reader.stop is asked by the owner alone */
  struct progress *progress;    /* counts what is done; NULL: nobody wants to know */
  int64_t late; /* seconds by which files may have been delivered late, for prune_reason(); or PRUNE_LATE_ANY */
  struct scan_spared spared; /* file is NULL: no file is spared */
  int may_be_others;         /* that none of the files is a flow log is no error: the caller looks at each of them */
  int may_lack; /* a condition on a field that no file has is no error: the files are not all that the query is about */
  int threads;  /* -1: as many as there are processors and work for them; 0: the caller's alone */
};

/* What a scan has done so far. */
struct scan_counts {
  uint64_t files;                  /* in the list */
  uint64_t pruned;                 /* of these, not opened, because of what their paths say */
  uint64_t pruned_by[PRUNE_COUNT]; /* of these, for each reason; [PRUNE_NONE] is 0 */
  uint64_t read;                   /* of these, read to their ends, or to where the scan ended */
  uint64_t passed_over;            /* of these, no flow logs */
  uint64_t unfinished;             /* of those read, downloads that are not finished, which are not opened */
  uint64_t first_unfinished;       /* number of the first of them in the list */
  char unfinished_path[ERR_TEXT];  /* its path, cut if it is longer */
  uint64_t bytes_read;             /* from the files */
  uint64_t bytes_inflated;         /* bytes that came out of gzip */
  uint64_t row_groups;             /* of the Parquet files among them, as far as they were gone through */
  uint64_t row_groups_skipped;     /* of these, not read, because no record in them can pass */
  uint64_t records;                /* found in the files, but for row groups that were not read */
  uint64_t rows;                   /* of these, those that the predicate let pass */
  struct presence_counts presence; /* of the fields that the query needs, in the files that were read */
  unsigned threads;                /* that were started; 0: the caller's did the work */
  unsigned passes;                 /* how often the files were gone through */
};

/* One worker.  It belongs to its thread, or to the owner where there are no threads. */
struct worker {
  unsigned number; /* 0 to workers.n - 1 */
  int is_owner;    /* it runs in the owner's thread: the sink must not wait, and must take rows after each window */
  struct reader reader;
  int is_open;         /* the reader is at file `file` */
  size_t file;         /* number in the list */
  uint64_t bytes;      /* of this file, as it is on the disk, that have been added to the progress */
  struct batch *batch; /* that the reader fills, from the sink's room(); or NULL */
};

/*
** Where the records of a scan go.  All functions but wake() are called by a worker's thread;
** `sink` is the context that workers_open() was given.  For each worker:
**
**     begin()  { admit()  { room()  deliver() ... }  end_file() } ...  end()
*/
struct sink {
  /* Before the worker's first file, when its reader has been initialised.  ERR_NOMEM. */
  enum err_code (*begin)(void *sink, struct worker *w, struct err *e);

  /*
  ** May the next file be dealt out?  Waits until there is room for what it will bring.  0: no file
  ** is wanted any more.  It is asked once for each file, and then once by each worker in vain.
  */
  int (*admit)(void *sink);

  /*
  ** An empty batch for the worker's file; may wait for it.  NULL: there is no memory, or the
  ** workers were stopped.
  */
  struct batch *(*room)(void *sink, struct worker *w);

  /*
  ** reader_next() has returned `result`, which is not READER_ERROR: takes what the sink wants.  To
  ** take the batch away, it sets w->batch to NULL; otherwise the reader goes on with this batch.
  ** Returns 0 to give the file up.
  */
  int (*deliver)(void *sink, struct worker *w, enum reader_result result);

  /*
  ** An admitted file has ended, has been given up, or was pruned.  spare: a batch that was not
  ** delivered, or NULL.
  */
  void (*end_file)(void *sink, size_t file, struct batch *spare);

  /*
  ** The worker has ended: there are no more files, it was stopped, or (ok is 0) it has no memory.
  ** It may be at a file, and w->batch may be a batch to free.  Where there was no memory for its
  ** reader, begin() has not been called.  Must call workers_stop() if the whole scan is to end
  ** with this worker.
  */
  void (*end)(void *sink, struct worker *w, int ok);

  /*
  ** The workers have been stopped: wakes those that wait in admit(), room() or deliver(), which
  ** then return.
  */
  void (*wake)(void *sink);
};

struct workers {
  const struct files *files;
  struct scan_options options;
  const struct sink *sink;
  void *context; /* the sink's */
  struct threads threads;
  unsigned n;            /* workers: one for each thread that is wanted, and at least one */
  struct worker *worker; /* n of them */
  int owner_begun;       /* worker 0 is the owner's, and has begun */
  atomic_size_t next;    /* the file that is dealt out next */
  atomic_int stopped;
  pthread_mutex_t mutex; /* guards what follows, while threads run */
  struct scan_counts counts;
  uint32_t alike_place; /* of files that were spared, and are not counted yet in counts.presence: as in scan_spared, */
  uint32_t alike;       /* and how many */
  char why[ERR_TEXT];   /* why the list's first file was passed over, if it was */
  int is_ready;         /* the mutex has been initialised */
};

/*
** Gets ready, and decides how many workers there are (workers.n), so that a sink can prepare for
** them.  ERR_NOMEM; workers_close() is due all the same, and may be called on a struct that is all
** zero.
*/
enum err_code workers_open(struct workers *s, const struct files *files, const struct scan_options *options,
                           const struct sink *sink, void *context, struct err *e);

/* Starts the threads, if there are to be any.  ERR_NOMEM. */
enum err_code workers_start(struct workers *s, struct err *e);

/* Do threads do the work?  If they do not, the owner must call workers_step(). */
static inline int workers_has_threads(const struct workers *s) { return s->threads.n > 0; }

/*
** In a child of fork(), which has inherited a scan but not its threads: is there nothing that may
** be locked, waited for or freed?  What the scan has stays allocated.
*/
static inline int workers_are_lost(const struct workers *s) {
  return workers_has_threads(s) && threads_in_child(&s->threads);
}

/*
** ERR_IO in a child of fork(), whether there are threads or not: parent and child have one position
** in a file that is open, so each would miss what the other has read.  To be called before each
** piece of work, and before any other call.
*/
enum err_code workers_check_process(const struct workers *s, struct err *e);

/*
** In the owner's thread, where there are no threads: does one piece of work, which is to read a
** window of lines or to pass over a pruned file.  1: there may be more; 0: there is no file left.
** It returns 0 with ERR_NOMEM when there is no memory, and with ERR_INTERRUPT when the scan is to
** end.
*/
int workers_step(struct workers *s, struct err *e);

/*
** Asks the options' stop: ERR_INTERRUPT when the scan is to end.  By the owner, whenever it
** would wait.
*/
enum err_code workers_poll(const struct workers *s, struct err *e);

/*
** When all files have ended: ERR_FORMAT if the answer says nothing about traffic, because it must
** not look like an answer that says that there was none:
**
**   - There were files, and each of them was passed over.  With POLICY_COLLECT that is no error.
**   - A condition needs a field that none of the files has.  With POLICY_FAIL alone, and unless
**     the option may_lack is set.
*/
enum err_code workers_check_end(struct workers *s, struct err *e);

/* Makes all workers return soon.  Any thread. */
void workers_stop(struct workers *s);
static inline int workers_is_stopped(struct workers *s) {
  return atomic_load_explicit(&s->stopped, memory_order_relaxed);
}

/*
** Stops, waits for the threads, and frees all.  counts: becomes what has been done; may be NULL.
*/
void workers_close(struct workers *s, struct scan_counts *counts);

/*
** The number of threads for these files: what is asked for, or what there is work for; at most one
** for each file.
*/
unsigned workers_threads(const struct files *files, int asked);

/*
** Should readers read ahead?  They should when a single file is all that several threads could
** work on.
*/
int workers_read_ahead(const struct files *files, int asked);

#endif
