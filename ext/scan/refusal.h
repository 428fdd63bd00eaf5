/* SPDX-License-Identifier: MIT */
/*
** Files that are not read, whatever is in them, because of what their names say, and folders that
** the list of files has in the place of the files in them.  The function is pure; any thread may call
** it.
*/
#ifndef SCAN_REFUSAL_H
#define SCAN_REFUSAL_H

#include "base/err.h"
#include "file/discover.h"
#include "predicate/predicate.h"

enum refusal {
  REFUSAL_NONE,     /* the file is read */
  REFUSAL_UNLISTED, /* a folder, or what may be one, that could not be listed: always an error, ERR_IO */
  REFUSAL_TWIN,     /* the same delivery as another file, which is read: always an error */
  REFUSAL_PARTIAL,  /* a download that is not finished: passed over, but an error if the user named it */
};

/*
** Is the file refused?  Then why becomes the reason in words.  p: the predicate of the query, or
** NULL, because a file that it excludes by a condition on the path is no twin to be afraid of.
*/
enum refusal refusal_of(const struct file *file, const struct predicate *p, char why[ERR_TEXT]);

#endif
