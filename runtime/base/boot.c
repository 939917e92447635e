/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PMIx client. Values are fetched with PMIx_Get after one fence that
 * collects all data, so a get never leaves the node.
 */
#define LOG_MODULE "boot"
#include "runtime/base/boot.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>
#include <pmix.h>

#include "runtime/base/log.h"
#include "runtime/base/platform.h"

struct boot {
    struct boot_identity identity;
    pmix_proc_t self;
    int *nodes;       /* of each rank, ASK_NODE until asked for; or NULL */
    char **hosts;     /* the nodes' names by number */
    int host_count;
};

enum { ASK_NODE = -2 };

/* What launchers that do not speak PMIx with us announce, and what to type
 * instead. */
static const struct {
    const char *variable;
    const char *launcher;
    const char *advice;
} foreign[] = {
    { "SLURM_NTASKS", "srun", "srun --mpi=pmix PROGRAM" },
    { "OMPI_COMM_WORLD_SIZE", "the mpirun of Open MPI",
      "the mpirun of Baton, mpirun -n N PROGRAM" },
    { "PMI_SIZE", "the mpiexec of MPICH",
      "the mpirun of Baton, mpirun -n N PROGRAM" },
};

static int refuse_foreign_launcher(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(foreign); i++) {
        const char *text = getenv(foreign[i].variable);
        int count = text ? atoi(text) : 0;
        /* sbatch and salloc set SLURM_NTASKS for the script too; only a task
         * of srun has a rank. */
        if (count < 2 || (i == 0 && !getenv("SLURM_PROCID")) ||
            (i == 0 && getenv("SLURM_STEP_ID") == NULL))
            continue;
        log_error("%s started %d ranks (%s), but without a PMIx server this "
                  "one would be rank 0 of 1; use: %s",
                  foreign[i].launcher, count, foreign[i].variable,
                  foreign[i].advice);
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

/* A number the launcher gave for `who`, or fallback when it gave none. */
static uint32_t get_number(const pmix_proc_t *who, const char *key,
                           uint32_t fallback)
{
    pmix_value_t *value = NULL;
    if (PMIx_Get(who, key, NULL, 0, &value) != PMIX_SUCCESS || !value)
        return fallback;
    uint32_t number = fallback;
    if (value->type == PMIX_UINT32)
        number = value->data.uint32;
    else if (value->type == PMIX_UINT16)
        number = value->data.uint16;
    PMIX_VALUE_RELEASE(value);
    return number;
}

/* Fill local_worlds from PMIX_LOCAL_PEERS, "0,1,2". */
static int find_local_peers(struct boot *b, const pmix_proc_t *job)
{
    struct boot_identity *id = &b->identity;
    pmix_value_t *value = NULL;
    id->local_count = 1;
    id->local_worlds = calloc((size_t)id->world_count, sizeof(int));
    if (!id->local_worlds)
        return MPI_ERR_NO_MEM;
    id->local_worlds[0] = id->world;
    if (PMIx_Get(job, PMIX_LOCAL_PEERS, NULL, 0, &value) != PMIX_SUCCESS ||
        value->type != PMIX_STRING) {
        log_error("the launcher did not say which ranks share this node "
                  "(PMIX_LOCAL_PEERS)");
        return MPI_ERR_OTHER;
    }
    id->local_count = 0;
    bool is_named = false;
    char *rest = value->data.string;
    for (char *item; (item = strsep(&rest, ",")) != NULL;) {
        int world = atoi(item);
        if (world == id->world) {
            id->local = id->local_count;
            is_named = true;
        }
        if (id->local_count < id->world_count)
            id->local_worlds[id->local_count++] = world;
    }
    PMIX_VALUE_RELEASE(value);
    if (!is_named) {
        log_error("the launcher does not name rank %d among the ranks of its "
                  "own node (PMIX_LOCAL_PEERS)", id->world);
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

static int find_place(struct boot *b)
{
    struct boot_identity *id = &b->identity;
    pmix_proc_t job;
    PMIX_LOAD_PROCID(&job, b->self.nspace, PMIX_RANK_WILDCARD);
    id->has_server = true;
    id->world = (int)b->self.rank;
    id->world_count = (int)get_number(&job, PMIX_JOB_SIZE, 0);
    snprintf(id->job, sizeof id->job, "%s", b->self.nspace);
    if (id->world_count < 1) {
        log_error("the launcher did not say how many ranks the job has "
                  "(PMIX_JOB_SIZE)");
        return MPI_ERR_OTHER;
    }
    return find_local_peers(b, &job);
}

static int be_alone(struct boot *b)
{
    struct boot_identity *id = &b->identity;
    int err = refuse_foreign_launcher();
    if (err != MPI_SUCCESS)
        return err;
    id->world_count = 1;
    id->local_count = 1;
    id->local_worlds = calloc(1, sizeof(int));
    snprintf(id->job, sizeof id->job, "alone-%d", (int)getpid());
    return id->local_worlds ? MPI_SUCCESS : MPI_ERR_NO_MEM;
}

int boot_open(struct boot **out, const struct boot_identity **identity)
{
    struct boot *b = calloc(1, sizeof *b);
    if (!b)
        return MPI_ERR_NO_MEM;
    gethostname(b->identity.host, sizeof b->identity.host - 1);
    int err;
    if (!getenv("PMIX_NAMESPACE")) {
        err = be_alone(b);
    } else {
        pmix_status_t rc = PMIx_Init(&b->self, NULL, 0);
        if (rc != PMIX_SUCCESS) {
            log_error("cannot reach the launcher's PMIx server: %s",
                      PMIx_Error_string(rc));
            err = MPI_ERR_OTHER;
        } else {
            err = find_place(b);
            if (err != MPI_SUCCESS)
                PMIx_Finalize(NULL, 0);
        }
    }
    if (err != MPI_SUCCESS) {
        free(b->identity.local_worlds);
        free(b);
        return err;
    }
    *out = b;
    *identity = &b->identity;
    return MPI_SUCCESS;
}

void boot_close(struct boot *b)
{
    if (b->identity.has_server)
        PMIx_Finalize(NULL, 0);
    for (int i = 0; i < b->host_count; i++)
        free(b->hosts[i]);
    free(b->hosts);
    free(b->nodes);
    free(b->identity.local_worlds);
    free(b);
}

/* The number of a host, which is the next one for a new name. The last name is
 * looked at first: ranks of a node mostly follow each other. */
static int number_host(struct boot *b, const char *name)
{
    for (int i = b->host_count - 1; i >= 0; i--)
        if (strcmp(b->hosts[i], name) == 0)
            return i;
    char **hosts = realloc(b->hosts, (size_t)(b->host_count + 1) *
                                         sizeof *hosts);
    if (!hosts)
        return -1;
    b->hosts = hosts;
    hosts[b->host_count] = strdup(name);
    return hosts[b->host_count] ? b->host_count++ : -1;
}

/* By name: of PMIX_NODEID, libpmix 4.2 finds that of its own node only. */
static int find_node(struct boot *b, int world)
{
    pmix_proc_t who;
    pmix_value_t *value = NULL;
    PMIX_LOAD_PROCID(&who, b->self.nspace, (pmix_rank_t)world);
    if (PMIx_Get(&who, PMIX_HOSTNAME, NULL, 0, &value) != PMIX_SUCCESS ||
        !value)
        return -1;
    const int node = value->type == PMIX_STRING
                         ? number_host(b, value->data.string) : -1;
    PMIX_VALUE_RELEASE(value);
    return node;
}

int boot_node(struct boot *b, int world)
{
    const int count = b->identity.world_count;
    if (!b->identity.has_server)
        return 0;
    if (!b->nodes) {
        b->nodes = malloc((size_t)count * sizeof *b->nodes);
        if (!b->nodes)
            return -1;
        for (int r = 0; r < count; r++)
            b->nodes[r] = ASK_NODE;
    }
    if (b->nodes[world] == ASK_NODE)
        b->nodes[world] = find_node(b, world);
    return b->nodes[world];
}

int boot_put(struct boot *b, const char *key, const void *data, size_t bytes)
{
    if (!b->identity.has_server)
        return MPI_SUCCESS;
    pmix_value_t value;
    value.type = PMIX_BYTE_OBJECT;
    value.data.bo.bytes = (char *)(uintptr_t)data;
    value.data.bo.size = bytes;
    pmix_status_t rc = PMIx_Put(PMIX_GLOBAL, key, &value);
    if (rc != PMIX_SUCCESS) {
        log_error("cannot publish %s: %s", key, PMIx_Error_string(rc));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

static int fence(struct boot *b, bool collect)
{
    pmix_info_t info;
    pmix_proc_t job;
    PMIX_LOAD_PROCID(&job, b->self.nspace, PMIX_RANK_WILDCARD);
    PMIX_INFO_LOAD(&info, PMIX_COLLECT_DATA, &collect, PMIX_BOOL);
    pmix_status_t rc = PMIx_Fence(&job, 1, &info, 1);
    PMIX_INFO_DESTRUCT(&info);
    if (rc != PMIX_SUCCESS) {
        log_error("the job's start-up exchange failed: %s",
                  PMIx_Error_string(rc));
        return MPI_ERR_OTHER;
    }
    return MPI_SUCCESS;
}

int boot_exchange(struct boot *b)
{
    if (!b->identity.has_server)
        return MPI_SUCCESS;
    pmix_status_t rc = PMIx_Commit();
    if (rc != PMIX_SUCCESS) {
        log_error("cannot publish start-up data: %s", PMIx_Error_string(rc));
        return MPI_ERR_OTHER;
    }
    return fence(b, true);
}

int boot_barrier(struct boot *b)
{
    return b->identity.has_server ? fence(b, false) : MPI_SUCCESS;
}

static void set_done(pmix_status_t status, void *is_done)
{
    (void)status;
    atomic_store((atomic_bool *)is_done, true);
}

int boot_barrier_start(struct boot *b, atomic_bool *is_done)
{
    atomic_store(is_done, !b->identity.has_server);
    if (!b->identity.has_server)
        return MPI_SUCCESS;
    pmix_proc_t job; /* is packed before the call returns */
    PMIX_LOAD_PROCID(&job, b->self.nspace, PMIX_RANK_WILDCARD);
    pmix_status_t rc = PMIx_Fence_nb(&job, 1, NULL, 0, set_done, is_done);
    if (rc == PMIX_SUCCESS)
        return MPI_SUCCESS;
    log_error("the ranks cannot leave together: %s", PMIx_Error_string(rc));
    return MPI_ERR_OTHER;
}

int boot_get(struct boot *b, int world, const char *key, void **data,
             size_t *bytes)
{
    if (!b->identity.has_server)
        return MPI_ERR_OTHER;
    pmix_proc_t who;
    PMIX_LOAD_PROCID(&who, b->self.nspace, (pmix_rank_t)world);
    pmix_value_t *value = NULL;
    pmix_info_t info;
    bool yes = true;
    PMIX_INFO_LOAD(&info, PMIX_IMMEDIATE, &yes, PMIX_BOOL);
    pmix_status_t rc = PMIx_Get(&who, key, &info, 1, &value);
    if (rc != PMIX_SUCCESS || !value)
        return MPI_ERR_OTHER;
    int err = MPI_ERR_OTHER;
    if (value->type == PMIX_BYTE_OBJECT) {
        *data = malloc(value->data.bo.size + 1);
        if (*data) {
            memcpy(*data, value->data.bo.bytes, value->data.bo.size);
            *bytes = value->data.bo.size;
            err = MPI_SUCCESS;
        }
    }
    PMIX_VALUE_RELEASE(value);
    return err;
}

void boot_abort(struct boot *b, int code, const char *sentence)
{
    if (b->identity.has_server)
        PMIx_Abort(code, sentence, NULL, 0);
}
