/* SPDX-License-Identifier: MIT */
/*
** What a query gets from an index: which of its files need not be opened.
**
** A cursor has one, and keeps it from one xFilter to the next.  The index is read within one short
** transaction each time; no lock is held while files are read.  What the rows of the index say of
** the files is kept as long as neither the list of files nor the index changes.
**
** Call order: a struct that is all zero has no index; index_use_begin() when the files of the list are
** known, index_use_spare() for each scan of them, index_use_clear() at the end.  Errors are SQLite
** codes, with the message in *pzErr.
*/
#ifndef INDEX_FILE_INDEX_USE_H
#define INDEX_FILE_INDEX_USE_H

#include "index/spare.h"
#include "index_file/index_db.h"
#include "index_file/index_files.h"
#include "scan/workers.h"

struct index_use {
  struct index_db db;
  struct index_files rows; /* what the index knows of the files of the list */
  uint64_t list;           /* the number of that list */
  int64_t version;         /* of the data that they were read from */
  int has_rows;
  char *format;              /* the option of the query */
  struct presence *presence; /* of each layout */
  uint32_t *spared;          /* of each file: as in struct scan_spared */
};

/*
** Reads what the index at that path knows of the files.  list: a number that another list of files
** does not have.  format: the option, as a text; "" for none.
*/
int index_use_begin(struct index_use *u, const char *path, const char *format, const struct files *files, uint64_t list,
                    const struct root_guard *guard, const struct stop *stop, char **pzErr);

/*
** Sets *out for a scan of the files with this predicate, and this filter or NULL.  fits: says whether the
** scan takes files of a layout, which are errors otherwise; NULL: it does.  What *out points to is valid
** until the next call.
*/
int index_use_spare(struct index_use *u, const struct files *files, const struct predicate *p, const struct filter *f,
                    int (*fits)(const struct layout *l), struct scan_spared *out, char **pzErr);

/* What the index knows of a file of the list; NULL if it knows nothing that holds. */
static inline const struct file_facts *index_use_facts(const struct index_use *u, size_t file) {
  return u->has_rows && u->rows.entry[file].is_current ? &u->rows.entry[file].facts : NULL;
}

void index_use_clear(struct index_use *u);

#endif
