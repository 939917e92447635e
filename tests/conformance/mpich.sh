#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# mpich.sh [OPTION...] [DIRECTORY...]: conformance seen from outside. Fetches
# Debian's source package of MPICH, compiles each program of its test suite with
# our mpicc, runs the suite's own lists under our mpirun, and prints a table by
# directory. Runs in the build tree; needs the network the first time.
#
# --peer     build and run with the MPICH that is installed, instead of ours
# --short    only the lines of mpich_short.txt; ends with 77 when the source
#            cannot be had
# --compile  compile only
# --lab      run in the lab that is up (tests/lab/lab up 1), over verbs alone;
#            the results are kept apart
# --nodes N  with --lab: on so many of its nodes (lab up N), the ranks dealt out
#            among them in turn
# --resume   leave out the runs that have a result already
# --table    print the table of all that was run before
# DIRECTORY  such as pt2pt or threads/comm; default: all whose chapters we have
#
# A run passes when it prints "No Errors" and ends with 0. What is known to
# fail stands in mpich_expected.txt with its reason; any other failure is named
# and ends this with 1, as does an expected one that passes.
#
# MPICH_CACHE   where the source is kept (default: ~/.cache/baton/mpich)
# SECONDS_EACH  time for a run whose line names none (default: 180, the suite's)
# SECONDS_MOST  time for a run whatever its line says (default: no limit)
# SLOWER        what both of these and the suite's own limits, which are meant
#               for real processors, are multiplied by (default: 1; in the lab,
#               whose processors may be emulated, 12)
# STOP_AFTER    begin no run after so many seconds; --resume goes on then
# JOBS          runs at a time (default: 2)
# MEMORY_GB     runs that need more are left out (default: 8)
# ONLY          run just the programs whose DIRECTORY/NAME fits this regular
#               expression
# TRANSPORTS    in the lab (default: verbs,self)
# VERBS_TIMEOUT in the lab, BATON_VERBS_TIMEOUT (default: 19, two seconds: an
#               emulated device that repeats what was only late may lose its
#               place)
# LISTS         of the suite's lists (default: testlist testlist.in
#               testlist.dtp; the last one is of generated datatypes)
# MPIRUN        another launcher, such as one in a lab
# RESULTS       folder of the results (default: tests/mpich/results)
set -u
die() { echo "mpich.sh: $*" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
build=$PWD
cache=${MPICH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/baton/mpich}
suite=$cache/suite/test/mpi
root=${RESULTS:-$build/tests/mpich/results}
who=ours short='' compile_only='' lab='' resume='' table_only='' nodes=1
while [[ ${1-} == --* ]]; do
    case $1 in
    --peer) who=peer ;;
    --short) short=yes ;;
    --compile) compile_only=yes ;;
    --lab) lab=yes ;;
    --nodes) nodes=${2-}; shift ;;
    --resume) resume=yes ;;
    --table) table_only=yes ;;
    *) sed -n '4,5p;10,20p' "$0" >&2; exit 2 ;;
    esac
    shift
done
if [[ $who == peer ]]; then
    compiler=mpicc.mpich launcher=(mpiexec.mpich)
else
    compiler=$build/tools/mpicc launcher=("${MPIRUN:-$build/launcher/mpirun}")
fi
if [[ $lab ]]; then
    [[ $nodes =~ ^[1-9][0-9]*$ ]] || die "--nodes wants a number"
    : "${SLOWER:=12}" "${TRANSPORTS:=verbs,self}" "${VERBS_TIMEOUT:=19}"
    root+=-${TRANSPORTS%,self}
    launcher=("$here/../lab/lab" run "${launcher[@]}"
        -x "BATON_TRANSPORTS=$TRANSPORTS" -x BATON_ERRORS_AT_WORLD=yes
        -x "BATON_VERBS_TIMEOUT=$VERBS_TIMEOUT")
    if ((nodes > 1)); then
        root+=-$nodes
        launcher+=(-oversubscribe -map-by node
            -host "$(seq -s, -f node%g "$nodes")")
    fi
fi
work=$build/tests/mpich/$who
results=$root/$who

# ---- the source ----

# Debian's source entries are made of the binary ones, apart from the system's.
fetch() {
    local sources options file
    mkdir -p "$cache/apt/parts" "$cache/apt/lists/partial" \
        "$cache/apt/cache/archives/partial"
    sources=$(grep -ls debian-archive-keyring /etc/apt/sources.list.d/*.sources)
    for file in $sources; do
        sed 's/^Types:.*/Types: deb-src/' "$file" \
            >"$cache/apt/parts/$(basename "$file")"
    done
    [ -n "$sources" ] || sed -n 's/^deb /deb-src /p' /etc/apt/sources.list \
        >"$cache/apt/parts/source.list"
    options=(-o "Dir::Etc::sourcelist=/dev/null"
        -o "Dir::Etc::sourceparts=$cache/apt/parts"
        -o "Dir::State::lists=$cache/apt/lists" -o "Dir::Cache=$cache/apt/cache")
    (cd "$cache" && timeout 120 apt-get -qq "${options[@]}" update &&
        timeout 120 apt-get -qq "${options[@]}" source --download-only mpich)
}

unpack() {
    [ -e "$suite/complete" ] && return
    if ! ls "$cache"/mpich_*.orig.tar.* >/dev/null 2>&1 && ! fetch; then
        [ -z "$short" ] || { echo "SKIP: cannot fetch MPICH's source"; exit 77; }
        die "cannot fetch the source package mpich"
    fi
    mkdir -p "$cache/suite"
    tar -xf "$cache"/mpich_*.orig.tar.* -C "$cache/suite" \
        --strip-components=1 --wildcards '*/test/mpi/*' || die "cannot unpack"
    # The lists with generated datatypes, of the types that are its default.
    (cd "$suite" && bash maint/gentests_dtp.sh \
        --with-dtpools-datatypes=MPI_INT,MPI_INT:4+MPI_DOUBLE:8) \
        >/dev/null || die "cannot make the lists"
    touch "$suite/complete"
}

# ---- programs ----

# What the suite's configure would find out.
write_config() {
    {
        printf '#define HAVE_%s 1\n' DLFCN_H DOUBLE__COMPLEX FLOAT__COMPLEX \
            GETRUSAGE H_ADDR_LIST INTTYPES_H LONG_DOUBLE LONG_DOUBLE__COMPLEX \
            LONG_LONG MEMORY_H MPI_INTEGER16 PTHREAD_H STDARG_H STDINT_H STDLIB_H STRDUP \
            STRINGS_H STRING_H SYS_RESOURCE_H SYS_STAT_H SYS_TIME_H \
            SYS_TYPES_H UNISTD_H USLEEP _BOOL
        printf '#define SIZEOF_%s\n' 'INT 4' 'LONG 8' 'LONG_LONG 8' \
            'MPI_OFFSET 8' 'SHORT 2' 'VOID_P 8'
        printf '#define %s\n' 'POINTERINT_t long' STDCALL 'STDC_HEADERS 1' \
            'THREAD_PACKAGE_NAME THREAD_PACKAGE_POSIX' 'USE_STRICT_MPI 1'
    } >"$work/mpitestconf.h"
    cp "$work/mpitestconf.h" "$work/dtpoolsconf.h"
}

compile() {
    local removed=()
    [[ $who == ours ]] && removed=(-include "$here/removed.h")
    "$compiler" "${removed[@]}" -w -g -O1 -I"$work" -I"$work/harness" -I"$suite/include" \
        -I"$suite/dtpools/include" "$@"
}

build_harness() {
    local file
    [ -e "$work/harness.a" ] && return
    mkdir -p "$work/harness"
    write_config
    for file in util/mtest.c util/mtest_common.c util/mtest_thread.c \
        util/dtypes.c $(cd "$suite" && echo dtpools/src/*.c); do
        compile -c -o "$work/harness/$(basename "$file" .c).o" \
            "$suite/$file" 2>>"$work/harness/log" || die "no harness: $file"
    done
    ar rcs "$work/harness.a" "$work"/harness/*.o
}

# corrected SOURCE: its path, or that of a copy in which mistakes of the suite
# are corrected.
corrected() {
    local commands command
    commands=$(awk -v source="$1" '$1 == source { sub(/^[^ ]+ +/, ""); print }' \
        "$here/mpich_corrections.txt")
    if [[ $who == peer || -z $commands ]]; then
        echo "$suite/$1"
        return
    fi
    cp "$suite/$1" "$work/$1"
    while IFS= read -r command; do
        sed -i.before "$command" "$work/$1"
        cmp -s "$work/$1.before" "$work/$1" &&
            die "this corrects nothing in $1: $command"
    done <<<"$commands"
    echo "$work/$1"
}

# make_program DIR/NAME: its compiler's output stays beside it, and tells the
# functions that are missing.
make_program() {
    local dir=${1%/*} name=${1##*/} sources flags source paths=()
    [[ -x $work/$1 && $work/$1 -nt $here/mpich_corrections.txt ]] && return
    mkdir -p "$work/$dir"
    sources=$(sed -n "s/^${name}_SOURCES *= *//p" "$suite/$dir/Makefile.am")
    flags=$(sed -n "s/^${name}_CPPFLAGS *= *//p" "$suite/$dir/Makefile.am" |
        sed 's/\$([A-Za-z_]*)//g' | head -n 1)
    [[ $name == mt_improbe_* ]] && flags+=" -DNULL_REQUEST_IS_MESSAGE"
    [[ $name == struct_no_real_types ]] && flags+=" -DSTRUCT_HAS_MARKERS"
    for source in ${sources:-$name.c}; do
        [[ $source == *.c ]] && paths+=("$(corrected "$dir/$source")")
    done
    # shellcheck disable=SC2086
    compile $flags -I"$suite/$dir" -o "$work/$1" "${paths[@]}" \
        "$work/harness.a" -lpthread -lm >"$work/$1.log" 2>&1
}

# pool JOBS FUNCTION: call it for each line of the input, JOBS at a time.
pool() {
    local line running=0
    while read -r line; do
        if ((running >= $1)); then
            wait -n
            ((running--))
        fi
        # shellcheck disable=SC2086
        "$2" $line </dev/null &
        ((running++))
    done
    wait
}

# ---- runs ----

# The lines of a list, those that are off by default included. The directory
# basic has none; its programs, less the benchmarks, say nothing at the end. Lines: DIR/NAME RANKS OPTION...
list_of() {
    local dir=$1 file
    if [ "$dir" = basic ]; then
        printf 'basic/%s resultTest=Zero\n' 'patterns 2' 'self 1' 'sendrecv 2' 'simple 2' 'srtest 2' 'wtime 1'
    elif ls "$suite/$dir"/testlist* >/dev/null 2>&1; then
        for file in ${LISTS:-testlist testlist.in testlist.dtp}; do
            [ -e "$suite/$dir/$file" ] && cat "$suite/$dir/$file"
        done | sed 's/^@[a-z_]*@ *//' |
            awk -v dir="$dir" '!/^#/ && NF > 1 { print dir "/" $0 }'
    else
        echo "mpich.sh: $dir has no list of tests" >&2
    fi
}

# expand DIRECTORY...: those below them that have lists, but for chapters that
# are not there yet and other languages.
expand() {
    local dir below
    for dir; do
        [ -d "$suite/$dir" ] || die "the suite has no directory $dir"
        below=$(cd "$suite" && ls -d "$dir"/*/ 2>/dev/null | sed 's|/$||' |
            grep -vE '/(rma|io|spawn|cxx|f77|f90|f08|faults|\.deps)$')
        case $dir in
        errors | threads) printf '%s\n' $below ;;
        *) echo "$dir" ;;
        esac
    done
}

# has_result FILE PROGRAM RANKS ARGUMENT...: was this run before?
has_result() {
    local file=$1
    shift
    [ -e "$file" ] && awk -v wanted="$*" '
        { $1 = $4 = ""; gsub(/  +/, " "); gsub(/^ | $/, "") }
        $0 == wanted { found = 1 } END { exit !found }' "$file"
}

# run_line DIR/NAME RANKS OPTION...: one line of result.
run_line() {
    local program=$1 ranks=$2 option arguments=() settings=() out code
    local seconds=${SECONDS_EACH:-180} wants=words verdict=fail memory=0 start
    shift 2
    for option; do
        case $option in
        arg=*) arguments+=("${option#arg=}") ;;
        env=*) settings+=("${option#env=}") ;;
        mem=*) memory=${option#mem=} ;;
        timeLimit=*) seconds=${option#timeLimit=} ;;
        resultTest=Zero) wants=zero ;;
        resultTest=*) wants=failure ;; # of a rank, or to end in time
        esac
    done
    # shellcheck disable=SC2048,SC2086
    [ -n "$resume" ] && has_result "$results/${program%/*}.txt" \
        ${program} ${ranks} ${arguments[*]} ${settings[*]} && return
    ((SECONDS <= ${STOP_AFTER:-SECONDS})) || return
    ((seconds <= ${SECONDS_MOST:-seconds})) || seconds=$SECONDS_MOST
    ((seconds *= ${SLOWER:-1}))
    start=$SECONDS
    if [ ! -x "$work/$program" ]; then
        verdict=unbuilt
    elif ((${memory%.*} >= ${MEMORY_GB:-8})); then
        verdict=skipped
    else
        out=$(cd "$work/${program%/*}" && env "${settings[@]}" \
            timeout $((seconds + 10)) "${launcher[@]}" $(limit "$seconds") \
            -n "$ranks" "./${program##*/}" "${arguments[@]}" 2>&1)
        code=$?
        case $wants,$code,$out in
        words,0,*"No "[Ee]rrors* | zero,0,*) verdict=pass ;;
        failure,0,*) ;;
        failure,*) verdict=pass ;;
        *,124,*) verdict=timeout ;;
        esac
    fi
    echo "$verdict $program $ranks $((SECONDS - start)) ${arguments[*]}" \
        "${settings[*]}" >>"$results/${program%/*}.txt"
    [[ $verdict =~ ^(fail|timeout)$ ]] && printf '%s\n%s\n' \
        "== $program $ranks ${arguments[*]}: $code" "$out" |
        head -n 25 >>"$results/${program%/*}.log"
}

# The suite wants errors that belong to no communicator where MPI-3.1 had them.
export BATON_ERRORS_AT_WORLD=yes

limit() {
    [[ $who == ours ]] && echo "-timeout $1"
}

judge() {
    local code=0
    awk -v root="$root/" -f "$here/mpich_judge.awk" "$here/mpich_expected.txt" \
        $(find "$root" -name '*.txt' | sort) || code=1
    return $code
}

mkdir -p "$work" "$results"
plan=$(mktemp) || exit 1 # its own, since two may run at a time
trap 'rm -f "$plan"' EXIT
[ -z "$table_only" ] || { judge; exit; }
[ $# -gt 0 ] || set -- attr basic comm datatype errhan group info init part \
    pt2pt threads topo util mpi_t errors
unpack
build_harness
if [ -n "$short" ]; then
    root=$root-short
    results=$root/$who
    rm -rf "$results"
    grep -v '^#' "$here/mpich_short.txt" >"$plan"
else
    for dir in $(expand "$@"); do
        [ -n "$resume$compile_only" ] || rm -f "$results/$dir.txt" "$results/$dir.log"
        list_of "$dir"
    done | grep -E "^${ONLY:-.*} " >"$plan"
fi
sed 's/ .*//' "$plan" | sort -u | pool "$(nproc)" make_program
[ -z "$compile_only" ] || exit 0
sed 's|/[^/]* .*||' "$plan" | sort -u | while read -r dir; do
    mkdir -p "$(dirname "$results/$dir")"
done
pool "${JOBS:-2}" run_line <"$plan"
judge
