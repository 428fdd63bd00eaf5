/* SPDX-License-Identifier: MIT */
/*
** The columns of a Parquet file: what its schema says of the leaves of its tree.
**
** A flow log is flat, so a leaf directly below the root, which is there once or not at all, is a column
** that can be read.  Other leaves are in the list as well, because each has its place in every row
** group, but they can't be read, and `why` says so.
**
** Source: "SchemaElement", parquet.thrift, and LogicalTypes.md of apache/parquet-format.
*/
#ifndef PARQUET_SCHEMA_H
#define PARQUET_SCHEMA_H

#include "base/err.h"
#include "parquet/thrift.h"

#define SCHEMA_COLUMNS 1024 /* leaves at most; flow logs have 74 fields */
#define SCHEMA_DEPTH   32   /* levels of the tree at most */

/* The physical types of Parquet, with its numbers. */
enum schema_type {
  SCHEMA_BOOLEAN,
  SCHEMA_INT32,
  SCHEMA_INT64,
  SCHEMA_INT96,
  SCHEMA_FLOAT,
  SCHEMA_DOUBLE,
  SCHEMA_BYTE_ARRAY,
  SCHEMA_FIXED,
  SCHEMA_TYPES
};

/* What the values of a column are, and what is made of them. */
enum schema_values {
  SCHEMA_UNREADABLE, /* `why` says what they are */
  SCHEMA_TEXT,
  SCHEMA_NUMBER,   /* signed */
  SCHEMA_UNSIGNED, /* up to 2^64-1, in the bits of an int64_t */
  SCHEMA_DAYS,     /* since 1970, which become seconds, as all that follow do; a fraction is cut off */
  SCHEMA_MILLIS,
  SCHEMA_MICROS,
  SCHEMA_NANOS,
  SCHEMA_JULIAN, /* INT96: nanoseconds of a day, and its Julian number */
};

struct schema_column {
  const char *name; /* of the leaf, or of what it lies in directly below the root; not NUL-terminated, any bytes */
  size_t n;
  enum schema_type type;
  enum schema_values values;
  int is_optional; /* values may be missing */
  int is_nested;   /* it is not directly below the root */
  int is_repeated; /* there may be several values, or none */
  const char *why; /* SCHEMA_UNREADABLE: "is of the type DOUBLE" and the like, a constant text; otherwise NULL */
};

struct schema {
  uint32_t n;
  struct schema_column *column; /* owned; the names are not */
};

/*
** Reads the list of elements that is the value of the field f.  The names point into the bytes of t.
** ERR_NOMEM, or ERR_DAMAGED and ERR_FORMAT with the reason; schema_clear() is due all the same.
*/
enum err_code schema_read(struct schema *s, struct thrift *t, const struct thrift_field *f, struct err *e);

void schema_clear(struct schema *s);

#endif
