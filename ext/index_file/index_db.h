/* SPDX-License-Identifier: MIT */
/*
** An index file: an ordinary database of SQLite with the tables of an index over log files.
**
**     folders   path                     a row for each folder with files
**     layouts   fields                   a row for each list of fields that files have
**     files     folder, name, size, ...  a row for each file
**     runs      first_id, ids            the sorted runs (index/run_writer.h)
**     keys      run, first_key, block    which block of a run begins with which key
**     blocks    data                     the blocks of all runs (INDEX_BLOCK)
**     about     name, value              the next id, the option `format` and its checksum, a checksum
**                                        of the runs
**
** A database is an index only if it has the application id and the version below, and exactly these
** tables, so that no other database is ever read or changed.  Nothing in it is believed: the rows
** of files, folders and layouts, and the list of runs, have checksums, as the blocks do.  They tell
** damage and not forgery: whoever can write to an index can make it hide records, which is why it is
** used only where a query names it.
**
** The file is opened through SQLite's own interface, by a connection of its own, for reading only or
** for building.  FLOWLOGS_ROOT confines it.  Locks of other programs are waited for as long as
** INDEX_DB_PATIENCE says, and meanwhile the user may stop the query.
**
** Call order: a struct that is all zero is closed; index_db_open(), any calls, index_db_close().
** Errors are SQLite codes, with the message in *pzErr.  One thread at a time.
*/
#ifndef INDEX_FILE_INDEX_DB_H
#define INDEX_FILE_INDEX_DB_H

#include "base/stop.h"
#include "file/root_guard.h"
#include "sqlite/sqlite.h"

#define INDEX_DB_APPLICATION 0x666c6978 /* PRAGMA application_id: "flix" */
#define INDEX_DB_VERSION     1          /* PRAGMA user_version */
#define INDEX_DB_PATIENCE    30.0       /* seconds for which a lock is waited for */

/*
** Limits, so that a hostile file does not make a query take memory without end: the ids of files, for
** which a query has a bit each, and the bytes of a row.
*/
#define INDEX_DB_IDS (UINT32_MAX - 1)
#define INDEX_DB_ROW (64 << 20)

/* The statements that are prepared once: see index_db.c. */
enum index_statement {
  INDEX_BEGIN_READ,
  INDEX_BEGIN_WRITE,
  INDEX_COMMIT,
  INDEX_ROLLBACK,
  INDEX_VERSION_OF_DATA,
  INDEX_GET_ABOUT,
  INDEX_SET_ABOUT,
  INDEX_FIND_FOLDER,
  INDEX_ADD_FOLDER,
  INDEX_DROP_FOLDERS,
  INDEX_ALL_LAYOUTS,
  INDEX_FIND_LAYOUT,
  INDEX_ADD_LAYOUT,
  INDEX_FILES_BETWEEN,
  INDEX_PUT_FILE,
  INDEX_DROP_FILE,
  INDEX_ALL_IDS,
  INDEX_ALL_FILES,
  INDEX_ALL_RUNS,
  INDEX_ADD_RUN,
  INDEX_DROP_RUN,
  INDEX_PUT_BLOCK,
  INDEX_PUT_KEY,
  INDEX_SEEK_BLOCK,
  INDEX_GET_BLOCK,
  INDEX_DROP_BLOCKS,
  INDEX_DROP_KEYS,
  INDEX_STATEMENTS
};

struct index_db {
  sqlite3 *db; /* NULL: closed */
  char *given; /* as the user wrote it */
  char *path;  /* the same with the home folder in the place of "~/" */
  int is_writable;
  struct stop stop;                          /* asked while a lock is waited for, and during long statements */
  int number;                                /* errno of the last I/O error; 0: none */
  int is_stopped;                            /* the answer was yes once */
  double waits;                              /* since when a lock is waited for; 0: it is not */
  sqlite3_stmt *statement[INDEX_STATEMENTS]; /* NULL until it is needed */
};

/*
** Opens the index for reading, or for building, which makes the file if there is none.  A file that
** is no index is an error, whatever it is opened for.  "~/" is the home folder, as in given_path.h.  The guard need not outlive the call.
*/
int index_db_open(struct index_db *d, const char *path, int is_writable, const struct root_guard *guard,
                  const struct stop *stop, char **pzErr);
void index_db_close(struct index_db *d);

/*
** The statement, reset and without values; NULL, with the error in *rc, if it cannot be prepared.
** It is reset by the next call for the same statement, and by index_db_done().
*/
sqlite3_stmt *index_db_statement(struct index_db *d, enum index_statement which, int *rc);

/* Prepares a copy of the statement of its own, which the caller finalizes.  An SQLite code. */
int index_db_prepare(struct index_db *d, enum index_statement which, sqlite3_stmt **s);

/* Runs a statement that returns no row, and resets it.  An SQLite code. */
int index_db_run(struct index_db *d, enum index_statement which);

/* Resets the statement, so that it holds no lock.  Returns rc, or the statement's error if rc is SQLITE_DONE or SQLITE_ROW and it has one. */
int index_db_done(struct index_db *d, enum index_statement which, int rc);

/* The text of a column; NULL, with *rc SQLITE_NOMEM, or SQLITE_CORRUPT where a damaged row has none. */
const char *index_db_text(sqlite3_stmt *s, int column, int *rc);

/* Begins and ends transactions.  index_db_end() commits if rc is SQLITE_OK, and rolls back otherwise. */
int index_db_begin(struct index_db *d);
int index_db_end(struct index_db *d, int rc);

/* A number of the table `about`; 0 if it is not there. */
int index_db_get_number(struct index_db *d, const char *name, int64_t *value);
int index_db_set_number(struct index_db *d, const char *name, int64_t value);

/* The bytes of the file. */
int index_db_bytes(struct index_db *d, int64_t *bytes);

/* Makes the message of a code that an SQLite function returned for this file.  Returns the code for the query. */
int index_db_error(struct index_db *d, int rc, char **pzErr);

/* The message about damage that SQLite does not see.  Returns SQLITE_ERROR. */
int index_db_damaged(const struct index_db *d, const char *what, char **pzErr);

#endif
