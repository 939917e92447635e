#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Ranks started by the mpirun of Open MPI find their place through its PMIx.
. "${srcdir:-.}/tests/launcher/lib.sh"
theirs=$(command -v mpirun.openmpi)
if [ -z "$theirs" ]; then
    echo "SKIP: mpirun.openmpi is not installed (openmpi-bin)"
    exit 77
fi
[ "$(id -u)" -ne 0 ] || theirs="$theirs --allow-run-as-root"

expect "two ranks under Open MPI's mpirun" 0 \
    $theirs --oversubscribe -n 2 "$rank" who exchange close
has "$out" "rank 0 of 2, local 0 of 2"
has "$out" "rank 1 of 2, local 1 of 2"
name="the named segment is gone"
lines=$(find /dev/shm -maxdepth 1 -name "baton-$(id -u)-*" -newer "$tmp" | wc -l)
[ "$lines" -eq 0 ] && good || bad "$name"
finish
