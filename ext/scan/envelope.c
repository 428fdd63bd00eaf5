/* SPDX-License-Identifier: MIT */
/*
** Records of a log stream mostly come one after another, so that their rows share the texts of its
** names.  They are put into the batch again when the stream changes, and when envelope_bind() says
** that it may be another batch.
*/
#include "scan/envelope.h"

#include <string.h>

#include "base/calendar.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "container/event_time.h"
#include "file/export_name.h"

#define EVENT_TEXT (CALENDAR_TEXT + 4) /* with the milliseconds */

_Static_assert(2 * BLOCK_NAME + EVENT_TEXT <= RECORD_NAMES_TEXT, "the room that is asked for is enough");

static size_t name_length(const char *name) { return name ? utf8_cut(name, strlen(name), BLOCK_NAME) : 0; }

void envelope_begin(struct envelope *v, const char *path, const struct file_origin *origin) {
  memset(v, 0, sizeof *v);
  if (path) v->file_stream = export_name_stream(path, &v->file_stream_n);
  if (v->file_stream_n > BLOCK_NAME) v->file_stream_n = BLOCK_NAME;
  if (!origin) return;
  v->file_group = origin->log_group;
  v->file_group_n = name_length(origin->log_group);
  v->file_stream = origin->log_stream;
  v->file_stream_n = name_length(origin->log_stream);
  v->time = origin->time;
  v->ntimes = origin->ntimes;
}

void envelope_bind(struct envelope *v, const struct layout *l, const struct block *block, struct batch *b) {
  v->block = block;
  v->has_prefix = l->prefix && !block;
  v->stream = BLOCK_NO_TEXT;
  b->has[COLUMN_LOG_GROUP] = b->cell[COLUMN_LOG_GROUP] && (block || v->file_group);
  b->has[COLUMN_LOG_STREAM] = b->cell[COLUMN_LOG_STREAM] && (block || v->file_stream);
  b->has[COLUMN_EVENT_TIME] = b->cell[COLUMN_EVENT_TIME] && (block || v->has_prefix || v->ntimes);
  v->is_wanted = b->has[COLUMN_LOG_GROUP] || b->has[COLUMN_LOG_STREAM] || b->has[COLUMN_EVENT_TIME];
}

/* Puts a text into the batch, in which there is room for it, and returns its cell. */
static uint64_t put(const char *p, size_t n, struct batch *b) {
  uint64_t cell = (uint64_t)n << 32 | b->text_used;
  memcpy(b->text + b->text_used, p, n);
  b->text_used += n;
  return cell;
}

/* Puts a name of the file into the batch, if it has one and the column is wanted. */
static uint64_t put_file_name(const char *p, size_t n, int has, struct batch *b) {
  if (!p || !has) return BATCH_NULL;
  uint64_t cell = put(p, n, b);
  printable_replace(b->text + (uint32_t)cell, n);
  return cell;
}

/* All lines are of the stream that the file says. */
static void set_file_stream(struct envelope *v, struct batch *b) {
  if (v->stream != BLOCK_NO_TEXT) return;
  v->stream = 0;
  v->group = put_file_name(v->file_group, v->file_group_n, b->has[COLUMN_LOG_GROUP], b);
  v->name = put_file_name(v->file_stream, v->file_stream_n, b->has[COLUMN_LOG_STREAM], b);
}

/* Puts a name of the stream into the batch, if it has one and the column is wanted. */
static uint64_t put_name(const struct block *block, uint32_t at, uint32_t n, int has, struct batch *b) {
  return has && at != BLOCK_NO_TEXT ? put(block->names + at, n, b) : BATCH_NULL;
}

static void set_stream(struct envelope *v, uint32_t stream, struct batch *b) {
  const struct block_stream *s = &v->block->stream[stream];
  if (stream == v->stream) return;
  v->stream = stream;
  v->group = put_name(v->block, s->group, s->group_n, b->has[COLUMN_LOG_GROUP], b);
  v->name = put_name(v->block, s->name, s->name_n, b->has[COLUMN_LOG_STREAM], b);
}

/* Puts a time into the batch.  One that lies outside of what has a text is missing. */
static uint64_t put_time(int64_t time, struct batch *b) {
  char text[EVENT_TEXT];
  size_t n = time < 0 ? 0 : calendar_format(time / 1000, text);
  if (!n) return BATCH_NULL;
  int ms = (int)(time % 1000);
  text[n++] = '.';
  text[n++] = (char)('0' + ms / 100);
  text[n++] = (char)('0' + ms / 10 % 10);
  text[n++] = (char)('0' + ms % 10);
  return put(text, n, b);
}

/* The time of a record, in milliseconds, or FILE_NO_TIME. */
static int64_t time_of(const struct envelope *v, const struct line *line, const struct block_place *place) {
  if (place) return place->time;
  if (line->number <= v->ntimes && v->time[line->number - 1] != FILE_NO_TIME) return v->time[line->number - 1];
  if (!v->has_prefix) return FILE_NO_TIME;
  size_t n;
  const char *prefix = token_text(line, 0, &n);
  return event_time(prefix, n);
}

enum err_code envelope_store(struct envelope *v, const struct line *line, const struct block_place *place,
                             struct batch *b, struct err *e) {
  uint32_t row = b->nrows - 1;
  if (batch_reserve(b, RECORD_NAMES_TEXT, e)) {
    b->nrows--;
    return e->code;
  }
  if (place) set_stream(v, place->stream, b);
  else set_file_stream(v, b);
  if (b->has[COLUMN_LOG_GROUP]) b->cell[COLUMN_LOG_GROUP][row] = v->group;
  if (b->has[COLUMN_LOG_STREAM]) b->cell[COLUMN_LOG_STREAM][row] = v->name;
  if (b->has[COLUMN_EVENT_TIME]) b->cell[COLUMN_EVENT_TIME][row] = put_time(time_of(v, line, place), b);
  return ERR_NONE;
}
