/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What MPI_INFO_ENV and MPI_Info_create_env say about the program's start.
 */
#ifndef API_INFO_ENV_H
#define API_INFO_ENV_H

struct mpi_info;

/*
 * Add command, argv, host, arch and wdir: the same at any time. With argc 0
 * the command line is asked of the system.
 * Errors   MPI_ERR_NO_MEM
 */
int info_env_fill(struct mpi_info *info, int argc, char **argv);

/* Add maxprocs and thread_level; MPI is running. Errors: MPI_ERR_NO_MEM */
int info_env_fill_job(struct mpi_info *info);

/* The text the standard has for a thread level. */
const char *thread_level_name(int level);

#endif
