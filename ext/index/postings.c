/* SPDX-License-Identifier: MIT */
/*
** Most keys are in few files, or in files side by side, and most differences take one byte.  A key
** that is in every eighth file or more takes less as bits.
**
** The numbers of a list ascend, and each is less than the number of files.  So there are no more
** of them than files, nor than bytes (or bits) of the list, and room for the lesser of both is
** enough.
*/
#include "index/postings.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "index/damage.h"
#include "index/varint.h"

void id_list_clear(struct id_list *list) {
  mem_free(list->id);
  *list = (struct id_list){0};
}

enum err_code id_list_reserve(struct id_list *list, size_t n, struct err *e) {
  return mem_grow(&list->id, &list->cap, n, 64, sizeof *list->id) ? err_nomem(e) : ERR_NONE;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

static uint64_t varints_bytes(const uint32_t *id, size_t n) {
  uint64_t bytes = varint_bytes(id[0]);
  for (size_t i = 1; i < n; i++) bytes += varint_bytes(id[i] - id[i - 1] - 1);
  return bytes;
}

size_t postings_measure(struct postings_form *form, const uint32_t *id, size_t n) {
  uint64_t varints = varints_bytes(id, n);
  uint32_t bitmap = varint_bytes(id[0] / 8) + id[n - 1] / 8 - id[0] / 8 + 1;
  form->is_bitmap = bitmap < varints;
  form->body = form->is_bitmap ? bitmap : (uint32_t)varints;
  return (size_t)varint_bytes(2 * form->body) + form->body;
}

static unsigned char *write_bitmap(unsigned char *out, const uint32_t *id, size_t n) {
  uint32_t base = id[0] / 8, bits = 0, at = base;
  out = varint_write(out, base);
  for (size_t i = 0; i < n; i++) {
    for (; at < id[i] / 8; at++, bits = 0) *out++ = (unsigned char)bits;
    bits |= 1u << id[i] % 8;
  }
  *out++ = (unsigned char)bits;
  return out;
}

unsigned char *postings_write(unsigned char *out, const struct postings_form *form, const uint32_t *id, size_t n) {
  out = varint_write(out, 2 * form->body + (uint32_t)form->is_bitmap);
  if (form->is_bitmap) return write_bitmap(out, id, n);
  out = varint_write(out, id[0]);
  for (size_t i = 1; i < n; i++) out = varint_write(out, id[i] - id[i - 1] - 1);
  return out;
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

/*
** Returns where the body begins, and whether it is a bitmap; *end becomes where it ends.  NULL
** after an error.
*/
static const unsigned char *read_length(const unsigned char *p, const unsigned char **end, int *is_bitmap,
                                        struct err *e) {
  uint32_t head;
  if (!(p = varint_read(p, *end, &head)) || head / 2 > (size_t)(*end - p) || head < 2) {
    index_damaged(e, "a list of files is cut off");
    return NULL;
  }
  *is_bitmap = head & 1;
  *end = p + head / 2;
  return p;
}

static enum err_code read_varints(struct id_list *out, const unsigned char *p, const unsigned char *end, uint32_t files,
                                  struct err *e) {
  size_t bytes = (size_t)(end - p);
  uint64_t least = 0; /* that the next number can be */
  if (id_list_reserve(out, bytes < files ? bytes : files, e)) return e->code;
  uint32_t *id = out->id;
  while (p < end) {
    uint32_t x = *p;
    if (x < 128) p++;
    else if (!(p = varint_read(p, end, &x))) return index_damaged(e, "a list of files has a number that is cut off");
    if (least + x >= files) return index_damaged(e, "a list of files has a number beyond its files");
    *id++ = (uint32_t)least + x;
    least += (uint64_t)x + 1;
  }
  out->n = (size_t)(id - out->id);
  return ERR_NONE;
}

/* Bits from a number on, the lowest first, which are in front of `end`. */
static uint64_t load_bits(const unsigned char *p, const unsigned char *end) {
  uint64_t x = 0;
  if (end - p >= 8) return bytes_load8((const char *)p);
  for (uint32_t i = 0; p + i < end; i++) x |= (uint64_t)p[i] << 8 * i;
  return x;
}

static enum err_code read_bitmap(struct id_list *out, const unsigned char *p, const unsigned char *end, uint32_t files,
                                 struct err *e) {
  uint32_t base;
  size_t n = 0;
  if (!(p = varint_read(p, end, &base)) || p == end || !p[0] || !end[-1])
    return index_damaged(e, "a list of files has bits that are cut off");
  uint64_t from = (uint64_t)base * 8, last = from + (uint64_t)(end - p) * 8 - (uint32_t)__builtin_clz(end[-1]) + 23;
  if (last >= files) return index_damaged(e, "a list of files has a number beyond its files");
  for (const unsigned char *at = p; at < end; at += 8) n += (size_t)__builtin_popcountll(load_bits(at, end));
  if (id_list_reserve(out, n, e)) return e->code;
  uint32_t *id = out->id;
  for (; p < end; p += 8, from += 64)
    for (uint64_t bits = load_bits(p, end); bits; bits &= bits - 1)
      *id++ = (uint32_t)from + (uint32_t)__builtin_ctzll(bits);
  out->n = n;
  return ERR_NONE;
}

const unsigned char *postings_read(struct id_list *out, const unsigned char *p, const unsigned char *end,
                                   uint32_t files, struct err *e) {
  int is_bitmap;
  out->n = 0;
  if (!(p = read_length(p, &end, &is_bitmap, e))) return NULL;
  return (is_bitmap ? read_bitmap : read_varints)(out, p, end, files, e) ? NULL : end;
}

const unsigned char *postings_skip(const unsigned char *p, const unsigned char *end, struct err *e) {
  int is_bitmap;
  return read_length(p, &end, &is_bitmap, e) ? end : NULL;
}
