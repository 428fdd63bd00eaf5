/* SPDX-License-Identifier: MIT */
/*
** Builds an index: reads the files of a list that the index does not know, or that have changed, and
** forgets those that are gone.
**
** The files are read by the threads of a summing scan, each with a collector (index/collector.h).
** Whenever a collector has the values of enough files, or enough values, they are written and
** committed together with the rows of the files that it has read to their ends.  So a build may be
** ended at any moment: what was committed stays, and the next build goes on from there.  Several
** builds of one index at the same time only do the same work twice.
**
** A file that was modified less than INDEX_BUILD_QUIET seconds ago might be modified once more
** within the same tick of the clock by which its file system notes such times.  The build waits
** until that time has passed, and leaves out a file that changes again meanwhile.
**
** Errors are SQLite codes, with the message in *pzErr.
*/
#ifndef INDEX_FILE_INDEX_BUILD_H
#define INDEX_FILE_INDEX_BUILD_H

#include "file/files.h"
#include "file/root_guard.h"
#include "index_file/index_db.h"
#include "scan/workers.h"

#define INDEX_BUILD_QUIET 2 /* seconds */

struct index_build_options {
  struct scan_options scan; /* of the files; the policy and the predicate are set by the build */
  const char *format;       /* the option `format` as a text, which the index keeps; "" for none */
  int64_t now;              /* when the files were looked for, in Unix seconds */
  uint64_t memory;          /* bytes that the collectors together may take */
};

/* What a build has done. */
struct index_build_result {
  uint64_t files;                     /* in the list */
  uint64_t added, changed, forgotten; /* rows */
  uint64_t left;                      /* files that were not taken, and will be read by queries */
  uint64_t records, errors;           /* in the files that were read */
  int64_t bytes;                      /* of the index file afterwards */
};

/*
** Brings the index up to date.  A damaged file, or one that is no flow log, is no error: the index
** notes it, and queries read it.  files: the list, found just now.
*/
int index_build(struct index_db *d, const struct files *files, const struct index_build_options *options,
                struct index_build_result *out, char **pzErr);

/*
** How many seconds a build of these files should wait before they are looked for anew; 0: they can be
** read at once.  The index, if it lies among them, is neither waited for nor read.  now: Unix seconds.
*/
int index_build_waits(const struct index_db *d, const struct files *files, int64_t now);

/* SQLITE_ERROR, with a message, if the index was built with another `format` than this one. */
int index_build_check_format(struct index_db *d, const char *format, char **pzErr);

#endif
