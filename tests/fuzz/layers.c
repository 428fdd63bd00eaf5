/* SPDX-License-Identifier: MIT */
/*
** Layers of gzip and base64 that are removed from a stream: whatever the sizes of the pieces that are
** asked for, the bytes and the error at the end are the same; what was wrapped in layers comes out of
** them; and a value in memory gives the same text and the same error.
**
** Input: bytes that choose the pieces and the layers; those that choose bytes which are changed; and a
** text, which is wrapped, or is taken for what has been wrapped already.
*/
#include "fuzz.h"
#include "inflate_choice.h"
#include "mem_test.h"

#include "file/layer.h"
#include "file/unwrap.h"

#define OUTPUT_MAX (1u << 20) /* bytes that are compared */

struct result {
  struct text text;
  struct err e;
  unsigned nlayers;
};

/* Reads `file` as a source reads a file. */
static struct result read_pieces(const struct text *file, const size_t sizes[4]) {
  struct result r = {{0}, {0}, 0};
  struct layer *layer = calloc(UNWRAP_LAYERS, sizeof *layer);
  struct input in, *text = &in;
  enum layer_kind kind;
  struct base64_form form;
  if (!layer || input_init(&in, &r.e)) abort();
  input_open_memory(&in, file->p, file->n);
  if (input_fill(&in, 8, &r.e)) abort();
  for (; r.nlayers < UNWRAP_LAYERS && layer_find(text, &kind, &form); text = &layer[r.nlayers++].out) {
    struct layer *within = r.nlayers ? &layer[r.nlayers - 1] : NULL;
    if (layer_start(&layer[r.nlayers], kind, &form, text, within, &in.stop, &r.e)) abort();
  }
  for (size_t i = 0; r.nlayers && r.text.n < OUTPUT_MAX; i++) {
    size_t n = sizes[i % 4], got = text->n < n ? text->n : n;
    char *piece = malloc(n);
    if (!piece) abort();
    memcpy(piece, text->p, got);
    text->p += got;
    text->n -= got;
    ssize_t more = got ? (ssize_t)got : input_read(text, piece, n, &r.e);
    PROPERTY(more <= (ssize_t)n && (more < 0) == (r.e.code != ERR_NONE), "%zd of %zu bytes: %s", more, n, r.e.text);
    if (more > 0) text_add(&r.text, piece, (size_t)more);
    free(piece);
    if (more <= 0) break;
  }
  PROPERTY(!r.e.code || r.e.code == ERR_DAMAGED, "%s", r.e.text);
  for (unsigned i = 0; i < UNWRAP_LAYERS; i++) layer_clear(&layer[i]);
  free(layer);
  input_clear(&in);
  return r;
}

static void encode(struct text *out, const struct text *in, uint32_t how) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  size_t width = how & 4 ? 4 + how / 8 : 0;
  for (size_t bit = 0, column = 0; bit < (in->n + 2) / 3 * 24; bit += 6, column++) {
    uint32_t value = 0;
    for (size_t i = bit; i < bit + 6; i++)
      value = value << 1 | (i < in->n * 8 ? (unsigned char)in->p[i / 8] >> (7 - i % 8) & 1u : 0);
    if (bit >= in->n * 8 && (how & 2)) break;
    if (width && column == width) text_add(out, "\n", 1), column = 0;
    text_add(out, bit >= in->n * 8 ? "=" : &letters[(how & 1) && value >= 62 ? value + 2 : value], 1);
  }
}

/* Wraps the text in the next layer; an even byte asks for gzip. */
static void wrap(struct text *file, uint32_t how) {
  struct text out = {0};
  z_stream z = {0};
  if (how & 1) {
    encode(&out, file, how >> 1);
  } else {
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
    text_deflate(&out, &z, file->p, file->n);
  }
  free(file->p);
  *file = out;
}

/*
** unwrap() finds the same text and the same error.  Of data that are damaged, this is so with zlib alone: another
** library may deliver some bytes, when it is asked for a few, before it comes to what zlib calls damage.
*/
static void check_unwrap(const struct text *file, const struct result *r) {
  struct unwrap u;
  struct unwrapped out;
  struct err e = {0};
  if (unwrap_init(&u, &e)) abort();
  unwrap_begin(&u, SIZE_MAX);
  unwrap(&u, file->p, file->n, UNWRAP_GUESS, &out, &e);
  const struct text *expected = r->nlayers ? &r->text : file;
  PROPERTY(e.code == ERR_ARGUMENT || (out.n == expected->n && (!out.n || !memcmp(out.p, expected->p, out.n)) &&
                                      e.code == r->e.code && (!e.code || !strcmp(e.text, r->e.text))),
           "%u layers: %zu bytes, %s; unwrap(): %zu, %s", r->nlayers, expected->n, r->e.text, out.n, e.text);
  PROPERTY(e.code != ERR_ARGUMENT || r->nlayers == UNWRAP_LAYERS, "%s", e.text);
  unwrapped_free(&out);
  unwrap_clear(&u);
}

/* What has come out is what was wrapped. */
static void check_whole(const struct text *text, const struct result *r, unsigned nlayers) {
  PROPERTY(r->nlayers == nlayers && !r->e.code && text_is(&r->text, text), "%u of %u layers: %s", r->nlayers, nlayers,
           r->e.text);
}

/* Is the text one that no layer is seen in, and that is seen in a layer of base64? */
static int is_plain(const struct text *text) {
  static const char begin[] = "2 1 eni ";
  return text->n > sizeof begin && !memcmp(text->p, begin, sizeof begin - 1) && guess_is_expected(text->p, text->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  size_t sizes[4];
  static const size_t whole[4] = {OUTPUT_MAX, OUTPUT_MAX, OUTPUT_MAX, OUTPUT_MAX};
  struct text file = {0}, text = {0};
  uint32_t layer[UNWRAP_LAYERS];
  for (int i = 0; i < 4; i++) sizes[i] = 1 + choose_byte(&c) * (i == 3 ? 97u : 1u);
  inflate_choice = inflate_kinds[sizes[0] % inflate_kinds_count];
  unsigned nlayers = choose(&c, UNWRAP_LAYERS + 1);
  for (unsigned i = 0; i < nlayers; i++) layer[i] = choose_byte(&c);
  struct changes changes = choose_changes(&c);
  text_add(&text, c.p, c.n);
  text_add(&file, c.p, c.n);
  int is_known = is_plain(&text) && !changes.n;
  for (unsigned i = nlayers; i-- > 0;) {
    int is_base64_twice = i + 1 < nlayers && (layer[i] & layer[i + 1] & 1);
    is_known &= !is_base64_twice || (i + 2 < nlayers && !(layer[i + 2] & 1)); /* of gzip only is it seen */
    wrap(&file, layer[i]);
  }
  make_changes(&changes, &file);
  char *copy = copy_of(file.p, file.n, 0);
  free(file.p);
  file.p = copy;
  struct result a = read_pieces(&file, sizes), b = read_pieces(&file, whole);
  PROPERTY(a.nlayers == b.nlayers, "%u layers, and %u", a.nlayers, b.nlayers);
  if (b.text.n < OUTPUT_MAX)
    PROPERTY(text_is(&a.text, &b.text) && a.e.code == b.e.code && (!a.e.code || !strcmp(a.e.text, b.e.text)),
             "%zu bytes in pieces, %s; %zu together, %s", a.text.n, a.e.text, b.text.n, b.e.text);
  if (b.text.n < OUTPUT_MAX && (!b.e.code || inflate_choice == &inflate_zlib)) check_unwrap(&file, &b);
  if (is_known && nlayers) check_whole(&text, &b, nlayers);
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(a.text.p);
  free(b.text.p);
  free(text.p);
  free(file.p);
  return 0;
}
