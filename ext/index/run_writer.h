/* SPDX-License-Identifier: MIT */
/*
** Writes a sorted run of an index: from keys in ascending order, each with its files, to blocks.
**
** A run has some files, which are numbered from its first id on, and keys.  Its blocks are of
** about RUN_BLOCK bytes, and are stored by the caller under the first key of each.  A block is
**
**     CRC-32 of the rest, 4 bytes | flags, 1 byte | the first key of the next block | entries
**
** and an entry is varint(bytes that the key shares with the key before), varint(bytes of its
** rest), the rest, and postings (postings.h).  The first entry of a block shares nothing.  The
** next key is a byte with its length and its bytes, of length 0 in the last block.
**
** The CRC and the next key are for the reader, which thus notices any block that is damaged, and
** any that is missing (run_reader.h).
**
** The owner clears it.  A struct that is all zero may be cleared as well.  It must be used by one
** thread at a time.
*/
#ifndef INDEX_RUN_WRITER_H
#define INDEX_RUN_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "index/key.h"

/*
** Bytes of a block.  The row of a table of SQLite that has a block and its key then fits into a
** page of 4096 bytes.  Only a block of a single entry may have more.
*/
#define RUN_BLOCK 3960

#define RUN_BLOCK_HEAD  5 /* the CRC and the flags */
#define RUN_BLOCK_FIRST 1 /* a flag: the first block of its run */

/* What takes the blocks, in the order of their keys.  The memory is the writer's. */
struct run_sink {
  enum err_code (*put)(void *context, const struct index_key *first, const unsigned char *block, size_t n,
                       struct err *e);
  void *context;
};

struct run_writer {
  struct run_sink sink;
  unsigned char *block; /* without its head, whose size is known when the next key is */
  size_t n, cap;
  struct index_key first, last; /* of the block; `last` also of the run */
  uint64_t blocks;              /* that were put; after run_writer_finish() all */
  uint64_t keys, ids, bytes;    /* keys, their files all together, and bytes of the blocks that were put */
};

/* Begins a run. */
void run_writer_init(struct run_writer *w, const struct run_sink *sink);

/*
** Adds a key with its n (> 0) files, ascending numbers relative to the first id of the run.  The
** key must be greater than the one before.  ERR_NOMEM, ERR_FORMAT for a key that is not greater,
** and what the sink returns; the run cannot be finished then.
*/
enum err_code run_writer_put(struct run_writer *w, const struct index_key *key, const uint32_t *id, size_t n,
                             struct err *e);

/*
** Gives the last block to the sink.  A run without keys has no blocks; such a run must not be
** kept, because a reader would find it damaged.
*/
enum err_code run_writer_finish(struct run_writer *w, struct err *e);

/* Frees all memory.  The counts stay. */
void run_writer_clear(struct run_writer *w);

#endif
