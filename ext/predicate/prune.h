/* SPDX-License-Identifier: MIT */
/*
** Which files need not be opened: those whose path says that no record in them can pass a predicate.
**
** The path says account, region and time by AWS's rule (object_name.h); other folders that look like it say nothing.  A file of the name time T has records whose end
** lies in T to T + 299 s by that rule; records begin up to one aggregation interval (600 s) earlier, and files are found
** that break the rule by some seconds.  So a file is kept if start can lie in [T - 660, T + 600], or end in
** [T - 60, T + 600].  Where only the folders give a date, T is any time of it.  Account and region are those of the
** flow log; a record may have another account only as `unknown` or as none.  Source: "Flow log files", Amazon VPC user
** guide; the margins are ours.  Pure; any thread.
*/
#ifndef PREDICATE_PRUNE_H
#define PREDICATE_PRUNE_H

#include "predicate/predicate.h"

/* Can the file have records that pass? */
int prune_keeps(const struct predicate *p, const char *path);

#endif
