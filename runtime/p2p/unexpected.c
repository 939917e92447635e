/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bound on what is kept of messages that came before their receive
 * (BATON_UNEXPECTED_BYTES). At half of it each further sender is asked (HUSH
 * in wire.h) to wait for its receives: its messages go by rendezvous, those
 * shorter than an offer synchronously, so that who sends faster than others
 * receive is held up. At all of it the job ends; only sends that do not wait
 * lead there. Below a quarter the senders are released.
 *
 * A sender that was asked has no entry in p2p.endpoints, so that the short
 * ways, which look there, need not know of any of this.
 */
#define LOG_MODULE "p2p"
#include "runtime/base/log.h"
#include "runtime/p2p/rndv.h"

enum post rndv_send_hush(struct p2p_request *r, enum turn turn)
{
    const struct packet header = { .type = PACKET_HUSH,
                                   .word = r->peer_request };
    const struct packet_out out = { .header = &header,
                                    .header_bytes = sizeof header };
    enum post post = post_packet(r, turn, &out);
    if (post != POST_DONE)
        return post;
    request_end(r, MPI_SUCCESS);
    return POST_PENDING;
}

/* Ask a rank of the job to wait, or release it. A rank that cannot be told is
 * lost, and sends nothing. */
static void tell(struct p2p *p2p, int world, bool shall_wait)
{
    if (list_is_empty(&p2p->comms))
        return;
    const struct message m = {
        .type = datatype_find(MPI_BYTE),
        .comm = CONTAINER_OF(p2p->comms.next, struct mpi_comm, link),
    };
    struct p2p_request *r = request_create(p2p, &m);
    if (!r)
        return;
    r->world = world;
    r->base.bytes = 0;
    r->peer_request = shall_wait;
    r->state = STATE_IDLE;
    int err = engine_endpoint(p2p, world, &r->ep);
    if (err == MPI_SUCCESS) {
        r->state = SEND_HUSH;
        request_advance(r);
    } else {
        request_end(r, err);
    }
    request_free(&r->base);
}

static void give_up(struct p2p *p2p, int world)
{
    log_error("messages of %llu bytes have come before their receive, the last "
              "one from rank %d of the job: more than BATON_UNEXPECTED_BYTES "
              "(%zu) allows", (unsigned long long)p2p->unexpected_bytes, world,
              settings.unexpected_bytes);
    process_abort(p2p->process, MPI_ERR_NO_MEM,
                  "too many messages that no receive is posted for "
                  "(BATON_UNEXPECTED_BYTES)");
}

void unexpected_press(struct p2p *p2p, int world)
{
    if (p2p->unexpected_bytes > settings.unexpected_bytes)
        give_up(p2p, world);
    if (!p2p->asked) {
        p2p->asked = calloc((size_t)p2p->process->world_count,
                            sizeof *p2p->asked);
        if (!p2p->asked)
            return;
        log_warn("%llu bytes of messages wait for their receives; senders have "
                 "to wait from now on, from rank %d of the job on",
                 (unsigned long long)p2p->unexpected_bytes, world);
    }
    if (p2p->asked[world])
        return;
    p2p->asked[world] = true;
    tell(p2p, world, true);
}

void unexpected_relax(struct p2p *p2p)
{
    bool *asked = p2p->asked;
    p2p->asked = NULL;
    for (int world = 0; world < p2p->process->world_count; world++)
        if (asked[world])
            tell(p2p, world, false);
    free(asked);
}

void unexpected_on_packet(void *arg, int world, const struct packet *packet,
                          size_t bytes)
{
    (void)bytes;
    struct p2p *p2p = arg;
    if (engine_peer_error(p2p, world) != MPI_SUCCESS)
        return;
    if (!p2p->hushed)
        p2p->hushed = calloc((size_t)p2p->process->world_count,
                             sizeof(struct endpoint *));
    if (!p2p->hushed)
        return; /* its bound will end the job */
    struct endpoint **ep = &p2p->endpoints[world];
    if (packet->word && *ep) {
        p2p->hushed[world] = *ep;
        *ep = NULL;
    } else if (!packet->word && p2p->hushed[world]) {
        *ep = p2p->hushed[world];
        p2p->hushed[world] = NULL;
    }
}
