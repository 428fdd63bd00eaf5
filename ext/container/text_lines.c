/* SPDX-License-Identifier: MIT */
/*
** A block ends where it is full, and where the feed was refilled, so that each call does a bounded
** piece of work.
*/
#include "container/text_lines.h"

#include <string.h>

#include "base/chars.h"

static void take_text(struct container *c, const struct pieces *s, int counts_blank, text_lines_take *take) {
  size_t n = s->n;
  while (n && s->p[n - 1] == '\r') n--;
  int is_blank = chars_space(s->p, n) == n;
  c->number += !is_blank || counts_blank;
  if (!is_blank) take(c, s->p, n);
}

enum container_result text_lines_next(struct container *c, struct pieces *s, char a, char b, int counts_blank,
                                      text_lines_take *take, struct err *e) {
  const struct feed *f = &c->feed;
  char why[ERR_TEXT];
  while (block_has_room(&c->block)) {
    switch (pieces_next(s, &c->feed, a, b)) {
    case PIECES_TEXT: take_text(c, s, counts_blank, take); continue;
    case PIECES_LONG:
      err_print(why, "is longer than %d bytes", FEED_BUFFER);
      block_add_bad(&c->block, s->p, s->n, ++c->number, why);
      continue;
    case PIECES_MORE: return c->block.nlines ? CONTAINER_BLOCK : CONTAINER_MORE;
    case PIECES_END: break;
    }
    if (c->block.nlines) return CONTAINER_BLOCK;
    if (!f->failed.code) return CONTAINER_END;
    err_set(e, f->failed.code, c->number + 1, "%s", f->failed.text);
    return CONTAINER_ERROR;
  }
  return CONTAINER_BLOCK;
}

void text_lines_add(struct container *c, const char *p, size_t n, int64_t time) {
  const char *why = !n ? "has no message" : n > BLOCK_LINE ? "has a message that is too long for a record" : NULL;
  if (why) {
    block_add_bad(&c->block, p, n, c->number, why);
    return;
  }
  memcpy(block_begin_line(&c->block), p, n);
  block_end_line(&c->block, n, c->number, time);
}
