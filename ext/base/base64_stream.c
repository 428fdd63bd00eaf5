/* SPDX-License-Identifier: MIT */
/*
** Most of a text consists of whole groups of four digits, which run_groups() decodes.  Everything
** else goes through take(), character by character: line breaks, padding, and the first group of a
** line that began within a group.
**
** A line break within a group may lie in one value that was broken into lines of an odd width, or
** between two values without padding:
**
**     ...AAAAAAA      H4sIAAAAAAA     one value, if the group goes on
**     ...AAAAAAA | H4sIAAAAAAAAAAA    two values
**
** So the digits of a line that begins with H4sI are held back until the fourth has come.  The first
** such line break decides about all others, because a text is of one form or of the other.  That
** a single value has H4sI there by chance has a probability of 2^-24.
*/
#include "base/base64_stream.h"

#include <string.h>

#include "base/chars.h"

enum { VALUE = 63, PLUS_SLASH = 64, MINUS_UNDERSCORE = 128, BOTH = 192, NO_DIGIT = 256 };

static void set_digit(struct base64_stream *s, int c, int value) { s->digit[c] = (uint16_t)value; }

void base64_stream_begin(struct base64_stream *s, int each_line, int is_text) {
  memset(s, 0, sizeof *s);
  s->each_line = each_line;
  s->is_text = is_text;
  s->is_line_begin = 1;
  for (int c = 0; c < 256; c++) set_digit(s, c, NO_DIGIT);
  for (int i = 0; i < 26; i++) set_digit(s, 'A' + i, i), set_digit(s, 'a' + i, 26 + i);
  for (int i = 0; i < 10; i++) set_digit(s, '0' + i, 52 + i);
  set_digit(s, '+', 62 | PLUS_SLASH), set_digit(s, '/', 63 | PLUS_SLASH);
  set_digit(s, '-', 62 | MINUS_UNDERSCORE), set_digit(s, '_', 63 | MINUS_UNDERSCORE);
}

static void hold(struct base64_stream *s, unsigned byte) { s->last = s->held[s->nheld++] = (unsigned char)byte; }

/* Writes what is held, as far as there is room.  Returns 0 when there is no more room. */
static int write_held(struct base64_stream *s, struct base64_io *io) {
  unsigned n = s->nheld < io->n_out ? s->nheld : (unsigned)io->n_out;
  memcpy(io->out, s->held, n);
  memmove(s->held, s->held + n, s->nheld - n);
  s->nheld -= n;
  io->out += n;
  io->n_out -= n;
  return io->n_out > 0;
}

/* The whole groups at the beginning of the input. */
static void run_groups(struct base64_stream *s, struct base64_io *io) {
  const unsigned char *p = io->in;
  unsigned char *out = io->out;
  size_t n = io->n_in, room = io->n_out;
  unsigned alphabets = s->alphabets;
  for (; n >= 4 && room >= 3; p += 4, n -= 4, out += 3, room -= 3) {
    unsigned a = s->digit[p[0]], b = s->digit[p[1]], c = s->digit[p[2]], d = s->digit[p[3]];
    unsigned flags = alphabets | ((a | b | c | d) & (BOTH | NO_DIGIT));
    if (flags >= BOTH) break;
    alphabets = flags;
    unsigned group = (a & VALUE) << 18 | (b & VALUE) << 12 | (c & VALUE) << 6 | (d & VALUE);
    out[0] = (unsigned char)(group >> 16);
    out[1] = (unsigned char)(group >> 8);
    out[2] = (unsigned char)group;
  }
  if (p == io->in) return;
  s->alphabets = alphabets;
  s->taken += (uint64_t)(p - io->in);
  s->is_line_begin = 0;
  s->has_begun = 1;
  s->last = out[-1];
  *io = (struct base64_io){p, n, out, room};
}

static enum err_code corrupt(const struct base64_stream *s, unsigned char c, struct err *e) {
  return err_set(e, ERR_FORMAT, 0,
                 c > ' ' && c < 0x7f ? "is corrupt: byte %llu of it is '%c'" : "is corrupt: byte %llu of it is 0x%02x",
                 (unsigned long long)s->taken, c);
}

/* Do the bits of the group that no byte takes consist of zeros? */
static int is_rest_zero(unsigned group, unsigned digits) { return !(group & (digits == 2 ? 15u : 3u)); }

/* Writes the bytes of a group of 2 or 3 digits, which ends its value. */
static void end_group(struct base64_stream *s) {
  hold(s, s->group >> (s->digits == 2 ? 4 : 10));
  if (s->digits == 3) hold(s, s->group >> 2);
}

static void end_value(struct base64_stream *s) {
  s->group = s->digits = s->pads = s->alphabets = 0;
  s->has_value_ended = 1;
}

/* Ends a value that may have no padding.  0: it cannot end here. */
static int end_unpadded(struct base64_stream *s) {
  if (s->pads || s->digits == 1 || (s->digits && !is_rest_zero(s->group, s->digits))) return 0;
  if (s->digits) end_group(s);
  end_value(s);
  return 1;
}

static void put_digit(struct base64_stream *s, unsigned value) {
  s->group = s->group << 6 | value;
  if (++s->digits < 4) return;
  for (int shift = 16; shift >= 0; shift -= 8) hold(s, s->group >> shift);
  s->group = s->digits = 0;
}

/* The characters that were held back belong to the group after all. */
static void put_probed(struct base64_stream *s) {
  for (unsigned i = 0; i < s->probed; i++) put_digit(s, s->digit[(unsigned char)BASE64_OF_GZIP[i]] & VALUE);
  s->probed = 0;
}

static void begin_value(struct base64_stream *s) {
  if (s->is_text && s->last != '\n') hold(s, '\n');
  s->has_value_ended = 0;
}

/* A line begins within a group: is this character held back until it is known whether a value has ended? */
static int probe(struct base64_stream *s, unsigned char c) {
  if (!s->probed && (!s->is_line_begin || !s->digits || s->pads || s->is_wrapped || s->is_text)) return 0;
  if (c != BASE64_OF_GZIP[s->probed] || s->digits < 2 || !is_rest_zero(s->group, s->digits)) {
    put_probed(s);
    s->is_wrapped = 1;
    return 0;
  }
  if (++s->probed < 4) return 1;
  end_unpadded(s);
  begin_value(s);
  s->each_line = 1;
  put_probed(s);
  return 1;
}

static enum err_code take_digit(struct base64_stream *s, unsigned char c, struct err *e) {
  unsigned digit = s->digit[c], alphabets = s->alphabets | (digit & BOTH);
  if (digit == NO_DIGIT || s->pads || s->is_blank || alphabets == BOTH || (s->has_value_ended && !s->is_line_begin))
    return corrupt(s, c, e);
  if (s->has_value_ended) begin_value(s);
  s->has_begun = 1;
  if (!probe(s, c)) {
    s->alphabets |= digit & BOTH;
    put_digit(s, digit & VALUE);
  }
  s->is_line_begin = 0;
  return ERR_NONE;
}

static enum err_code take_pad(struct base64_stream *s, struct err *e) {
  put_probed(s);
  s->is_line_begin = 0;
  if (s->digits < 2 || s->is_blank) return corrupt(s, '=', e);
  if (s->digits + ++s->pads < 4) return ERR_NONE;
  if (!is_rest_zero(s->group, s->digits))
    return err_set(e, ERR_FORMAT, 0, "is corrupt: the group that ends at byte %llu of it has bits left over",
                   (unsigned long long)s->taken);
  end_group(s);
  end_value(s);
  return ERR_NONE;
}

/* The whole bytes of the group come out all the same. */
static enum err_code cut_off(struct base64_stream *s, struct err *e) {
  if (s->digits > 1) end_group(s);
  return err_set(e, ERR_FORMAT, 0, "is cut off, %u characters more than whole groups of four", s->digits + s->pads);
}

static enum err_code take(struct base64_stream *s, unsigned char c, struct err *e) {
  s->taken++;
  if (c == '=') return take_pad(s, e);
  if (c != '\n' && c != '\r') {
    if (!char_is_space((char)c)) return take_digit(s, c, e);
    s->is_blank = s->has_begun;
    return ERR_NONE;
  }
  put_probed(s);
  if (s->each_line && s->has_begun && !s->has_value_ended && !end_unpadded(s)) return cut_off(s, e);
  s->is_line_begin = 1;
  return ERR_NONE;
}

static enum err_code finish(struct base64_stream *s, struct err *e) {
  s->has_ended = 1;
  put_probed(s);
  return s->digits && !end_unpadded(s) ? cut_off(s, e) : ERR_NONE;
}

enum err_code base64_stream_run(struct base64_stream *s, struct base64_io *io, int is_end, struct err *e) {
  while (write_held(s, io) && !e->code) {
    if (!s->digits && !s->probed && !s->has_value_ended && !s->is_blank) run_groups(s, io);
    if (io->n_in) {
      io->n_in--;
      take(s, *io->in++, e);
    } else if (is_end && !s->has_ended) {
      finish(s, e);
    } else {
      break;
    }
  }
  return e->code;
}
