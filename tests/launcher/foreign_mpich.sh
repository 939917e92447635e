#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The mpiexec of MPICH speaks no PMIx: each rank says so and what to type.
. "${srcdir:-.}/tests/launcher/lib.sh"
theirs=$(command -v mpiexec.mpich || command -v mpiexec.hydra)
if [ -z "$theirs" ]; then
    echo "SKIP: mpiexec.mpich is not installed (mpich)"
    exit 77
fi
# On a busy machine mpiexec itself now and then dies of a SIGPIPE (141), before
# it has said anything, when its ranks end so soon: then once more.
name="two ranks under MPICH's mpiexec" tries=0 code=141
while [ $code = 141 ] && [ $tries -lt 9 ]; do
    timeout -k 5 60 "$theirs" -n 2 "$rank" who exchange close \
        >"$out" 2>"$err" </dev/null
    code=$?
    tries=$((tries + 1))
done
if [ $code = 98 ]; then good; else bad "$name: exit code $code"; fi
lines "$err" "MPICH started 2 ranks (PMI_SIZE)" 2
has "$err" "use: the mpirun of Baton, mpirun -n N PROGRAM"
has_not "$out" "rank 0 of 1"
finish
