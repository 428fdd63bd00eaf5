/* SPDX-License-Identifier: MIT */
/*
** The formats that lines without a header may be in.
**
** They are what the `format` option says, which may be several, or AWS's two defaults, for VPCs
** and for transit gateways.  Each line is in the first of them that it fits, by the number of its
** fields and by what they contain, each format with and without CloudWatch's time before the line.
** That a line may be in another format than the line before it is usual where several flow logs
** go to the same stream.
**
** Call order: formats_new() or formats_default(); for each file, formats_begin(), formats_set() with
** what its first lines are in, and formats_change() for each line that does not fit;
** formats_free() for what came from formats_new().  The formats are not changed after they were
** made, so that any thread may use them; a state belongs to one reader.
*/
#ifndef RECORD_FORMATS_H
#define RECORD_FORMATS_H

#include "base/err.h"
#include "record/layout.h"
#include "record/tokens.h"

#define FORMATS_MAX  16   /* different formats in the option; formats_state.seen has 32 bits */
#define FORMATS_NONE (-1) /* no format; an answer of formats_choose() is 0 or more */

struct formats {
  uint32_t n;
  int is_given;          /* the user gave them; otherwise they are AWS's defaults */
  struct layout *layout; /* n of them, without prefix, each different from the others */
};

/* AWS's two defaults.  The caller must not free them. */
const struct formats *formats_default(void);

/*
** Reads the `format` option: a format as layout_from_option() describes it, or a JSON array of
** such texts.  NULL on an error: ERR_NOMEM, or ERR_ARGUMENT with a message that says what is wrong.
*/
struct formats *formats_new(const char *text, struct err *e);

/* Returns a copy, or NULL when there is no memory. */
struct formats *formats_copy(const struct formats *f);

/* Frees formats that were made or copied.  NULL is allowed. */
void formats_free(struct formats *f);

/*
** Returns the first choice that the line fits, which is a format with or without a prefix, or
** FORMATS_NONE.
*/
int formats_choose(const struct formats *f, const struct line *line);

/* Sets *out to the layout of a choice, with its prefix. */
void formats_layout(const struct formats *f, int choice, struct layout *out);

/* What a reader knows of the formats of its file. */
struct formats_state {
  const struct formats *formats;
  int choice;    /* that of the lines at hand; FORMATS_NONE: a header named the fields */
  int has_rival; /* an earlier choice has as many tokens, so that a line may fit both */
  uint32_t seen; /* a bit for each format that lines were in */
};

/* Begins a file. */
void formats_begin(struct formats_state *s, const struct formats *f);

/* From here on the lines are in this choice, or, with FORMATS_NONE, in what a header says. */
void formats_set(struct formats_state *s, int choice);

/* Is the line, which fits the choice at hand, in an earlier one?  1 or 0. */
static inline int formats_is_earlier(const struct formats_state *s, const struct line *line) {
  return s->has_rival && formats_choose(s->formats, line) != s->choice;
}

/*
** Returns 1 if the line is in another format than the lines before it: *layout is set, and the
** state says so.  Otherwise, and where a header named the fields, it returns 0.
*/
int formats_change(struct formats_state *s, const struct line *line, struct layout *layout);

/*
** Says what is wrong with a line that fits no format: about the format with as many fields, if
** there is one, and otherwise about the layout of the lines before it.
*/
void formats_explain(const struct formats_state *s, const struct layout *layout, const struct line *line,
                     char out[ERR_TEXT]);

#endif
