#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A program built with a header that is not ours runs on our library: it is
# compiled with the plain compiler, linked by -lmpi_abi alone and run by mpirun.
# Runs in the build tree.
#
# FOREIGN_INCLUDE  folder with the mpi.h of another implementation of the ABI,
#                  to compile the program with that header instead; MPICH 5 and
#                  the MPI Forum's mpi-abi-stubs have one
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

header=()
if [ -n "${FOREIGN_INCLUDE-}" ]; then
    header=("-I$FOREIGN_INCLUDE" '-DFOREIGN_HEADER=<mpi.h>')
fi
# SANITIZE holds flags to be split.
# shellcheck disable=SC2086
${CC:-cc} -std=c11 -Wall -Wextra -Werror ${SANITIZE:-} "${header[@]}" -I"$here" \
    -o "$work/program" "$here/foreign_program.c" -L.libs \
    -Wl,-rpath,"$PWD/.libs" -lmpi_abi
if readelf -d "$work/program" | grep NEEDED | grep -q mpi &&
    ! readelf -d "$work/program" | grep -q 'NEEDED.*\[libmpi_abi\.so\.1\]'; then
    echo "the program does not ask for libmpi_abi.so.1" >&2
    exit 1
fi
for ranks in 2 3 5; do
    launcher/mpirun -n $ranks "$work/program"
done
