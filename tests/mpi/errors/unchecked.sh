#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Wrong values of arguments pass when the checks are off, at run time or in a
# library that was configured without them, and are errors else.
unset MAKEFLAGS MFLAGS MAKELEVEL SANITIZE
. "${srcdir:-.}/tests/launcher/lib.sh"
source=$(cd "$srcdir" && pwd)
mkdir -p tests/mpi/errors
program=$bin/tests/mpi/errors/unchecked
tools/mpicc -std=gnu11 -g -Wall -o "$program" \
    "$srcdir/tests/mpi/errors/unchecked.c" || exit 99

# Without optimisation, to be quick.
library_without_checks() {
    mkdir "$tmp/build" && cd "$tmp/build" &&
        "$source/configure" CFLAGS=-O0 --disable-argument-checks &&
        make -j"$(nproc)" libmpi_abi.la
}

expect "checks on" 0 "$mpirun" -n 1 "$program" checked
expect "checks off" 0 env BATON_ARGUMENT_CHECKS=no "$mpirun" -n 1 "$program" \
    unchecked
if (library_without_checks) >"$out" 2>"$err"; then
    expect "checks left out" 0 "$mpirun" -n 1 \
        -x LD_LIBRARY_PATH="$tmp/build/.libs" "$program" unchecked
else
    bad "the library without checks cannot be built"
fi
finish
