/* SPDX-License-Identifier: MIT */
/*
** Which values occur in which files: a table of addresses, interfaces and ports, each with the list of
** its files, which is filled while files are read one after the other, and then read as a sorted
** source of a run (run_source.h).
**
** Call order: a struct that is all zero is empty; value_lists_begin_file() for each file, with
** ascending numbers; value_lists_add() for its values, and value_lists_settle() before the texts of
** these are gone; value_lists_sort(), after which nothing may be added; value_lists_source();
** value_lists_reset(), which begins anew, or value_lists_clear().  After value_lists_reset(), values
** that the file at hand has had before need not come again.
**
** The struct owns all that it has, and belongs to one thread at a time.  A file's addresses and
** interfaces are not added beyond VALUE_LISTS_OF_FILE, which `beyond` tells.
*/
#ifndef INDEX_VALUE_LISTS_H
#define INDEX_VALUE_LISTS_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/slots.h"
#include "base/stop.h"
#include "index/key.h"
#include "index/run_source.h"

/* What a value is. */
enum value_kind { VALUE_ADDRESS, VALUE_INTERFACE, VALUE_PORT };

#define VALUE_LISTS_OF_FILE      1000000 /* different addresses and interfaces of one file, at most */
#define VALUE_LISTS_WAITING      64      /* values that wait while the processor fetches what they need */
#define VALUE_LISTS_RECENT       4096    /* values of the file that are known without a look at the table */
#define VALUE_LISTS_LONGER       512     /* the same for values of more than 16 bytes, */
#define VALUE_LISTS_LONGER_BYTES 40      /* and at most so many, which nearly all IPv6 addresses have */

struct value_lists {
  struct slots slots;   /* a hash table of places in the arena `items` */
  struct arena items;   /* the values */
  struct arena pieces;  /* of the lists */
  uint32_t file;        /* the file at hand */
  uint32_t of_file;     /* different addresses and interfaces that it has so far */
  unsigned beyond;      /* bits 1 << enum value_kind: it has more of them */
  struct value_recent { /* a value that the file is known to have */
    uint64_t word[2];   /* its bytes; those beyond its end are 0 */
    uint64_t whose;     /* its length, its kind, and the file */
  } recent[VALUE_LISTS_RECENT];
  struct value_longer { /* the same for longer values, such as interfaces */
    uint64_t word[VALUE_LISTS_LONGER_BYTES / 8], whose;
  } longer[VALUE_LISTS_LONGER];
  struct value_waiting {
    uint64_t word[2]; /* the bytes of a value of at most 16, in their order in memory, and zeros */
    const char *text; /* a longer one */
    uint32_t hash, at;
    uint16_t place;  /* in `recent` or `longer` */
    uint8_t kind, n; /* n: bytes */
  } waiting[VALUE_LISTS_WAITING];
  uint32_t nwaiting;
  struct value_sorted { /* the values in the order of their keys */
    uint64_t prefix;    /* the first 8 bytes of the key */
    const struct value_item *item;
  } * sorted;
  size_t nsorted, next; /* of these, and the one that the source returns next */
  uint32_t *ids;        /* of the value that was returned last */
  size_t ids_cap;
  struct index_key key; /* of that value */
};

void value_lists_begin_file(struct value_lists *v, uint32_t file);

/* Adds the values that wait.  ERR_NOMEM. */
enum err_code value_lists_settle(struct value_lists *v, struct err *e);

/*
** Adds a value of n bytes, 1 to KEY_MAX - 1, the first 16 of which are a and b, or of a longer one the
** first 8 and any others.  A longer one stays at p until value_lists_settle(), and HASH_PADDING
** readable bytes follow it.  ERR_NOMEM.
*/
static inline enum err_code value_lists_add(struct value_lists *v, enum value_kind kind, const char *p, size_t n,
                                            uint64_t a, uint64_t b, struct err *e) {
  if (v->nwaiting == VALUE_LISTS_WAITING && value_lists_settle(v, e)) return e->code;
  struct value_waiting *w = &v->waiting[v->nwaiting++];
  uint64_t mixed = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
  w->word[0] = bytes_in_order(a);
  w->word[1] = bytes_in_order(b);
  w->text = p;
  w->kind = (uint8_t)kind;
  w->n = (uint8_t)n;
  w->place = (uint16_t)(mixed >> 52);
  __builtin_prefetch(&v->recent[w->place], 1);
  return ERR_NONE;
}
_Static_assert(VALUE_LISTS_RECENT == 1 << 12, "12 bits of the mixed words choose the place");

/* Makes keys of the values and sorts them.  ERR_NOMEM, ERR_INTERRUPT. */
enum err_code value_lists_sort(struct value_lists *v, const struct stop *stop, struct err *e);

/* The values in the order of their keys, with the numbers of their files.  ERR_NOMEM. */
struct run_source value_lists_source(struct value_lists *v, uint64_t first_id);

/* Bytes of memory that the values take, or may take for a moment while `more` are added or all are sorted. */
uint64_t value_lists_bytes(const struct value_lists *v, size_t more);

void value_lists_reset(struct value_lists *v);
void value_lists_clear(struct value_lists *v);

#endif
