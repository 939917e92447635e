#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# mpich.sh [DIRECTORY...]: conformance seen from outside. Fetches Debian's
# source package of MPICH, compiles each program of its test suite with our
# mpicc, runs the suite's own lists under our mpirun, and prints a table by
# directory. Runs in the build tree; needs the network the first time.
#
# A run passes when it prints "No Errors" and ends with 0. What is known to
# fail stands in mpich_expected.txt with its reason; any other failure is named
# and ends this with 1, as does an expected one that passes.
#
# MPICH_CACHE   where the source is kept (default: ~/.cache/baton/mpich)
# SECONDS_EACH  time for one run (default: 60)
# RESULTS       file for one line per run (default: mpich_results.txt)
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$PWD
cache=${MPICH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/baton/mpich}
results=$build/${RESULTS:-mpich_results.txt}
expected=$here/mpich_expected.txt
work=$build/tests/mpich
suite=$cache/suite/test/mpi
[ $# -gt 0 ] || set -- attr basic comm datatype errhan group info init mpi_t \
    part pt2pt topo util

die() { echo "mpich.sh: $*" >&2; exit 1; }

# Debian's source entries are made of the binary ones, apart from the system's.
fetch() {
    local sources options
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
    (cd "$cache" && apt-get -qq "${options[@]}" update &&
        apt-get -qq "${options[@]}" source --download-only mpich) ||
        die "cannot fetch the source package mpich"
}

unpack() {
    [ -e "$suite/util/mtest.c" ] && return
    ls "$cache"/mpich_*.orig.tar.* >/dev/null 2>&1 || fetch
    mkdir -p "$cache/suite"
    tar -xf "$cache"/mpich_*.orig.tar.* -C "$cache/suite" \
        --strip-components=1 --wildcards '*/test/mpi/*' || die "cannot unpack"
}

# What the suite's configure would find out.
write_config() {
    cat >"$work/mpitestconf.h" <<'END'
#define HAVE_DLFCN_H 1
#define HAVE_DOUBLE__COMPLEX 1
#define HAVE_FLOAT__COMPLEX 1
#define HAVE_GETRUSAGE 1
#define HAVE_H_ADDR_LIST 1
#define HAVE_INTTYPES_H 1
#define HAVE_LONG_DOUBLE 1
#define HAVE_LONG_DOUBLE__COMPLEX 1
#define HAVE_LONG_LONG 1
#define HAVE_MEMORY_H 1
#define HAVE_PTHREAD_H 1
#define HAVE_STDARG_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRDUP 1
#define HAVE_STRINGS_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_RESOURCE_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TIME_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define HAVE_USLEEP 1
#define HAVE__BOOL 1
#define POINTERINT_t long
#define SIZEOF_INT 4
#define SIZEOF_LONG 8
#define SIZEOF_LONG_LONG 8
#define SIZEOF_MPI_OFFSET 8
#define SIZEOF_SHORT 2
#define SIZEOF_VOID_P 8
#define STDCALL
#define STDC_HEADERS 1
#define THREAD_PACKAGE_NAME THREAD_PACKAGE_POSIX
#define USE_STRICT_MPI 1
END
}

compile() {
    "$build/tools/mpicc" -w -g -O1 -I"$work" -I"$suite/include" \
        -I"$suite/dtpools/include" "$@" 2>>"$work/compile.log"
}

build_harness() {
    local file
    mkdir -p "$work"
    : >"$work/compile.log"
    write_config
    harness=()
    for file in util/mtest.c util/mtest_common.c util/mtest_thread.c \
        util/dtypes.c \
        dtpools/src/*.c; do
        for file in $(cd "$suite" && echo $file); do
            local object=$work/$(basename "$file" .c).o
            compile -c -o "$object" "$suite/$file" && harness+=("$object")
        done
    done
}

# make_program DIR NAME: compile it unless that is done; the link's output is
# what tells the functions that are missing.
make_program() {
    local dir=$1 name=$2 source flags
    local program=$work/$dir/$name
    [ -x "$program" ] && return 0
    mkdir -p "$work/$dir"
    source=$(sed -n "s/^${name}_SOURCES *= *\([^ ]*\.c\).*/\1/p" \
        "$suite/$dir/Makefile.am" | head -n 1)
    flags=$(sed -n "s/^${name}_CPPFLAGS *= *//p" "$suite/$dir/Makefile.am" |
        sed 's/\$([A-Za-z_]*)//g' | head -n 1)
    # shellcheck disable=SC2086
    compile $flags -I"$suite/$dir" -o "$program" \
        "$suite/$dir/${source:-$name.c}" "${harness[@]}" -lpthread -lm
}

# run_line DIR NAME RANKS OPTION...: pass, fail or skip; one line of result.
run_line() {
    local dir=$1 name=$2 ranks=$3 option arguments=() settings=() limit
    local wants_zero=1 out code
    shift 3
    limit=${SECONDS_EACH:-60}
    for option; do
        case $option in
        arg=*) arguments+=("${option#arg=}") ;;
        env=*) settings+=("${option#env=}") ;;
        resultTest=TestErrFatal | resultTest=TestStatus*) wants_zero=0 ;;
        esac
    done
    if ! make_program "$dir" "$name"; then
        echo "unbuilt $dir/$name $ranks ${arguments[*]}"
        return
    fi
    out=$(cd "$work/$dir" && env "${settings[@]}" "$build/launcher/mpirun" \
        -timeout "$limit" -n "$ranks" "./$name" "${arguments[@]}" </dev/null 2>&1)
    code=$?
    if [ $wants_zero = 1 ]; then
        case $code,$out in
        0,*"No Errors"*) echo "pass $dir/$name $ranks ${arguments[*]}" ;;
        *) echo "fail $dir/$name $ranks ${arguments[*]}"
            printf '%s\n%s\n' "== $dir/$name $ranks: $code" "$out" |
                head -n 20 >>"$work/failures.log" ;;
        esac
    elif [ $code -ne 0 ]; then
        echo "pass $dir/$name $ranks"
    else
        echo "fail $dir/$name $ranks"
    fi
}

# The lines of a list that need nothing optional; tests without a list run
# with their usual two ranks.
list_of() {
    local dir=$suite/$1
    if [ -e "$dir/testlist" ] || [ -e "$dir/testlist.in" ]; then
        cat "$dir"/testlist "$dir"/testlist.in 2>/dev/null |
            grep -vE '^(#|@|$)' | grep -vE '^(\.|[a-z0-9_]+)$'
    else
        for file in "$dir"/*.c; do
            [ -e "$file" ] && echo "$(basename "$file" .c) 2"
        done
    fi
}

# Compare with what is expected; the table, then what is new.
judge() {
    awk -v results="$results" '
    FILENAME != results {
        if ($1 ~ /^#/ || NF == 0) next
        known[$1] = 1
        next
    }
    {
        split($2, part, "/")
        dir = part[1]
        if (!(dir in total)) order[++dirs] = dir
        total[dir]++
        count[dir, $1]++
        if ($1 != "pass") {
            failed[$2] = 1
            if ($2 in known) expected[dir]++
            else fresh[++news] = $0
        } else
            passed[$2] = 1
    }
    END {
        printf "%-12s %6s %6s %6s %8s %9s\n", "directory", "runs", "pass",
            "fail", "unbuilt", "expected"
        for (i = 1; i <= dirs; i++) {
            d = order[i]
            printf "%-12s %6d %6d %6d %8d %9d\n", d, total[d],
                count[d, "pass"], count[d, "fail"], count[d, "unbuilt"],
                expected[d]
        }
        for (i = 1; i <= news; i++) print "NEW: " fresh[i]
        for (name in known)
            if ((name in passed) && !(name in failed)) {
                print "PASSES NOW: " name
                news++
            }
        exit news > 0
    }' "$expected" "$results"
}

unpack
build_harness
: >"$results"
: >"$work/failures.log"
for dir; do
    [ -d "$suite/$dir" ] || { echo "no directory $dir" >&2; continue; }
    list_of "$dir" | while read -r name ranks rest; do
        # shellcheck disable=SC2086
        run_line "$dir" "$name" "${ranks:-2}" $rest
    done >>"$results"
done
judge
