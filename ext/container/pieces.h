/* SPDX-License-Identifier: MIT */
/*
** Takes texts from the bytes of a file that end at a certain byte, such as lines, or messages with
** tabs between them.  A text that does not fit into the feed is passed over.
**
** Call order: pieces_start() for each file; pieces_next() until it returns PIECES_END.  One thread
** at a time may use a feed.
*/
#ifndef CONTAINER_PIECES_H
#define CONTAINER_PIECES_H

#include "container/feed.h"

enum pieces_result {
  PIECES_TEXT, /* p and n are a text, without the byte at its end */
  PIECES_MORE, /* the feed was refilled: call again.  A reader ends its piece of work, so that it can be stopped */
  PIECES_LONG, /* a text that does not fit has begun; p and n are its beginning.  The next call goes on with its rest */
  PIECES_END,  /* the file has ended or failed; an incomplete text before a failure is dropped */
};

struct pieces {
  int is_long;   /* the bytes at hand belong to a text that does not fit */
  const char *p; /* valid until the next call */
  size_t n;
  char end; /* the byte at its end; LF at the end of the file */
};

static inline void pieces_start(struct pieces *s) { s->is_long = 0; }

/* The first byte of [p, end) that is a or b, or end. */
const char *pieces_find(const char *p, const char *end, char a, char b);

/* Takes the next text that ends at one of two bytes. */
enum pieces_result pieces_next(struct pieces *s, struct feed *f, char a, char b);

#endif
