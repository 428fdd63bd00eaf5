/* SPDX-License-Identifier: MIT */
/*
** Reads account, region, flow log and time from a file's path, by AWS's rules for the keys of S3
** objects:
**
**     AWSLogs/ACCOUNT/vpcflowlogs/REGION/2024/05/01/ACCOUNT_vpcflowlogs_REGION_FLOWLOGID_20240501T0005Z_HASH.log.gz
**
** The name of the file decides.  The account and the region that it does not say are taken from
** the folders, in their plain and in their Hive-compatible form (aws-account-id=, aws-region=).
** A date in folders says nothing: AWS puts a file there by the time in its name, and other files,
** such as merged ones, are there by a rule of their owner.  Source: "Flow log files", Amazon VPC
** user guide.
**
** Eight hexadecimal digits after the name are those of a download that is not finished.  Digits of
** the form 20YYMMDD are logrotate's date instead; one download in 100,000 has such digits.
**
** The functions are pure; any thread may call them.
*/
#ifndef FILE_OBJECT_NAME_H
#define FILE_OBJECT_NAME_H

#include <stddef.h>
#include <stdint.h>

#define OBJECT_NAME_NO_TIME INT64_MIN

struct object_name_part {
  const char *p; /* points into the path; NULL when the path does not say it */
  size_t n;
};

/* What the path says; what it does not say is empty, or OBJECT_NAME_NO_TIME. */
struct object_name {
  struct object_name_part account, region, flow_log_id;
  int64_t delivered; /* time in the name, Unix seconds, the beginning of five minutes; or OBJECT_NAME_NO_TIME */
  int is_flow_log;   /* the name itself follows AWS's rule, so the file must be a flow log */
  int is_partial;    /* AWS's name with what `aws s3` adds while it downloads; nothing else is taken from the name */
  int is_exact;      /* besides, nothing was added to the name: the file is what AWS delivered under it */
  int is_copy;       /* the same but for what browsers and desktops add to the names of copies, such as " (1)" */
};

/*
** Returns how many bytes of the name of a file, of n bytes, are the same for all copies of it, unzipped or
** not: without ".log.gz", ".log", ".gz", and what is added to the names of copies.
*/
size_t object_name_stem(const char *name, size_t n);

/* Fills *k from a path that ends with NUL.  The parts of *k point into the path. */
void object_name_parse(struct object_name *k, const char *path);

#endif
