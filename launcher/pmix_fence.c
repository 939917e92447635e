/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fence is known by its key, the set of ranks that take part. A host that
 * has given its contribution cannot start the next fence of the same key
 * before this one is done, so a key names at most one open fence.
 */
#include "launcher/pmix_fence.h"

#include <stdlib.h>
#include <string.h>

struct fence {
    struct list node;
    char *key;
    bool *takes_part; /* per host */
    bool *has_given;
    uint32_t *id;
    struct strbuf blob; /* of all hosts so far */
};

static void mark_hosts(const struct job *j, struct fence *f)
{
    if (strcmp(f->key, "*") == 0) {
        for (size_t h = 0; h < j->hosts.count; h++)
            f->takes_part[h] = true;
        return;
    }
    for (const char *at = f->key; *at; at += *at == ',') {
        char *end;
        unsigned long rank = strtoul(at, &end, 10);
        if (end == at)
            return;
        if (rank < (unsigned long)j->rank_count)
            f->takes_part[j->rank_host[rank]] = true;
        at = end;
    }
}

static struct fence *open_fence(struct fences *all, const char *key)
{
    LIST_FOR_EACH (node, &all->open) {
        struct fence *f = CONTAINER_OF(node, struct fence, node);
        if (strcmp(f->key, key) == 0)
            return f;
    }
    size_t hosts = all->job->hosts.count;
    struct fence *f = must_alloc(1, sizeof *f);
    f->key = must_copy(key);
    f->takes_part = must_alloc(hosts, sizeof *f->takes_part);
    f->has_given = must_alloc(hosts, sizeof *f->has_given);
    f->id = must_alloc(hosts, sizeof *f->id);
    strbuf_init(&f->blob);
    mark_hosts(all->job, f);
    list_append(&all->open, &f->node);
    return f;
}

static void close_fence(struct fence *f)
{
    list_remove(&f->node);
    strbuf_fini(&f->blob);
    free(f->takes_part);
    free(f->has_given);
    free(f->id);
    free(f->key);
    free(f);
}

void fences_add(struct fences *all, const struct contribution *c)
{
    struct fence *f = open_fence(all, c->key);
    int hosts = (int)all->job->hosts.count;
    f->takes_part[c->host] = true;
    f->has_given[c->host] = true;
    f->id[c->host] = c->id;
    strbuf_add(&f->blob, c->blob, c->bytes);
    for (int h = 0; h < hosts; h++)
        if (f->takes_part[h] && !f->has_given[h])
            return;
    for (int h = 0; h < hosts; h++)
        if (f->takes_part[h])
            all->done(all->owner, h, f->id[h], &f->blob);
    close_fence(f);
}

void fences_init(struct fences *f, const struct job *j)
{
    f->job = j;
    list_init(&f->open);
}

void fences_fini(struct fences *f)
{
    LIST_FOR_EACH (node, &f->open)
        close_fence(CONTAINER_OF(node, struct fence, node));
}
