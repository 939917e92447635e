/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash over the page numbers in /proc/self/pagemap: 8 bytes a page, of which
 * the low 55 bits are the number, and bit 63 says that there is a page.
 */
#include "transport/pageid.h"

#include <fcntl.h>
#include <unistd.h>

#include "runtime/base/platform.h"

enum { BATCH = 512 };

static const uint64_t number_mask = (UINT64_C(1) << 55) - 1;

uint64_t pageid_of(uintptr_t start, uintptr_t end)
{
    uint64_t pages[BATCH], hash = UINT64_C(14695981039346656037);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    bool is_known = true;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    while (start < end && is_known) {
        size_t count = (end - start) / page < BATCH ? (end - start) / page
                                                    : BATCH;
        is_known = pread(fd, pages, count * sizeof pages[0],
                         (off_t)(start / page * sizeof pages[0])) ==
                   (ssize_t)(count * sizeof pages[0]);
        for (size_t i = 0; i < count && is_known; i++) {
            hash = (hash ^ (pages[i] & number_mask)) *
                   UINT64_C(1099511628211);
            is_known = (pages[i] & number_mask) != 0;
        }
        start += count * page;
    }
    close(fd);
    return is_known ? hash | 1 : 0;
}
