/* SPDX-License-Identifier: MIT */
/*
** Files that are not read, whatever is in them, because of what their names say.  The function is
** pure; any thread may call it.
*/
#ifndef SCAN_REFUSAL_H
#define SCAN_REFUSAL_H

#include "base/err.h"
#include "file/discover.h"

enum refusal {
  REFUSAL_NONE,    /* the file is read */
  REFUSAL_PARTIAL, /* a download that is not finished: passed over, but an error if the user named it */
};

/* Is the file refused?  Then why becomes the reason in words. */
enum refusal refusal_of(const struct file *file, char why[ERR_TEXT]);

#endif
