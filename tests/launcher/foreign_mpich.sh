#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The mpiexec of MPICH speaks no PMIx: each rank says so and what to type.
. "${srcdir:-.}/tests/launcher/lib.sh"
theirs=$(command -v mpiexec.mpich || command -v mpiexec.hydra)
if [ -z "$theirs" ]; then
    echo "SKIP: mpiexec.mpich is not installed (mpich)"
    exit 77
fi
expect "two ranks under MPICH's mpiexec" 98 \
    "$theirs" -n 2 "$rank" who exchange close
lines "$err" "MPICH started 2 ranks (PMI_SIZE)" 2
has "$err" "use: the mpirun of Baton, mpirun -n N PROGRAM"
has_not "$out" "rank 0 of 1"
finish
