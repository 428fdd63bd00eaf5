/* SPDX-License-Identifier: MIT */
/*
** Collects for an index, while files are read, which addresses, interfaces and ports occur in which
** files, and what else is known of each file.
**
** A collector is what one worker of a summing scan (scan/summing_scan.h) sums: for each value, the
** list of the files in which it occurs.  The scan's policy is POLICY_SKIP, and it has no predicate.
** The facts of a file are written when the file has ended.
**
** Call order: collector_init(); then the scan calls the functions of collector_kind.  When the scan
** returns a collector, its values are sorted: a merge of its collector_source().
** collector_clear() at the end.
**
** Ownership: a collector owns its values; the array of facts, one for each file of the list, is the
** caller's, and no two workers write the facts of one file.  A file that is being read when a
** collector is full has a part of its values in the collector as it is returned, and the rest in
** the one that is returned later.
**
** Memory is bounded: a collector is full when it takes more than its share, and a file's own values
** are not collected beyond VALUE_LISTS_OF_FILE, which its facts say (FACTS_ADDRESSES, ...).
*/
#ifndef INDEX_COLLECTOR_H
#define INDEX_COLLECTOR_H

#include "file/files.h"
#include "index/file_facts.h"
#include "index/value_lists.h"
#include "scan/summing.h"

#define COLLECTOR_FILES 8192                  /* a collector is full when so many files have ended, */
#define COLLECTOR_BYTES (UINT64_C(512) << 20) /* or files of so many bytes, so that they are committed */

struct collector {
  const struct files *files;
  struct file_facts *facts; /* one for each file; not owned */
  uint64_t share;           /* bytes that the values may take */
  struct value_lists values;
  size_t file;     /* that is being read */
  uint32_t *ended; /* files that have been read to their ends, and whose facts the owner has not taken yet */
  size_t nended, ended_cap;
  uint64_t bytes;           /* on the disk, of the files that have ended since the values were cleared last */
  struct collector_places { /* tokens of the layout at hand, or LAYOUT_ABSENT */
    int32_t address[4], interface, port[2], start, end;
  } at;
  uint32_t nlayouts;                /* that the file has had so far, one after the other */
  int16_t field[LAYOUT_TOKENS + 1]; /* of the first of them: the prefix, and the field of each token */
  uint16_t nfields;                 /* of these */
  uint64_t ports[FACTS_PORTS / 64]; /* bits: the ports of the file */
};

extern const struct summing_kind collector_kind;

/* facts has a struct for each of the files.  Nothing is allocated yet. */
void collector_init(struct collector *c, const struct files *files, struct file_facts *facts, uint64_t share);

/* Frees all, and leaves the facts alone. */
void collector_clear(struct collector *c);

/* The values in the order of their keys; the numbers of the files are those of the list.  ERR_NOMEM. */
struct run_source collector_source(struct collector *c, uint64_t first_id);

#endif
