#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# mpicc and mpicxx of the build tree: what they print, and that programs they
# build run. Runs in the build tree.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect PATTERN COMMAND...: its output contains PATTERN, a fixed string.
expect() {
    local pattern=$1 output
    shift
    output=$("$@" 2>&1) || { echo "failed: $*" >&2; failed=1; }
    if [[ $output != *"$pattern"* ]]; then
        echo "$*: expected '$pattern', got '$output'" >&2
        failed=1
    fi
}

# refuse PATTERN COMMAND...: its output does not contain PATTERN.
refuse() {
    local pattern=$1 output
    shift
    output=$("$@" 2>&1) || { echo "failed: $*" >&2; failed=1; }
    if [[ $output == *"$pattern"* ]]; then
        echo "$*: '$pattern' is not expected in '$output'" >&2
        failed=1
    fi
}

for wrapper in tools/mpicc tools/mpicxx; do
    expect "-lmpi_abi" $wrapper -show
    expect "/include" $wrapper -show -c x.c
    refuse "-lmpi_abi" $wrapper -show -c x.c
    refuse "-lmpi_abi" $wrapper -compile-info
    expect "-lmpi_abi" $wrapper -link-info
    refuse "-I" $wrapper -link-info
    expect "-lmpi_abi" $wrapper --showme x.c -o x
    expect "/include" $wrapper --showme:compile
    expect "-lmpi_abi" $wrapper --showme:link
    expect "$PWD/.libs" $wrapper --showme:libdirs
    expect "mpi_abi" $wrapper --showme:libs
    expect "Baton" $wrapper --showme:version
    expect "Baton" $wrapper -v
    expect "Usage" $wrapper -help
    refuse "mpi_abi" $wrapper --version
    expect "other-cc " env BATON_CC=other-cc BATON_CXX=other-cc $wrapper -show
done
expect "other-cc" tools/mpicc -cc=other-cc --showme:command
expect "other-cc" tools/mpicxx -cxx=other-cc --showme:command
if tools/mpicc --showme:nonsense >/dev/null 2>&1; then
    echo "mpicc --showme:nonsense succeeds" >&2
    failed=1
fi

cat >"$work/hello.c" <<'END'
#include <mpi.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    printf("hello from %d of %d\n", rank, size);
    return MPI_Finalize();
}
END
cat >"$work/hello.cc" <<'END'
#include <mpi.h>
#include <iostream>
#include <vector>
int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    int size = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int one = 1;
    std::vector<int> ones(size);
    MPI_Allgather(&one, 1, MPI_INT, ones.data(), 1, MPI_INT, MPI_COMM_WORLD);
    int sum = 0;
    for (int number : ones)
        sum += number;
    std::cout << "C++ counts " << sum << std::endl;
    return MPI_Finalize();
}
END
tools/mpicc -Wall -Werror -o "$work/c" "$work/hello.c"
tools/mpicxx -Wall -Werror -c -o "$work/cc.o" "$work/hello.cc"
tools/mpicxx -o "$work/cc" "$work/cc.o"
expect "hello from 1 of 2" launcher/mpirun -n 2 "$work/c"
expect "C++ counts 3" launcher/mpirun -n 3 "$work/cc"
exit $failed
