/* SPDX-License-Identifier: MIT */
/*
** Containers: forms in which flow log records reach a person that are not lines, such as the JSON
** of CloudWatch's API or the CSV of its console.
**
**     bytes -> container_find() -> lines, which need no container
**                               -> container -> blocks of lines (block.h) -> all that reads lines
**
** A form is told by its content, never by the name of a file.  Each form is a module of this room
** with a struct container_kind, and a row in the table of container.c.
**
** Call order: container_init() once; for each file container_find(), and if it finds a kind,
** container_start(), then container_next() until it returns CONTAINER_END, CONTAINER_BROKEN or
** CONTAINER_ERROR; container_clear() at the end.  Buffers are kept from file to file.  They take
** about 800 KiB, from the first container on, whatever the file is like; see the kinds for what
** they need besides.  One thread at a time may use a container.
*/
#ifndef CONTAINER_CONTAINER_H
#define CONTAINER_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/stop.h"
#include "container/block.h"
#include "container/feed.h"

enum container_result {
  CONTAINER_BLOCK,  /* c->block has lines, at least one */
  CONTAINER_MORE,   /* a bounded piece of work is done: call again */
  CONTAINER_END,    /* the file has ended */
  CONTAINER_BROKEN, /* *e says, with the number of the record as its line, why nothing that follows can be read */
  CONTAINER_ERROR,  /* reading the bytes failed, after all that precedes; or ERR_NOMEM, or ERR_INTERRUPT: *e says it */
};

struct container;

struct container_kind {
  const char *name; /* for flowlogs_files, until the content says more: c->form */

  /*
  ** Does a file begin so?  p: its first n bytes, without a byte order mark and white space in front,
  ** up to FEED_BUFFER; is_all: they are the whole file.  A kind that says yes reads the file.
  */
  int (*is)(const char *p, size_t n, int is_all);

  /* Prepares c->state for a file; c->feed and c->block are ready.  ERR_NOMEM.  NULL: nothing is to do. */
  enum err_code (*start)(struct container *c, struct err *e);

  /* Fills the empty block.  CONTAINER_BLOCK when the block has no room, or the file has ended, or a piece of work is done. */
  enum container_result (*next)(struct container *c, struct err *e);

  /* Frees c->state[kind].  NULL: there is nothing to free. */
  void (*clear)(void *state);
};

#define CONTAINER_KINDS 4 /* rows that the table of container.c has room for */

struct container {
  const struct container_kind *kind; /* of the present file */
  int slot;                          /* its row in the table */
  const char *form;                  /* what flowlogs_files calls what was found; constant text */
  struct feed feed;                  /* the bytes of the file */
  struct block block;
  uint64_t number; /* of the last record, or of the line at hand: kinds count with it */
  int ended;       /* the kind's: nothing comes after the lines in the block */
  int is_foreign;  /* all that has been found so far is something else than flow logs */
  struct err lost; /* what may hold records could not be unpacked to its end: why, and its number as the line */
  void *state[CONTAINER_KINDS]; /* what each kind keeps from file to file; NULL at first */
  struct stop stop;             /* asked for each piece of work; set by the owner after container_init() */
};

/* Makes an empty container, which has no memory yet. */
void container_init(struct container *c);

/* Frees all. */
void container_clear(struct container *c);

/*
** Returns the kind of a file that begins with the n bytes at p, a byte order mark and white space
** included, or NULL for lines.  is_all: they are the whole file; otherwise n is FEED_BUFFER.
*/
const struct container_kind *container_find(const char *p, size_t n, int is_all);

/*
** Begins a file of that kind.  Its bytes are the n at p, at most FEED_BUFFER, and then what `read`
** returns, as lines_read says (record/lines.h); p is not used after the call.  ERR_NOMEM.
*/
enum err_code container_start(struct container *c, const struct container_kind *kind, const char *p, size_t n,
                              lines_read *read, void *from, struct err *e);

/* Goes on.  The block is valid until the next call. */
enum container_result container_next(struct container *c, struct err *e);

#endif
