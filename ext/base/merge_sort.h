/* SPDX-License-Identifier: MIT */
/*
** Sorts an array as qsort() does, but can be stopped: sorting a million items takes longer than a
** user who has pressed Ctrl-C wants to wait.
**
** Equal items may come in any order.  The functions use no other state than their arguments.
*/
#ifndef BASE_MERGE_SORT_H
#define BASE_MERGE_SORT_H

#include <stddef.h>

#include "base/stop.h"

#define MERGE_SORT_CHUNK 4096 /* items that are sorted between two questions whether to stop */

/*
** Sorts n items of that size.  Takes as much memory as they do for the time being.  Returns
** ERR_INTERRUPT or ERR_NOMEM; the items are then in some order, and some may be there twice.
*/
enum err_code merge_sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *),
                         const struct stop *stop, struct err *e);

#endif
