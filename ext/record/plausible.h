/* SPDX-License-Identifier: MIT */
/*
** Records that fit their layout and cannot be right all the same: the end of a flow is before its
** start, or it has fewer bytes than packets, and not 0.
**
** One such record is a curiosity.  When most records of a file are like that, the header or the
** `format` names the fields in another order than the lines have them, and every answer from the
** file would be wrong.  A record without the values, such as one of NODATA, is never implausible.
** The functions are pure; any thread may call them.
*/
#ifndef RECORD_PLAUSIBLE_H
#define RECORD_PLAUSIBLE_H

#include "base/err.h"
#include "record/formats.h"
#include "record/layout.h"
#include "record/tokens.h"

#define PLAUSIBLE_LEAST   4   /* records that are needed to judge a layout */
#define PLAUSIBLE_RECORDS 16  /* records that are looked at for it, at most */
#define PLAUSIBLE_LINES   256 /* lines among which these are sought */

/* The field whose values are compared with those of a field, or FIELD_NONE. */
int plausible_partner(int field);

/*
** Can the record not be right?  The line fits the layout.  If why is not NULL and the answer is 1,
** why becomes the reason in words.
*/
int plausible_not_record(const struct layout *l, const struct line *line, char why[ERR_TEXT]);

/*
** Looks at the lines of a window from line `first` to the one before `end`, and not beyond
** another header or the window, because its records are delivered next.  Windows of ordinary
** lines have more than PLAUSIBLE_LINES; lines of 60 KB make one of 4.  Returns 1 if more than
** half of the records with values cannot be right, and why becomes the reason, with the columns
** that seem to be exchanged.  0: they can.  -1: there are too few to tell, and the window ended
** before PLAUSIBLE_LINES lines, so that the next one may tell more.  A line counts as a record if
** it has as many tokens as the layout, whatever its other values are.  Where another of the
** formats has as many tokens, it must be in the format at hand.  s may be NULL: there are no
** other formats.
*/
int plausible_not_layout(const struct layout *l, const struct formats_state *s, const struct tokens *t, uint32_t first,
                         uint32_t end, char why[ERR_TEXT]);

#endif
