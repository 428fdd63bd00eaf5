/* SPDX-License-Identifier: MIT */
/*
** What a file's path says by AWS's rules for the keys of S3 objects: account, region, flow log, time.
**
**   AWSLogs/ACCOUNT/vpcflowlogs/REGION/2024/05/01/ACCOUNT_vpcflowlogs_REGION_FLOWLOGID_20240501T0005Z_HASH.log.gz
**
** The name decides; what it doesn't say is taken from the folders, in the plain and in the Hive-compatible form
** (aws-account-id=, aws-region=).  Source: "Flow log files", Amazon VPC user guide.  Pure functions; any thread.
*/
#ifndef FILE_OBJECT_NAME_H
#define FILE_OBJECT_NAME_H

#include <stddef.h>
#include <stdint.h>

#define OBJECT_NAME_NO_TIME INT64_MIN

struct object_name_part {
  const char *p; /* into the path; NULL when it says nothing */
  size_t n;
};

struct object_name {
  struct object_name_part account, region, flow_log_id;
  int64_t
      delivered; /* Unix seconds of the time in the name: the beginning of its five minutes; or OBJECT_NAME_NO_TIME */
  int64_t from,
      to;      /* the same as a span: one moment, or the hour or day that the folders name; or OBJECT_NAME_NO_TIME */
  int is_awss; /* account, region and span stand where and as AWS puts them, not in folders of the user's own */
  int is_flow_log; /* the name itself follows AWS's rule: the file must be a flow log */
};

void object_name_parse(struct object_name *k, const char *path);

#endif
