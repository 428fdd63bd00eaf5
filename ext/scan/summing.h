/* SPDX-License-Identifier: MIT */
/*
** What takes the records of a reader in the place of batches, and sums them: groups
** (rollup_scan.h) or connections (connection/connection_scan.h).
**
** A reader binds the sums to each layout, adds the lines that its predicate lets pass, and settles
** after each window.  All calls come from one thread at a time.  `sums` is the first argument of
** all functions.  For each file:
**
**     begin_file()  { bind()  { add() ...  settle() } ... } ...  end_file()
*/
#ifndef SCAN_SUMMING_H
#define SCAN_SUMMING_H

#include "base/err.h"
#include "base/stop.h"
#include "record/layout.h"
#include "record/path_fields.h"
#include "record/tokens.h"
#include "scan/presence.h"
#include "scan/rows_word.h"

struct reader;

struct summing_kind {
  /*
  ** The next records are those of this file of the list; and the file has ended, of which the reader
  ** knows what it was (ERR_NOMEM).  A file that is given up before its end has no end_file().  NULL:
  ** the sums do not depend on files.
  */
  void (*begin_file)(void *sums, size_t file);
  enum err_code (*end_file)(void *sums, const struct reader *r, struct err *e);

  /*
  ** Lines of this layout come next, with what the path of the file gives.  path stays valid until
  ** the next call; the layout does not.  Notes in *presence which of the fields that are needed
  ** are there.  Sets *why if no line of this layout can be used: its first record is then a problem
  ** that ends the file.
  */
  void (*bind)(void *sums, const struct layout *l, const struct path_fields *path, struct presence *presence,
               struct err *why);

  /*
  ** Notes in used[] which fields the sums need, so that no others are read where they can be read
  ** alone.
  */
  void (*uses)(const void *sums, uint8_t used[FIELD_COUNT]);

  /*
  ** Adds a record, whose line has passed record_check(); TOKENS_BLOCK readable bytes follow its
  ** text.  ERR_NOMEM; ERR_LINE if the line cannot be used, and why.
  */
  enum err_code (*add)(void *sums, const struct line *line, struct err *e);

  /*
  ** Adds records as columns, which have all fields that uses() has noted, and that the file has.  keep[i] is
  ** 0 for a record that is not wanted.  Only after a bind().  ERR_NOMEM.  NULL for sums that take lines alone.
  */
  enum err_code (*add_columns)(void *sums, const struct rows_columns *rows, const uint8_t *keep, struct err *e);

  /* The window has ended: adds the records that still wait.  ERR_NOMEM. */
  enum err_code (*settle)(void *sums, struct err *e);

  /* Do the sums take so much memory that they must be handed over?  Asked after each window. */
  int (*is_full)(const void *sums);

  /*
  ** NULL if the sums stay with their workers until the scan is closed, and the owner reads all of them
  ** when it has ended.  Otherwise adds all of `from`, and leaves it empty; the two may change places.  stop is asked now and
  ** then; when it says so, the function returns ERR_NONE early, and the rest stays in `from`.
  ** ERR_NOMEM, likewise.
  */
  enum err_code (*merge)(void *sums, void *from, const struct stop *stop, struct err *e);

  /*
  ** The owner is going to have the sums: does what is left to do in the thread that has summed them.
  ** stop is asked now and then.  ERR_NOMEM.  NULL: nothing is.
  */
  enum err_code (*finish)(void *sums, const struct stop *stop, struct err *e);

  /* Frees what has been summed; the sums are then empty, and may be used again. */
  void (*clear)(void *sums);
};

struct summing {
  const struct summing_kind *kind;
  void *sums;
};

#endif
