/* SPDX-License-Identifier: MIT */
/*
** Which files need not be read for a query, by what an index knows of them.
**
** The names of a file's fields tell how the query's conditions apply to it: which tokens they are
** about, and that a field is missing.  Each of these layouts of an index is bound once, as a reader
** binds the layout of a file.  A file is spared if no record in it can pass, and if reading it would
** tell nothing else: a file with errors, or one that is no flow log, is always read.
**
** Call order: spare_init(); spare_add_layout() for each layout; the caller then fills in
** clue.files of each of spare.clues; spare_decide() for each file; spare_clear().  The predicate and
** the filter must live as long.  One thread at a time.
*/
#ifndef INDEX_SPARE_H
#define INDEX_SPARE_H

#include "index/clues.h"
#include "predicate/filter.h"
#include "scan/presence.h"

struct spare {
  const struct predicate *predicate;
  const struct filter *filter;         /* may be NULL */
  int (*fits)(const struct layout *l); /* files of other layouts are errors of the query; NULL: all layouts fit */
  struct clues clues;
  struct spare_layout {
    uint8_t is_known; /* 0: nothing can be said of its files, which are read */
    uint8_t never;    /* no record of this layout can pass */
    uint32_t nclues;
    uint32_t *clue;           /* owned: numbers of clues, all of which must allow a file */
    struct presence presence; /* which of the needed fields it has, as far as the path does not give them */
  } * layout;
  size_t nlayouts, cap;
  struct predicate_bound *bound; /* scratch, which is large */
  struct layout *names;
};

/* The caller sets `fits` afterwards, if there is one. */
enum err_code spare_init(struct spare *s, const struct predicate *p, const struct filter *f, struct err *e);
void spare_clear(struct spare *s);

/* Adds a layout, whose number is that of the layouts added before.  names need not be valid.  ERR_NOMEM. */
enum err_code spare_add_layout(struct spare *s, const char *names, size_t n, struct err *e);

/* Returns 1 if the file, whose lines are of that layout, need not be read, otherwise 0. */
int spare_decide(const struct spare *s, const struct file *file, const struct file_facts *facts, size_t layout);

#endif
