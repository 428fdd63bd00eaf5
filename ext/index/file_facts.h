/* SPDX-License-Identifier: MIT */
/*
** What an index knows of one file besides the sets of its addresses, interfaces and ports: what it
** was, as a scan that left out what cannot be used has found it.
**
** The struct is plain data, all zero at first but for the times.  Any thread may look at one that
** nobody changes.
*/
#ifndef INDEX_FILE_FACTS_H
#define INDEX_FILE_FACTS_H

#include <stdint.h>

#include "file/files.h"
#include "predicate/predicate.h"
#include "scan/reader.h"

#define FACTS_PORTS        65536 /* ports_below of a set that is complete */
#define FACTS_CLIENT_PORTS 32768 /* Linux gives ports from here on to clients, and other systems higher ones */
#define FACTS_LOW_PORTS    1024  /* the set is complete for ports below this number in any case */

/* Why a set of a file's values may lack some of them. */
enum facts_gap {
  FACTS_ADDRESSES = 1, /* addresses, because there were too many */
  FACTS_INTERFACES = 2,
};

struct file_facts {
  uint64_t id;                                     /* of the file in the index; it is never given to another file */
  enum verdict verdict;                            /* VERDICT_OPEN: not known, because it was not read to its end */
  uint64_t records;                                /* that can be used */
  uint64_t problems;                               /* what cannot be used */
  uint64_t min_start, max_start, min_end, max_end; /* Unix seconds; RECORD_NONE when no record has the field */
  uint32_t ports_below;                            /* the set of ports has all of the file's that are below this */
  uint8_t gaps;                                    /* enum facts_gap, combined with OR */
  uint8_t is_uniform;                              /* all lines have the fields `fields` */
  char *fields; /* AWS's names of the fields with a space between two, or NULL; owned by whoever has the struct */
};

/* Sets all but the id and the fields for a file of which nothing is known yet. */
void file_facts_init(struct file_facts *f);

/*
** May a query pass over the file if no record in it can meet the query's conditions?  It may not
** where a scan of the file says more than its records: an error, or that it is no flow log.
*/
static inline int file_facts_are_all(const struct file_facts *f) {
  return f->verdict == VERDICT_FLOW_LOG && f->problems == 0 && f->is_uniform;
}

/* Returns 0 if no record can meet the conditions on start and end, otherwise 1. */
int file_facts_allow(const struct file_facts *f, const struct predicate *p);

#endif
