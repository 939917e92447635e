/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Callbacks on PMIx's thread fill the queue (under `lock`) and write the
 * eventfd; pmix_server_poll empties it on the loop's thread. An operation that waits
 * for an answer stays in `pending`, which only the loop's thread touches.
 */
#define LOG_MODULE "pmix"
#include "launcher/pmix_server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <mpi.h>
#include <pmix.h>
#include <pmix_server.h>

#include "launcher/pmix_job.h"
#include "launcher/pmix_query.h"
#include "runtime/base/log.h"

enum kind { CONNECTED, FINALIZED, ABORTED, FENCE, ASK, ANSWER };

struct event {
    struct list node;
    enum kind kind;
    int rank;
    int code;       /* ABORTED: exit code; ANSWER: PMIx status */
    uint32_t id;    /* FENCE, ASK: ours; ANSWER: the asking host's */
    int host;       /* ANSWER: who asked */
    char *text;     /* ABORTED: sentence; FENCE: key */
    struct strbuf blob;
    pmix_modex_cbfunc_t reply; /* FENCE, ASK */
    void *reply_data;
};

struct pmix_server {
    struct loop *loop;
    struct pmix_events events;
    const struct job *job;
    const char *name_space;
    struct watch watch;      /* an eventfd */
    pthread_mutex_t lock;    /* guards queue */
    struct list queue;
    struct list pending;
    uint32_t next_id;
};

/* PMIx gives its callbacks no argument of ours. Set before PMIx starts its
 * thread, cleared after that has ended. */
static struct pmix_server *the_server;

static struct event *event_create(enum kind kind, int rank)
{
    struct event *e = must_alloc(1, sizeof *e);
    e->kind = kind;
    e->rank = rank;
    strbuf_init(&e->blob);
    return e;
}

static void event_destroy(struct event *e)
{
    strbuf_fini(&e->blob);
    free(e->text);
    free(e);
}

/* On PMIx's thread. */
static void enqueue(struct event *e)
{
    struct pmix_server *s = the_server;
    pthread_mutex_lock(&s->lock);
    list_append(&s->queue, &e->node);
    pthread_mutex_unlock(&s->lock);
    eventfd_write(s->watch.fd, 1);
}

static pmix_status_t on_connected(const pmix_proc_t *proc, void *object,
                                  pmix_info_t info[], size_t ninfo,
                                  pmix_op_cbfunc_t done, void *data)
{
    enqueue(event_create(CONNECTED, (int)proc->rank));
    return PMIX_OPERATION_SUCCEEDED;
}

static pmix_status_t on_finalized(const pmix_proc_t *proc, void *object,
                                  pmix_op_cbfunc_t done, void *data)
{
    enqueue(event_create(FINALIZED, (int)proc->rank));
    return PMIX_OPERATION_SUCCEEDED;
}

static pmix_status_t on_abort(const pmix_proc_t *proc, void *object,
                              int status, const char message[],
                              pmix_proc_t procs[], size_t nprocs,
                              pmix_op_cbfunc_t done, void *data)
{
    struct event *e = event_create(ABORTED, (int)proc->rank);
    e->code = status;
    e->text = must_copy(message ? message : "");
    enqueue(e);
    if (done)
        done(PMIX_SUCCESS, data);
    return PMIX_SUCCESS;
}

/* "*" for the whole job, else the ranks; NULL when others take part. */
static char *fence_key(const pmix_proc_t procs[], size_t nprocs)
{
    struct strbuf key;
    strbuf_init(&key);
    for (size_t i = 0; i < nprocs; i++) {
        if (strcmp(procs[i].nspace, the_server->name_space) != 0) {
            strbuf_fini(&key);
            return NULL;
        }
        if (procs[i].rank == PMIX_RANK_WILDCARD)
            strbuf_puts(&key, i ? ",*" : "*");
        else
            strbuf_printf(&key, "%s%u", i ? "," : "",
                          (unsigned)procs[i].rank);
    }
    char *text = must_copy(strchr(key.text, '*') ? "*" : key.text);
    strbuf_fini(&key);
    return text;
}

static pmix_status_t on_fence(const pmix_proc_t procs[], size_t nprocs,
                              const pmix_info_t info[], size_t ninfo,
                              char *blob, size_t bytes,
                              pmix_modex_cbfunc_t reply, void *data)
{
    char *key = fence_key(procs, nprocs);
    if (!key)
        return PMIX_ERR_NOT_SUPPORTED;
    struct event *e = event_create(FENCE, -1);
    e->text = key;
    strbuf_add(&e->blob, blob, bytes);
    free(blob);
    e->reply = reply;
    e->reply_data = data;
    enqueue(e);
    return PMIX_SUCCESS;
}

static pmix_status_t on_ask(const pmix_proc_t *proc, const pmix_info_t info[],
                            size_t ninfo, pmix_modex_cbfunc_t reply,
                            void *data)
{
    if (strcmp(proc->nspace, the_server->name_space) != 0)
        return PMIX_ERR_NOT_FOUND;
    struct event *e = event_create(ASK, (int)proc->rank);
    e->reply = reply;
    e->reply_data = data;
    enqueue(e);
    return PMIX_SUCCESS;
}

/* The job is constant, so that this thread may look at it. */
static pmix_status_t on_query(pmix_proc_t *proc, pmix_query_t *queries,
                              size_t nqueries, pmix_info_cbfunc_t reply,
                              void *data)
{
    struct pmix_answers *a = NULL;
    pmix_status_t rc = pmix_query_answer(the_server->job, queries, nqueries,
                                         &a);
    if (!a)
        return rc;
    reply(rc, a->info, a->count, data, pmix_answers_destroy, a);
    return PMIX_SUCCESS;
}

static pmix_server_module_t module = {
    .client_connected2 = on_connected,
    .client_finalized = on_finalized,
    .abort = on_abort,
    .fence_nb = on_fence,
    .direct_modex = on_ask,
    .query = on_query,
};

static void serve(struct pmix_server *s, struct event *e)
{
    const struct pmix_events *to = &s->events;
    switch (e->kind) {
    case CONNECTED:
        to->connected(to->owner, e->rank);
        break;
    case FINALIZED:
        to->finalized(to->owner, e->rank);
        break;
    case ABORTED:
        to->aborted(to->owner, e->rank, e->code, e->text);
        break;
    case ANSWER:
        to->answer(to->owner, e->id, e->host, (uint32_t)e->code, &e->blob);
        break;
    case FENCE:
    case ASK:
        e->id = s->next_id++;
        list_append(&s->pending, &e->node);
        if (e->kind == FENCE)
            to->fence(to->owner, e->id, e->text, &e->blob);
        else
            to->ask(to->owner, e->id, e->rank);
        return;
    }
    event_destroy(e);
}

void pmix_server_poll(struct pmix_server *s)
{
    eventfd_t count;
    eventfd_read(s->watch.fd, &count);
    for (;;) {
        pthread_mutex_lock(&s->lock);
        struct list *node = list_first(&s->queue);
        if (node)
            list_remove(node);
        pthread_mutex_unlock(&s->lock);
        if (!node)
            return;
        serve(s, CONTAINER_OF(node, struct event, node));
    }
}

static void queue_ready(struct watch *w, uint32_t events)
{
    pmix_server_poll(CONTAINER_OF(w, struct pmix_server, watch));
}

static void release_copy(void *copy)
{
    free(copy);
}

/* Answer a pending operation with a copy of data, which PMIx releases. */
static void reply(struct pmix_server *s, uint32_t id, pmix_status_t status,
                  const struct strbuf *blob)
{
    LIST_FOR_EACH (node, &s->pending) {
        struct event *e = CONTAINER_OF(node, struct event, node);
        if (e->id != id)
            continue;
        char *copy = NULL;
        if (blob->bytes > 0) {
            copy = must_alloc(1, blob->bytes);
            memcpy(copy, blob->text, blob->bytes);
        }
        e->reply(status, copy, blob->bytes, e->reply_data, release_copy, copy);
        list_remove(&e->node);
        event_destroy(e);
        return;
    }
}

void pmix_server_fence_done(struct pmix_server *s, uint32_t id,
                            const char *data, size_t bytes)
{
    struct strbuf blob = { .text = (char *)(uintptr_t)data, .bytes = bytes };
    reply(s, id, PMIX_SUCCESS, &blob);
}

void pmix_server_answer(struct pmix_server *s, uint32_t id, uint32_t status,
                        const char *data, size_t bytes)
{
    struct strbuf blob = { .text = (char *)(uintptr_t)data, .bytes = bytes };
    reply(s, id, (pmix_status_t)status, &blob);
}

/* On PMIx's thread: a rank of ours has committed, or cannot any more. */
static void on_found(pmix_status_t status, char *data, size_t bytes,
                     void *context)
{
    struct event *e = context;
    e->code = status;
    strbuf_add(&e->blob, data, bytes);
    enqueue(e);
}

void pmix_server_ask(struct pmix_server *s, uint32_t id, int host, int rank)
{
    struct event *e = event_create(ANSWER, rank);
    e->id = id;
    e->host = host;
    pmix_proc_t proc;
    PMIX_LOAD_PROCID(&proc, s->name_space, (pmix_rank_t)rank);
    pmix_status_t rc = PMIx_server_dmodex_request(&proc, on_found, e);
    if (rc != PMIX_SUCCESS) {
        e->code = rc;
        enqueue(e);
    }
}

int pmix_server_environment(struct pmix_server *s, int rank,
                            struct strings *env)
{
    pmix_proc_t proc;
    char **added = NULL;
    PMIX_LOAD_PROCID(&proc, s->name_space, (pmix_rank_t)rank);
    pmix_status_t rc = PMIx_server_setup_fork(&proc, &added);
    for (char **item = added; item && *item; item++) {
        strings_set(env, *item);
        free(*item);
    }
    free(added);
    if (rc == PMIX_SUCCESS)
        return MPI_SUCCESS;
    log_error("PMIx gives no environment for rank %d: %s", rank,
              PMIx_Error_string(rc));
    return MPI_ERR_OTHER;
}

/*
 * Start PMIx's thread. Only the loopback interface is listened on, tools are
 * refused, and the data store is the one that keeps no files.
 */
static pmix_status_t start(const struct job *job, int host)
{
    bool no = false;
    pmix_info_t *info;
    PMIX_INFO_CREATE(info, 5);
    PMIX_INFO_LOAD(&info[0], PMIX_SERVER_TOOL_SUPPORT, &no, PMIX_BOOL);
    PMIX_INFO_LOAD(&info[1], PMIX_SERVER_REMOTE_CONNECTIONS, &no, PMIX_BOOL);
    PMIX_INFO_LOAD(&info[2], PMIX_TCP_IF_INCLUDE, "lo", PMIX_STRING);
    PMIX_INFO_LOAD(&info[3], PMIX_HOSTNAME, job->hosts.item[host],
                   PMIX_STRING);
    PMIX_INFO_LOAD(&info[4], PMIX_NODEID, &(uint32_t){ (uint32_t)host },
                   PMIX_UINT32);
    setenv("PMIX_MCA_gds", "hash", 0);
    /* PMIx has hwloc look at the host, down to the name of each PCI device,
     * for which it reads all names there are. Nobody asks for these. */
    const bool is_ours = !getenv("HWLOC_COMPONENTS");
    if (is_ours)
        setenv("HWLOC_COMPONENTS", "-pci", 1);
    pmix_status_t rc = PMIx_server_init(&module, info, 5);
    if (is_ours)
        unsetenv("HWLOC_COMPONENTS");
    PMIX_INFO_FREE(info, 5);
    return rc;
}

int pmix_server_open(struct pmix_server **out, struct loop *l,
                     const struct job *job, int host,
                     const struct pmix_events *events)
{
    struct pmix_server *s = must_alloc(1, sizeof *s);
    s->loop = l;
    s->events = *events;
    s->job = job;
    s->name_space = job->name;
    list_init(&s->queue);
    list_init(&s->pending);
    pthread_mutex_init(&s->lock, NULL);
    watch_init(&s->watch, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
               queue_ready);
    the_server = s;
    pmix_status_t rc = start(job, host);
    if (rc != PMIX_SUCCESS) {
        log_error("cannot start the PMIx server: %s", PMIx_Error_string(rc));
        close(s->watch.fd);
        free(s);
        return MPI_ERR_OTHER;
    }
    loop_watch(l, &s->watch, EPOLLIN);
    int err = pmix_job_register(job, host);
    if (err != MPI_SUCCESS) {
        pmix_server_close(s);
        return err;
    }
    *out = s;
    return MPI_SUCCESS;
}

void pmix_server_close(struct pmix_server *s)
{
    PMIx_server_finalize();
    the_server = NULL;
    loop_watch(s->loop, &s->watch, 0);
    close(s->watch.fd);
    LIST_FOR_EACH (node, &s->queue)
        event_destroy(CONTAINER_OF(node, struct event, node));
    LIST_FOR_EACH (node, &s->pending)
        event_destroy(CONTAINER_OF(node, struct event, node));
    pthread_mutex_destroy(&s->lock);
    free(s);
}
