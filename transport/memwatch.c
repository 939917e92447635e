/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watch over userfaultfd.
 *
 * Watched ranges are registered for write protection that is never switched
 * on, so that no page ever faults; what counts are the events.
 *
 * Who calls munmap is woken by the very read that takes the event
 * (userfaultfd_event_wait_completion in the kernel's fs/userfaultfd.c). The
 * thread raises READING before it reads and lowers it when the event is in the
 * queue. So whoever has returned from munmap finds READING raised, or the turn
 * changed and the event queued: a search needs no system call.
 *
 * Another thread may be given the same address while the first is still inside
 * munmap. For that the kernel counts, from before memory goes until the event
 * is read, and answers EAGAIN to operations of the watch meanwhile
 * (mmap_changing). Where a second thread could unmap, THREADS is set for good
 * and settle() asks. Before Linux 5.16 the count was a flag, which the first of
 * two threads lowered for both; there nothing is kept once threads are seen.
 *
 * The thread must neither allocate nor wait for anybody but the kernel, since
 * those it holds up may hold any lock. The lock is held for a few stores only.
 */
#define LOG_MODULE "memwatch"
#include "transport/memwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/log.h"
#include "runtime/base/process.h"

enum {
    QUEUE = 256,   /* ranges; more at once means that all has left */
    MESSAGES = 16  /* events read at once */
};

/* Low bits of the turn; READING's carry counts the reads. */
enum {
    THREADS = 1, /* memory may leave in several threads */
    READING = 2  /* events are being read */
};
_Static_assert((int)WATCH_STILL == 2 * READING, "either bit tells the cache "
               "that it must call settle");

struct range {
    uintptr_t start;
    uintptr_t end;
};

struct memwatch {
    int fd;         /* userfaultfd */
    int probe_fd;   /* another one, see is_of_a_file */
    int stop_fd;    /* eventfd, ends the thread */
    bool can_count; /* the kernel counts the threads that unmap */
    unsigned threads; /* of the process, without others of the program */
    _Atomic uint64_t turn;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    struct range queue[QUEUE];
    unsigned count;
    bool is_overrun;
};

/* ---- the thread ---- */

/* Caller holds the lock. */
static void enqueue(struct memwatch *w, uintptr_t start, uintptr_t end)
{
    struct range *last = w->count ? &w->queue[w->count - 1] : NULL;
    if (last && last->end == start)
        last->end = end;
    else if (last && end == last->start)
        last->start = start;
    else if (w->count < QUEUE)
        w->queue[w->count++] = (struct range){ start, end };
    else
        w->is_overrun = true;
}

/* A thread that the library does not know of may unmap memory too. */
static void look_for_threads(struct memwatch *w)
{
    unsigned threads = process_count_threads();
    if (threads == 0 || threads > w->threads)
        atomic_fetch_or(&w->turn, THREADS);
}

static void take_event(struct memwatch *w, const struct uffd_msg *m)
{
    if (m->event == UFFD_EVENT_UNMAP || m->event == UFFD_EVENT_REMOVE)
        enqueue(w, (uintptr_t)m->arg.remove.start,
                (uintptr_t)m->arg.remove.end);
    else if (m->event == UFFD_EVENT_REMAP)
        enqueue(w, (uintptr_t)m->arg.remap.from,
                (uintptr_t)(m->arg.remap.from + m->arg.remap.len));
}

static void read_events(struct memwatch *w)
{
    struct uffd_msg messages[MESSAGES];
    atomic_fetch_add(&w->turn, READING); /* up */
    ssize_t bytes = read(w->fd, messages, sizeof messages);
    pthread_mutex_lock(&w->lock);
    for (ssize_t i = 0; i < bytes / (ssize_t)sizeof messages[0]; i++)
        take_event(w, &messages[i]);
    pthread_mutex_unlock(&w->lock);
    atomic_fetch_add(&w->turn, READING); /* down */
    look_for_threads(w);
}

static void *watch(void *arg)
{
    struct memwatch *w = arg;
    struct pollfd fds[2] = { { .fd = w->fd, .events = POLLIN },
                             { .fd = w->stop_fd, .events = POLLIN } };
    while (poll(fds, 2, -1) < 0 || !fds[1].revents)
        if (fds[0].revents)
            read_events(w);
    return NULL;
}

/* ---- what the cache calls ---- */

static void remove_range(void *arg, uintptr_t start, uintptr_t end)
{
    struct memwatch *w = arg;
    struct uffdio_range range = { start, end - start };
    /* Fails where part of it has become something else; nothing is lost. */
    ioctl(w->fd, UFFDIO_UNREGISTER, &range);
}

static int enroll(int fd, uintptr_t start, uintptr_t end, uint64_t mode)
{
    struct uffdio_register request = { .range = { start, end - start },
                                       .mode = mode };
    return ioctl(fd, UFFDIO_REGISTER, &request) == 0 ? 0 : errno;
}

/*
 * Minor faults can be asked for in shared memory, tmpfs and huge pages only,
 * and by that those give themselves away; their pages can also go by
 * truncating a file, of which there is no event. The asking is done in the
 * name of another userfaultfd, to which the kernel says EBUSY or EINVAL, so
 * that no fault can really come of it.
 */
static bool is_of_a_file(const struct memwatch *w, uintptr_t start,
                         uintptr_t end)
{
    return enroll(w->probe_fd, start, end, UFFDIO_REGISTER_MODE_MINOR) ==
           EBUSY;
}

static bool add_range(void *arg, uintptr_t start, uintptr_t end)
{
    struct memwatch *w = arg;
    look_for_threads(w);
    if (enroll(w->fd, start, end, UFFDIO_REGISTER_MODE_WP) != 0)
        return false;
    if (!is_of_a_file(w, start, end))
        return true;
    remove_range(w, start, end);
    return false;
}

/* Has some thread unmapped memory whose event is still to be read? The kernel
 * looks at its count first, and then refuses an empty range. */
static bool is_changing(const struct memwatch *w)
{
    struct uffdio_writeprotect nothing = { .mode = 0 };
    return ioctl(w->fd, UFFDIO_WRITEPROTECT, &nothing) != 0 && errno == EAGAIN;
}

static void settle(void *arg)
{
    struct memwatch *w = arg;
    if (atomic_load(&w->turn) & THREADS) {
        while (is_changing(w))
            sched_yield();
        if (!w->can_count) {
            pthread_mutex_lock(&w->lock);
            w->is_overrun = true;
            pthread_mutex_unlock(&w->lock);
        }
    }
    while (atomic_load(&w->turn) & READING)
        sched_yield();
}

static bool next_range(void *arg, uintptr_t *start, uintptr_t *end)
{
    struct memwatch *w = arg;
    bool has_any = true;
    pthread_mutex_lock(&w->lock);
    if (w->is_overrun) {
        w->is_overrun = false;
        w->count = 0;
        *start = 0;
        *end = UINTPTR_MAX;
    } else if (w->count) {
        w->count--;
        *start = w->queue[w->count].start;
        *end = w->queue[w->count].end;
    } else {
        has_any = false;
    }
    pthread_mutex_unlock(&w->lock);
    return has_any;
}

struct regcache_watch memwatch_interface(struct memwatch *w)
{
    return (struct regcache_watch){ .turn = &w->turn, .add = add_range,
                                    .remove = remove_range, .settle = settle,
                                    .next = next_range, .arg = w };
}

bool memwatch_asks_kernel(const struct memwatch *w)
{
    return (atomic_load(&w->turn) & THREADS) != 0;
}

/* ---- life ---- */

enum { EVENTS = UFFD_FEATURE_EVENT_UNMAP | UFFD_FEATURE_EVENT_REMOVE |
                UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_PAGEFAULT_FLAG_WP };

static int open_userfaultfd(uint64_t features, struct strbuf *why)
{
    int flags = O_CLOEXEC | O_NONBLOCK;
    int fd = (int)syscall(SYS_userfaultfd, flags | UFFD_USER_MODE_ONLY);
    if (fd < 0 && errno == EINVAL)
        fd = (int)syscall(SYS_userfaultfd, flags);
    if (fd < 0) {
        strbuf_printf(why, "userfaultfd: %s", strerror(errno));
        return -1;
    }
    struct uffdio_api api = { .api = UFFD_API, .features = features };
    if (ioctl(fd, UFFDIO_API, &api) != 0) {
        strbuf_puts(why, "userfaultfd: this kernel does not report unmapped "
                         "memory");
        close(fd);
        return -1;
    }
    return fd;
}

/* Does the kernel have mmap_changing as a count? That is three releases older
 * than the feature it is told by. */
static bool can_count_changes(void)
{
    struct uffdio_api api = { .api = UFFD_API };
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    bool can = fd >= 0 && ioctl(fd, UFFDIO_API, &api) == 0 &&
               api.features & UFFD_FEATURE_WP_HUGETLBFS_SHMEM;
    if (fd >= 0)
        close(fd);
    return can;
}

static void close_fds(const struct memwatch *w)
{
    const int fds[] = { w->fd, w->probe_fd, w->stop_fd };
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* A thread that no signal of the program goes to. */
static int start_thread(struct memwatch *w)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int status = pthread_create(&w->thread, NULL, watch, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return status;
}

int memwatch_open(const struct memwatch_threads *threads,
                  struct memwatch **out, struct strbuf *why)
{
    struct memwatch *w = calloc(1, sizeof *w);
    if (!w)
        return MPI_ERR_OTHER;
    w->can_count = can_count_changes();
    w->threads = 1 + threads->of_library + 1; /* the caller, the others, ours */
    atomic_init(&w->turn, threads->are_declared ? THREADS : 0);
    pthread_mutex_init(&w->lock, NULL);
    w->fd = open_userfaultfd(EVENTS, why);
    w->probe_fd = w->fd < 0 ? -1 : open_userfaultfd(0, why);
    w->stop_fd = eventfd(0, EFD_CLOEXEC);
    bool is_open = w->fd >= 0 && w->probe_fd >= 0;
    if (is_open && w->stop_fd >= 0 && start_thread(w) == 0) {
        *out = w;
        return MPI_SUCCESS;
    }
    if (is_open)
        strbuf_puts(why, "no thread for userfaultfd");
    close_fds(w);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return MPI_ERR_OTHER;
}

/*
 * End the watch over all there is, mapping by mapping. Closing the descriptor
 * would do, had no child process inherited it: an event that nobody reads
 * holds up munmap for good.
 */
static void remove_all(struct memwatch *w)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    while (maps && fgets(line, sizeof line, maps)) {
        uintptr_t start, end;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2)
            remove_range(w, start, end);
    }
    if (maps)
        fclose(maps);
}

void memwatch_close(struct memwatch *w)
{
    remove_all(w);
    uint64_t one = 1;
    if (write(w->stop_fd, &one, sizeof one) != sizeof one)
        log_warn("cannot end the thread of userfaultfd: %s", strerror(errno));
    pthread_join(w->thread, NULL);
    close_fds(w);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
