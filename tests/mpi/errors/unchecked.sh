#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Wrong values of arguments pass when the checks are off, and are errors else.
. "${srcdir:-.}/tests/launcher/lib.sh"
mkdir -p tests/mpi/errors
program=$bin/tests/mpi/errors/unchecked
tools/mpicc -std=gnu11 -g -Wall -o "$program" \
    "$srcdir/tests/mpi/errors/unchecked.c" || exit 99

expect "checks on" 0 "$mpirun" -n 1 "$program" checked
expect "checks off" 0 env BATON_ARGUMENT_CHECKS=no "$mpirun" -n 1 "$program" \
    unchecked
finish
