# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2034
#
# For tests that run jobs of the build tree in the lab. The jobs' output goes
# to OUTPUT, both streams, and their exit code to STATUS.

. "$TOP/tests/lab/assert.sh"
MPIRUN=$BUILD/launcher/mpirun
BENCH=$BUILD/benchmarks

# What a build with sanitizers wants to know, as in make check.
SANITIZERS=(env)
for variable in LSAN_OPTIONS ASAN_OPTIONS; do
    [[ -z ${!variable-} ]] || SANITIZERS+=("$variable=${!variable}")
done

# What builds with sanitizers, and valgrind, need more time for.
SLOWER=${SLOWER:-1}

# job ARGUMENT…: mpirun on node1, for 90 seconds at most.
job() {
    OUTPUT=$(on 1 "${SANITIZERS[@]}" "$MPIRUN" \
        -timeout $((90 * SLOWER)) "$@" 2>&1)
    STATUS=$?
    printf '$ mpirun %s\n%s\n' "$*" "$OUTPUT"
}

# works ARGUMENT…: a job that has to end well.
works() {
    job "$@"
    ((STATUS == 0)) || fail "the job ended with $STATUS"
}

# ledger NAME: a counter of the last job, which had -report=json.
ledger() {
    sed -n 's/^{"job":{\([^}]*\)}.*/\1/p' <<< "$OUTPUT" | tr ',' '\n' |
        sed -n "s/^\"$1\"://p"
}

# unit_test NAME WRAPPER…: run a unit test on node1; nothing may be left out.
# 192.0.2.200 is an address that takes packets and never answers.
unit_test() {
    local program=$1 output status
    shift
    on 1 ip neigh replace 192.0.2.200 lladdr 02:00:00:00:00:01 dev fabric ||
        fail "no neighbour that swallows packets"
    output=$(on 1 env -C "$BUILD" "${SANITIZERS[@]}" SLOWER=$SLOWER \
        CK_TIMEOUT_MULTIPLIER=$SLOWER "$@" "./$program" 2>&1)
    status=$?
    echo "$output"
    equal "$program" $status 0
    [[ $output != *SKIP* ]] || fail "$program left something out"
}

# test_program NAME: bring a program of make check up to date.
test_program() {
    make -s -C "$BUILD" "$1" ||
        fail "cannot build $1"
}

# compile DIRECTORY/NAME OPTION…: a program of tests/mpi, with the build tree's
# mpicc; sets PROGRAM.
compile() {
    local source=$TOP/tests/mpi/$1.c
    PROGRAM=$BUILD/tests/mpi/$1
    mkdir -p "${PROGRAM%/*}"
    "$BUILD/tools/mpicc" -O2 -std=gnu11 -g -I"$TOP/tests/mpi" -o "$PROGRAM" \
        "$source" "${@:2}" || fail "cannot compile $source"
}

# nothing_left NODE: no rank, agent or mpirun lives there.
nothing_left() {
    ! on "$1" grep -shE '^(baton-agent|mpirun|latency|bandwidth)' \
        /proc/[0-9]*/comm
}

# all_programs: those of tests/mpi that make check runs.
all_programs() {
    make -s -C "$BUILD" --eval 'print:; @echo $(MPI_TESTS)' print |
        grep -o 'tests/mpi/[^ ]*\.c'
}

# form_programs: those of them that take collectives in every form, minutes each.
form_programs() {
    (cd "$TOP" && grep -l '"forms.h"' $(all_programs))
}

# mpi_programs "PROGRAM…" MPIRUN-OPTION…: compile them here and run them
# there, with two and with four ranks, or as many as LAB_RANKS says.
mpi_programs() {
    local programs=$1 program failed=0 start
    shift
    [[ -n $programs ]] || fail "no programs"
    cd "$BUILD" || fail "no $BUILD"
    for program in $programs; do
        start=$SECONDS
        MPIRUN="$LAB run 1 ${SANITIZERS[*]} $MPIRUN $*" \
            ONLY_RANKS="${LAB_RANKS:-2 4}" \
            SLOWER=$((3 * SLOWER)) \
            "$TOP/tests/mpi/run" "$TOP/$program" < /dev/null ||
            { echo "FAILED: $program"; failed=1; }
        echo "$program $((SECONDS - start)) s"
    done
    return "$failed"
}
