/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory windows: what shows a kept registration to one peer, for one transfer.
 *
 * Where nothing shall be open longer than a transfer (BATON_REGCACHE=strict),
 * the registration that is kept lets nobody in. A window of type 2 is bound to
 * the message's bytes and to the queue pair of its peer, by a work request that
 * stands before the offer in that queue pair, and is invalidated by another one
 * when the transfer has ended. So neither is a registration made for it, nor
 * can any other peer use the key.
 *
 *   free -> open -> closing -> free       bound, released, invalidated
 *           open -> lost -> free          its connection went first
 *
 * The registration stays in use until the invalidation has completed, because
 * a device deregisters no memory that a window shows. A bind that the device
 * does not like would end the connection, so nothing is bound that could fail.
 */
#ifndef VERBS_WINDOW_H
#define VERBS_WINDOW_H

#include "transport/transport.h"
#include "transport/verbs/verbs.h"

struct window;

enum { WINDOWS = 64 }; /* of a rank; a system call each to make */

/* Leaves v->windows NULL where the device has none of that type.
 * Errors   MPI_ERR_NO_MEM */
int windows_open(struct verbs *v);

/* The connections are gone. */
void windows_close(struct verbs *v);

/* Show memory to c's peer until it is released; NULL: not by a window now. */
struct region *window_show(struct connection *c, const struct slice *memory,
                           enum region_use use);

/* False: it is no window. */
bool window_release(struct verbs *v, struct region *region);

/* The registration behind, or the region itself if it is no window. */
const struct regcache_entry *window_look_behind(const struct verbs *v,
                                                const struct region *region);

/* One has been invalidated. */
void window_retire(struct verbs *v, struct window *w);

/* Invalidate those that waited for room: a chore of polls. */
void window_poll(struct verbs *v);

/* c's queue pair will be destroyed: unbind what is bound to it. */
void window_drop(struct connection *c);

#endif
