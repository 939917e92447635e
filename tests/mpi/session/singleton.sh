#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A program that is run without mpirun: alone, with the settings of the
# environment, and with a sentence where they are wrong.
. "${srcdir:-.}/tests/launcher/lib.sh"
mkdir -p tests/mpi/session
program=$bin/tests/mpi/session/singleton
tools/mpicc -std=gnu11 -g -Wall -o "$program" \
    "$srcdir/tests/mpi/session/singleton.c" || exit 99

expect "alone" 0 "$program"
lines "$out" done 1
lines "$err" "" 0
expect "under mpirun" 0 "$mpirun" -n 1 "$program"
lines "$out" done 1
expect "with settings" 0 env BATON_TRANSPORTS=self BATON_EXPLAIN=yes "$program"
lines "$out" done 1
has "$err" "rank 0 -> rank 0"
expect "a setting with a slip" 0 env BATON_TRANSPORT=self "$program"
has "$err" "did you mean BATON_TRANSPORTS?"
expect "a wrong setting" 1 env BATON_TRANSPORTS=nosuch "$program"
has "$err" "nosuch"
has_not "$out" done
finish
