/* SPDX-License-Identifier: MIT */
/*
** A file is read in pieces of two sizes:
**
**     file     |--------------------------------------------------------|
**     blocks   |--- whole lines, up to 256 KiB ---|---------------------|      lines.c
**     windows  |- 1024 lines -|- 1024 -|--- rest -|-  ...                      tokens.c
**
** reader_next() takes one window.  The first window also decides what the file is.
**
** In a window, nearly all lines are records: they are split, checked and stored.  A line that does
** not fit goes through odd_line(), which tells a blank line, the header of a file that was
** appended, a record in another format, and a real problem apart.  Where the lines go on in another
** layout, all that depends on the layout is bound anew.  The rows go on in the same batch, in which
** the columns that only some of them have are NULL in the others.
**
** The lines of a container come with a place for each (reader_contained.c).
**
** The rows of a Parquet file come as windows, too (parquet_rows.h).  None of them is a header, or in
** another layout, so reader_take_rows() takes them without looking for that.
*/
#include "scan/reader.h"

#include <string.h>

#include "base/number.h"
#include "record/detect.h"
#include "record/marks.h"
#include "record/plausible.h"
#include "scan/reader_parts.h"
#include "scan/reader_rows.h"

/* Bytes beyond the text that other modules may read must be there. */
_Static_assert(LINES_PADDING >= TOKENS_BLOCK, "the splitter looks at whole blocks");
_Static_assert(LINES_PADDING >= NUMBER_PADDING && LINES_PADDING >= BATCH_COPY, "fields are read and copied in pieces");

/*
** The file is compressed or encoded in a way that we know but do not read.  kind is neither plain
** nor empty.
*/
static enum err_code foreign(struct reader *r, struct batch *b, enum source_kind kind, struct err *e) {
  if (kind == SOURCE_PARQUET && r->source.nlayers)
    err_print(r->why, "is a Parquet file within %s, which can't be read; unpack it", source_kind_name(r->source.kind));
  else if (kind == SOURCE_PARQUET && r->source.input.is_pipe)
    err_print(r->why, "is a Parquet file, which can't be read through a pipe; write it to a file, and ask that");
  else if (kind == SOURCE_PARQUET)
    err_print(r->why, "is a Parquet file, which can't be read from memory; flowlogs reads it as a file");
  else if (kind == SOURCE_GZIP) err_print(r->why, "is gzip, which can't be read here; unpack it");
  else err_print(r->why, "is a %s file, which can't be read; plain text, gzip and Parquet can", source_kind_name(kind));
  int likely =
      kind == SOURCE_PARQUET || kind == SOURCE_GZIP || (kind == SOURCE_UTF16 && marks_in_utf16(r->text, r->text_n));
  return reader_not_a_flow_log(r, b, likely, 0, e);
}

/* Finds the layout, in the file's first window. */
static enum err_code begin(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  if (r->places || r->is_mixed) return reader_begin_contained(r, b, e);
  int expected = r->expectation != EXPECT_NOTHING, choice;
  enum detect_result result =
      detect(&r->tokens, r->formats.formats, expected, &r->header, &r->layout, &choice, r->why, &why);
  switch (result) {
  case DETECT_BLANK: r->next = r->tokens.nlines; return ERR_NONE;
  case DETECT_FLOW_LOG:
    r->verdict = VERDICT_FLOW_LOG;
    r->why[0] = 0;
    formats_set(&r->formats, choice);
    return ERR_NONE;
  case DETECT_LIKELY:
  case DETECT_OTHER: return reader_not_a_flow_log(r, b, result == DETECT_LIKELY, why.line ? r->line + why.line : 0, e);
  case DETECT_ERROR: break;
  }
  return reader_file_problem(r, b, ERR_FORMAT, reader_number_of(r, (uint32_t)why.line - 1), why.text, e);
}

/*
** A line that does not fit into the buffer.  At the place of the file's first lines, it means that
** this is no flow log.
*/
static enum err_code long_line(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  err_set(&why, ERR_LINE, r->line, "is longer than %d bytes", RECORD_MAX_BYTES);
  if (r->verdict == VERDICT_FLOW_LOG)
    return reader_problem(r, b, ERR_LINE, r->line, why.text, r->lines.p, r->lines.n, e);
  if (r->is_first && source_magic(r->lines.p, LINES_HEAD) > SOURCE_EMPTY)
    return foreign(r, b, source_magic(r->lines.p, LINES_HEAD), e);
  err_print(r->why, "is no flow log: its first line is too long");
  return reader_not_a_flow_log(r, b, 0, 0, e);
}

/* The file's first block: looks at what its bytes say, and removes a byte order mark. */
static enum err_code first_block(struct reader *r, struct batch *b, struct err *e) {
  r->is_first = 0;
  if (r->text_n > 3 && !memcmp(r->text, "\xef\xbb\xbf", 3)) {
    r->text += 3;
    r->text_n -= 3;
  }
  enum source_kind kind = source_magic(r->text, r->text_n); /* of what the layers have left */
  return kind == SOURCE_PLAIN ? ERR_NONE : foreign(r, b, kind, e);
}

/*
** The file has ended without a line.  AWS delivers no such file, so it is a copy that has failed.  Nor is
** a pipe without a byte an answer: what writes to it has failed, or it was read before.
*/
static enum err_code empty(struct reader *r, struct batch *b, struct err *e) {
  r->verdict = VERDICT_EMPTY;
  if (r->source.input.is_pipe && r->source.kind == SOURCE_EMPTY)
    return reader_file_problem(
        r, b, ERR_DAMAGED, 0,
        "is a pipe that has brought nothing: the command that writes to it has failed, or something "
        "else has read it, as the sqlite3 shell reads a script",
        e);
  if (r->expectation != EXPECT_DELIVERY) return ERR_NONE;
  return reader_file_problem(r, b, ERR_DAMAGED, 0, "is empty, but AWS delivers no empty file; copy it again", e);
}

/* Gets more lines from the file into r->text, perhaps none. */
static enum err_code next_block(struct reader *r, struct batch *b, struct err *e) {
  struct err why = {0};
  if (r->is_new && reader_begin_container(r, e)) return e->code;
  if (r->is_contained) return reader_next_container_block(r, b, e);
  switch (lines_next(&r->lines, &why)) {
  case LINES_BLOCK:
    r->text = r->lines.p;
    r->text_n = r->lines.n;
    return r->is_first ? first_block(r, b, e) : ERR_NONE;
  case LINES_SKIPPING: return r->verdict == VERDICT_OPEN ? long_line(r, b, e) : ERR_NONE;
  case LINES_LONG: r->line++; return long_line(r, b, e);
  case LINES_END:
    if (r->verdict == VERDICT_OPEN && r->unread.n) return reader_no_records(r, b, e);
    r->done = 1;
    return r->verdict == VERDICT_OPEN ? empty(r, b, e) : ERR_NONE;
  case LINES_ERROR: break;
  }
  return reader_source_failed(r, b, why.code, r->line + 1, why.text, e);
}

/*
** Passes over the blank lines before a file's first line with a token, because the first window
** must begin there: what decides the layout, and whether its columns are exchanged, is looked for
** in so many lines.  r->text consists of whole lines.
*/
static void skip_blank_lines(struct reader *r) {
  const char *end = r->text + r->text_n;
  for (const char *p = r->text; p < end && token_is_separator(*p) && p - r->text <= RECORD_MAX_BYTES; p++) {
    if (*p != '\n') continue;
    r->text = p + 1;
    r->line++;
  }
  r->text_n = (size_t)(end - r->text);
}

/* Splits the next window of lines, if there is one. */
static enum err_code next_window(struct reader *r, struct batch *b, struct err *e) {
  if (reader_is_table(r)) {
    r->next = r->tokens.nlines = 0;
    return reader_next_rows(r, b, e);
  }
  if (r->places) r->places += r->tokens.nlines;
  else r->line += r->tokens.nlines;
  r->next = r->tokens.nlines = 0;
  if (r->text_n == 0 && next_block(r, b, e)) return e->code;
  if (r->text_n && r->verdict == VERDICT_OPEN && !r->places) skip_blank_lines(r);
  if (r->text_n == 0 || r->done) return ERR_NONE;
  size_t taken = tokens_split(&r->tokens, r->text, r->text_n);
  r->text += taken;
  r->text_n -= taken;
  return r->verdict == VERDICT_OPEN ? begin(r, b, e) : ERR_NONE;
}

/*
** Is a line without a header in another format than the lines before it?  If it is, that is the
** layout at hand, and the line is to be read again.
*/
static int is_in_other_format(struct reader *r, const struct line *line) {
  uint32_t seen = r->formats.seen;
  if (!formats_change(&r->formats, line, &r->layout)) return 0;
  r->is_judged = r->formats.seen == seen;
  r->next--;
  return 1;
}

/*
** A line that does not fit the layout, or is_suspect().  Sets *changed when it is a header that
** brings another layout, or is in another format.
*/
static enum err_code odd_line(struct reader *r, struct batch *b, const struct line *line, int *changed, struct err *e) {
  size_t n = line->end - line->start;
  const char *p = line->text + line->start, *odd;
  struct layout header;
  struct err why = {0};
  if (n > RECORD_MAX_BYTES) {
    err_set(&why, ERR_LINE, line->number, "is longer than %d bytes", RECORD_MAX_BYTES);
  } else if (line->count == 0) {
    return ERR_NONE;
  } else if ((odd = record_odd_byte(p, n)) != NULL) {
    reader_say_odd(odd, p, &why);
  } else {
    switch (layout_find_header(&r->layout, line, &header, &why)) {
    case LAYOUT_HEADER_OWN: formats_set(&r->formats, FORMATS_NONE); return ERR_NONE;
    case LAYOUT_HEADER_NEW:
      formats_set(&r->formats, FORMATS_NONE);
      r->layout = header;
      r->is_judged = 0;
      *changed = 1;
      return ERR_NONE;
    case LAYOUT_HEADER_BAD:
      return reader_file_problem(r, b, ERR_FORMAT, line->number, why.text,
                                 e); /* nobody knows what the lines after it are */
    case LAYOUT_HEADER_NONE: break;
    }
    if (is_in_other_format(r, line)) {
      *changed = 1;
      return ERR_NONE;
    }
    int result = record_check(&r->layout, line);
    if (result == RECORD_FITS) return reader_list_record(r, b, line, e);
    formats_explain(&r->formats, &r->layout, line, why.text);
  }
  return reader_problem(r, b, ERR_LINE, line->number, why.text, p, n, e);
}

/*
** Must a line that fits be looked at all the same?  The checks overlook control characters in texts, bytes
** that are not UTF-8, a header among lines that have nothing but texts, and a format that comes
** before the one at hand.  A record that cannot be right concerns only who collects problems.
*/
static int is_suspect(const struct reader *r, const struct line *line) {
  struct layout header;
  struct err unused = {0};
  if (r->tokens.odd && record_odd_byte(line->text + line->start, line->end - line->start)) return 1;
  if (r->options->policy == POLICY_COLLECT && plausible_not_record(&r->layout, line, NULL)) return 1;
  if (formats_is_earlier(&r->formats, line)) return 1;
  return layout_is_texts(&r->layout) && layout_find_header(&r->layout, line, &header, &unused) != LAYOUT_HEADER_NONE;
}

/*
** At the first records of a layout: do their values show that its columns are exchanged?  Then
** nothing can be believed of the file, or of the rest of it if the layout is that of a later line.
*/
static enum err_code check_columns(struct reader *r, struct batch *b, struct err *e) {
  char why[ERR_TEXT];
  int is_header = r->formats.choice == FORMATS_NONE; /* it is the line before these */
  uint32_t end = r->places ? reader_end_of_names(r) : r->tokens.nlines;
  int result = plausible_not_layout(&r->layout, &r->formats, &r->tokens, r->next, end, why);
  r->is_judged = result >= 0;
  if (result <= 0) return ERR_NONE;
  if (r->records)
    return reader_file_problem(r, b, ERR_FORMAT,
                               r->places ? reader_number_of(r, r->next) : r->line + r->next + !is_header, why, e);
  r->verdict = VERDICT_OPEN;
  return reader_file_problem(r, b, ERR_FORMAT, 0, why, e);
}

/* Finds out which lines of this layout are wanted. */
static void bind_wanted(struct reader *r) {
  static const struct predicate everything;
  r->is_bound = 1;
  memset(&r->misfit, 0, sizeof r->misfit);
  predicate_bind(r->options->predicate ? r->options->predicate : &everything, &r->layout, &r->path, &r->wanted);
  if (r->options->filter) filter_bind(r->options->filter, &r->layout, &r->wanted, &r->misfit);
  presence_add_conditions(&r->presence, &r->wanted);
}

/* Notes which of the fields that the query uses this layout, or the path, has. */
static void note_uses(struct reader *r, const struct batch *b) {
  for (int f = 0; f < FIELD_COUNT; f++)
    if (b->cell[f]) presence_add_use(&r->presence, f, b->has[f]);
}

/* Prepares for lines of this layout, which go into this batch or into the sums. */
enum err_code reader_bind(struct reader *r, struct batch *b, struct err *e) {
  if (!r->summing.kind && projection_init(&r->projection, &r->layout, &r->path, b, e)) return e->code;
  envelope_bind(&r->envelope, &r->layout, r->places ? &r->container.block : NULL, b);
  if (r->is_bound) return ERR_NONE;
  bind_wanted(r);
  if (r->summing.kind) r->summing.kind->bind(r->summing.sums, &r->layout, &r->path, &r->presence, &r->misfit);
  if (r->misfit.code) r->wanted.never = 1;
  note_uses(r, b);
  return ERR_NONE;
}

enum err_code reader_end_window(struct reader *r, uint32_t records, uint32_t rows, struct batch *b, struct err *e) {
  if (r->misfit.code && records && reader_file_problem(r, b, r->misfit.code, 0, r->misfit.text, e)) return e->code;
  if (r->summing.kind && r->summing.kind->settle(r->summing.sums, e)) return e->code;
  r->records += records;
  r->rows += rows;
  return ERR_NONE;
}

/*
** The hot loop: takes the window's records, until it ends, the layout changes, or a problem ends
** the file.
*/
static enum err_code take_lines(struct reader *r, struct batch *b, struct err *e) {
  const struct tokens *t = &r->tokens;
  const int careful =
      t->odd || layout_is_texts(&r->layout) || r->formats.has_rival || r->options->policy == POLICY_COLLECT;
  const struct block_place *const places = r->places;
  const int all = !r->wanted.never && !r->wanted.ngroups;
  uint32_t records = 0, rows = 0;
  int changed = 0;
  while (r->next < t->nlines && !changed && !r->done) {
    const uint32_t i = r->next++;
    const struct line line = tokens_line(t, i, places ? places[i].number - i - 1 : r->line);
    enum err_code rc = ERR_NONE;
    if (__builtin_expect(places != NULL, 0) && reader_take_other_line(r, b, i, &changed, e)) {
      rc = e->code;
    } else if (line.end - line.start > RECORD_MAX_BYTES || !record_line_fits(&r->layout, t, &line) ||
               (careful && is_suspect(r, &line))) {
      rc = odd_line(r, b, &line, &changed, e);
    } else {
      records++;
      if (all || predicate_keeps(&r->wanted, &line)) {
        rc = reader_take_record(r, i, &line, b, e);
        rows++;
        if (__builtin_expect(rc == ERR_LINE, 0)) {
          rc = reader_refuse_line(r, b, &line, e);
          records--, rows--;
        }
      }
    }
    if (rc) return rc;
  }
  if (changed) r->is_bound = 0;
  return reader_end_window(r, records, rows, b, e);
}

enum reader_result reader_next(struct reader *r, struct batch *b, struct err *e) {
  if (r->done) return READER_END;
  if (r->verdict == VERDICT_BAD) return reader_source_failed(r, b, r->bad, 0, r->why, e) ? READER_ERROR : READER_END;
  if (r->next == r->tokens.nlines && next_window(r, b, e)) return READER_ERROR;
  while (!r->done && r->verdict == VERDICT_FLOW_LOG && r->next < r->tokens.nlines) {
    uint8_t had[COLUMN_COUNT];
    if (!r->is_judged && check_columns(r, b, e)) return READER_ERROR;
    if (r->done) break;
    memcpy(had, b->has, sizeof had);
    if (reader_bind(r, b, e)) return READER_ERROR;
    if (b->nrows) projection_continue(&r->projection, b, had);
    if (r->table.is_open ? reader_take_rows(r, b, e) : take_lines(r, b, e)) return READER_ERROR;
  }
  if (r->done) return READER_END;
  return b->nproblems || !batch_has_room(b) ? READER_FULL : READER_MORE;
}
