/* SPDX-License-Identifier: MIT */
/*
** What the parts of a reader share: reader.c, which reads lines, reader_contained.c, which reads
** those of containers, and reader_rows.c, which reads the rows of Parquet files.  Nobody else
** needs it.
**
** The functions return ERR_NONE when a problem has become what the policy says, even if it ends
** the file, which r->done then says.  Otherwise they return ERR_NOMEM.
*/
#ifndef SCAN_READER_PARTS_H
#define SCAN_READER_PARTS_H

#include "scan/reader.h"

/* Something cannot be used: does what the policy says.  raw may be NULL. */
enum err_code reader_problem(struct reader *r, struct batch *b, enum err_code code, uint64_t line, const char *reason,
                             const char *raw, size_t raw_n, struct err *e);

/*
** The same where the rest of the file cannot be used either.  The line is shown if it is in the
** window.
*/
enum err_code reader_file_problem(struct reader *r, struct batch *b, enum err_code code, uint64_t line,
                                  const char *reason, struct err *e);

/*
** The source of the bytes has failed.  That is a problem of the file, unless the work itself
** cannot go on: ERR_NOMEM and ERR_INTERRUPT are returned.
*/
enum err_code reader_source_failed(struct reader *r, struct batch *b, enum err_code code, uint64_t line,
                                   const char *reason, struct err *e);

/*
** The file is no flow log, for the reason in r->why.  That is a problem, unless the file was
** found in a folder and nothing says that it should be one.  likely: its content has the marks of
** a flow log.  line: the line that r->why is about, or 0.
*/
enum err_code reader_not_a_flow_log(struct reader *r, struct batch *b, int likely, uint64_t line, struct err *e);

/* Prepares for lines of the layout at hand, which go into this batch or into the sums.  ERR_NOMEM. */
enum err_code reader_bind(struct reader *r, struct batch *b, struct err *e);

/* Says which byte of a line, which begins at p, no text has. */
void reader_say_odd(const char *odd, const char *p, struct err *why);

/* A record that cannot be right counts as every other, and is listed besides. */
enum err_code reader_list_record(struct reader *r, struct batch *b, const struct line *line, struct err *e);

/* The record of a line could not be taken, for the reason in *e, which becomes a problem of the line. */
enum err_code reader_refuse_line(struct reader *r, struct batch *b, const struct line *line, struct err *e);

/*
** The records of the window have been taken: so many, of which so many are rows.  A filter that cannot be compared
** with them is a problem of the file.
*/
enum err_code reader_end_window(struct reader *r, uint32_t records, uint32_t rows, struct batch *b, struct err *e);

/* --- reader_contained.c: a file that is a container --- */

/* Finds out from the first bytes of the file whether it is a container, and begins it. */
enum err_code reader_begin_container(struct reader *r, struct err *e);

/* Gets more lines from the container into r->text, perhaps none. */
enum err_code reader_next_container_block(struct reader *r, struct batch *b, struct err *e);

/* Looks for the first record of a container in the window, and finds its layout. */
enum err_code reader_begin_contained(struct reader *r, struct batch *b, struct err *e);

/* The file has ended, and none of the lines that have been read is a record. */
enum err_code reader_no_records(struct reader *r, struct batch *b, struct err *e);

/*
** Takes a line of a container that is no record: it names the fields of the lines that follow, or
** it cannot be used.  Returns 0 for all other lines; otherwise e->code may be an error.
*/
int reader_take_other_line(struct reader *r, struct batch *b, uint32_t i, int *changed, struct err *e);

/* The line of the window, from the next one on, before which the names or formats at hand end. */
uint32_t reader_end_of_names(const struct reader *r);

/* The number of line i of the window in its file, or of its record. */
static inline uint64_t reader_number_of(const struct reader *r, uint32_t i) {
  return r->places ? r->places[i].number : r->line + i + 1;
}

/* Line i of the window. */
static inline struct line reader_window_line(const struct reader *r, uint32_t i) {
  struct line line = tokens_line(&r->tokens, i, r->line);
  if (__builtin_expect(r->places != NULL, 0)) line.number = r->places[i].number;
  return line;
}

/* Takes the record of line i of the window: into the sums, or into the batch. */
static inline enum err_code reader_take_record(struct reader *r, uint32_t i, const struct line *line, struct batch *b,
                                               struct err *e) {
  if (r->summing.kind) return r->summing.kind->add(r->summing.sums, line, e);
  enum err_code rc = record_store(&r->projection, &r->layout, line, b, e);
  if (rc || __builtin_expect(!r->envelope.is_wanted, 1)) return rc;
  return envelope_store(&r->envelope, line, r->places ? &r->places[i] : NULL, b, e);
}

#endif
