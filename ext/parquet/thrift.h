/* SPDX-License-Identifier: MIT */
/*
** Reads the compact protocol of Thrift, in which Parquet writes its metadata.
**
** Call order: thrift_start() with bytes in memory, then the functions below as the structure asks for
** them.  A struct is read field by field; the id of the last field is kept in the field itself, so that
** each struct has one of its own:
**
**     for (struct thrift_field f = {0}; thrift_next(t, &f);)
**       switch (f.id) {
**       case 1: rows = thrift_int(t, &f); break;
**       default: thrift_skip(t, &f);
**       }
**
** Every length and every type is checked.  The first thing that is wrong is kept in `why`, and from then
** on thrift_next() finds no field and all values are 0 or empty, so that one check at the end is
** enough.  Nothing is allocated.  What thrift_bytes() returns points into the memory.
**
** Source: "Thrift compact protocol encoding" (doc/specs/thrift-compact-protocol.md of Apache Thrift).
*/
#ifndef PARQUET_THRIFT_H
#define PARQUET_THRIFT_H

#include <stddef.h>
#include <stdint.h>

#define THRIFT_DEPTH 32 /* structs and lists within each other that are passed over */

enum thrift_type {
  THRIFT_STOP,
  THRIFT_TRUE,
  THRIFT_FALSE,
  THRIFT_BYTE,
  THRIFT_I16,
  THRIFT_I32,
  THRIFT_I64,
  THRIFT_DOUBLE,
  THRIFT_BINARY,
  THRIFT_LIST,
  THRIFT_SET,
  THRIFT_MAP,
  THRIFT_STRUCT,
};

struct thrift {
  const unsigned char *p, *end; /* what is left; not owned */
  const char *why;              /* NULL while all is well; otherwise what is wrong, a constant text */
  int is_cut_off;               /* it is that the bytes have ended too early */
};

struct thrift_field {
  int16_t id;
  uint8_t type; /* enum thrift_type */
};

struct thrift_text {
  const unsigned char *p; /* NULL if there is none */
  size_t n;
};

void thrift_start(struct thrift *t, const void *p, size_t n);

/* Something is wrong with what was read, which the caller has found. */
void thrift_fail(struct thrift *t, const char *why);

/* Reads the head of the next field of a struct.  0 at the end of the struct, and after an error. */
int thrift_next(struct thrift *t, struct thrift_field *f);

/* The value of a field that is an integer of any width, a boolean, or bytes. */
int64_t thrift_int(struct thrift *t, const struct thrift_field *f);
int thrift_bool(struct thrift *t, const struct thrift_field *f);
struct thrift_text thrift_bytes(struct thrift *t, const struct thrift_field *f);

/*
** Reads the head of a list whose elements are of this type, and returns their number, which is at most
** the number of bytes that are left.  Its structs are read with thrift_next(), each with a field of its own.
*/
uint32_t thrift_list(struct thrift *t, const struct thrift_field *f, enum thrift_type element);

/* The field is a struct: its fields are read next.  0, and an error, if it is none. */
int thrift_struct(struct thrift *t, const struct thrift_field *f);

/* Passes over the value of a field. */
void thrift_skip(struct thrift *t, const struct thrift_field *f);

#endif
