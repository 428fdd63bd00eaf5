/* SPDX-License-Identifier: MIT */
/*
** Reads one file after another into batches: the unit of work that a thread does.
**
**     source -> lines -> tokens -> (detect) -> record -> predicate -> batch
**                                                            -> groups
**
** Call order: reader_init() once; for each file reader_open(), then reader_next() until it returns READER_END, with a
** batch that is empty at first, and again after READER_FULL; reader_clear() at the end.  A reader owns all its buffers (about 1 MiB, whatever the files are like) and belongs to
** one thread.  The options must outlive it and may be shared.
**
** What can't be used is a problem, and the policy says what becomes of it; but a filter that can't be held against a
** file's records (ERR_ARGUMENT) is the query's mistake: it is put into the batch whatever the policy, and ends the
** file.  reader_next() does a bounded piece of work, so that its caller can look in between whether it is to stop.
*/
#ifndef SCAN_READER_H
#define SCAN_READER_H

#include "file/discover.h"
#include "file/read_ahead.h"
#include "record/batch.h"
#include "file/root_guard.h"
#include "predicate/filter.h"
#include "scan/group.h"
#include "record/layout.h"
#include "record/lines.h"
#include "predicate/predicate.h"
#include "record/record.h"
#include "file/source.h"
#include "record/tokens.h"

enum policy {
  POLICY_FAIL,    /* the first problem is put into the batch and ends the file */
  POLICY_SKIP,    /* problems are counted; all that can be read is delivered */
  POLICY_COLLECT, /* like POLICY_SKIP, and the problems are put into the batches */
};

/* What a file turned out to be. */
enum verdict {
  VERDICT_OPEN,     /* not known yet */
  VERDICT_FLOW_LOG, /* its lines are being read, or have been */
  VERDICT_EMPTY,    /* no line in it */
  VERDICT_OTHER,    /* no flow log: passed over, why[] says for what reason */
  VERDICT_BAD,      /* can't be read, or not as a flow log though it should be one: a problem was made */
};

struct reader_options {
  const struct root_guard *guard;
  const struct layout *format; /* for files without a header, or NULL */
  enum policy policy;
  const struct predicate *predicate; /* the records that are wanted; NULL for all */
  const struct filter *filter;       /* of these, those that match this, too; NULL for all */
  int ahead;                         /* read and inflate in a thread of its own */
};

/* How the file came to us decides what is forgiven: passing over a file that should be a flow log hides traffic. */
enum expectation {
  EXPECT_NOTHING,  /* found in a folder or by a pattern: passed over unless it has the marks of a flow log */
  EXPECT_FLOW_LOG, /* named by the user, or named as AWS names flow logs */
};

struct reader {
  const struct reader_options *options;
  struct source source;
  struct read_ahead ahead;
  struct lines lines;
  struct tokens tokens;
  struct layout layout;
  struct projection projection;
  struct predicate_bound wanted; /* the predicate and the filter, for the layout */
  const struct grouping
      *grouping;              /* set after reader_init(), with groups: records are added to these, not to batches */
  struct groups *groups;      /* or NULL */
  struct grouping_bound sums; /* the grouping, for the layout */
  int is_bound;               /* projection or sums, and wanted, are the layout's */
  int is_misfit;              /* the filter can't be held against the layout: the first record is a problem */
  enum expectation expectation;
  enum verdict verdict;
  int is_other;       /* nothing marks it as a flow log: a folder's scan passes over it, also when VERDICT_BAD */
  int source_known;   /* the file could be opened: source.kind says what its bytes are */
  char why[ERR_TEXT]; /* the reason of VERDICT_OTHER and VERDICT_BAD, or the file's first problem; "" if none */
  enum err_code bad;  /* VERDICT_BAD from reader_open(): the code of that error */
  uint64_t line;      /* lines of the file before the window */
  uint64_t records;   /* found in this file */
  uint64_t rows;      /* of these, delivered or grouped */
  uint64_t nproblems; /* found in this file */
  const char *text;   /* what is left of the block */
  size_t text_n;      /* 0: the next block is due */
  uint32_t next;      /* line of the window to go on with; tokens.nlines: the next window is due */
  int is_first;       /* the file's first block has not come yet */
  int done;           /* nothing more comes of this file */
};

enum reader_result {
  READER_MORE,  /* rows were added, perhaps none, and there is room for more: call again, with this batch or another */
  READER_FULL,  /* the batch must be taken away: it is full, has a problem, or the next rows are of another layout */
  READER_END,   /* the file is finished; the batch may have rows */
  READER_ERROR, /* no memory: *e */
};

enum err_code reader_init(struct reader *r, const struct reader_options *options, struct err *e);
void reader_clear(struct reader *r);

/* Begins a file.  Whatever is wrong with it comes as a problem from reader_next(). */
void reader_open(struct reader *r, const char *path, enum expectation expectation);
void reader_close(struct reader *r);

/* The same for a file of a list, on the disk or in memory, with the expectation that reader_expectation() has of it. */
void reader_open_file(struct reader *r, const struct file *file);

/* How a file of the list is to be read: what the user named, or AWS named as a flow log, must be one. */
enum expectation reader_expectation(const struct file *file);

/* The same for a text of n bytes in memory, which must stay until reader_close(). */
void reader_open_memory(struct reader *r, const char *p, size_t n, enum expectation expectation);

/* Adds the rows and problems of the next window to the batch.  The batch's file is left alone. */
enum reader_result reader_next(struct reader *r, struct batch *b, struct err *e);

#endif
