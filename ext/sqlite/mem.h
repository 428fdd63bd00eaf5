/* SPDX-License-Identifier: MIT */
/*
** What the allocation functions of base/mem.h need before the first thread of ours is started.
*/
#ifndef SQLITE_MEM_H
#define SQLITE_MEM_H

/*
** Makes the process able to fork while our threads allocate.  Each entry point calls it; any
** thread.
*/
void mem_init(void);

#endif
