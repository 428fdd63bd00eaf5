/* SPDX-License-Identifier: MIT */
/*
** A gzip file is a sequence of members.  The state machine has two states, `in_member` or not:
**
**     | header | deflate data | CRC, length |  header | deflate data | CRC, length |  zeros |
**     next_member()  inflate_some()  read_trailer()                       read_padding()
**
** The deflate data are inflated behind the interface of inflate.h; everything around them is read
** here.
**
** The input may end, or be damaged, at every byte.  Therefore each header byte is read with a
** check, and a file that ends within a member is told apart from one that is corrupt.
*/
#include "file/gzip.h"

#include <zlib.h>

#include "base/crc.h"

/* Flags of a member's header (RFC 1952, section 2.3.1). */
enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, RESERVED = 0xe0 };

enum err_code gzip_start(struct gzip *g, struct err *e) {
  g->in_member = 0;
  return g->state ? ERR_NONE : inflate_zlib.start(&g->state, e);
}

void gzip_clear(struct gzip *g) { inflate_zlib.clear(&g->state); }

static int corrupt(struct err *e, const char *what) {
  err_set(e, ERR_DAMAGED, 0, "the gzip data is corrupt: %s", what);
  return -1;
}

static int cut_off(struct err *e) {
  err_set(e, ERR_DAMAGED, 0, "the gzip data is cut off");
  return -1;
}

/*
** Returns the next byte of a header and adds it to the CRC; -1 with *e set on an error or at the
** end.
*/
static int get_byte(struct gzip *g, struct input *in, struct err *e) {
  if (e->code || input_fill(in, 1, e)) return -1;
  if (!in->n) return cut_off(e);
  g->crc = (uint32_t)crc32(g->crc, in->p, 1);
  in->n--;
  return *in->p++;
}

/* Returns the next two bytes of a header as a number, or 0 with *e set. */
static unsigned get16(struct gzip *g, struct input *in, struct err *e) {
  int low = get_byte(g, in, e), high = get_byte(g, in, e);
  return high < 0 ? 0 : (unsigned)(low | high << 8);
}

/*
** Reads the header of a member (RFC 1952, section 2.3), whose first two bytes were checked by the
** caller.  Returns 0, or -1 with *e set.
*/
static int read_header(struct gzip *g, struct input *in, struct err *e) {
  int fixed[10];
  g->crc = 0;
  for (int i = 0; i < 10; i++) fixed[i] = get_byte(g, in, e);
  if (e->code) return -1;
  if (fixed[2] != 8) return corrupt(e, "unknown compression method");
  if (fixed[3] & RESERVED) return corrupt(e, "unknown header flags");
  if (fixed[3] & FEXTRA)
    for (unsigned n = get16(g, in, e); n && get_byte(g, in, e) >= 0;) n--;
  for (int flag = FNAME; flag <= FCOMMENT; flag *= 2) /* name and comment end with a zero byte */
    while ((fixed[3] & flag) && get_byte(g, in, e) > 0) continue;
  uint32_t crc = g->crc & 0xffff;
  if ((fixed[3] & FHCRC) && get16(g, in, e) != crc && !e->code) return corrupt(e, "wrong checksum of a header");
  return e->code ? -1 : 0;
}

/*
** Reads the trailer of a member and checks its CRC and its length.  Returns 0, or -1 with *e set.
*/
static int read_trailer(struct gzip *g, struct input *in, struct err *e) {
  uint32_t value[2] = {0, 0};
  if (input_fill(in, 8, e)) return -1;
  if (in->n < 8) return cut_off(e);
  for (int i = 7; i >= 0; i--) value[i / 4] = value[i / 4] << 8 | in->p[i];
  in->p += 8;
  in->n -= 8;
  if (value[0] != g->crc) return corrupt(e, "wrong checksum");
  return value[1] != g->length ? corrupt(e, "wrong length") : 0;
}

/*
** Checks what follows the last member.  Zero bytes up to the end of the file are padding (0);
** anything else is an error (-1).
*/
static int read_padding(struct input *in, struct err *e) {
  if (in->n == 1 && in->p[0] == 0x1f) return cut_off(e); /* the file ends after the first byte of a member */
  while (in->n) {
    for (size_t i = 0; i < in->n; i++)
      if (in->p[i]) {
        err_set(e, ERR_DAMAGED, 0, "the gzip data is followed by something that is not gzip");
        return -1;
      }
    in->n = 0;
    if (input_fill(in, 1, e)) return -1;
  }
  return 0;
}

/*
** Starts the next member and returns 1; returns 0 at the end of the file, and -1 with *e set when
** something else follows.
*/
static int next_member(struct gzip *g, struct input *in, struct err *e) {
  if (input_fill(in, 2, e)) return -1;
  if (in->n < 2 || in->p[0] != 0x1f || in->p[1] != 0x8b) return read_padding(in, e);
  if (read_header(g, in, e)) return -1;
  if (inflate_zlib.start(&g->state, e)) return -1;
  g->in_member = 1;
  g->crc = g->length = 0;
  return 1;
}

/* Inflates once, after making sure that there is input.  Returns 0, or -1 with *e set. */
static int inflate_some(struct gzip *g, struct input *in, struct err *e) {
  struct inflate_io *io = &g->io;
  if (input_fill(in, 1, e)) return -1;
  unsigned char *out = io->out;
  io->in = in->p;
  io->n_in = in->n;
  enum inflate_result result = inflate_zlib.run(g->state, io);
  in->p = io->in;
  in->n = io->n_in;
  g->crc = crc_update(g->crc, out, (size_t)(io->out - out));
  g->length += (uint32_t)(io->out - out);
  switch (result) {
  case INFLATE_END: g->in_member = 0; return read_trailer(g, in, e);
  case INFLATE_NOMEM: return err_nomem(e), -1;
  case INFLATE_FAILED: return corrupt(e, io->why);
  case INFLATE_MORE: break;
  }
  return in->at_eof && !in->n && io->n_out ? cut_off(e) : 0;
}

size_t gzip_read(struct gzip *g, struct input *in, char *p, size_t n, struct err *e) {
  g->io.out = (unsigned char *)p;
  g->io.n_out = n;
  while (g->io.n_out) {
    if (!g->in_member && next_member(g, in, e) <= 0) break;
    if (inflate_some(g, in, e)) break;
  }
  return n - g->io.n_out;
}
