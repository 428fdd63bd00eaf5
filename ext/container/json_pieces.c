/* SPDX-License-Identifier: MIT */
/*
** A piece is unwrapped in memory, and becomes a level of its own, with a feed of its own, so that the
** code that reads the file reads it as well:
**
**     level 0   {"Records":[{"kinesis":{"data":"H4sI..."}}, ...]}
**     level 1                                   {"messageType":"DATA_MESSAGE", ...}
**
** What pieces unwrap to is limited by what they take in the file.
*/
#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "container/json_state.h"
#include "file/guess_base64.h"

#define JSON_PIECE_FIRST 4096 /* bytes that are allocated for a piece at first */

/* lines_read of a level. */
static ssize_t read_content(void *from, char *p, size_t n, struct err *e) {
  struct json_level *l = from;
  size_t left = l->content.n - l->at;
  (void)e;
  if (n > left) n = left;
  if (n) memcpy(p, l->content.p + l->at, n);
  l->at += n;
  return (ssize_t)n;
}

/* The frame at the bottom of a level. */
static void push_top(struct json *j) {
  const struct json_frame *below = json_top(j);
  struct json_frame *f = &j->frame[j->nframes++];
  memset(f, 0, sizeof *f);
  f->text_n = j->text_n;
  f->nmembers = j->nmembers;
  f->time = JSON_NO_TIME;
  f->group = below->group;
  f->stream = below->stream;
}

static int begin_level(struct json *j, struct json_level *l) {
  struct err e = {0};
  if (!l->content.owned) { /* nothing was unwrapped: the piece itself is the content */
    l->content.owned = j->piece.p;
    memset(&j->piece, 0, sizeof j->piece);
  }
  if (!l->feed.buffer && feed_init(&l->feed, &e)) {
    unwrapped_free(&l->content);
    return json_scan_fail(&j->scan, &e);
  }
  size_t blank = chars_space(l->content.p, l->content.n);
  l->is_lines = !json_is(l->content.p + blank, l->content.n - blank, 1);
  l->at = 0;
  l->frame = j->nframes;
  push_top(j);
  j->nlevels++;
  feed_start(&l->feed, l->content.p, 0, read_content, l);
  j->scan.feed = &l->feed;
  return 1;
}

/* A piece, or what follows in it, cannot be used.  is_lost: it may have held records. */
static int bad_piece(struct json *j, const char *what, int is_lost) {
  char why[ERR_TEXT];
  const struct json_frame *f = json_top(j);
  while (f > j->frame && f->open != JSON_RECORDS && f->open != JSON_TOP) f--;
  if (f->open == JSON_RECORDS) err_print(why, "record %u of its list: %s", (unsigned)f->count, what);
  else err_print(why, "%s", what);
  if (is_lost) err_set(&j->c->lost, ERR_DAMAGED, j->c->number + 1, "%s", why);
  return json_bad(j, NULL, 0, why);
}

/* Lets the pieces unwrap to more, because there is one more in the file. */
static void allow(struct json *j, size_t n) {
  struct unwrap *u = &j->unwrap;
  uint64_t more = n < UNWRAP_MAX_BYTES / UNWRAP_RATIO ? (uint64_t)n * UNWRAP_RATIO : UNWRAP_MAX_BYTES;
  u->limit += more;
  if (u->limit - u->made > UNWRAP_MAX_BYTES) u->limit = u->made + UNWRAP_MAX_BYTES;
}

int json_read_piece(struct json *j) {
  struct err e = {0};
  struct json_text *t = &j->piece;
  t->n = 0;
  t->max = JSON_PIECE;
  t->is_cut = t->has_nul = t->has_escape = 0;
  if (mem_grow(&t->p, &t->cap, 1, JSON_PIECE_FIRST, 1)) return err_nomem(&e), json_scan_fail(&j->scan, &e);
  json_scan_take(&j->scan);
  return json_scan_text(&j->scan, t);
}

int json_piece_too_long(struct json *j, const char *what) {
  err_set(&j->c->lost, ERR_DAMAGED, j->c->number + 1, "%s", what);
  return json_bad(j, j->piece.p, BLOCK_SHOWN, what);
}

int json_piece(struct json *j, enum unwrap_form form) {
  struct err e = {0};
  if (j->nlevels == JSON_LEVELS || j->nframes == JSON_FRAMES)
    return json_foreign(j, "has records within records within records, more than 4 deep");
  if (!j->can_unwrap) {
    j->can_unwrap = 1;
    if (unwrap_init(&j->unwrap, &e)) return json_scan_fail(&j->scan, &e);
    unwrap_begin(&j->unwrap, 0);
    j->unwrap.stop = j->c->stop;
  }
  struct json_level *l = &j->level[j->nlevels];
  if (j->nlevels == 1) allow(j, j->piece.n);
  memset(&l->damage, 0, sizeof l->damage);
  l->is_lost = 0;
  unwrap(&j->unwrap, j->piece.p, j->piece.n, form, &l->content, &e);
  if (e.code == ERR_DAMAGED || e.code == ERR_FORMAT) {
    l->damage = e;
    l->is_lost = e.code == ERR_DAMAGED || guess_is_base64_of_gzip(j->piece.p, j->piece.n);
  } else if (e.code) {
    unwrapped_free(&l->content);
    if (e.code != ERR_ARGUMENT) return json_scan_fail(&j->scan, &e);
    err_set(&j->c->lost, e.code, 0, "%s", e.text);
    return json_end(j, CONTAINER_BROKEN, &e);
  } else if (chars_space(l->content.p, l->content.n) == l->content.n) {
    unwrapped_free(&l->content);
    return bad_piece(j, "is empty", 0);
  }
  return begin_level(j, l);
}

int json_piece_line(struct json *j) {
  struct json_level *l = json_level(j);
  if (l->at == l->content.n) return json_piece_end(j);
  const char *p = l->content.p + l->at, *lf = memchr(p, '\n', l->content.n - l->at);
  size_t n = lf ? (size_t)(lf - p) : l->content.n - l->at;
  l->at += n + (lf != NULL);
  if (!lf && l->damage.code) return 1; /* what is cut off is no line, even if it looks like one */
  if (n > BLOCK_LINE) return json_bad(j, p, n, "is longer than 65536 bytes");
  memcpy(block_begin_line(json_block(j)), p, n);
  return json_put(j, json_top(j), n);
}

int json_piece_end(struct json *j) {
  struct json_level *l = json_level(j);
  json_pop(j);
  j->nlevels--;
  unwrapped_free(&l->content);
  l->is_lines = 0;
  j->scan.feed = j->nlevels > 1 ? &json_level(j)->feed : &j->c->feed;
  j->scan.after_lf = 0;
  return l->damage.code ? bad_piece(j, l->damage.text, l->is_lost) : 1;
}
