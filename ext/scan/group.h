/* SPDX-License-Identifier: MIT */
/*
** Records summed by some of their fields, as GROUP BY does, directly from the bytes of a line.
**
** A group stands for all records that agree in the dimensions of a grouping.  A missing value
** agrees with other missing values only.
**
** No sum exceeds 2^63-1, the largest integer of SQLite.  Where one would, the group is left as it
** is, and another group with the same key goes on, so that whoever adds up the groups decides what
** becomes of a sum that is too large.
**
** Call order: groups_init(); grouping_bind() for each layout; groups_add() for each line;
** groups_settle() before anything else is done with the table; then groups_next() over all groups,
** or groups_merge() into another table; groups_clear().
**
** Ownership and threads: a table owns its groups, and belongs to one thread at a time.  The only
** error is ERR_NOMEM.  Adding a record to a group that exists allocates nothing.
*/
#ifndef SCAN_GROUP_H
#define SCAN_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slots.h"
#include "record/fields.h"
#include "record/layout.h"
#include "record/path_fields.h"
#include "record/record.h"
#include "scan/rows_word.h"

#define GROUP_NULL RECORD_NONE /* a value or sum that is missing */

/* What is summed, and by what. */
struct grouping {
  uint32_t n; /* dimensions; 0 makes one group of all records */
  struct grouping_dim {
    uint8_t field;
    uint32_t unit; /* a number is rounded down to a multiple of this; 1: it is not rounded; 0: it is a text */
  } dim[FIELD_COUNT];
  uint8_t packets, bytes, first_seen, last_seen; /* is the measure wanted? */
};

/* A grouping with the places of its fields in a layout: a plain struct, which may be copied. */
struct grouping_bound {
  uint32_t n;
  uint32_t room; /* words of a key that no text of the line takes, at most */
  struct grouping_item {
    int32_t token; /* or LAYOUT_ABSENT */
    uint32_t unit;
    int is_addr;   /* 0 or 1: the value is address_spelling() of the token */
    int32_t given; /* LAYOUT_ABSENT: its item of `path`, or -1 when the value is missing */
  } item[FIELD_COUNT];
  const struct path_fields *path;     /* what the path of the file gives; not owned */
  int32_t packets, bytes, start, end; /* tokens; LAYOUT_ABSENT also where the measure is not wanted */
};

/* path must outlive *out; the layout need not. */
void grouping_bind(const struct grouping *g, const struct layout *l, const struct path_fields *path,
                   struct grouping_bound *out);

struct group {
  uint64_t flows;                 /* records */
  uint64_t packets, bytes;        /* sums of those that have the field; GROUP_NULL when none has it */
  uint64_t first_seen, last_seen; /* least start and greatest end, in Unix seconds, or GROUP_NULL */
  uint32_t hash;                  /* of the key */
  uint32_t words;                 /* of the key */
  uint64_t key[];                 /* the values of the dimensions, one after the other: see group.c */
};

/* A dimension's value. */
struct group_value {
  uint64_t number;  /* GROUP_NULL for a missing value of either kind */
  const char *text; /* of a dimension that is a text; lies in the group */
  size_t n;         /* its bytes */
};

/*
** Records that wait while the processor fetches what they need: see group.c.  The first of them waits
** for memory all the same, so the more there are, the better, as long as they fit into the nearest
** cache.
*/
#define GROUPS_WAITING     64
#define GROUPS_RECENT_BITS 10 /* 16 KiB */
#define GROUPS_KEY_WORDS   12 /* words of a key that can wait; a record with a longer key is added at once */

struct groups {
  struct slots slots;     /* a hash table of places in the arena */
  struct arena arena;     /* the groups */
  struct groups_waiting { /* what one record, or one group, adds to a group, and its key */
    uint64_t flows, packets, bytes, first_seen, last_seen;
    uint32_t hash, words;
    uint64_t key[GROUPS_KEY_WORDS];
    uint64_t tag; /* of a row in columns: as in groups_recent */
  } waiting[GROUPS_WAITING];
  uint32_t nwaiting;
  struct groups_recent { /* a group that was found lately, for rows in columns with one dimension */
    uint64_t tag;        /* what the rows of the group have in common, and no others of the same window */
    uint32_t at;         /* the place of the group in the arena */
    uint32_t window;     /* that the tag is of; 0: nothing is here */
  } recent[1 << GROUPS_RECENT_BITS];
  uint32_t window; /* the one at hand; all are the same where the dimension is a number */
  int is_split;    /* some key has several groups, because a sum would have been too large */
};

void groups_init(struct groups *t);
void groups_clear(struct groups *t); /* frees all; the table is then as after groups_init() */

/*
** Adds a record, whose line has passed record_check(); TOKENS_BLOCK readable bytes follow the
** text.  ERR_NOMEM.
*/
enum err_code groups_add(struct groups *t, const struct grouping_bound *g, const struct line *line, struct err *e);

/*
** Adds records as columns, which have all fields of the grouping that the layout has; keep[i] is 0 for a
** record that is left out.  There are TOKENS_LINES of them at most.  ERR_NOMEM.
*/
enum err_code groups_add_columns(struct groups *t, const struct grouping *g, const struct grouping_bound *b,
                                 const struct rows_columns *rows, const uint8_t *keep, struct err *e);

/* Adds the records that still wait.  ERR_NOMEM. */
enum err_code groups_settle(struct groups *t, struct err *e);

/*
** Adds the groups of `from`, block by block, and frees each block that has been added.  stop() is
** asked between two blocks, and may be NULL; when it says so, the function returns ERR_NONE early.
** Then, and with ERR_NOMEM, what has not been added stays in `from`, which is due to
** groups_clear().
*/
enum err_code groups_merge(struct groups *t, struct groups *from, int (*stop)(void *context), void *context,
                           struct err *e);

/*
** Walks over all groups, in no particular order.  *place must be all zero at first.  NULL at the
** end.  A group stays valid until the table is changed.
*/
struct groups_place {
  size_t block;
  uint32_t word;
};
const struct group *groups_next(const struct groups *t, struct groups_place *place);

/*
** Sets value[0] to value[g->n - 1] to the values of the dimensions.  Texts point into the group.
*/
void group_values(const struct group *group, const struct grouping *g, struct group_value *value);

/*
** The hash of the key with all its 64 bits: base/hash.h says how improbable it is that two groups
** have the same one.  It differs from process to process.
*/
uint64_t group_id(const struct group *group);

/* Bytes of memory that the table takes, or may take for a moment while `more` groups are added. */
size_t group_bytes(const struct groups *t, size_t more);

#endif
