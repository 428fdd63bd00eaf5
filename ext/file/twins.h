/* SPDX-License-Identifier: MIT */
/*
** Finds files of a list that hold the same delivery: a copy in another folder, or an unzipped file
** beside the one that it was made from.  Read together, they count every record twice.
**
** AWS ends the name of a delivery with a random hash, so equal names are the same delivery,
** wherever the files lie.  Only names that follow AWS's rule to their end are compared, without
** ".gz".  Two files flow.log of different folders are no twins, and nor is a file to whose name
** something was added, which may hold anything.
*/
#ifndef FILE_TWINS_H
#define FILE_TWINS_H

#include "base/err.h"
#include "file/discover.h"

/*
** Sets `twin` of each file of a complete list to the nearest file before it that has the same
** delivery.  The pointers are valid as long as the list is not changed.  ERR_NOMEM.  One thread
** at a time may work on a list.
*/
enum err_code twins_link(struct files *f, struct err *e);

#endif
