/* SPDX-License-Identifier: MIT */
/*
** A layout: which field stands at which place of a file's lines.
**
** It comes from a file's header line, from the `format` option (a list of names, or the LogFormat string that
** `aws ec2 describe-flow-logs` prints), or is one of AWS's two defaults.  It is a plain struct without pointers: copy
** it as you like.  Pure functions; any thread.
*/
#ifndef RECORD_LAYOUT_H
#define RECORD_LAYOUT_H

#include <stdint.h>

#include "base/err.h"
#include "record/fields.h"
#include "record/tokens.h"

#define LAYOUT_TOKENS 256 /* fields in a line, at most; AWS has 54 */
#define LAYOUT_GROUPS ((LAYOUT_TOKENS + TOKENS_GROUP - 1) / TOKENS_GROUP)
#define LAYOUT_TEXT   8192 /* bytes of a header line, at most; AWS's longest has about 900 */
#define LAYOUT_ABSENT (-1)
#define LAYOUT_SURE   3 /* known names that make a line a header whatever the others are */

struct layout {
  uint16_t ntokens;             /* tokens in a line, the prefix included; 0 for no layout */
  uint16_t prefix;              /* 1 when the first token is CloudWatch's time and no field */
  int16_t field[LAYOUT_TOKENS]; /* per token: its field, or FIELD_NONE for the prefix and for unknown names */
  int16_t token[FIELD_COUNT];   /* per field: its token, or LAYOUT_ABSENT */
  uint16_t nints;               /* tokens of KIND_INT */
  uint16_t ints[LAYOUT_TOKENS];
  uint16_t nchecks; /* other tokens that can be wrong: all kinds but KIND_TEXT */
  struct layout_check {
    uint16_t token;
    uint16_t kind; /* enum kind */
  } check[LAYOUT_TOKENS];
  int32_t reach[LAYOUT_TOKENS];  /* per token: bytes to the next one's begin up to which its class decides */
  uint64_t class[LAYOUT_GROUPS]; /* per TOKENS_GROUP tokens: the bits of tokens.h that they must have */
  uint16_t naddrs;               /* tokens of KIND_ADDR, which are among the checks too */
  uint16_t addrs[LAYOUT_TOKENS];
  uint16_t nunknown;               /* names that the table of fields doesn't have */
  uint16_t unknown[LAYOUT_TOKENS]; /* their tokens */
  uint16_t name[LAYOUT_TOKENS];    /* per token: offset of its name in text */
  uint16_t name_n[LAYOUT_TOKENS];  /* and its length */
  uint16_t text_n;                 /* bytes in text */
  char text[LAYOUT_TEXT];          /* the line that the names came from */
};

/* The default format of VPC flow logs (14 fields) and of transit gateway flow logs (36 fields). */
void layout_default(struct layout *l);
void layout_transit_gateway(struct layout *l);

/* Puts CloudWatch's time prefix before the fields of a layout that has none. */
void layout_add_prefix(struct layout *l);

/*
** Looks whether a line is a header: every token is a name by its letters, at least half of them are fields we know,
** and there is more to it than chance: LAYOUT_SURE of them are, or two that are all there is, or one that no prose has
** (srcaddr, vpc-id; not region or end).  A single name is a header only where one is expected (single != 0).
** 1: it is, *l is set.  0: it isn't, *l is unchanged.  -1: it is, but can't be
** used (a name stands twice, too many names): *e has ERR_FORMAT.
*/
int layout_from_header(struct layout *l, const struct line *line, int single, struct err *e);

/* Is the line the header of this very layout: its names in its order, whatever their number? */
int layout_is_own_header(const struct layout *l, const struct line *line);

/* Reads the `format` option: names with spaces or commas between them, each alone or as ${name}.  ERR_ARGUMENT. */
enum err_code layout_from_option(struct layout *l, const char *text, struct err *e);

/* Nothing in it can be wrong, so that a header among its lines passes for a record. */
static inline int layout_is_texts(const struct layout *l) { return l->nints == 0 && l->nchecks == 0; }

/* The token's name as the header spells it. */
static inline const char *layout_name(const struct layout *l, uint32_t token) { return l->text + l->name[token]; }

#endif
