/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keeper: the parent of the agent proper. It does nothing but wait, so
 * that there is someone to kill the ranks' descendants and to remove the
 * temporary directory when the agent itself is killed.
 */
#ifndef LAUNCHER_KEEPER_H
#define LAUNCHER_KEEPER_H

/*
 * Fork. Returns in the child, which is the agent; the parent closes the link
 * (in, out), waits, cleans up and exits with the agent's code. Without memory
 * for another process the caller goes on without a keeper.
 */
void keeper_start(int in, int out);

#endif
