/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that nobody handles: another version of Baton at the peer, or
 * damaged memory.
 */
#define LOG_MODULE "packet"
#include "transport/packet.h"

#include "runtime/base/log.h"

void packet_deliver_unknown(int world, const struct packet *packet)
{
    log_error("rank %d sent a packet of unknown type %u; do all ranks run the "
              "same version?", world, packet->type);
}
