#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Process sets named on mpirun's command line: several programs with names of
# their own and shared ones, over several agents; no names at all; without
# mpirun and under another launcher; names that are refused.
. "${srcdir:-.}/tests/launcher/lib.sh"
mkdir -p tests/mpi/session
program=$bin/tests/mpi/session/psets
tools/mpicc -std=gnu11 -g -Wall -Wextra -o "$program" \
    "$srcdir/tests/mpi/session/psets.c" || exit 99

expect "three programs" 0 "$mpirun" \
    -pset ocean -n 2 "$program" ocean=2 peer=ice+snow : \
    -pset ice+snow --pset ice -n 1 "$program" ice+snow=3 ice=1 peer=ocean : \
    -pset=ice+snow -n 2 "$program" ice+snow=3 peer=ocean
lines "$out" done 5
expect "over two agents" 0 "$mpirun" -map-by node \
    -host localhost:2,127.0.0.1:3 \
    -pset a -n 3 "$program" a=3 silent : -pset b -n 2 "$program" b=2 silent
lines "$out" done 5
expect "only one program has a name" 0 "$mpirun" \
    -n 1 "$program" : -pset a -pset a -n 1 "$program" a=1
lines "$out" done 2
expect "no names" 0 "$mpirun" -n 2 "$program"
lines "$out" done 2
expect "without mpirun" 0 "$program"
theirs=$(command -v mpirun.openmpi)
if [ -n "$theirs" ]; then
    [ "$(id -u)" -ne 0 ] || theirs="$theirs --allow-run-as-root"
    expect "under Open MPI's mpirun" 0 $theirs --oversubscribe -n 2 "$program"
    lines "$out" done 2
else
    echo "SKIP in part: mpirun.openmpi is not installed (openmpi-bin)"
fi
for set in "" a,b "a b" mpi://WORLD MPI://x; do
    expect "the name '$set'" 125 "$mpirun" -pset "$set" -n 1 "$program"
    has "$err" "-pset $set: expected a name without blanks and commas"
done
finish
