/* SPDX-License-Identifier: MIT */
/*
** What looks like a flow log and is none: says what it is, and what to do.  The functions are
** pure; any thread may call them.
*/
#ifndef RECORD_LOOKALIKE_H
#define RECORD_LOOKALIKE_H

#include <stddef.h>

/*
** Is it the name of a column whose values are computed from several records, such as sum(bytes),
** count(*), or the _col1 that Athena calls it?  1 or 0.
*/
int lookalike_is_sum(const char *name, size_t n);

#endif
