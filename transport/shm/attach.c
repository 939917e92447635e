/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system calls behind cross-memory attach. A short count means that
 * a page of the peer is not there; the next call then says why.
 */
#include "transport/shm/attach.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runtime/base/clock.h"

/* Per call; the kernel cannot be interrupted by a fatal signal for longer. */
enum { CHUNK_BYTES = 2 << 20 };

void attach_open(uint64_t *word, struct attach_card *card)
{
    /* Under Yama's scope 1 only ancestors may trace, and ranks are siblings.
     * Elsewhere the call fails and nothing is lost. */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    *word = clock_nsec() * 2 + 1;
    *card = (struct attach_card){ .pid = (int32_t)getpid(),
                                  .address = (uintptr_t)word, .word = *word };
}

int attach_try(const struct attach_card *card)
{
    uint64_t word = 0;
    int err = attach_read(card->pid, &word, card->address, sizeof word);
    if (err)
        return err;
    return word == card->word ? 0 : ESRCH;
}

typedef ssize_t transfer_call(pid_t pid, const struct iovec *here,
                              unsigned long here_count,
                              const struct iovec *there,
                              unsigned long there_count, unsigned long flags);

static int transfer(transfer_call *call, int pid, char *local, uint64_t remote,
                    size_t bytes)
{
    while (bytes > 0) {
        size_t chunk = bytes < CHUNK_BYTES ? bytes : CHUNK_BYTES;
        struct iovec here = { local, chunk };
        struct iovec there = { (void *)(uintptr_t)remote, chunk };
        ssize_t moved = call(pid, &here, 1, &there, 1, 0);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved <= 0)
            return moved < 0 ? errno : EFAULT;
        local += moved;
        remote += (size_t)moved;
        bytes -= (size_t)moved;
    }
    return 0;
}

int attach_read(int pid, void *local, uint64_t remote, size_t bytes)
{
    return transfer(process_vm_readv, pid, local, remote, bytes);
}

/* A vector to move on through, as far as a call has come. */
struct vector {
    struct iovec at[SLICES_MAX];
    unsigned first;
    unsigned end;
};

static void set(struct vector *v, const struct slice *slices, unsigned count)
{
    v->first = 0;
    v->end = count;
    for (unsigned i = 0; i < count; i++)
        v->at[i] = (struct iovec){ slices[i].address, slices[i].bytes };
}

static void advance(struct vector *v, size_t bytes)
{
    while (bytes > 0) {
        struct iovec *at = &v->at[v->first];
        size_t part = bytes < at->iov_len ? bytes : at->iov_len;
        at->iov_base = (char *)at->iov_base + part;
        at->iov_len -= part;
        bytes -= part;
        if (at->iov_len == 0)
            v->first++;
    }
}

int attach_gather(int pid, const struct transfer *get)
{
    struct vector here, there;
    set(&here, get->slices, get->slice_count);
    set(&there, get->runs, get->run_count);
    while (here.first < here.end) {
        ssize_t moved = process_vm_readv(pid, &here.at[here.first],
                                         here.end - here.first,
                                         &there.at[there.first],
                                         there.end - there.first, 0);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved <= 0)
            return moved < 0 ? errno : EFAULT;
        advance(&here, (size_t)moved);
        advance(&there, (size_t)moved);
    }
    return 0;
}

int attach_write(int pid, uint64_t remote, const void *local, size_t bytes)
{
    return transfer(process_vm_writev, pid, (char *)(uintptr_t)local, remote,
                    bytes);
}
