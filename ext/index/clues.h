/* SPDX-License-Identifier: MIT */
/*
** What the conditions of a query say about the sets of an index: the keys of which a file must have
** one at least, or none of its records is wanted.
**
**     srcaddr = '10.0.0.7'                    the key of 10.0.0.7
**     addr IN (SELECT ip FROM threats)        the keys of the members
**     cidr_match(dstaddr, '10.0.0.0/24')      all keys from 10.0.0.0 to 10.0.0.255
**     dstport BETWEEN 1 AND 1023              all keys from 1 to 1023
**
** A condition of another kind says nothing, and neither does one that a missing value passes, or one
** with NOT.  The sets do not tell the fields apart, so a clue lets too many files pass, and never too
** few.
**
** The list owns its keys, and points to the terms it was made of.  One thread at a time.
*/
#ifndef INDEX_CLUES_H
#define INDEX_CLUES_H

#include "index/file_facts.h"
#include "index/file_set.h"
#include "index/key.h"
#include "predicate/predicate.h"

#define CLUE_NONE UINT32_MAX

struct clue {
  const struct predicate_term *term;
  uint8_t gap;           /* enum facts_gap of the set that it asks; 0 for ports */
  uint8_t is_range;      /* all keys from key[0] to key[1], which must be one kind of keys */
  uint16_t last_port;    /* the greatest port of those that it asks for; 0 where it does not ask for ports */
  struct index_key *key; /* ascending */
  size_t n;              /* of keys; 0: no file has what it asks for */
  struct file_set files; /* those that have one of the keys: filled in by who reads the index */
};

struct clues {
  struct clue *clue;
  size_t n, cap;
};

/* Frees all.  A struct that is all zero is an empty list. */
void clues_clear(struct clues *c);

/*
** Adds what a term about a field says, once for each term and set: a place of a filter pattern is about
** one field in one layout, and about another in another.  *number becomes the clue's place in the
** list, or CLUE_NONE if it says nothing.  The term must live as long as the list.  ERR_NOMEM.
*/
enum err_code clues_add(struct clues *c, const struct predicate_term *term, int field, uint32_t *number, struct err *e);

/* Returns 0 if, by the clue, no record of the file is wanted, otherwise 1. */
int clue_allows(const struct clue *clue, const struct file_facts *f);

#endif
