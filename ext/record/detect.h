/* SPDX-License-Identifier: MIT */
/*
** Decides from the first lines of a file whether it is a flow log, and in which layout.
**
** The first of these lines that is a header, or that fits one of the formats of lines without a
** header (formats.h), decides.  The functions are pure; any thread may call them.
*/
#ifndef RECORD_DETECT_H
#define RECORD_DETECT_H

#include "record/formats.h"
#include "record/layout.h"
#include "record/tokens.h"

#define DETECT_LINES 16 /* number of nonblank lines that are examined; several, because the first ones may be damaged */

enum detect_result {
  DETECT_BLANK,    /* there are only blank lines */
  DETECT_FLOW_LOG, /* *layout is set */
  DETECT_LIKELY,   /* it looks like a flow log of unknown format, and must not be passed over silently */
  DETECT_OTHER,    /* it is not a flow log */
  DETECT_ERROR,    /* it has a header that cannot be used: *e says why, and in which line of the window */
};

/*
** The header line that a file began with, and its layout.  Nearly all files of a folder begin with
** the same header, and to find the fields of its names takes longer than to read the records of a
** small file.  All zero at first.
*/
struct detect_memory {
  size_t n; /* bytes of the line; 0: nothing is remembered */
  char line[LAYOUT_TEXT];
  struct layout layout;
};

/*
** Examines the first window of a file.  expected: not 0 if the file should be a flow log, so that
** a single name in the first line is taken for a header.  For DETECT_FLOW_LOG, *layout is set,
** and *choice is the choice among the formats, or FORMATS_NONE if a header decided.  Otherwise
** they are undefined.  why is set for DETECT_LIKELY and DETECT_OTHER: the reason in words, with
** the beginning of the line that it is about, whose number in the window is in e->line (0 if
** there is none).  memory: of the files before this one; NULL for none.  The result is the same with
** and without it.
*/
enum detect_result detect(const struct tokens *t, const struct formats *formats, int expected,
                          struct detect_memory *memory, struct layout *layout, int *choice, char why[ERR_TEXT],
                          struct err *e);

/*
** The same for the first n lines of a window of a container, which may hold several logs and of
** which `before` lines have been examined in vain.  All n lines may be records, and a header is
** only looked for among the first lines of the file.  The lines that are marked in unusable[] are
** neither.  For DETECT_FLOW_LOG, e->line is the line that has decided.
*/
enum detect_result detect_contained(const struct tokens *t, const struct formats *formats, uint32_t n,
                                    const uint8_t unusable[], uint64_t before, struct layout *layout, int *choice,
                                    char why[ERR_TEXT], struct err *e);

#endif
