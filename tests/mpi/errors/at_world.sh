#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Where errors are raised that belong to no communicator: at MPI_COMM_SELF,
# whose default ends the job, or at MPI_COMM_WORLD with BATON_ERRORS_AT_WORLD.
# Runs in the build tree.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=tests/mpi/errors/at_world
mkdir -p tests/mpi/errors
tools/mpicc -Wall -Wextra -o $program "$here/at_world.c" || exit 99
said=$(launcher/mpirun -timeout 60 -n 1 ./$program 2>&1) &&
    { echo "the job did not end by the error"; exit 1; }
[[ $said == *MPI_Type_commit* ]] || { echo "$said"; exit 1; }
BATON_ERRORS_AT_WORLD=yes launcher/mpirun -timeout 60 -n 1 ./$program
