/* SPDX-License-Identifier: MIT */
/*
** The sorted runs of an index file: they are written, looked up, and merged when there are many.
**
** A run is numbered, and so are its blocks.  The list of runs has a checksum in the table `about`,
** so that a run that is missing is noticed.  All functions are called within a transaction of the
** caller.  Errors are SQLite codes, with the message in *pzErr.
*/
#ifndef INDEX_FILE_INDEX_RUNS_H
#define INDEX_FILE_INDEX_RUNS_H

#include "index/clues.h"
#include "index/run_source.h"
#include "index_file/index_db.h"

#define INDEX_BLOCK(run, number) ((int64_t)(run) << 32 | (int64_t)(number))
#define INDEX_RUNS_OF_SIZE       8 /* runs of about one size, from which on they are merged into one */

struct index_runs {
  struct index_run {
    int64_t run, first_id, ids, bytes;
  } * run;
  size_t n, cap;
};

/* Reads the list of runs.  index_runs_clear() is due in any case. */
int index_runs_load(struct index_runs *r, struct index_db *d, char **pzErr);
void index_runs_clear(struct index_runs *r);

/*
** Writes a run of n sources, whose ids lie between first_id and first_id + ids - 1; without keys, none.
*/
int index_runs_write(struct index_db *d, const struct run_source *source, size_t n, int64_t first_id, int64_t ids,
                     char **pzErr);

/* Fills in the files of each clue, which have ids up to last_id. */
int index_runs_find(struct index_db *d, struct clues *clues, int64_t last_id, char **pzErr);

/*
** Merges runs of one size where there are many of them, or all runs where most of what they say is of
** files that are gone, until there is nothing more to merge.  Each merge is a transaction of its own.
*/
int index_runs_tidy(struct index_db *d, char **pzErr);

#endif
