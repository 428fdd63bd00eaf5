/* SPDX-License-Identifier: MIT */
/*
** Merges sorted runs, or tables in memory that are sorted alike, into one run.
*/
#ifndef INDEX_RUN_MERGE_H
#define INDEX_RUN_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "index/file_set.h"
#include "index/run_source.h"
#include "index/run_writer.h"

/*
** Puts all entries of n sources into a writer, which the caller finishes.  The lists of a key that
** several sources have are united.  Only ids in `alive` are kept (NULL: all are), and a key
** without one vanishes, so the run may come out empty.
**
** first_id: the first id of the new run, to which its lists are relative.  No id that is kept may
** be less, or greater by more than UINT32_MAX - 1; ERR_FORMAT otherwise.  The least first_id of
** the sources fits if they span no more.
**
** The errors of sources and of the writer's sink are passed on.  A source whose keys do not ascend
** is damaged: ERR_FORMAT.
*/
enum err_code run_merge(const struct run_source *source, size_t n, const struct file_set *alive, uint64_t first_id,
                        struct run_writer *w, struct err *e);

#endif
