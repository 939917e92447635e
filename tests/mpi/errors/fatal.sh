#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Errors under the default handler and under MPI_ERRORS_ABORT end the job: one
# line that names the function and the fault, the error class as exit code, and
# nobody left waiting.
. "${srcdir:-.}/tests/launcher/lib.sh"
mkdir -p tests/mpi/errors
program=$bin/tests/mpi/errors/fatal_program
tools/mpicc -std=gnu11 -g -Wall -o "$program" \
    "$srcdir/tests/mpi/errors/fatal_program.c" || exit 99

# fatal NAME CODE SENTENCE: rank 2 of 3 makes the error, the others wait.
fatal() {
    for handler in fatal abort; do
        expect "$1 under $handler" "$2" \
            "$mpirun" -n 3 "$program" "$1" $handler
        lines "$err" "" 1
        has "$err" "rank 2 on $(hostname) ended the job with code $2: $3"
        has_not "$out" "the call returned"
    done
}

fatal rank 6 "MPI_Send: destination rank 6 is not in the communicator, which\
 has 3 ranks (0 to 2)"
fatal tag 4 "MPI_Send: tag -5 is negative"
fatal count 2 "MPI_Recv: count -1 is negative"
fatal comm 5 "MPI_Send: MPI_COMM_NULL is not a communicator"
fatal type 3 "MPI_Send: handle 0x1234 is not a datatype"
fatal uncommitted 3 "MPI_Send: the datatype was not committed"
fatal buffer 1 "MPI_Send: the buffer is a null pointer"
fatal op 10 "MPI_Reduce_local: MPI_LXOR is not defined for MPI_DOUBLE"
fatal truncate 15 "MPI_Sendrecv: "
fatal waitall 15 "MPI_Waitall: "
fatal waitsome 15 "MPI_Waitsome: "

expect "a call before MPI_Init" 1 "$mpirun" -n 1 "$program" none early
has "$err" "MPI_Send was called before MPI_Init"
finish
