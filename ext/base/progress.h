/* SPDX-License-Identifier: MIT */
/*
** How far a long piece of work has come: what those who do the work count, and what whoever shows it
** to the user reads.
**
** The threads that work only ever add to the counters, so they need no lock, and a reader may see
** one counter a little ahead of another.  The owner of the work calls progress_begin() before they
** start.
*/
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
  uint64_t files;                   /* that are to be read; 0: they are being looked for */
  uint64_t bytes;                   /* that these have on the disk, as far as it is known */
  atomic_uint_least64_t files_done; /* read, or passed over; while files are looked for: found */
  atomic_uint_least64_t bytes_done; /* of `bytes` */
  atomic_uint_least64_t records;    /* found in the files */
};

/* The work begins: nothing has been done of it. */
static inline void progress_begin(struct progress *p, uint64_t files, uint64_t bytes) {
  p->files = files;
  p->bytes = bytes;
  atomic_store_explicit(&p->files_done, 0, memory_order_relaxed);
  atomic_store_explicit(&p->bytes_done, 0, memory_order_relaxed);
  atomic_store_explicit(&p->records, 0, memory_order_relaxed);
}

/* Some of the work has been done.  p may be NULL: nobody wants to know. */
static inline void progress_add(struct progress *p, uint64_t files, uint64_t bytes, uint64_t records) {
  if (!p) return;
  if (files) atomic_fetch_add_explicit(&p->files_done, files, memory_order_relaxed);
  if (bytes) atomic_fetch_add_explicit(&p->bytes_done, bytes, memory_order_relaxed);
  if (records) atomic_fetch_add_explicit(&p->records, records, memory_order_relaxed);
}

#endif
