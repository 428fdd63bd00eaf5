/* SPDX-License-Identifier: MIT */
/*
** A layout says which field stands at which place of a file's lines.
**
** It comes from the header line of a file, or from the `format` option (a list of names, or the
** LogFormat string that `aws ec2 describe-flow-logs` prints), or it is one of AWS's two defaults.
** It is a plain struct without pointers, so it may be copied.  The functions are pure; any thread
** may call them.
*/
#ifndef RECORD_LAYOUT_H
#define RECORD_LAYOUT_H

#include <stdint.h>

#include "base/err.h"
#include "record/fields.h"
#include "record/tokens.h"

#define LAYOUT_TOKENS 256 /* maximal number of fields in a line; AWS has 54 */
#define LAYOUT_GROUPS ((LAYOUT_TOKENS + TOKENS_GROUP - 1) / TOKENS_GROUP)
#define LAYOUT_TEXT   8192 /* maximal length of a header line in bytes; AWS's longest has about 900 */
#define LAYOUT_ABSENT (-1)
#define LAYOUT_FIELDS "#Fields:" /* in front of names, it says that they are a header, as in W3C's extended log files */
#define LAYOUT_SURE   3          /* with this number of known names, a line is a header whatever its other names are */

struct layout {
  uint16_t ntokens;             /* tokens in a line, the prefix included; 0 for no layout */
  uint16_t prefix;              /* 0 or 1: the first token is CloudWatch's time and not a field */
  int16_t field[LAYOUT_TOKENS]; /* per token: its field, or FIELD_NONE for the prefix and for unknown names */
  int16_t token[FIELD_COUNT];   /* per field: its token, or LAYOUT_ABSENT */
  uint16_t nints;               /* number of tokens that are numbers: kind_is_int() */
  uint16_t ints[LAYOUT_TOKENS]; /* these tokens */
  uint16_t nchecks;             /* number of other tokens that can be invalid: all kinds but KIND_TEXT */
  struct layout_check {
    uint16_t token;
    uint16_t kind; /* enum kind */
  } check[LAYOUT_TOKENS];
  int32_t reach
      [LAYOUT_TOKENS]; /* per token: its class is sufficient if the next token begins within this number of bytes */
  uint64_t class[LAYOUT_GROUPS];   /* per TOKENS_GROUP tokens: the bits of tokens_classes() that they must have */
  uint16_t naddrs;                 /* number of tokens of KIND_ADDR, which are among the checks, too */
  uint16_t addrs[LAYOUT_TOKENS];   /* these tokens */
  uint16_t nunknown;               /* number of names that the table of fields does not have */
  uint16_t unknown[LAYOUT_TOKENS]; /* their tokens */
  uint16_t name[LAYOUT_TOKENS];    /* per token: offset of its name in text */
  uint16_t name_n[LAYOUT_TOKENS];  /* and its length */
  uint16_t text_n;                 /* bytes in text */
  char text[LAYOUT_TEXT];          /* the names, each with a space behind it; not NUL-terminated */
};

/* The default format of VPC flow logs (14 fields) and of transit gateway flow logs (36 fields). */
void layout_default(struct layout *l);
void layout_transit_gateway(struct layout *l);

/* The same as *to = *from, without the bytes of text that are not used. */
void layout_copy(struct layout *to, const struct layout *from);

/*
** Puts CloudWatch's time prefix before the fields.  A layout that has a prefix, or LAYOUT_TOKENS
** tokens, is not changed.
*/
void layout_add_prefix(struct layout *l);

/*
** Decides whether a line is a header.  It is one if every token has the form of a name, at least
** half of them are known fields, and one of these holds, so that a line of prose is not mistaken
** for a header:
**
**   - LAYOUT_SURE names or more are known, not counting such headings as Source and Status;
**   - all names are known, and are written as AWS writes them;
**   - a known name is neither such a heading nor a word of prose: srcaddr, vpc-id and SrcPort are
**     neither, and region and End are words.
**
** LAYOUT_FIELDS as the first token makes a header of all names that follow, if one of them is known.
**
** A single name is a header only if single is not 0, which says that a header is expected.
**
** A byte order mark before the first name does not count.
**
** Returns 1 for a header: *l is set.  0: it is not a header, and *l is unchanged.  -1: it is a
** header that cannot be used, because a name stands twice or there are too many names; *e has
** ERR_FORMAT, and *l is undefined.
*/
int layout_from_header(struct layout *l, const struct line *line, int single, struct err *e);

/* Does the line begin with LAYOUT_FIELDS?  1 or 0. */
int layout_is_marked_header(const struct line *line);

/*
** Sets *l to the fields that a line names, of which it is known that it is a header: it was made by
** our own code.  Its names are different fields, and at most LAYOUT_TOKENS.
*/
void layout_from_names(struct layout *l, const struct line *line);

/*
** Is it one of those other names of fields, such as Source and Status, that are headings in many
** kinds of lists?  1 or 0.
*/
int layout_is_heading(const char *name, size_t n);

/*
** Is a line that is no header nearly one?  It is if all its tokens are names once signs at their
** ends are taken away (`#version`, `${version}`, `"version"`, or a `#` alone), and LAYOUT_SURE of
** them are known fields.  Then why becomes what is wrong with it, in words; otherwise it may be
** written to.
*/
int layout_is_near_header(const struct line *line, char why[ERR_TEXT]);

/*
** Returns 1 if the line consists of the names of this layout in their order, otherwise 0.  Unlike
** in layout_from_header(), a single name is always sufficient.
*/
int layout_is_own_header(const struct layout *l, const struct line *line);

enum layout_header {
  LAYOUT_HEADER_NONE, /* the line is no header */
  LAYOUT_HEADER_OWN,  /* it is the header of the layout at hand once more */
  LAYOUT_HEADER_NEW,  /* it is another header: *header is set */
  LAYOUT_HEADER_BAD,  /* it is a header that cannot be used: *e says why */
};

/*
** Is a line in the middle of a file, whose lines so far are of this layout, a header?  It is where
** another file was appended, which may begin with a byte order mark.  The line has a token.
*/
enum layout_header layout_find_header(const struct layout *l, const struct line *line, struct layout *header,
                                      struct err *e);

/*
** Reads a format of n bytes: names with spaces or commas between them, each as name or as ${name},
** as a user copies them from AWS or from a program that makes flow logs.  Quotes around the text,
** line continuations and an escaped '$' do not count.  Each name must be that of a field, or begin
** with "x-", which stands for a field of AWS that is not in the table.  ERR_ARGUMENT, with a
** message that says what is wrong; *l is undefined then.
*/
enum err_code layout_from_option(struct layout *l, const char *text, size_t n, struct err *e);

/*
** Returns 1 if every field is a text that is never invalid.  A header among its lines then looks
** like a record.
*/
static inline int layout_is_texts(const struct layout *l) { return l->nints == 0 && l->nchecks == 0; }

/*
** Writes the names of the fields, with a space between two and without a NUL, and returns their bytes;
** with NULL for out, it only returns these.  The prefix has no name.  A known field has AWS's
** spelling, whatever that of the header is, so that equal fields give equal names.
*/
size_t layout_names(const struct layout *l, char *out);

/*
** Returns the name of a token as the header writes it.  It has l->name_n[token] bytes and no NUL.
*/
static inline const char *layout_name(const struct layout *l, uint32_t token) { return l->text + l->name[token]; }

#endif
