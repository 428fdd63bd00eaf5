/* SPDX-License-Identifier: MIT */
/*
** Includes SQLite's interface for loadable extensions; no other header does.  Only the upper
** rooms, which the Makefile lists as UPPER_ROOMS, and main.c include this header.  The objects of
** the lower rooms have no symbol that begins with sqlite3_, and a test checks this.
*/
#ifndef SQLITE_SQLITE_H
#define SQLITE_SQLITE_H

#include <stddef.h>

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3

#endif
