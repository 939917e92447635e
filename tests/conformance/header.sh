#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# mpi.h is what its tables say: the tables agree with each other, the checked-in
# header is the generator's output, and a program made from the tables by other
# code compiles against it as C11 and as C++17 and finds every value.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/conformance
abi=$top/include/abi
cc=${CC:-cc}
cxx=${CXX:-c++}
awk=${AWK:-awk}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

$awk -f "$here/tables.awk" "$abi/constants.tsv" "$abi/datatypes.tsv" \
    "$abi/errors.tsv" "$abi/functions.tsv"

tables="$abi/types.tsv $abi/constants.tsv $abi/functions.tsv"
# shellcheck disable=SC2086
$awk -f "$abi/make_mpi_h.awk" $tables >"$work/mpi.h"
if ! diff -u "$top/include/mpi.h" "$work/mpi.h"; then
    echo "include/mpi.h is not what the tables give: run make update-mpi-h" >&2
    exit 1
fi

# shellcheck disable=SC2086
$awk -f "$here/header_checks.awk" $tables >"$work/checks.c"
cp "$work/checks.c" "$work/checks.cc"
strict="-Wall -Wextra -Werror -pedantic -I$top/include"
# shellcheck disable=SC2086
$cc -std=c11 $strict -o "$work/c" "$work/checks.c"
# shellcheck disable=SC2086
$cxx -std=c++17 $strict -o "$work/cc" "$work/checks.cc"
printf "C11:   "; "$work/c"
printf "C++17: "; "$work/cc"
