/* SPDX-License-Identifier: MIT */
/*
** Decodes base64 that comes in pieces: one value, with line breaks anywhere, or several values, each
** in lines of its own, of which the results are joined.
**
** The rules are those of base64.h, for each value by itself.  Where a value ends without padding
** in the middle of a group of four digits, the next line shows whether it goes on: it does not, where
** that line begins as base64 of gzip does.
**
** Call order: base64_stream_begin(); base64_stream_run() with more and more input.  The struct owns
** nothing.  One thread at a time may use it.
*/
#ifndef BASE_BASE64_STREAM_H
#define BASE_BASE64_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BASE64_OF_GZIP "H4sI" /* 1f 8b 08: how base64 of gzip begins */

struct base64_stream {
  int each_line;         /* each line is a value */
  int is_text;           /* the values are texts, between which there is a line break */
  uint16_t digit[256];   /* by character: the value of the digit, and flags */
  uint64_t taken;        /* characters so far */
  unsigned group;        /* the digits of the group that has not been written */
  unsigned digits, pads; /* their number, and that of the padding behind them; a value that has ended has none */
  unsigned alphabets;    /* that the value has used so far */
  unsigned probed;       /* characters of BASE64_OF_GZIP that begin this line, and are not in `group` */
  int is_wrapped;        /* a line has ended within a group that goes on in the next: so it is one value */
  int is_line_begin;     /* line breaks came last */
  int has_begun;         /* a digit has come */
  int has_value_ended;   /* the next digit begins another value */
  int is_blank;          /* white space has come that is no line break: nothing else may follow */
  int has_ended;         /* the end of the input has been dealt with */
  unsigned char last;    /* the last byte that was written */
  unsigned char held[8]; /* bytes for which there was no room */
  unsigned nheld;
};

/* Where a call reads and writes.  What has been used is taken off. */
struct base64_io {
  const unsigned char *in;
  size_t n_in;
  unsigned char *out;
  size_t n_out;
};

void base64_stream_begin(struct base64_stream *s, int each_line, int is_text);

/*
** Decodes until all input is used, or until there is no room: n_out is 0 then.  is_end: no input
** comes after this, so that n_out > 0 means that all has been written.  ERR_FORMAT for what is not
** base64: the text says what is wrong with it, as "is corrupt: …" or "is cut off, …".  All that comes
** before has been written then, unless there was no room.
*/
enum err_code base64_stream_run(struct base64_stream *s, struct base64_io *io, int is_end, struct err *e);

#endif
