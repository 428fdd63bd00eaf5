/* SPDX-License-Identifier: MIT */
/*
** Reads a sorted run of an index: the files of some keys or of a range of keys, or all entries.
**
** The blocks of a run come from the caller, who stores them.  Nothing that they hold is believed:
** damage is ERR_FORMAT with "the index is damaged: …", never a wrong answer.  Each block has a
** CRC, and says which key the next one begins with, so that neither a changed block nor one that
** is missing goes unnoticed.  Only the number of files and the first id of the run, which the
** caller gives, are taken for true.  No more memory is taken than these files need.
**
** The owner clears the reader, also after an error, after which it cannot be used on.  A struct
** that is all zero may be cleared as well.  It must be used by one thread at a time.
*/
#ifndef INDEX_RUN_READER_H
#define INDEX_RUN_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "index/file_set.h"
#include "index/key.h"
#include "index/postings.h"
#include "index/run_source.h"

struct run_block {
  int is_there; /* 0: there is no such block */
  const unsigned char *p;
  size_t n;
};

/* The blocks of a run.  Each function sets *out, which is valid until the next call of either. */
struct run_blocks {
  /*
  ** Finds the last block that is stored under a key that is not greater; if there is none, the
  ** first block.  The key may be the empty one (n = 0), which is before all others.
  */
  enum err_code (*seek)(void *context, const struct index_key *key, struct run_block *out, struct err *e);
  /* The block after the one that was returned last. */
  enum err_code (*next)(void *context, struct run_block *out, struct err *e);
  void *context;
};

struct run_reader {
  struct run_blocks blocks;
  uint64_t first_id;
  uint32_t files;

  /* The block at hand, if there is one. */
  int has_block, is_first;
  struct index_key following;    /* the key with which the next block begins; none in the last block */
  const unsigned char *at, *end; /* the entry after the current one */

  /* The current entry, if there is one. */
  int has_entry;
  struct index_key key;
  const unsigned char *postings;

  struct id_list list;
};

/* Begins to read a run of so many files, the first of which has the id first_id. */
void run_reader_init(struct run_reader *r, const struct run_blocks *blocks, uint64_t first_id, uint32_t files);

/*
** Adds the files that have one of the keys, which are ascending (the same one may stand there
** twice), to *out.  A block is asked for once, however many of the keys lie in it.
*/
enum err_code run_reader_find(struct run_reader *r, const struct index_key *key, size_t n, struct file_set *out,
                              struct err *e);

/* Adds the files that have a key from `least` to `greatest`, both included, to *out. */
enum err_code run_reader_range(struct run_reader *r, const struct index_key *least, const struct index_key *greatest,
                               struct file_set *out, struct err *e);

/*
** Sets *out to the next entry of the run: the first one after run_reader_init(), and also after
** the end and after the functions above.
*/
enum err_code run_reader_next(struct run_reader *r, struct run_entry *out, struct err *e);

/* All entries, for a merge.  The reader must stay where it is. */
struct run_source run_reader_source(struct run_reader *r);

void run_reader_clear(struct run_reader *r);

#endif
