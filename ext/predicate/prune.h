/* SPDX-License-Identifier: MIT */
/*
** Decides from the path of a file whether it needs to be opened, or no record in it can pass a
** predicate.
**
** By AWS's rule, the name of a file has the region and a time T (object_name.h).  Only a name that
** follows the rule to its end is trusted.  Other names and all folders say nothing: who merges,
** renames or copies files may put them into any folder, and a name with something added to it may
** stand for several deliveries.  (Several deliveries under the name of one of them cannot be known
** from the path; PRUNE_LATE_ANY is for such files.)
**
** A file that AWS delivers today has the records that end from T to T + 299 s; by AWS's older
** rule, which old files follow, they end from T - 300 s to T.  They begin up to one aggregation
** interval (600 s) earlier, some real files break the rule by a few seconds, and AWS promises to
** deliver in time only with best effort: a late record lies in a file with a later T.  Therefore
** a file is kept if, with `late` seconds for that,
**
**     start can lie in [T - 960 - late, T + 600]   and   end in [T - 360 - late, T + 600].
**
** Source: "Flow log files", Amazon VPC user guide; the margins are ours.
**
** The region is trusted because it cannot differ: a flow log belongs to a VPC, subnet, interface
** or transit gateway of one region, and the field `region` is the region of that resource.  (The
** bucket may lie in another region, but its region is not in the name.)  It is trusted because it
** is worth much, too: for region = 'us-east-1' over equal logs of four regions, 50 of 200 files
** are opened, and the query takes a fifth to a quarter of the time, whether the files have the
** field or not.  A record without the field passes where a missing value passes.
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

#define PRUNE_LATE_ANY INT64_MAX /* as `late`: the time in a path says nothing about the records */

/* Why a file is not opened. */
enum prune {
  PRUNE_NONE, /* it is opened: a record in it may pass */
  PRUNE_FILE, /* a condition on the path itself */
  PRUNE_REGION,
  PRUNE_TIME,
  PRUNE_INDEX, /* what an index knows of the file; prune_reason() never says so */
  PRUNE_COUNT
};

/* late: seconds, 0 or more, or PRUNE_LATE_ANY. */
enum prune prune_reason(const struct predicate *p, const char *path, int64_t late);

#endif
