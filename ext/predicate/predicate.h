/* SPDX-License-Identifier: MIT */
/*
** Predicates: which records a query wants, decided on a line's bytes.
**
** A predicate is a list of terms that must all hold.  A term is about one subject (a field, the line's number, the
** file's path, or either end of the flow) and is SQL's: false, not true, for a missing value, unless it says otherwise.
** Terms are made by the upper layer from a WHERE clause, so that they let pass all that SQLite would (more, perhaps:
** SQLite looks again then).
**
** Call order: predicate_init(); predicate_add() for each term; predicate_finish(); then, from any number of threads, predicate_bind() for
** each layout and predicate_keeps() for each line, predicate_keeps_file() for each file; predicate_clear().  A bound predicate points into
** the predicate and the layout's tokens, and is a plain struct: copy it as you like.
**
** Several terms about an either-end subject hold together for one of its ends: port >= 1 AND port <= 1023 wants one
** port that lies between.
*/
#ifndef PREDICATE_PREDICATE_H
#define PREDICATE_PREDICATE_H

#include <stddef.h>
#include <stdint.h>

#include "record/batch.h"
#include "base/err.h"
#include "net/ip.h"
#include "record/layout.h"
#include "base/set.h"

struct pattern; /* pattern.h */
struct pattern_slot;

/* What a term is about: an enum field, or one of these. */
enum {
  SUBJECT_LINE = FIELD_COUNT, /* the line's number */
  SUBJECT_FILE,               /* the file's path: the same for all its records */
  SUBJECT_ADDR,               /* srcaddr, dstaddr, pkt_srcaddr or pkt_dstaddr */
  SUBJECT_PORT,               /* srcport or dstport */
  SUBJECT_COUNT
};

/* What it asks; cheap ones first, since that is the order in which terms are looked at. */
enum predicate_op {
  PREDICATE_NEVER,
  PREDICATE_ALWAYS,  /* there is a value */
  PREDICATE_RANGE,   /* a number, low to high */
  PREDICATE_EQUAL,   /* a text */
  PREDICATE_NUMBERS, /* a number in a set */
  PREDICATE_BETWEEN, /* a text, by its bytes, from low to high */
  PREDICATE_PREFIX,  /* a text that begins so; of a number, the decimal text of its value */
  PREDICATE_TEXTS,   /* a text in a set */
  PREDICATE_CIDR,    /* an address in a prefix; what can't be read as one has no answer, like a missing value */
  PREDICATE_SLOT,    /* a text that passes a pattern's slot: of a filter (filter.h) alone */
  PREDICATE_PATTERN, /* a line that matches a pattern: likewise */
};

struct predicate_text {
  char *p; /* owned; NULL: no limit on this side */
  size_t n;
  int open; /* of a limit: it itself is not within */
};

struct predicate_term {
  uint8_t subject;
  uint8_t op;          /* enum predicate_op */
  uint8_t negated;     /* there is a value, and it is not so */
  uint8_t null_passes; /* a missing value passes */
  uint8_t fold;  /* PREDICATE_PREFIX: ASCII letters of either case; bytes beyond ASCII might be anything's other case */
  uint8_t loose; /* PREDICATE_BETWEEN: what looks like a number passes: SQLite may compare it as one */
  uint64_t low, high;                    /* PREDICATE_RANGE */
  struct predicate_text text, text_high; /* PREDICATE_EQUAL, PREDICATE_PREFIX; the limits of PREDICATE_BETWEEN */
  struct set set;                        /* PREDICATE_NUMBERS, PREDICATE_TEXTS */
  struct ip_prefix cidr;                 /* PREDICATE_CIDR */
  uint64_t word[2], mask[2];             /* PREDICATE_EQUAL up to 16 bytes: the text and which bits of it count */
  const struct pattern_slot *slot;       /* PREDICATE_SLOT; not owned */
  const struct pattern *pattern;         /* PREDICATE_PATTERN; not owned */
};

struct predicate {
  struct predicate_term *term; /* sorted by subject, then by op, when finished */
  size_t n, cap;
};

/* What a group's terms are held against. */
enum predicate_about {
  PREDICATE_TOKENS,  /* tokens of the line, any of which will do */
  PREDICATE_LINE,    /* the line's number */
  PREDICATE_MESSAGE, /* the text from the first of two tokens to the end of the second */
};

/* A predicate held against a layout: for each subject, its terms and where its values stand. */
struct predicate_bound {
  uint32_t ngroups;
  int never; /* no line of this layout can pass */
  struct predicate_group {
    const struct predicate_term *term;
    uint16_t nterms;
    uint16_t ntokens;
    uint16_t token[4];
    uint8_t is_int;                       /* the tokens are numbers, and the terms about numbers */
    uint8_t about;                        /* enum predicate_about */
  } group[SUBJECT_COUNT + LAYOUT_TOKENS]; /* of the terms, and of a filter */
};

void predicate_init(struct predicate *p);
void predicate_clear(struct predicate *p); /* frees the terms and all that they own */

/* Frees what a term owns that was not added. */
void predicate_drop(struct predicate_term *t);

/*
** Takes a term over (its text is copied from the outside by predicate_set_text() before).  On ERR_NOMEM the term is freed.
*/
enum err_code predicate_add(struct predicate *p, struct predicate_term *term, struct err *e);
enum err_code predicate_set_text(struct predicate_text *t, const char *p, size_t n, struct err *e);

/* Adds a copy of a term.  ERR_NOMEM. */
enum err_code predicate_add_copy(struct predicate *p, const struct predicate_term *term, struct err *e);

/* Is there a term that is the same as this? */
int predicate_has(const struct predicate *p, const struct predicate_term *term);

/* Sorts the terms. */
void predicate_finish(struct predicate *p);

void predicate_bind(const struct predicate *p, const struct layout *l, struct predicate_bound *out);

/* Does a line pass?  Its tokens have passed record_check(); TOKENS_BLOCK readable bytes follow the text. */
int predicate_keeps(const struct predicate_bound *b, const struct line *line);

/* Do n terms about one subject let a value pass?  TOKENS_BLOCK readable bytes follow a text. */
int predicate_passes_null(const struct predicate_term *t, uint32_t n);
int predicate_passes_text(const struct predicate_term *t, uint32_t n, const char *p, size_t length);
int predicate_passes_number(const struct predicate_term *t, uint32_t n, uint64_t value);

/* The columns of a batch that a subject's values are in: sets their flags. */
void predicate_subject_columns(int subject, uint8_t wanted[COLUMN_COUNT]);

/* Can a file with this path have records that pass?  Looks at terms about the path alone. */
int predicate_keeps_file(const struct predicate *p, const char *path);

/* Can records pass whose subject is a text (or NULL: has no value), or a number from low to high? */
int predicate_allows_text(const struct predicate *p, int subject, const char *text, size_t n);
int predicate_allows_numbers(const struct predicate *p, int subject, uint64_t low, uint64_t high);

#endif
