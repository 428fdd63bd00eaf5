/* SPDX-License-Identifier: MIT */
/*
** The CRC-32 of gzip (RFC 1952, section 8).  It is computed with carry-less multiplication where
** the processor has it (x86-64 with PCLMULQDQ, which is tested at run time), and by zlib
** elsewhere.  With zlib alone, checking the CRC takes an eighth of the time that inflating takes.
** The function is pure; any thread may call it.
*/
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/*
** Returns the CRC of everything so far and n more bytes, as zlib's crc32() does.  The first call
** passes 0 as crc.
*/
uint32_t crc_update(uint32_t crc, const void *p, size_t n);

#endif
