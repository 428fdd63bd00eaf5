/* SPDX-License-Identifier: MIT */
/*
** What a container makes of a file, as a text to compare: for unit tests and fuzz targets.
*/
#ifndef CONTAINER_LINES_H
#define CONTAINER_LINES_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/container.h"

/* A file whose bytes come a few at a time, and which may end with a failure. */
struct container_file {
  const char *p;
  size_t n;
  size_t piece;          /* bytes that come at once at most */
  enum err_code failure; /* behind the last byte; ERR_NONE: the file ends there */
};

static inline ssize_t container_read(void *from, char *p, size_t n, struct err *e) {
  struct container_file *f = from;
  if (!f->n && f->failure) return err_set(e, f->failure, 0, "cut off"), -1;
  if (n > f->piece) n = f->piece;
  if (n > f->n) n = f->n;
  memcpy(p, f->p, n);
  f->p += n;
  f->n -= n;
  return (ssize_t)n;
}

static inline void container_print_name(FILE *out, const struct block *b, const char *label, uint32_t at, uint32_t n) {
  if (at != BLOCK_NO_TEXT) fprintf(out, " %s=%.*s", label, (int)n, b->names + at);
}

/*
** Prints a line for each line of the block: its number, time, group and stream, and "| LINE" or
** "! WHY | LINE".
*/
static inline void container_print_block(FILE *out, const struct block *b) {
  const char *p = b->text;
  for (uint32_t i = 0; i < b->nlines; i++) {
    const struct block_place *place = &b->place[i];
    const struct block_stream *s = &b->stream[place->stream];
    const char *end = memchr(p, '\n', b->n - (size_t)(p - b->text)), *why = block_why(b, place);
    if (!end) abort();
    if (place->number == BLOCK_HEADER) fprintf(out, "header");
    else fprintf(out, "%" PRIu64, place->number);
    if (place->time != BLOCK_NO_TIME) fprintf(out, " %" PRId64, place->time);
    container_print_name(out, b, "group", s->group, s->group_n);
    container_print_name(out, b, "stream", s->name, s->name_n);
    if (why) fprintf(out, " ! %s", why);
    fprintf(out, " | ");
    fwrite(p, 1, (size_t)(end - p), out);
    fputc('\n', out);
    p = end + 1;
  }
  if (p != b->text + b->n) abort();
}

/* The same for a file, then its form, and what ended it if that was not its end.  To be freed. */
static inline char *container_lines(struct container *c, const char *p, size_t n, size_t piece, enum err_code failure) {
  char *text = NULL;
  size_t text_n, first = n < FEED_BUFFER ? n : FEED_BUFFER;
  struct err e = {0};
  FILE *out = open_memstream(&text, &text_n);
  const struct container_kind *kind = container_find(p, first, first == n && !failure);
  if (!out) abort();
  if (first > piece) first = piece;
  struct container_file file = {p + first, n - first, piece, failure};
  if (!kind) {
    fprintf(out, "lines\n");
  } else if (container_start(c, kind, p, first, container_read, &file, &e)) {
    fprintf(out, "cannot be started: %s\n", e.text);
  } else {
    enum container_result result = CONTAINER_MORE;
    while (result == CONTAINER_MORE || result == CONTAINER_BLOCK) {
      result = container_next(c, &e);
      if (result == CONTAINER_BLOCK && !c->block.nlines) abort();
      if (result == CONTAINER_BLOCK) container_print_block(out, &c->block);
    }
    fprintf(out, "%s\n", c->form);
    if ((result == CONTAINER_END) != !e.code) abort();
    if (e.code)
      fprintf(out, "%s at %" PRIu64 ": %s\n", result == CONTAINER_BROKEN ? "broken" : "error", e.line, e.text);
  }
  fclose(out);
  for (size_t i = 0; i < text_n; i++)
    if (!text[i]) text[i] = '?'; /* a line may have a NUL, and the text ends with one */
  return text;
}

#endif
