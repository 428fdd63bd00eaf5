/* SPDX-License-Identifier: MIT */
/*
** The interfaces and attachments that wrote the records of a scan, numbered, with what their
** records say of them.
**
** An observer is told apart by its id: an interface, an attachment of a transit gateway, or the
** empty text for records that name neither.  Its own address is the one that is an end of each of
** its records, if exactly one is; those of IPv4 and of IPv6 are apart.  Its traits are account,
** VPC, subnet, zone and instance.  Where a trait changes, the value with the latest `start` is kept,
** and of equal times the greater text.
**
** Call order: a struct that is all zero has no observers; observers_find() for each record;
** observers_merge() into another; observers_clear().  One thread at a time.  The only error is
** ERR_NOMEM.
*/
#ifndef CONNECTION_OBSERVERS_H
#define CONNECTION_OBSERVERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slots.h"
#include "net/ip.h"

enum trait { TRAIT_ACCOUNT, TRAIT_VPC, TRAIT_SUBNET, TRAIT_ZONE, TRAIT_INSTANCE, TRAITS };

#define OBSERVERS_MAX (1u << 26) /* their numbers have 26 bits */

struct observer_text {
  size_t at, n; /* place and length in the arena of texts; n is 0 for none */
};

struct observer {
  struct observer_text id;
  uint32_t is_interface; /* 0 for an attachment, which is at neither end, and for records that name neither */
  struct observer_own {
    struct ip addr[2];
    uint32_t n; /* how many addresses may be its own: 0 to 2; OBSERVER_ANY before the first record */
  } own[2];     /* of IPv6, and of IPv4 */
  struct observer_text trait[TRAITS];
  uint32_t room[TRAITS];  /* bytes that there are for another value in the place of this one */
  uint64_t since[TRAITS]; /* the `start` of the record that said so */
};

#define OBSERVER_ANY 3

struct observers {
  struct observer *item;
  size_t n, cap;
  struct slots slots; /* a hash table of numbers from 1 */
  char *text;         /* the arena of texts */
  size_t text_used, text_cap;
  uint32_t last; /* the number that was found last: neighbouring records have the same observer */
};

void observers_clear(struct observers *o);

/*
** Sets *number to the number of the observer with that id, which is added if it is new.
** HASH_PADDING bytes must be readable after the id.  ERR_NOMEM.
*/
enum err_code observers_find(struct observers *o, const char *id, size_t n, uint32_t *number, struct err *e);

/* A record of the observer has these ends. */
void observer_ends(struct observer *o, const struct ip *a, const struct ip *b);

/* Is this the observer's own address, as far as its records tell? */
int observer_is_own(const struct observer *o, const struct ip *addr);

/* A record with that `start` says what a trait is.  ERR_NOMEM. */
enum err_code observers_trait(struct observers *o, uint32_t number, enum trait trait, const char *p, size_t n,
                              uint64_t start, struct err *e);

/* Adds those of `from`, and sets number[i] to the number of its i-th observer here.  ERR_NOMEM. */
enum err_code observers_merge(struct observers *o, const struct observers *from, uint32_t *number, struct err *e);

static inline const char *observers_text(const struct observers *o, struct observer_text t) { return o->text + t.at; }

/* The order of two texts, by their bytes. */
int observers_compare(const struct observers *o, struct observer_text a, struct observer_text b);

/* Bytes of memory that they take. */
size_t observers_bytes(const struct observers *o);

#endif
