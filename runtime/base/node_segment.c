/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The node's shared memory: sizes and mappings only, no knowledge of what the
 * transport keeps in the area.
 */
#define LOG_MODULE "segment"
#include "runtime/base/node_segment.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"

enum { MAGIC = 0x4241544e, VERSION = 3 };

struct header {
    uint32_t magic;
    uint32_t version;
    uint32_t local_count;
    _Atomic uint32_t death_count; /* stored last, with release */
    struct node_death deaths[NODE_DEATHS_MAX];
    _Atomic uint32_t reachable; /* ranks that have noted themselves */
    _Atomic uint64_t area_bytes;  /* the same for all ranks */
    _Atomic uint64_t parts_bytes; /* ever reserved, behind the area */
};

_Static_assert(sizeof(struct header) <= STATUS_PAGE_BYTES,
               "the header is one page");

static size_t pages_bytes(uint32_t local_count)
{
    return (size_t)STATUS_PAGE_BYTES * (1 + (size_t)local_count);
}

static int map_pages(struct node_segment *s, int fd, uint32_t local_count)
{
    void *pages = mmap(NULL, pages_bytes(local_count), PROT_READ | PROT_WRITE,
                       MAP_SHARED, fd, 0);
    if (pages == MAP_FAILED) {
        log_error("cannot map %zu bytes of shared memory: %m",
                  pages_bytes(local_count));
        return MPI_ERR_NO_MEM;
    }
    *s = (struct node_segment){ .fd = fd, .local_count = local_count,
                                .pages = pages };
    return MPI_SUCCESS;
}

/* Make the object at least `bytes` long. posix_fallocate-style growth: several
 * ranks may do it at once and none may ever shrink it. */
static int grow(int fd, size_t bytes)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && (size_t)st.st_size >= bytes)
        return MPI_SUCCESS;
    if (ftruncate(fd, (off_t)bytes) != 0) {
        log_error("cannot size shared memory to %zu bytes: %m", bytes);
        return MPI_ERR_NO_MEM;
    }
    return MPI_SUCCESS;
}

static void write_header(struct node_segment *s)
{
    struct header *header = (struct header *)s->pages;
    header->magic = MAGIC;
    header->version = VERSION;
    header->local_count = s->local_count;
}

int node_segment_create(struct node_segment *s, uint32_t local_count)
{
    int fd = memfd_create("baton-node", MFD_CLOEXEC);
    if (fd < 0) {
        log_error("memfd_create: %m");
        return MPI_ERR_NO_MEM;
    }
    int err = grow(fd, pages_bytes(local_count));
    if (err == MPI_SUCCESS)
        err = map_pages(s, fd, local_count);
    if (err != MPI_SUCCESS) {
        close(fd);
        return err;
    }
    write_header(s);
    return MPI_SUCCESS;
}

int node_segment_attach(struct node_segment *s, int fd, uint32_t local_count)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || (size_t)st.st_size < pages_bytes(local_count)) {
        log_error("descriptor %d is not the node segment of mpirun: %m", fd);
        return MPI_ERR_OTHER;
    }
    int err = map_pages(s, fd, local_count);
    if (err != MPI_SUCCESS)
        return err;
    const struct header *header = (const struct header *)s->pages;
    if (header->magic != MAGIC || header->version != VERSION ||
        header->local_count != local_count) {
        log_error("the node segment of mpirun is of another version of Baton; "
                  "use the mpirun of this library");
        node_segment_close(s);
        return MPI_ERR_OTHER;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return MPI_SUCCESS;
}

int node_segment_open_named(struct node_segment *s, const char *name,
                            uint32_t local_count)
{
    int fd = shm_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error("shm_open %s: %m", name);
        return MPI_ERR_OTHER;
    }
    int err = grow(fd, pages_bytes(local_count));
    if (err == MPI_SUCCESS)
        err = map_pages(s, fd, local_count);
    if (err != MPI_SUCCESS) {
        close(fd);
        shm_unlink(name);
        return err;
    }
    write_header(s);
    return MPI_SUCCESS;
}

void node_segment_unlink(const char *name)
{
    shm_unlink(name);
}

/* Advice: the kernel takes it when shmem_enabled in
 * /sys/kernel/mm/transparent_hugepage is `advise'. */
static void advise(void *memory, size_t bytes)
{
    if (settings.shm_huge_pages &&
        madvise(memory, bytes, MADV_HUGEPAGE) != 0)
        log_warn("BATON_SHM_HUGE_PAGES has no effect: %m (does this kernel "
                 "have transparent huge pages?)");
}

static int map_at(int fd, size_t offset, size_t bytes, void **out)
{
    int err = grow(fd, offset + bytes);
    if (err != MPI_SUCCESS)
        return err;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                        (off_t)offset);
    if (memory == MAP_FAILED) {
        log_error("cannot map %zu bytes of shared memory: %m", bytes);
        return MPI_ERR_NO_MEM;
    }
    advise(memory, bytes);
    *out = memory;
    return MPI_SUCCESS;
}

int node_segment_map_area(struct node_segment *s, size_t bytes)
{
    struct header *header = (struct header *)s->pages;
    int err = map_at(s->fd, pages_bytes(s->local_count), bytes, &s->area);
    if (err != MPI_SUCCESS)
        return err;
    s->area_bytes = bytes;
    atomic_store_explicit(&header->area_bytes, bytes, memory_order_relaxed);
    return MPI_SUCCESS;
}

/* Parts are never reserved a second time: the object is sparse, and what was
 * dropped costs nothing but numbers. */
int node_segment_reserve(struct node_segment *s, size_t bytes, uint64_t *offset)
{
    struct header *header = (struct header *)s->pages;
    size_t start = align_up(pages_bytes(s->local_count) +
                                atomic_load_explicit(&header->area_bytes,
                                                     memory_order_relaxed),
                            STATUS_PAGE_BYTES);
    uint64_t before = atomic_fetch_add_explicit(
        &header->parts_bytes, align_up(bytes, STATUS_PAGE_BYTES),
        memory_order_relaxed);
    int err = grow(s->fd, start + before + bytes);
    if (err == MPI_SUCCESS)
        *offset = start + before;
    return err;
}

int node_segment_map(const struct node_segment *s, uint64_t offset,
                     size_t bytes, void **out)
{
    return map_at(s->fd, offset, bytes, out);
}

void node_segment_unmap(void *part, size_t bytes)
{
    munmap(part, bytes);
}

void node_segment_drop(const struct node_segment *s, uint64_t offset,
                       size_t bytes)
{
    /* Where holes cannot be made the memory stays until the job ends. */
    if (fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)offset, (off_t)bytes) != 0)
        log_debug("cannot give shared memory back: %m");
}

void node_segment_add_death(struct node_segment *s, int world, int wait_status)
{
    struct header *header = (struct header *)s->pages;
    uint32_t count = atomic_load_explicit(&header->death_count,
                                          memory_order_relaxed);
    if (count == NODE_DEATHS_MAX)
        return;
    header->deaths[count] = (struct node_death){ .world = world,
                                                 .wait_status = wait_status };
    atomic_store_explicit(&header->death_count, count + 1,
                          memory_order_release);
    /* The agent is reached by no sleeper's barrier, so it has its own. */
    atomic_thread_fence(memory_order_seq_cst);
    for (uint32_t i = 0; i < s->local_count; i++)
        doorbell_ring(&node_segment_status(s, i)->bell);
}

uint32_t node_segment_death_count(const struct node_segment *s)
{
    struct header *header = (struct header *)s->pages;
    return atomic_load_explicit(&header->death_count, memory_order_acquire);
}

const struct node_death *node_segment_death(const struct node_segment *s,
                                            uint32_t i)
{
    return &((const struct header *)s->pages)->deaths[i];
}

void node_segment_note_reachable(struct node_segment *s)
{
    struct header *header = (struct header *)s->pages;
    atomic_fetch_add_explicit(&header->reachable, 1, memory_order_relaxed);
}

bool node_segment_can_sleep(const struct node_segment *s)
{
    const struct header *header = (const struct header *)s->pages;
    return atomic_load_explicit(&header->reachable, memory_order_relaxed) ==
           header->local_count;
}

void node_segment_close(struct node_segment *s)
{
    if (s->area)
        munmap(s->area, s->area_bytes);
    munmap(s->pages, pages_bytes(s->local_count));
    close(s->fd);
    *s = (struct node_segment){ .fd = -1 };
}
