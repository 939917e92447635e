/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs while MPI is used: predefined objects, the process, its transports
 * and its message engine. The world model and all sessions share one.
 */
#ifndef API_INSTANCE_H
#define API_INSTANCE_H

/*
 * Make the predefined objects, once and for good: what may be called at any
 * time needs them. Cheap when they are there.
 * Errors   MPI_ERR_NO_MEM
 */
int objects_open(void);

/*
 * Open the instance unless it is open. The first time is collective over the
 * job. An error ends the program, as there is no error handler to ask yet;
 * each layer has logged its cause.
 */
void instance_open(const char *function);

/*
 * Make library.base, over which groups without a communicator talk, unless it
 * is there. Local.
 * Errors   MPI_ERR_NO_MEM
 */
int instance_base(void);

/* Close it; a barrier over the job has passed and no communicator is left. */
void instance_close(void);

/*
 * Close it when the program exits, by which time all ranks have left MPI.
 * Sessions end at different times at different ranks, and closing is
 * collective.
 */
void instance_close_at_exit(void);

#endif
