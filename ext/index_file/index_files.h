/* SPDX-License-Identifier: MIT */
/*
** The rows of an index file about files: which files of a list it knows, and what it knows of them.
**
** A file is known by the resolved path of its folder and by its name there, so that it does not
** matter how a query writes the path.  What the index knows of a file holds only while its size and
** the time of its last modification, to the nanosecond, are those that it had when it was read.
**
** Functions that read or write are called within a transaction of the caller.  Errors are SQLite
** codes, with the message in *pzErr.
*/
#ifndef INDEX_FILE_INDEX_FILES_H
#define INDEX_FILE_INDEX_FILES_H

#include <limits.h>

#include "file/files.h"
#include "file/root_guard.h"
#include "index/file_facts.h"
#include "index/file_set.h"
#include "index_file/index_db.h"

struct index_files {
  struct index_entry {  /* one for each file of the list */
    uint8_t is_there;   /* the index has a row for the file */
    uint8_t is_current; /* and the file is as it was: the facts hold */
    uint32_t layout;    /* its place in `layout`; INDEX_NO_LAYOUT: the fields are not known */
    struct file_facts facts;
  } * entry;
  size_t n;
  struct index_layout {
    int64_t id;
    uint32_t checksum;
    char *fields; /* owned */
  } * layout;     /* ascending by id */
  size_t nlayouts, cap;
};

#define INDEX_NO_LAYOUT UINT32_MAX

/* Nanoseconds since 1970, or INT64_MIN for a time that they cannot tell. */
int64_t index_files_mtime(const struct file *f);

/* Reads what the index knows of the files.  index_files_clear() is due in any case. */
int index_files_load(struct index_files *r, struct index_db *d, const struct files *files, char **pzErr);
void index_files_clear(struct index_files *r);

/*
** Where rows are written: remembers the folder of the file before, so that neighbours cost little.
** All zero at first; index_folder_clear() at the end.
*/
struct index_folder {
  char *as_given;      /* the folder in the path of the file before */
  char path[PATH_MAX]; /* resolved; "" if it cannot be */
  int64_t id;          /* 0: not known yet */
  uint32_t checksum;
};
void index_folder_clear(struct index_folder *f);

/* Writes the row of a file, in the place of an earlier one.  A file whose folder cannot be resolved has none. */
int index_files_put(struct index_db *d, struct index_folder *folder, const struct file *file,
                    const struct file_facts *facts, char **pzErr);

/*
** Removes the rows of files that do not exist any more.  Those whose id is in `known`, or is from
** first_new on, are not looked for.  *dropped: how many.
*/
int index_files_forget(struct index_db *d, const struct file_set *known, uint64_t first_new,
                       const struct root_guard *guard, uint64_t *dropped, char **pzErr);

#endif
