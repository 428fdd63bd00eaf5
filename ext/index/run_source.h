/* SPDX-License-Identifier: MIT */
/*
** What a merge reads: keys in ascending order, each with its files.  A run has this form
** (run_reader_source()), and so can the caller's own tables in memory.
*/
#ifndef INDEX_RUN_SOURCE_H
#define INDEX_RUN_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "index/key.h"

/* A key and its files: n (> 0) ascending numbers relative to the first id of the source. */
struct run_entry {
  const struct index_key *key; /* NULL: there is no entry left */
  const uint32_t *id;
  size_t n;
};

struct run_source {
  /*
  ** Sets *out to the next entry, whose key is greater than the one before, and which is valid
  ** until the next call.  Not called again after an error or the end.
  */
  enum err_code (*next)(void *context, struct run_entry *out, struct err *e);
  void *context;
  uint64_t first_id;
};

#endif
