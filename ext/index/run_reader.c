/* SPDX-License-Identifier: MIT */
/*
** The reader goes through the entries of the block at hand one by one.  The list of an entry is
** read only if somebody wants it; otherwise its length says where the next entry begins.
**
** Between the first key of a block and the key that follows it, which the block names, no other
** block has keys.  A key that is not in this range is looked for with a seek, and the block that
** is found must have it in its range; if it does not, a block is missing.  In the same way, each
** next block must begin with the key that the one before named.
*/
#include "index/run_reader.h"

#include "base/bytes.h"
#include "base/crc.h"
#include "index/damage.h"
#include "index/run_writer.h"

void run_reader_init(struct run_reader *r, const struct run_blocks *blocks, uint64_t first_id, uint32_t files) {
  *r = (struct run_reader){.blocks = *blocks, .first_id = first_id, .files = files};
}

void run_reader_clear(struct run_reader *r) {
  id_list_clear(&r->list);
  *r = (struct run_reader){0};
}

/* --- a block and its entries ------------------------------------------------------------------------------------- */

/* Goes to the next entry of the block; there is none at its end. */
static enum err_code read_entry(struct run_reader *r, struct err *e) {
  const unsigned char *p = r->at;
  struct index_key *key = &r->key;
  r->has_entry = 0;
  if (p == r->end) return ERR_NONE;
  if (r->end - p < 3) return index_damaged(e, "a key is cut off");
  uint32_t shared = p[0], rest = p[1];
  p += 2;
  if (shared > key->n || !rest || shared + rest > KEY_MAX || rest > (size_t)(r->end - p))
    return index_damaged(e, "a key is cut off");
  if (shared < key->n && p[0] <= key->b[shared]) return index_damaged(e, "the keys of a block do not ascend");
  memcpy(key->b + shared, p, rest);
  key->n = (uint8_t)(shared + rest);
  r->postings = p + rest;
  if (!(r->at = postings_skip(r->postings, r->end, e))) return e->code;
  if (r->at == r->end && r->following.n && key_compare(key, &r->following) >= 0)
    return index_damaged(e, "the keys of a block do not ascend");
  r->has_entry = 1;
  return ERR_NONE;
}

/* Checks a block, and goes to its first entry. */
static enum err_code open_block(struct run_reader *r, const struct run_block *block, struct err *e) {
  const unsigned char *p = block->p;
  if (!block->is_there) return index_damaged(e, "a block is missing");
  if (block->n <= RUN_BLOCK_HEAD + 1 || bytes_load4((const char *)p) != crc_update(0, p + 4, block->n - 4))
    return index_damaged(e, "a block was changed or cut off");
  uint32_t n = p[RUN_BLOCK_HEAD];
  if (p[4] > RUN_BLOCK_FIRST || n > KEY_MAX || RUN_BLOCK_HEAD + 1 + n >= block->n)
    return index_damaged(e, "a block does not begin as blocks do");
  r->is_first = p[4];
  r->following.n = (uint8_t)n;
  memcpy(r->following.b, p + RUN_BLOCK_HEAD + 1, n);
  r->at = p + RUN_BLOCK_HEAD + 1 + n;
  r->end = p + block->n;
  r->key.n = 0;
  r->has_block = 1;
  return read_entry(r, e);
}

/*
** Is the key in this block, if it is in the run at all, and not less than the block's first key?
*/
static int is_before_next_block(const struct run_reader *r, const struct index_key *key) {
  return !r->following.n || key_compare(key, &r->following) < 0;
}

/* Finds the block of a key, and goes to its first entry. */
static enum err_code seek(struct run_reader *r, const struct index_key *key, struct err *e) {
  struct run_block block = {0};
  r->has_block = 0;
  if (r->blocks.seek(r->blocks.context, key, &block, e) || open_block(r, &block, e)) return e->code;
  if (!is_before_next_block(r, key) || (!r->is_first && key_compare(key, &r->key) < 0))
    return index_damaged(e, "a block is missing");
  return ERR_NONE;
}

/* Goes to the first entry of the next block, which must be there. */
static enum err_code next_block(struct run_reader *r, struct err *e) {
  struct run_block block = {0};
  struct index_key expected = r->following;
  r->has_block = 0;
  if (r->blocks.next(r->blocks.context, &block, e) || open_block(r, &block, e)) return e->code;
  if (r->is_first || key_compare(&r->key, &expected)) return index_damaged(e, "a block is missing");
  return ERR_NONE;
}

/* Goes to the first entry of the block at hand whose key is not less. */
static enum err_code skip_to(struct run_reader *r, const struct index_key *key, struct err *e) {
  while (r->has_entry && key_compare(&r->key, key) < 0)
    if (read_entry(r, e)) return e->code;
  return ERR_NONE;
}

/* Reads the files of the current entry. */
static enum err_code read_list(struct run_reader *r, struct err *e) {
  return postings_read(&r->list, r->postings, r->end, r->files, e) ? ERR_NONE : e->code;
}

/* Adds the files of the current entry. */
static enum err_code add_list(struct run_reader *r, struct file_set *out, struct err *e) {
  if (read_list(r, e)) return e->code;
  return file_set_add_list(out, r->first_id, r->list.id, r->list.n, e);
}

/* --- some keys, a range, and all ---------------------------------------------------------------------------------- */

enum err_code run_reader_find(struct run_reader *r, const struct index_key *key, size_t n, struct file_set *out,
                              struct err *e) {
  r->has_block = 0;
  for (size_t i = 0; i < n; i++) {
    if ((!r->has_block || !is_before_next_block(r, &key[i])) && seek(r, &key[i], e)) return e->code;
    if (skip_to(r, &key[i], e)) return e->code;
    if (r->has_entry && !key_compare(&r->key, &key[i]) && add_list(r, out, e)) return e->code;
  }
  r->has_block = 0;
  return ERR_NONE;
}

enum err_code run_reader_range(struct run_reader *r, const struct index_key *least, const struct index_key *greatest,
                               struct file_set *out, struct err *e) {
  if (key_compare(least, greatest) > 0) return ERR_NONE;
  if (seek(r, least, e) || skip_to(r, least, e)) return e->code;
  for (;;) {
    for (; r->has_entry && key_compare(&r->key, greatest) <= 0;)
      if (add_list(r, out, e) || read_entry(r, e)) return e->code;
    if (r->has_entry || is_before_next_block(r, greatest)) break;
    if (next_block(r, e)) return e->code;
  }
  r->has_block = 0;
  return ERR_NONE;
}

enum err_code run_reader_next(struct run_reader *r, struct run_entry *out, struct err *e) {
  static const struct index_key before_all;
  *out = (struct run_entry){0};
  if (r->has_block ? read_entry(r, e) : seek(r, &before_all, e)) return e->code;
  if (!r->has_entry && !r->following.n) {
    r->has_block = 0;
    return ERR_NONE;
  }
  if (!r->has_entry && next_block(r, e)) return e->code;
  if (read_list(r, e)) return e->code;
  *out = (struct run_entry){&r->key, r->list.id, r->list.n};
  return ERR_NONE;
}

static enum err_code source_next(void *context, struct run_entry *out, struct err *e) {
  return run_reader_next(context, out, e);
}

struct run_source run_reader_source(struct run_reader *r) {
  return (struct run_source){.next = source_next, .context = r, .first_id = r->first_id};
}
