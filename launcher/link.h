/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mpirun's link to the agent of one host: the process that carries it (the
 * agent itself here, ssh elsewhere), its pipes, and what it says on stderr.
 */
#ifndef LAUNCHER_LINK_H
#define LAUNCHER_LINK_H

#include <sys/types.h>

#include "launcher/channel.h"
#include "launcher/strings.h"

/* How agents are reached and found. */
struct link_options {
    const char *ssh;    /* command, words separated by blanks */
    const char *prefix; /* where Baton is on the hosts; NULL: as here */
};

struct link {
    void *owner;         /* of the callbacks; not used by the link */
    struct loop *loop;
    const char *host;
    int index;           /* of the host in the job */
    bool is_local;       /* by fork, without ssh */
    bool has_said_hello;
    bool has_started;    /* its ranks run */
    bool is_done;        /* no rank is left there */
    bool is_gone;        /* on_gone was called */
    pid_t pid;           /* of the carrier; 0: reaped */
    int wait_status;
    uint64_t heard_nsec; /* when the last frame came */
    struct channel channel;
    struct watch err;
    bool err_is_open;
    struct strbuf err_text;  /* before hello all, afterwards a partial line */
    struct timer linger;     /* the channel is closed: wait for the reason */

    void (*on_frame)(struct link *k, uint32_t type, struct wire_reader *body);
    /* The link is closed, and why is known as far as it ever will be. */
    void (*on_gone)(struct link *k);
};

/*
 * Start the agent of k->host. host, index, on_frame and on_gone are set.
 * Errors   MPI_ERR_OTHER, with a sentence
 */
int link_start(struct link *k, struct loop *l, const struct link_options *o,
               struct strbuf *error);

/* Append why the link ended, as one sentence: "cannot reach host n: ...". */
void link_describe_end(const struct link *k, struct strbuf *out);

/* Reap the carrier if it has ended. Called on SIGCHLD. */
void link_reap(struct link *k);

/* Kill the carrier: the agent sees the end of the link and cleans up. */
void link_cut(struct link *k);

void link_fini(struct link *k);

#endif
