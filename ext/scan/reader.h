/* SPDX-License-Identifier: MIT */
/*
** Reads one file after another into batches or sums.  This is the work of one thread.
**
**     source -> lines -------> tokens -> (detect) -> record -> predicate -> batch, or sums
**           \-> container --/
**           \-> rows of Parquet
**
** Call order: reader_init() once, and `summing` set if records are to be summed; for each file
** reader_open_file() (or another of the functions that open), then
** reader_next() until it returns READER_END, with a batch that is empty at first and again after
** READER_FULL, then reader_close(); reader_clear() at the end.
**
** Ownership: a reader owns all its buffers, which take about 1 MiB whatever the files are like.
** The options must outlive it and may be shared.  A reader belongs to one thread.
**
** Errors: what is wrong with a file or a line is no error of these functions but a problem, and
** the policy says what becomes of it.  There are two exceptions to the policy.  A filter that
** cannot be compared with a file's records (ERR_ARGUMENT) is a mistake in the query.  When the
** system has no file descriptors or memory (ERR_EXHAUSTED), there is nothing wrong with the file,
** and passing over it would lose its records.  Such a problem is put into the batch whatever the
** policy is, and ends the file; the query must end with it.  Only ERR_NOMEM is returned.
**
** reader_next() does a bounded piece of work, so that its caller can look between two calls
** whether it is to stop.
*/
#ifndef SCAN_READER_H
#define SCAN_READER_H

#include "container/container.h"
#include "file/discover.h"
#include "file/read_ahead.h"
#include "file/root_guard.h"
#include "file/source.h"
#include "predicate/filter.h"
#include "predicate/predicate.h"
#include "record/batch.h"
#include "record/detect.h"
#include "record/formats.h"
#include "record/layout.h"
#include "record/lines.h"
#include "record/record.h"
#include "record/tokens.h"
#include "scan/envelope.h"
#include "scan/parquet_rows.h"
#include "scan/presence.h"
#include "scan/refusal.h"
#include "scan/summing.h"

enum policy {
  POLICY_FAIL,    /* the first problem is put into the batch and ends the file */
  POLICY_SKIP,    /* problems are counted, and all that can be read is delivered */
  POLICY_COLLECT, /* as POLICY_SKIP, and the problems are put into the batches, with records that cannot be right */
};

/* What a file turned out to be. */
enum verdict {
  VERDICT_OPEN,     /* not known yet */
  VERDICT_FLOW_LOG, /* its lines are being read, or have been */
  VERDICT_EMPTY,    /* there is no line in it */
  VERDICT_OTHER,    /* no flow log: it was passed over, and why[] gives the reason */
  VERDICT_BAD,      /* cannot be read, or cannot be read as the flow log that it should be: a problem was made */
};

struct reader_options {
  const struct root_guard *guard;
  const struct formats *formats; /* of lines without a header; NULL for AWS's defaults */
  enum policy policy;
  const struct predicate *predicate; /* the records that are wanted; NULL for all */
  const struct filter *filter;       /* which they must match besides; NULL for none */
  int whole_rows;                    /* rows are read and checked as a whole, also where columns could be read alone */
  int ahead;                         /* each file is read and inflated in a thread of its own */
  struct stop stop; /* asked between pieces of work; must allow to be called in the thread that reads the file */
};

/*
** How the file came to us decides what is forgiven, because passing over a file that should be a
** flow log would hide traffic.
*/
enum expectation {
  EXPECT_NOTHING,  /* found in a folder or by a pattern: passed over unless it looks like a flow log */
  EXPECT_FLOW_LOG, /* named by the user */
  EXPECT_DELIVERY, /* named as AWS names flow logs, which have a header line at least */
};

struct reader {
  const struct reader_options *options;
  struct source source;
  struct read_ahead ahead; /* between source and lines, while options->ahead */
  struct lines lines;
  struct container container; /* in the place of the lines, for files that are no lines */
  int is_new;                 /* 0 or 1: no byte of the file has been looked at */
  int is_contained;           /* 0 or 1: the file is a container */
  int is_mixed; /* they are those of a container, in memory: not the first ones alone decide what the file is */
  const struct block_place *places; /* of a container: those of the lines in the window; NULL for lines */
  struct {
    uint64_t n;         /* lines of a container, before its first record, that are no records */
    uint64_t line;      /* number of the one that why is about */
    uint64_t messages;  /* of these, what is a message after all, and no record (or behind one that is) */
    int likely;         /* there were marks of flow logs among them */
    char why[ERR_TEXT]; /* what is wrong with it */
  } unread;
  struct parquet_rows table;    /* in the place of the lines, for a Parquet file; table.is_open says so */
  struct envelope envelope;     /* what the container, or CloudWatch's prefix, gives to a record besides its line */
  struct tokens tokens;         /* the window: the lines that were split last */
  struct path_fields path;      /* what the path of the file gives to its records */
  struct layout layout;         /* of the lines at hand */
  struct detect_memory header;  /* that the files before this one began with */
  struct formats_state formats; /* which formats lines without a header are in */
  struct projection projection;
  struct presence presence;      /* of the fields that the query needs, in this file so far */
  struct predicate_bound wanted; /* the predicate and the filter, for the layout */
  struct summing summing;        /* set by the owner: takes the records instead of the batch; kind is NULL for none */
  int is_judged;                 /* the layout, or the header that it is of, has passed check_columns() */
  int is_bound;                  /* `wanted`, and projection or sums, are the layout's */
  struct err misfit; /* why the filter cannot be compared with the layout, which makes a first record a problem */
  enum expectation expectation;
  enum verdict verdict;
  enum refusal refusal; /* why the file is not read, if its name says so */
  int is_other;         /* nothing marks it as a flow log: a folder's scan passes over it, also when VERDICT_BAD */
  int source_known;     /* the file could be opened: source.kind says what its bytes are */
  char why[ERR_TEXT];   /* the reason of VERDICT_OTHER and VERDICT_BAD, or the file's first problem; "" if none */
  enum err_code bad;    /* VERDICT_BAD because the file could not be opened: the code of that error */
  uint64_t line;        /* lines of the file before the window, or 0 for a container */
  uint64_t records;     /* found in this file */
  uint64_t rows;        /* of these, delivered or grouped */
  uint64_t nproblems;   /* found in this file */
  uint64_t groups, groups_skipped; /* behind reader_close(): its row groups, and those left out; 0 if it is of lines */
  const char *text;                /* what is left of the block of lines */
  size_t text_n;                   /* bytes; 0: the next block is due */
  uint32_t next;                   /* line of the window to go on with; tokens.nlines: the next window is due */
  int is_first;                    /* the file's first block has not come yet */
  int done;                        /* nothing more comes of this file */
};

enum reader_result {
  READER_MORE,  /* rows were added, perhaps none, and there is room for more: call again, with this batch or another */
  READER_FULL,  /* the batch must be taken away: it is full or has a problem */
  READER_END,   /* the file is finished; the batch may have rows */
  READER_ERROR, /* *e says what: ERR_NOMEM, or ERR_INTERRUPT when `stop` said so */
};

/* Is the file read as columns, and not as lines?  A pipe cannot be, which is an error. */
static inline int reader_is_table(const struct reader *r) {
  return r->source_known && r->source.kind == SOURCE_PARQUET && !r->source.input.is_pipe;
}

/*
** The options' values are looked at until reader_clear().  ERR_NOMEM; reader_clear() is due all
** the same.
*/
enum err_code reader_init(struct reader *r, const struct reader_options *options, struct err *e);
void reader_clear(struct reader *r);

/*
** From now on, this is asked in the place of options->stop.  A worker, which must not ask what the
** owner's thread alone may ask, sets it before its first file.
*/
void reader_set_stop(struct reader *r, const struct stop *stop);

/* Begins a file.  Whatever is wrong with it comes as a problem from reader_next(). */
void reader_open(struct reader *r, const char *path, enum expectation expectation);

/* The same for lines in memory, n bytes, which must stay until reader_close(). */
void reader_open_memory(struct reader *r, const char *p, size_t n, enum expectation expectation);

/*
** The same for a file of a list, on the disk or in memory, with the expectation that
** reader_expectation() has of it.
*/
void reader_open_file(struct reader *r, const struct file *file);

/*
** Closes the file, at its end or before.  What is known of it stays until the next one is opened.
*/
void reader_close(struct reader *r);

/*
** How a file of a list is to be read: what the user named, or AWS named as a flow log, must be
** one.
*/
enum expectation reader_expectation(const struct file *file);

/*
** The layout of the file, of which r->layout may be a part: only the columns that a query needs are read of
** a Parquet file.
*/
const struct layout *reader_layout(const struct reader *r);

/* The uncompressed bytes of the file that have been read so far. */
uint64_t reader_bytes(const struct reader *r);

/*
** Adds the rows and problems of the next window to the batch.  The batch's `file` is left alone.
*/
enum reader_result reader_next(struct reader *r, struct batch *b, struct err *e);

#endif
