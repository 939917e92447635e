/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Becoming and ceasing to be a rank. The node segment comes from mpirun by
 * inheritance; a lone rank makes its own; under a foreign launcher the ranks
 * of a node meet at a name that the last to attach removes (all have attached
 * when the first boot_barrier has passed).
 */
#define LOG_MODULE "process"
#include "runtime/base/process.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mpi.h>

#include "runtime/base/config.h"
#include "runtime/base/log.h"

static int meet_at_name(struct process *p, const struct boot_identity *id)
{
    char name[64];
    unsigned long hash = 5381;
    for (const char *c = id->job; *c; c++)
        hash = hash * 33 + (unsigned char)*c;
    snprintf(name, sizeof name, "/baton-%u-%lx", (unsigned)getuid(), hash);
    int err = node_segment_open_named(&p->node, name,
                                      (uint32_t)p->local_count);
    int barrier_err = boot_barrier(p->boot);
    node_segment_unlink(name);
    return err != MPI_SUCCESS ? err : barrier_err;
}

/* Tell the other ranks of the node on which cores this one may run. */
static void note_cores(struct status_page *page)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return; /* more cores than we count: as if bound to none */
    for (int i = 0; i < STATUS_CORES; i++)
        if (CPU_ISSET(i, &set))
            page->cores[i / 64] |= (uint64_t)1 << i % 64;
}

static int attach_node(struct process *p, const struct boot_identity *id)
{
    uint32_t count = (uint32_t)p->local_count;
    int err;
    if (!id->has_server)
        err = node_segment_create(&p->node, count);
    else if (settings.node_segment_fd >= 0)
        err = node_segment_attach(&p->node, settings.node_segment_fd, count);
    else
        err = meet_at_name(p, id);
    if (err != MPI_SUCCESS)
        return err;
    p->status = node_segment_status(&p->node, (uint32_t)p->local);
    p->status->world = p->world;
    p->counters = &p->status->counters;
    note_cores(p->status);
    if (doorbell_register())
        node_segment_note_reachable(&p->node);
    return MPI_SUCCESS;
}

/* Has each of the ranks that may run on our cores one for itself? So it is
 * when these ranks are no more than all the cores they may run on. */
static bool has_own_core(const struct process *p)
{
    uint64_t all[STATUS_CORES / 64] = { 0 };
    int ranks = 0, cores = 0;
    for (int i = 0; i < p->local_count; i++) {
        const uint64_t *theirs =
            node_segment_status(&p->node, (uint32_t)i)->cores;
        uint64_t common = 0;
        for (size_t w = 0; w < ARRAY_COUNT(all); w++)
            common |= theirs[w] & p->status->cores[w];
        if (!common)
            continue;
        ranks++;
        for (size_t w = 0; w < ARRAY_COUNT(all); w++)
            all[w] |= theirs[w];
    }
    for (int i = 0; i < STATUS_CORES; i++)
        cores += (int)(all[i / 64] >> i % 64 & 1);
    return ranks <= cores;
}

/*
 * With a core of its own a rank spins, for nobody else wants it, and sleeps
 * when it has waited so long that the time to wake up does not count. Where
 * ranks share cores the one that is waited for must get the core at once.
 * What 8 and 16 ranks on 2 cores do is in docs/shm.md.
 */
void process_choose_waiting(struct process *p)
{
    enum { OWN_SPIN = 2000, OWN_SLEEP_USEC = 10000, SHARED_SLEEP_USEC = 200 };
    const bool is_own = has_own_core(p);
    p->has_own_core = is_own;
    const int usec = settings.sleep_usec >= 0 ? settings.sleep_usec
                     : is_own                 ? OWN_SLEEP_USEC
                                              : SHARED_SLEEP_USEC;
    if (settings.spin < 0)
        p->progress.spin = is_own ? OWN_SPIN : 1;
    if (node_segment_can_sleep(&p->node))
        progress_allow_sleep(&p->progress, &p->status->bell,
                             (uint64_t)usec * 1000);
}

unsigned process_count_threads(void)
{
    enum { OWN_LINKS = 2 }; /* of the directory; one more for each thread */
    struct stat task;
    return stat("/proc/self/task", &task) == 0 && task.st_nlink > OWN_LINKS
               ? (unsigned)task.st_nlink - OWN_LINKS
               : 0;
}

int process_open(struct process **out)
{
    int err = config_ensure();
    if (err != MPI_SUCCESS)
        return err;
    struct process *p = calloc(1, sizeof *p);
    if (!p)
        return MPI_ERR_NO_MEM;
    const struct boot_identity *id;
    unsigned threads = process_count_threads();
    err = boot_open(&p->boot, &id);
    if (err != MPI_SUCCESS)
        goto free_process;
    p->may_have_threads = threads > 1;
    p->library_threads = process_count_threads() - threads;
    p->world = id->world;
    p->world_count = id->world_count;
    p->local = id->local;
    p->local_count = id->local_count;
    p->local_worlds = id->local_worlds;
    p->psets.us = id;
    p->host = settings.launcher_host[0] ? settings.launcher_host : id->host;
    char name[288];
    snprintf(name, sizeof name, "%d@%s", p->world, p->host);
    log_set_name(name);
    err = attach_node(p, id);
    if (err != MPI_SUCCESS)
        goto close_boot;
    progress_init(&p->progress, settings.spin > 0 ? (unsigned)settings.spin : 1);
    *out = p;
    return MPI_SUCCESS;
close_boot:
    boot_close(p->boot);
free_process:
    free(p);
    return err;
}

bool process_has_deaths(const struct process *p)
{
    return p->node.pages && node_segment_death_count(&p->node) > 0;
}

int process_meet(struct process *p)
{
    static atomic_bool is_done; /* outlives the wait, see boot_barrier_start */
    if (process_has_deaths(p))
        return MPI_SUCCESS;
    int err = boot_barrier_start(p->boot, &is_done);
    while (err == MPI_SUCCESS && !atomic_load(&is_done) && !process_has_deaths(p))
        progress_round(&p->progress);
    return err;
}

void process_close(struct process *p)
{
    p->status->state = STATUS_FINALIZED;
    psets_fini(&p->psets);
    boot_close(p->boot);
    node_segment_close(&p->node);
    free(p);
}

void process_abort(struct process *p, int code, const char *sentence)
{
    snprintf(p->status->last_words, sizeof p->status->last_words, "%s",
             sentence);
    p->status->exit_code = code;
    p->status->state = STATUS_ABORTED;
    /* Our mpirun says it from the status page. */
    if (settings.node_segment_fd < 0)
        log_error("%s", sentence);
    fflush(NULL);
    boot_abort(p->boot, code, sentence);
    _exit(code & 0xff ? code : 1);
}

bool process_is_local(const struct process *p, int world, int *local)
{
    for (int i = 0; i < p->local_count; i++)
        if (p->local_worlds[i] == world) {
            *local = i;
            return true;
        }
    return false;
}

bool process_has_nodes(const struct process *p)
{
    return settings.coll_node_ranks > 0 || p->local_count < p->world_count;
}

int process_node(const struct process *p, int world)
{
    if (settings.coll_node_ranks > 0)
        return world / settings.coll_node_ranks;
    return p->boot ? boot_node(p->boot, world) : -1;
}
