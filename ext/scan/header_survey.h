/* SPDX-License-Identifier: MIT */
/*
** Which fields do the files of a list have?  Reads the beginnings of files, for CREATE VIRTUAL TABLE to know what to
** show.  Of many files it looks at HEADER_SURVEY_FILES, the first, the last and others evenly between: a field that it misses
** is hidden, and can be selected by its name all the same.  One thread.
*/
#ifndef SCAN_HEADER_SURVEY_H
#define SCAN_HEADER_SURVEY_H

#include <stdint.h>

#include "file/discover.h"
#include "record/fields.h"
#include "scan/workers.h"

#define HEADER_SURVEY_FILES 256

/*
** Sets visible[f] for each field found; none when no file is a flow log.  The options' policy is POLICY_SKIP: damaged
** files are passed over.  ERR_NOMEM; ERR_INTERRUPT when the options' stop says so.
*/
enum err_code header_survey(const struct files *files, const struct scan_options *options, uint8_t visible[FIELD_COUNT],
                            struct err *e);

#endif
