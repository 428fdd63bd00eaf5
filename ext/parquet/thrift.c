/* SPDX-License-Identifier: MIT */
/*
** An integer is a varint: seven bits in a byte, the lowest first, and the top bit says that there are
** more.  Signed ones are zigzag: 0, -1, 1, -2 ... are 0, 1, 2, 3.
**
** The head of a field is a byte with the type in its low half, and in its high half how much the id
** is larger than that of the field before; 0 there means that the id follows.  A boolean field has no
** value but its type.
*/
#include "parquet/thrift.h"

#include <string.h>

void thrift_start(struct thrift *t, const void *p, size_t n) {
  *t = (struct thrift){.p = p, .end = (const unsigned char *)p + n};
}

void thrift_fail(struct thrift *t, const char *why) {
  if (!t->why) t->why = why;
  t->end = t->p;
}

static size_t left(const struct thrift *t) { return (size_t)(t->end - t->p); }

static void cut_off(struct thrift *t) {
  if (!t->why) t->is_cut_off = 1;
  thrift_fail(t, "is cut off");
}

static unsigned get_byte(struct thrift *t) {
  if (t->p == t->end) return cut_off(t), 0;
  return *t->p++;
}

static uint64_t get_varint(struct thrift *t) {
  uint64_t x = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    unsigned b = get_byte(t);
    x |= (uint64_t)(b & 0x7f) << shift;
    if (!(b & 0x80)) return t->why ? 0 : x;
  }
  thrift_fail(t, "has a number of more than 64 bits");
  return 0;
}

static int64_t get_zigzag(struct thrift *t) {
  uint64_t x = get_varint(t);
  return (int64_t)(x >> 1 ^ (0 - (x & 1)));
}

static void pass(struct thrift *t, uint64_t n) {
  if (n > left(t)) cut_off(t);
  else t->p += n;
}

int thrift_next(struct thrift *t, struct thrift_field *f) {
  unsigned b = get_byte(t);
  if (t->why || b == THRIFT_STOP) return 0;
  f->type = b & 15;
  int64_t id = b >> 4 ? f->id + (int64_t)(b >> 4) : get_zigzag(t);
  if (t->why) return 0;
  if (f->type == THRIFT_STOP || f->type > THRIFT_STRUCT || id < INT16_MIN || id > INT16_MAX)
    return thrift_fail(t, "has a field that Thrift does not know"), 0;
  f->id = (int16_t)id;
  return 1;
}

static int64_t get_int(struct thrift *t, unsigned type) {
  if (type == THRIFT_BYTE) return (int8_t)get_byte(t);
  if (type >= THRIFT_I16 && type <= THRIFT_I64) return get_zigzag(t);
  thrift_fail(t, "has something else in the place of a number");
  return 0;
}

int64_t thrift_int(struct thrift *t, const struct thrift_field *f) { return get_int(t, f->type); }

int thrift_bool(struct thrift *t, const struct thrift_field *f) {
  if (f->type != THRIFT_TRUE && f->type != THRIFT_FALSE) thrift_fail(t, "has something else in the place of a boolean");
  return f->type == THRIFT_TRUE;
}

struct thrift_text thrift_bytes(struct thrift *t, const struct thrift_field *f) {
  struct thrift_text text = {NULL, 0};
  if (f->type != THRIFT_BINARY) return thrift_fail(t, "has something else in the place of a text"), text;
  uint64_t n = get_varint(t);
  const unsigned char *p = t->p;
  pass(t, n);
  if (!t->why) text = (struct thrift_text){p, (size_t)n};
  return text;
}

/* Reads the head of a list, and returns the number of its elements. */
static uint32_t get_list(struct thrift *t, unsigned *type) {
  unsigned b = get_byte(t);
  uint64_t n = b >> 4 == 15 ? get_varint(t) : b >> 4;
  *type = b & 15;
  if (n > left(t) || n > UINT32_MAX) cut_off(t); /* each element takes a byte at least */
  return t->why ? 0 : (uint32_t)n;
}

uint32_t thrift_list(struct thrift *t, const struct thrift_field *f, enum thrift_type element) {
  unsigned type = 0;
  if (f->type != THRIFT_LIST) thrift_fail(t, "has something else in the place of a list");
  uint32_t n = get_list(t, &type);
  if (n && type != (unsigned)element) thrift_fail(t, "has a list of something else");
  return t->why ? 0 : n;
}

int thrift_struct(struct thrift *t, const struct thrift_field *f) {
  if (f->type != THRIFT_STRUCT) thrift_fail(t, "has something else in the place of a struct");
  return !t->why;
}

static void skip(struct thrift *t, unsigned type, int in_list, int depth);

static void skip_elements(struct thrift *t, uint64_t n, unsigned type, int depth) {
  for (uint64_t i = 0; i < n && !t->why; i++) skip(t, type, 1, depth);
}

static void skip_map(struct thrift *t, int depth) {
  uint64_t n = get_varint(t);
  if (n > left(t)) cut_off(t);
  if (t->why || !n) return;
  unsigned types = get_byte(t);
  for (uint64_t i = 0; i < n && !t->why; i++) {
    skip(t, types >> 4, 1, depth);
    skip(t, types & 15, 1, depth);
  }
}

static void skip_struct(struct thrift *t, int depth) {
  for (struct thrift_field f = {0}; thrift_next(t, &f);) skip(t, f.type, 0, depth);
}

static void skip(struct thrift *t, unsigned type, int in_list, int depth) {
  unsigned element;
  uint32_t n;
  if (depth == THRIFT_DEPTH) thrift_fail(t, "has too many levels");
  if (t->why) return;
  switch (type) {
  case THRIFT_TRUE:
  case THRIFT_FALSE: pass(t, in_list != 0); break;
  case THRIFT_BYTE: pass(t, 1); break;
  case THRIFT_I16:
  case THRIFT_I32:
  case THRIFT_I64: get_varint(t); break;
  case THRIFT_DOUBLE: pass(t, 8); break;
  case THRIFT_BINARY: pass(t, get_varint(t)); break;
  case THRIFT_LIST:
  case THRIFT_SET:
    n = get_list(t, &element);
    skip_elements(t, n, element, depth + 1);
    break;
  case THRIFT_MAP: skip_map(t, depth + 1); break;
  case THRIFT_STRUCT: skip_struct(t, depth + 1); break;
  default: thrift_fail(t, "has a type that Thrift does not know");
  }
}

void thrift_skip(struct thrift *t, const struct thrift_field *f) { skip(t, f->type, 0, 0); }
