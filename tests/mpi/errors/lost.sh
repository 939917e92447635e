#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A rank is killed while the others wait for it in every way: under
# mpirun -keep-going each of them hears of it within moments and goes on to its
# end; without, the job ends.
. "${srcdir:-.}/tests/launcher/lib.sh"
mkdir -p tests/mpi/errors
program=$bin/tests/mpi/errors/lost
here=$(hostname)
tools/mpicc -std=gnu11 -g -Wall -I"$srcdir/tests/mpi" -o "$program" \
    "$srcdir/tests/mpi/errors/lost.c" || exit 99
tools/mpicc -std=gnu11 -g -Wall -I"$srcdir/tests/mpi" -o "${program}_collective" \
    "$srcdir/tests/mpi/errors/lost_collective.c" || exit 99

for ranks in 3 6; do
    victim=$((ranks - 1))
    expect "a rank of $ranks dies" 137 "$mpirun" -n $ranks -keep-going "$program"
    lines "$out" "is through" $victim
    has "$err" "mpirun: rank $victim on $here was killed by signal 9 (Killed)"
    has "$err" "; the job goes on."
    lines "$err" "" 1
done

for what in barrier bcast bcast_long reduce allreduce allreduce_long gather \
    scatter allgather alltoall reduce_scatter_block scan exscan gatherv \
    scatterv allgatherv alltoallv alltoallw reduce_scatter neighbor_allgather \
    neighbor_allgatherv neighbor_alltoall neighbor_alltoallv \
    neighbor_alltoallw; do
    expect "a rank dies in a row of $what" 137 "$mpirun" -n 5 -keep-going \
        "${program}_collective" $what
    lines "$out" "is through" 4
done
expect "a rank dies in a row of barriers by messages" 137 "$mpirun" -n 5 \
    -keep-going -x BATON_NODE_COLLECTIVES=no "${program}_collective" barrier
lines "$out" "is through" 4

expect "without reading the peer's memory" 137 \
    "$mpirun" -n 4 -keep-going -x BATON_CMA=no "$program"
lines "$out" "is through" 3

expect "without -keep-going" 137 "$mpirun" -n 3 "$program"
has "$err" "; the other 2 ranks were stopped."

expect "an abort ends the job all the same" 3 "$mpirun" -n 3 -keep-going \
    "$rank" exchange hang 0 hang 2 abort 1
expect "and a death before MPI_Init has ended" 137 "$mpirun" -n 2 \
    -keep-going sh -c '[ $PMIX_RANK = 0 ] && exec "$0" who exchange close
    kill -KILL $$' "$rank"
finish
