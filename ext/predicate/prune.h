/* SPDX-License-Identifier: MIT */
/*
** Decides from the path of a file whether it needs to be opened, or no record in it can pass a
** predicate.
**
** By AWS's rule, the path names the account, the region and a time T (object_name.h).  Other
** paths, even similar ones, say nothing.  The records of a file end from T to T + 299 s by this
** rule.  They begin up to one aggregation interval (600 s) earlier, and some real files break the
** rule by a few seconds.  Therefore a file is kept if start can lie in [T - 660, T + 600] and end
** in [T - 60, T + 600].  If only the folders give a date, T is any time of that day.  The region is
** that of the flow log and of its records.  Source: "Flow log files", Amazon VPC user guide; the
** margins are ours.
**
** The account in the path says nothing about the records.  It is the owner of the flow log, and
** account_id of a record is the owner of the network interface.  In a VPC that is shared with
** other accounts, one file has records of all of them.
**
** The function is pure; any thread may call it.
*/
#ifndef PREDICATE_PRUNE_H
#define PREDICATE_PRUNE_H

#include "predicate/predicate.h"

/* Returns 0 if no record of the file can pass, otherwise 1. */
int prune_keeps(const struct predicate *p, const char *path);

#endif
