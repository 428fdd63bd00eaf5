/* SPDX-License-Identifier: MIT */
/*
** The CRC-32 of gzip (RFC 1952, section 8), by carry-less multiplication where the processor has it (x86-64 with
** PCLMULQDQ, asked at run time), by zlib elsewhere.  Checking it with zlib takes an eighth of the time of inflating.
** Pure; any thread.
*/
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* What zlib's crc32() gives for n more bytes: start with 0. */
uint32_t crc_update(uint32_t crc, const void *p, size_t n);

#endif
