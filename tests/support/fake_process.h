/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A struct process filled by hand, for tests of several ranks without a
 * launcher: no boot, all ranks on one node, a status page of its own.
 */
#ifndef SUPPORT_FAKE_PROCESS_H
#define SUPPORT_FAKE_PROCESS_H

#include "runtime/base/process.h"

/* Be rank `world` of `count`. Loads the default settings. */
void fake_process_init(struct process *p, int world, int count);

/* The same with the node's segment: a memfd made by the caller, see
 * node_segment_create. The process has its own mapping of it. */
void fake_process_init_node(struct process *p, int world, int count, int fd);

void fake_process_fini(struct process *p);

#endif
