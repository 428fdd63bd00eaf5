/* SPDX-License-Identifier: MIT */
/*
** What is this file?  Decides from its first lines whether it is a flow log, and in which layout.
**
** A header decides.  Without one, the first line decides that fits the user's `format`, or else one of AWS's two
** defaults, with or without CloudWatch's time prefix.  Pure functions; any thread.
*/
#ifndef RECORD_DETECT_H
#define RECORD_DETECT_H

#include "record/layout.h"
#include "record/tokens.h"

#define DETECT_LINES 16 /* nonblank lines that are looked at: the first ones may be damaged */

enum detect_result {
  DETECT_BLANK,    /* nothing but blank lines */
  DETECT_FLOW_LOG, /* *layout is set */
  DETECT_LIKELY,   /* it has the marks of a flow log, in a format that can't be told: not to be passed over silently */
  DETECT_OTHER,    /* no flow log */
  DETECT_ERROR,    /* a header that can't be used: *e says why, and its line in the window */
};

/*
** Looks at a file's first window.  format: the user's layout for files without a header, or NULL.  expected: the file
** should be a flow log, so that even a single name is taken for a header.  why: becomes the reason of DETECT_LIKELY and
** DETECT_OTHER in words.
*/
enum detect_result detect(const struct tokens *t, const struct layout *format, int expected, struct layout *layout,
                          char why[ERR_TEXT], struct err *e);

/* Does text in UTF-16 have a flow log's marks? */
int detect_utf16(const char *p, size_t n);

#endif
