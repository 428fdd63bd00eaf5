/* SPDX-License-Identifier: MIT */
/*
** Predicates: which records a query wants, decided on a line's bytes.
**
** A predicate is a list of terms that must all hold.  A term is about one subject (a field, the line's number, the
** file's path, or either end of the flow) and is SQL's: false, not true, for a missing value, unless it says otherwise.
** Terms are made by the upper layer from a WHERE clause, so that they let pass all that SQLite would (more, perhaps:
** SQLite looks again then).
**
** Call order: pred_init(); pred_add() for each term; pred_finish(); then, from any number of threads, pred_bind() for
** each layout and pred_keeps() for each line, pred_keeps_file() for each file; pred_clear().  A bound predicate points into
** the predicate and the layout's tokens, and is a plain struct: copy it as you like.
**
** Several terms about an either-end subject hold together for one of its ends: port >= 1 AND port <= 1023 wants one
** port that lies between.
*/
#ifndef PRED_H
#define PRED_H

#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "err.h"
#include "ip.h"
#include "layout.h"
#include "set.h"

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
enum pred_op {
  PRED_NEVER,
  PRED_ALWAYS,  /* there is a value */
  PRED_RANGE,   /* a number, low to high */
  PRED_EQUAL,   /* a text */
  PRED_NUMBERS, /* a number in a set */
  PRED_BETWEEN, /* a text, by its bytes, from low to high */
  PRED_PREFIX,  /* a text that begins so; of a number, the decimal text of its value */
  PRED_TEXTS,   /* a text in a set */
  PRED_CIDR,    /* an address in a prefix; what can't be read as one has no answer, like a missing value */
  PRED_SLOT,    /* a text that passes a pattern's slot: of a filter (filter.h) alone */
  PRED_PATTERN, /* a line that matches a pattern: likewise */
};

struct pred_text {
  char *p; /* owned; NULL: no limit on this side */
  size_t n;
  int open; /* of a limit: it itself is not within */
};

struct pred_term {
  uint8_t subject;
  uint8_t op;          /* enum pred_op */
  uint8_t negated;     /* there is a value, and it is not so */
  uint8_t null_passes; /* a missing value passes */
  uint8_t fold;       /* PRED_PREFIX: ASCII letters of either case; bytes beyond ASCII might be anything's other case */
  uint8_t loose;      /* PRED_BETWEEN: what looks like a number passes: SQLite may compare it as one */
  uint64_t low, high; /* PRED_RANGE */
  struct pred_text text, text_high; /* PRED_EQUAL, PRED_PREFIX; the limits of PRED_BETWEEN */
  struct set set;                   /* PRED_NUMBERS, PRED_TEXTS */
  struct ip_prefix cidr;            /* PRED_CIDR */
  uint64_t word[2], mask[2];        /* PRED_EQUAL up to 16 bytes: the text and which bits of it count */
  const struct pattern_slot *slot;  /* PRED_SLOT; not owned */
  const struct pattern *pattern;    /* PRED_PATTERN; not owned */
};

struct pred {
  struct pred_term *term; /* sorted by subject, then by op, when finished */
  size_t n, cap;
};

/* What a group's terms are held against. */
enum pred_about {
  PRED_TOKENS,  /* tokens of the line, any of which will do */
  PRED_LINE,    /* the line's number */
  PRED_MESSAGE, /* the text from the first of two tokens to the end of the second */
};

/* A predicate held against a layout: for each subject, its terms and where its values stand. */
struct pred_bound {
  uint32_t ngroups;
  int never; /* no line of this layout can pass */
  struct pred_group {
    const struct pred_term *term;
    uint16_t nterms;
    uint16_t ntokens;
    uint16_t token[4];
    uint8_t is_int;                       /* the tokens are numbers, and the terms about numbers */
    uint8_t about;                        /* enum pred_about */
  } group[SUBJECT_COUNT + LAYOUT_TOKENS]; /* of the terms, and of a filter */
};

void pred_init(struct pred *p);
void pred_clear(struct pred *p); /* frees the terms and all that they own */

/* Frees what a term owns that was not added. */
void pred_drop(struct pred_term *t);

/*
** Takes a term over (its text is copied from the outside by pred_set_text() before).  On ERR_NOMEM the term is freed.
*/
enum err_code pred_add(struct pred *p, struct pred_term *term, struct err *e);
enum err_code pred_set_text(struct pred_text *t, const char *p, size_t n, struct err *e);

/* Adds a copy of a term.  ERR_NOMEM. */
enum err_code pred_add_copy(struct pred *p, const struct pred_term *term, struct err *e);

/* Is there a term that is the same as this? */
int pred_has(const struct pred *p, const struct pred_term *term);

/* Sorts the terms. */
void pred_finish(struct pred *p);

void pred_bind(const struct pred *p, const struct layout *l, struct pred_bound *out);

/* Does a line pass?  Its tokens have passed record_check(); TOKENS_BLOCK readable bytes follow the text. */
int pred_keeps(const struct pred_bound *b, const char *text, const uint32_t *at, uint64_t line);

/* Do n terms about one subject let a value pass?  TOKENS_BLOCK readable bytes follow a text. */
int pred_passes_null(const struct pred_term *t, uint32_t n);
int pred_passes_text(const struct pred_term *t, uint32_t n, const char *p, size_t length);
int pred_passes_number(const struct pred_term *t, uint32_t n, uint64_t value);

/* The columns of a batch that a subject's values are in: sets their flags. */
void pred_subject_columns(int subject, uint8_t wanted[COLUMN_COUNT]);

/* Can a file with this path have records that pass?  Looks at terms about the path alone. */
int pred_keeps_file(const struct pred *p, const char *path);

/* Can records pass whose subject is a text (or NULL: has no value), or a number from low to high? */
int pred_allows_text(const struct pred *p, int subject, const char *text, size_t n);
int pred_allows_numbers(const struct pred *p, int subject, uint64_t low, uint64_t high);

#endif
