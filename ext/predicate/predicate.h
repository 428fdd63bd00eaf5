/* SPDX-License-Identifier: MIT */
/*
** A predicate decides on the bytes of a line whether a query wants the record.
**
** A predicate is a list of terms that must all hold.  Each term is about one subject: a field, the
** number of the line, the path of the file, or either end of the flow.  As in SQL, a term does not
** hold for a missing value, unless it says otherwise.  The upper layer makes the terms from a
** WHERE clause.  They let pass every record that SQLite would accept, and perhaps more, in which
** case SQLite checks the condition again.
**
** Call order: predicate_init(); predicate_add() for each term; predicate_finish(); then, from any
** number of threads, predicate_bind() for each layout, predicate_keeps() for each line, and
** predicate_keeps_file() for each file; predicate_clear() at the end.  A bound predicate points
** into the predicate, which must live as long.  It is a plain struct and may be copied.
**
** Several terms about either end must hold together for one of the ends.  For example, port >= 1
** AND port <= 1023 needs one port that lies between these numbers.
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
  SUBJECT_LINE = FIELD_COUNT, /* the number of the line */
  SUBJECT_FILE,               /* the path of the file, which is the same for all its records */
  SUBJECT_ADDR,               /* srcaddr, dstaddr, pkt_srcaddr or pkt_dstaddr */
  SUBJECT_PORT,               /* srcport or dstport */
  SUBJECT_CLIENT,             /* as SUBJECT_ADDR: any of them may be the client's */
  SUBJECT_SERVER,             /* likewise */
  SUBJECT_CLIENT_PORT,        /* as SUBJECT_PORT */
  SUBJECT_SERVER_PORT,        /* likewise */
  SUBJECT_COUNT
};

/*
** What a term asks.  Inexpensive ones come first, because terms about the same subject are
** evaluated in this order.
*/
enum predicate_op {
  PREDICATE_NEVER,   /* nothing passes */
  PREDICATE_ALWAYS,  /* every value passes; a missing one does not */
  PREDICATE_RANGE,   /* a number from low to high, both included */
  PREDICATE_EQUAL,   /* a text, equal byte by byte */
  PREDICATE_NUMBERS, /* a number in a set */
  PREDICATE_BETWEEN, /* a text, by its bytes, from low to high */
  PREDICATE_PREFIX,  /* a text with this prefix; for a number, the decimal text of its value */
  PREDICATE_TEXTS,   /* a text in a set */
  PREDICATE_CIDR,    /* an address in a prefix; a text that is not an address has no answer, like a missing value */
  PREDICATE_SLOT,    /* a text that passes a slot of a pattern; only filter.h makes these terms */
  PREDICATE_PATTERN, /* a line that matches a pattern; only filter.h makes these terms */
};

struct predicate_text {
  char *p; /* owned; NULL: no limit on this side */
  size_t n;
  int open; /* for a limit, 0 or 1: the limit itself does not pass */
};

struct predicate_term {
  uint8_t subject;
  uint8_t op;          /* enum predicate_op */
  uint8_t negated;     /* 0 or 1: passes if there is a value for which the term's answer is no */
  uint8_t null_passes; /* 0 or 1: a missing value passes */
  uint8_t
      fold; /* PREDICATE_PREFIX: ignores the case of ASCII letters; a byte beyond ASCII ends the comparison and passes */
  uint8_t loose;      /* PREDICATE_BETWEEN: what looks like a number passes, because SQLite may compare it as one */
  uint64_t low, high; /* PREDICATE_RANGE */
  struct predicate_text text, text_high; /* PREDICATE_EQUAL, PREDICATE_PREFIX; the limits of PREDICATE_BETWEEN */
  struct set set;                        /* PREDICATE_NUMBERS, PREDICATE_TEXTS */
  struct ip_prefix cidr;                 /* PREDICATE_CIDR */
  uint64_t word[2], mask[2];       /* PREDICATE_EQUAL up to 16 bytes: the text, and which of its bits are compared */
  const struct pattern_slot *slot; /* PREDICATE_SLOT; not owned */
  const struct pattern *pattern;   /* PREDICATE_PATTERN; not owned */
};

struct predicate {
  struct predicate_term *term; /* sorted by subject, then by op, after predicate_finish() */
  size_t n, cap;               /* number of terms, and of those that fit into the allocation */
};

/* What the terms of a group are compared with. */
enum predicate_about {
  PREDICATE_TOKENS,  /* tokens of the line; one of them must pass all terms */
  PREDICATE_LINE,    /* the number of the line */
  PREDICATE_MESSAGE, /* the text from the beginning of the first of two tokens to the end of the second */
};

/*
** Does a layout have a subject that a predicate needs?  It needs a subject when a missing value does
** not pass, and no term is IS NOT NULL, by which a query says that values may be missing.
*/
enum predicate_found { PREDICATE_LACKS = 1, PREDICATE_HAS = 2 };

/*
** A predicate bound to a layout: for each subject, its terms and the tokens that have its values.
*/
struct predicate_bound {
  uint32_t ngroups;
  int never;                    /* 0 or 1: no line of this layout can pass */
  uint8_t finds[SUBJECT_COUNT]; /* for each subject that a term or a filter needs: enum predicate_found; otherwise 0 */
  struct predicate_group {
    const struct predicate_term *term; /* the first of nterms; not owned */
    uint16_t nterms;
    uint16_t ntokens;
    uint16_t token[4];                    /* four, because SUBJECT_ADDR is about four fields */
    uint8_t is_int;                       /* 0 or 1: the tokens are numbers and are compared as numbers */
    uint8_t is_addr;                      /* 0 or 1: the tokens are compared by their address_spelling() */
    uint8_t about;                        /* enum predicate_about */
  } group[SUBJECT_COUNT + LAYOUT_TOKENS]; /* those of the terms, and then those of a filter */
};

/* Makes a predicate without terms, which every record passes. */
void predicate_init(struct predicate *p);

/* Frees the terms and all that they own. */
void predicate_clear(struct predicate *p);

/* Frees what a term owns that was not added to a predicate. */
void predicate_drop(struct predicate_term *t);

/*
** Adds a term.  The predicate takes over all that the term owns, and frees it on ERR_NOMEM, too.
*/
enum err_code predicate_add(struct predicate *p, struct predicate_term *term, struct err *e);

/* Makes *t an owned copy of p[0..n), as predicate_add() needs it, with padding.  ERR_NOMEM. */
enum err_code predicate_set_text(struct predicate_text *t, const char *p, size_t n, struct err *e);

/* Adds a copy of a term.  ERR_NOMEM. */
enum err_code predicate_add_copy(struct predicate *p, const struct predicate_term *term, struct err *e);

/* Returns 1 if the predicate has a term that is equal to this one, otherwise 0. */
int predicate_has(const struct predicate *p, const struct predicate_term *term);

/* Sorts the terms.  None may be added afterwards. */
void predicate_finish(struct predicate *p);

/*
** Binds the predicate to a layout, and to the fields that the path of the file gives.  Neither is
** needed afterwards.
*/
void predicate_bind(const struct predicate *p, const struct layout *l, const struct path_fields *path,
                    struct predicate_bound *out);

/* The kind of a subject's values. */
enum kind predicate_subject_kind(int subject);

/* The name of a subject in SQL. */
const char *predicate_subject_name(int subject);

/*
** Returns 1 if the line passes, otherwise 0.  The line must have passed record_check() with the
** same layout, and TOKENS_BLOCK readable bytes must follow its text.
*/
int predicate_keeps(const struct predicate_bound *b, const struct line *line);

/*
** Return 1 if a missing value, a text or a number passes n terms about one subject, otherwise 0.
** TOKENS_BLOCK readable bytes must follow the text.
*/
int predicate_passes_null(const struct predicate_term *t, uint32_t n);
int predicate_passes_text(const struct predicate_term *t, uint32_t n, const char *p, size_t length);
int predicate_passes_number(const struct predicate_term *t, uint32_t n, uint64_t value);

/*
** Returns 1 if n terms about one subject let pass the numbers from *low to *high, no others, and no missing value,
** which RECORD_NONE stands for; otherwise 0.
*/
int predicate_is_range(const struct predicate_term *t, uint32_t n, uint64_t *low, uint64_t *high);

/* Sets the flags of the fields that have the values of a subject. */
void predicate_subject_columns(int subject, uint8_t wanted[FIELD_COUNT]);

/* The same for all terms.  They are about no other columns, but perhaps about the line's number and the file. */
void predicate_columns(const struct predicate *p, uint8_t wanted[COLUMN_COUNT]);

/*
** Returns 0 if the terms about the path refuse it, so that no record of the file can pass;
** otherwise 1.
*/
int predicate_keeps_file(const struct predicate *p, const char *path);

/*
** Return 0 if no record can pass whose subject has this text as its value (NULL: has no value), or
** a number from low to high; otherwise 1, which may be wrong.
*/
int predicate_allows_text(const struct predicate *p, int subject, const char *text, size_t n);
int predicate_allows_numbers(const struct predicate *p, int subject, uint64_t low, uint64_t high);

#endif
