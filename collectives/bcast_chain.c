/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcast of long messages down a pipelined chain.
 *
 * Cost     2 (P - 1) + n / segment rounds, of which two run at a time; each rank but the last sends n bytes,
 *          each but the root receives n: the least possible
 * Source   van de Geijn, Watts 1997, doi:10.1002/(SICI)1096-9128(199704)9:4
 *          <255::AID-CPE250>3.0.CO;2-2
 */
#include "collectives/algorithms.h"
#include "collectives/pipeline.h"

int bcast_chain(struct schedule *s, const struct coll_args *a)
{
    struct pipeline_tree chain;
    pipeline_chain(a, a->root, &chain);
    return pipeline_down(s, &chain, a);
}
