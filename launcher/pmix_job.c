/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Job-level and per-rank keys. PMIX_NODE_MAP and PMIX_PROC_MAP carry the
 * whole placement in compressed form; the client library derives from them
 * what we do not say.
 */
#define LOG_MODULE "pmix"
#include "launcher/pmix_job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpi.h>
#include <pmix.h>
#include <pmix_server.h>

#include "runtime/base/log.h"

/* A list of keys being built. */
struct keys {
    pmix_info_t *info;
    size_t count;
    size_t room;
};

static void keys_init(struct keys *k, size_t room)
{
    PMIX_INFO_CREATE(k->info, room);
    k->count = 0;
    k->room = room;
}

static void add(struct keys *k, const char *key, const void *value,
                pmix_data_type_t type)
{
    if (k->count < k->room) {
        pmix_info_t *info = &k->info[k->count++];
        PMIX_INFO_LOAD(info, key, value, type);
    }
}

static void add_u32(struct keys *k, const char *key, uint32_t value)
{
    add(k, key, &value, PMIX_UINT32);
}

static void add_rank(struct keys *k, const char *key, uint32_t rank)
{
    pmix_rank_t value = rank;
    add(k, key, &value, PMIX_PROC_RANK);
}

/* Ranks of `host`, separated by commas. */
static void list_ranks(const struct job *j, int host, struct strbuf *out)
{
    const char *separator = "";
    for (int r = 0; r < j->rank_count; r++)
        if (j->rank_host[r] == host) {
            strbuf_printf(out, "%s%d", separator, r);
            separator = ",";
        }
}

static int add_maps(const struct job *j, struct keys *k)
{
    struct strbuf hosts, ranks;
    strbuf_init(&hosts);
    strbuf_init(&ranks);
    for (size_t h = 0; h < j->hosts.count; h++) {
        strbuf_printf(&hosts, "%s%s", h ? "," : "", j->hosts.item[h]);
        strbuf_puts(&ranks, h ? ";" : "");
        list_ranks(j, (int)h, &ranks);
    }
    char *node_map = NULL;
    char *proc_map = NULL;
    pmix_status_t rc = PMIx_generate_regex(hosts.text, &node_map);
    if (rc == PMIX_SUCCESS)
        rc = PMIx_generate_ppn(ranks.text, &proc_map);
    if (rc == PMIX_SUCCESS) {
        add(k, PMIX_NODE_MAP, node_map, PMIX_REGEX);
        add(k, PMIX_PROC_MAP, proc_map, PMIX_REGEX);
    } else {
        log_error("cannot describe the placement to PMIx: %s",
                  PMIx_Error_string(rc));
    }
    free(node_map);
    free(proc_map);
    strbuf_fini(&hosts);
    strbuf_fini(&ranks);
    return rc == PMIX_SUCCESS ? MPI_SUCCESS : MPI_ERR_OTHER;
}

/* Index of rank r among the ranks of its app, and that app's first rank. */
static void place_in_app(const struct job *j, int r, uint32_t *index,
                         uint32_t *leader)
{
    int first = r;
    while (first > 0 && j->rank_app[first - 1] == j->rank_app[r])
        first--;
    *leader = (uint32_t)first;
    *index = (uint32_t)(r - first);
}

static uint16_t local_rank(const struct job *j, int r)
{
    int local = 0;
    for (int i = 0; i < r; i++)
        local += j->rank_host[i] == j->rank_host[r];
    return (uint16_t)local;
}

/* PMIX_PROC_DATA of rank r: an array of keys that begins with its rank. */
static void add_proc(const struct job *j, int r, struct keys *k)
{
    struct keys p;
    uint32_t index, leader;
    uint16_t local = local_rank(j, r);
    place_in_app(j, r, &index, &leader);
    keys_init(&p, 9);
    add_rank(&p, PMIX_RANK, (uint32_t)r);
    add_u32(&p, PMIX_APPNUM, (uint32_t)j->rank_app[r]);
    add_rank(&p, PMIX_APPLDR, leader);
    add_rank(&p, PMIX_APP_RANK, index);
    add_rank(&p, PMIX_GLOBAL_RANK, (uint32_t)r);
    add(&p, PMIX_LOCAL_RANK, &local, PMIX_UINT16);
    add(&p, PMIX_NODE_RANK, &local, PMIX_UINT16);
    add_u32(&p, PMIX_NODEID, (uint32_t)j->rank_host[r]);
    add(&p, PMIX_HOSTNAME, j->hosts.item[j->rank_host[r]], PMIX_STRING);
    pmix_data_array_t array = { .type = PMIX_INFO, .size = p.count,
                                .array = p.info };
    add(k, PMIX_PROC_DATA, &array, PMIX_DATA_ARRAY);
    PMIX_INFO_FREE(p.info, p.room);
}

static int add_job(const struct job *j, int host, struct keys *k)
{
    uint32_t size = (uint32_t)j->rank_count;
    uint32_t local_size = (uint32_t)job_local_count(j, host);
    struct strbuf peers;
    strbuf_init(&peers);
    list_ranks(j, host, &peers);
    add(k, PMIX_JOBID, j->name, PMIX_STRING);
    add_u32(k, PMIX_JOB_SIZE, size);
    add_u32(k, PMIX_UNIV_SIZE, size);
    add_u32(k, PMIX_MAX_PROCS, size);
    add_u32(k, PMIX_JOB_NUM_APPS, (uint32_t)j->app_count);
    add_u32(k, PMIX_NUM_NODES, (uint32_t)j->hosts.count);
    add_u32(k, PMIX_LOCAL_SIZE, local_size);
    add_u32(k, PMIX_NODE_SIZE, local_size);
    add(k, PMIX_LOCAL_PEERS, peers.text, PMIX_STRING);
    add_rank(k, PMIX_LOCALLDR, (uint32_t)atoi(peers.text));
    strbuf_fini(&peers);
    int err = add_maps(j, k);
    for (int r = 0; r < j->rank_count; r++)
        add_proc(j, r, k);
    return err;
}

static pmix_status_t register_ranks(const struct job *j, int host)
{
    pmix_status_t rc = PMIX_SUCCESS;
    for (int r = 0; r < j->rank_count && rc == PMIX_SUCCESS; r++) {
        pmix_proc_t proc;
        if (j->rank_host[r] != host)
            continue;
        PMIX_LOAD_PROCID(&proc, j->name, (pmix_rank_t)r);
        rc = PMIx_server_register_client(&proc, geteuid(), getegid(), NULL,
                                         NULL, NULL);
        if (rc == PMIX_OPERATION_SUCCEEDED)
            rc = PMIX_SUCCESS;
    }
    return rc;
}

int pmix_job_register(const struct job *j, int host)
{
    struct keys k;
    keys_init(&k, (size_t)j->rank_count + 16);
    int err = add_job(j, host, &k);
    pmix_status_t rc = PMIX_SUCCESS;
    if (err == MPI_SUCCESS)
        rc = PMIx_server_register_nspace(j->name, job_local_count(j, host),
                                         k.info, k.count, NULL, NULL);
    PMIX_INFO_FREE(k.info, k.room);
    if (err != MPI_SUCCESS)
        return err;
    if (rc == PMIX_SUCCESS || rc == PMIX_OPERATION_SUCCEEDED)
        rc = register_ranks(j, host);
    if (rc == PMIX_SUCCESS)
        return MPI_SUCCESS;
    log_error("PMIx does not take the job: %s", PMIx_Error_string(rc));
    return MPI_ERR_OTHER;
}
