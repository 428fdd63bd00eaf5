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
** are not collected beyond COLLECTOR_VALUES, which its facts say (FACTS_ADDRESSES, ...).
*/
#ifndef INDEX_COLLECTOR_H
#define INDEX_COLLECTOR_H

#include "base/arena.h"
#include "base/slots.h"
#include "base/stop.h"
#include "file/files.h"
#include "index/file_facts.h"
#include "index/key.h"
#include "index/run_source.h"
#include "scan/summing.h"

#define COLLECTOR_VALUES       1000000               /* different addresses and interfaces of one file, at most */
#define COLLECTOR_FILES        8192                  /* a collector is full when so many files have ended, */
#define COLLECTOR_BYTES        (UINT64_C(512) << 20) /* or files of so many bytes, so that they are committed */
#define COLLECTOR_WAITING      64                    /* values that wait while the processor fetches what they need */
#define COLLECTOR_RECENT       4096                  /* values of the file that are known without a look at the table */
#define COLLECTOR_LONGER       512                   /* the same for values of more than 16 bytes, */
#define COLLECTOR_LONGER_BYTES 40                    /* and at most so many, which nearly all IPv6 addresses have */

struct collector {
  const struct files *files;
  struct file_facts *facts; /* one for each file; not owned */
  uint64_t share;           /* bytes that the values may take */
  struct slots slots;       /* a hash table of places in the arena `items` */
  struct arena items;       /* the values */
  struct arena lists;       /* the files of each value, in pieces */
  size_t file;              /* that is being read */
  uint32_t *ended;          /* files that have been read to their ends, and whose facts the owner has not taken yet */
  size_t nended, ended_cap;
  uint64_t bytes;           /* on the disk, of the files that have ended since the values were cleared last */
  uint32_t file_values;     /* different addresses and interfaces that it has so far */
  struct collector_places { /* tokens of the layout at hand, or LAYOUT_ABSENT */
    int32_t address[4], interface, port[2], start, end;
  } at;
  uint32_t nlayouts;                /* that the file has had so far, one after the other */
  int16_t field[LAYOUT_TOKENS + 1]; /* of the first of them: the prefix, and the field of each token */
  uint16_t nfields;                 /* of these */
  uint64_t ports[FACTS_PORTS / 64]; /* bits: the ports of the file */
  struct collector_recent {         /* a value that the file is known to have */
    uint64_t word[2];               /* its bytes; those beyond its end are 0 */
    uint64_t whose;                 /* its length, its kind, and the file */
  } recent[COLLECTOR_RECENT];
  struct collector_longer { /* the same for longer values, such as interfaces */
    uint64_t word[COLLECTOR_LONGER_BYTES / 8], whose;
  } longer[COLLECTOR_LONGER];
  struct collector_waiting {
    uint64_t word[2]; /* the bytes of a value of at most 16, in their order in memory, and zeros */
    const char *text; /* a longer one */
    uint32_t hash, at;
    uint16_t place;  /* in `recent` or `longer` */
    uint8_t kind, n; /* n: bytes */
  } waiting[COLLECTOR_WAITING];
  uint32_t nwaiting;
  struct collector_sorted { /* the values in the order of their keys */
    uint64_t prefix;        /* the first 8 bytes of the key */
    const struct collector_item *item;
  } * sorted;
  size_t nsorted, next; /* of these, and the one that the source returns next */
  uint32_t *ids;        /* of the value that was returned last */
  size_t ids_cap;
  struct index_key key; /* of that value */
};

extern const struct summing_kind collector_kind;

/* facts has a struct for each of the files.  Nothing is allocated yet. */
void collector_init(struct collector *c, const struct files *files, struct file_facts *facts, uint64_t share);

/* Frees all, and leaves the facts alone. */
void collector_clear(struct collector *c);

/* The values in the order of their keys; the numbers of the files are those of the list.  ERR_NOMEM. */
struct run_source collector_source(struct collector *c, uint64_t first_id);

#endif
