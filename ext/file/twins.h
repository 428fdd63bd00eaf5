/* SPDX-License-Identifier: MIT */
/*
** Finds files of a list that hold the same delivery: a copy in another folder, an unzipped file beside
** the one that it was made from, or a copy to whose name a browser or a desktop has added " (1)" or
** " copy".  Read together, they count every record twice.
**
** AWS ends the name of a delivery with a random hash, so equal names are the same delivery,
** wherever the files lie.  Only names that follow AWS's rule to their end are compared, without
** ".gz" and the marks of copies.  Two files flow.log of different folders are no twins, and nor is a file
** to whose name something else was added, which may hold anything.
*/
#ifndef FILE_TWINS_H
#define FILE_TWINS_H

#include "base/err.h"
#include "file/discover.h"

/*
** Links the files of a complete list that have the same delivery by their `twin` to a ring, in the
** order of the list, from the last one back to the first, and sets their `best_twin` to the best of
** them.  The pointers are valid as long as the
** list is not changed.  ERR_NOMEM.  One thread at a time may work on a list.
*/
enum err_code twins_link(struct files *f, struct err *e);

/*
** Is it better to read a than b, which is its twin?  It is better
**
**   - to read a file of some bytes than one of none, or of which the size is unknown;
**   - to read a gzip file, by its name, than an unzipped one, because gzip notices damage;
**   - to read the larger of two such files, because the other may be an unfinished copy;
**   - otherwise, to read the first in the list.
**
** This orders the files of a ring from the best to the worst.  Pure.
*/
int twins_is_better(const struct file *a, const struct file *b);

#endif
