#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# tsan.sh: the programs with threads, and the unit tests of what threads share,
# in a build that was configured with --enable-thread-sanitizer. A report of
# the sanitizer fails it, in whatever process; so does a build that could not
# make one, which is tried first. Runs in the build tree; `make check-threads`
# calls it. (test_memwatch counts threads and mappings, and would count those of
# the sanitizer.)
set -u
here=$(cd "$(dirname "$0")" && pwd)
supp=$here/../../support/tsan.supp
export TSAN_OPTIONS="suppressions=$supp:print_suppressions=0:exitcode=66"
export SLOWER=${SLOWER:-5}
failed=0 runs=0

# watch NAME COMMAND...: run it, and look for reports.
watch() {
    local name=$1 out code
    shift
    out=$("$@" 2>&1)
    code=$?
    ((runs++))
    if [ $code -ne 0 ] || [[ $out == *ThreadSanitizer* ]]; then
        ((failed++))
        echo "FAIL: $name: $code"
        printf '%s\n' "$out" | head -n 60
    else
        echo "PASS: $name"
    fi
}

# A race, to see that they are found.
cat >tsan_race.c <<'END'
#include <mpi.h>
#include <pthread.h>
static int shared;
static void *add(void *nothing) { shared++; return nothing; }
int main(int argc, char **argv)
{
    pthread_t thread;
    MPI_Init(&argc, &argv);
    pthread_create(&thread, NULL, add, NULL);
    add(NULL);
    pthread_join(thread, NULL);
    return MPI_Finalize();
}
END
tools/mpicc -g -o tsan_race tsan_race.c -pthread || exit 99
if [[ $(launcher/mpirun -n 1 ./tsan_race 2>&1) != *ThreadSanitizer* ]]; then
    echo "this build finds no races: configure it with" \
        "--enable-thread-sanitizer" >&2
    exit 99
fi

for source in "$here"/*.c "$here/../p2p/replaced_threads.c"; do
    watch "$(basename "$source" .c)" "$here/../run" "$source"
done
watch ring ./test_ring
echo "$runs runs, $failed failed"
exit $((failed > 0))
