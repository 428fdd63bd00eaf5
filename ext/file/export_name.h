/* SPDX-License-Identifier: MIT */
/*
** Reads the log stream from the path of a file that CloudWatch Logs has exported to S3, by AWS's
** rule for the keys of such objects:
**
**     PREFIX/TASK/STREAM/000000.gz      exportedlogs/d0c5a1de-.../eni-1235b8ca123456789-all/000000.gz
**
** TASK is the id of the export task, a UUID.  Source: "Exporting log data to Amazon S3", Amazon
** CloudWatch Logs user guide.  The function is pure; any thread may call it.
*/
#ifndef FILE_EXPORT_NAME_H
#define FILE_EXPORT_NAME_H

#include <stddef.h>

/*
** Returns the name of the log stream in a path that ends with NUL, of *n bytes, or NULL if the path
** does not follow the rule.  It points into the path.
*/
const char *export_name_stream(const char *path, size_t *n);

#endif
