/* SPDX-License-Identifier: MIT */
/*
** Does the statement that is running return rows to the host while it scans?
**
**     SELECT * FROM flowlogs('logs') WHERE action = 'REJECT'              yes
**     SELECT dstport, count(*) FROM flowlogs('logs') GROUP BY dstport     no: it returns rows at the end
**     INSERT INTO t SELECT * FROM flowlogs('logs')                        no: it returns none
**
** What is written on a terminal between two rows that the host prints there would mix with them.
*/
#ifndef SQLITE_ROW_OUTPUT_H
#define SQLITE_ROW_OUTPUT_H

#include "sqlite/sqlite.h"

/*
** 0 when it is certain that the running statement of the connection returns no row between the
** rows of a virtual table; 1 when it returns some, and when that cannot be found out.  It costs as
** much as a sqlite3_prepare() of the statement.  By the thread that owns the connection.
*/
int row_output_during_scan(sqlite3 *db);

/*
** Is that function asking at this moment, in this thread?  The statement is then planned once more,
** which xBestIndex must not take for a new statement.
*/
int row_output_is_asking(void);

#endif
