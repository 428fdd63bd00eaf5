/* SPDX-License-Identifier: MIT */
/*
** Which fields do the files of a list have?  CREATE VIRTUAL TABLE asks this to know which columns
** to show.
**
** header_survey() reads only the beginnings of files.  Of a long list it looks at
** HEADER_SURVEY_FILES: the first, the last, and others at equal distances between them.  A field
** that it misses so is a hidden column, which can still be selected by its name.  One thread, in
** which the options' `stop` is asked.
*/
#ifndef SCAN_HEADER_SURVEY_H
#define SCAN_HEADER_SURVEY_H

#include <stdint.h>

#include "file/discover.h"
#include "record/fields.h"
#include "scan/workers.h"

#define HEADER_SURVEY_FILES 256

/*
** Sets visible[f] to 1 for each field f that was found and to 0 for all others; all are 0 when no
** file is a flow log.  The options' policy must be POLICY_SKIP, which passes over damaged files.
** ERR_EXHAUSTED; ERR_NOMEM; ERR_INTERRUPT when the options' `stop` said so.
*/
enum err_code header_survey(const struct files *files, const struct scan_options *options, uint8_t visible[FIELD_COUNT],
                            struct err *e);

#endif
