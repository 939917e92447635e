#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the library exports: P?MPI_ functions of the ABI and nothing else, each
# MPI_X weak and at the address of a strong PMPI_X, and all that implemented.txt
# promises. Runs in the build tree, or on the library named as argument.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
library=${1:-.libs/libmpi_abi.so}
[ -e "$library" ] || { echo "there is no $library" >&2; exit 1; }

soname=$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
if [ "$soname" != libmpi_abi.so.1 ]; then
    echo "the soname is $soname, not libmpi_abi.so.1" >&2
    exit 1
fi

# The quotes keep awk's $ from the shell.
# shellcheck disable=SC2016
nm -D --defined-only "$library" | ${AWK:-awk} '
    FILENAME == "-" {
        address[$3] = $1
        kind[$3] = $2
        exported++
        next
    }
    FILENAME ~ /functions.tsv$/ {
        split($0, field, "\t")
        if (field[11] == "yes")
            in_abi[field[1]] = 1
        next
    }
    { promised[$1] = 1 }
    function wrong(text) {
        print text
        errors++
    }
    END {
        for (name in kind) {
            plain = name
            sub(/^PMPI_/, "MPI_", plain)
            if (!(plain in in_abi)) {
                wrong(name " is exported and not in the ABI")
                continue
            }
            if (!(plain in kind) || !(("P" plain) in kind)) {
                wrong(name " is exported without its other name")
                continue
            }
            if (name == plain) {
                if (kind[name] != "W")
                    wrong(name " is not weak")
                if (address[name] != address["P" name])
                    wrong(name " is not P" name)
            } else if (kind[name] != "T")
                wrong(name " is not a strong function")
        }
        for (name in promised) {
            promises++
            if (!(name in kind))
                wrong(name " is promised in implemented.txt, not exported")
        }
        if (!exported || !promises)
            wrong("nothing was compared")
        printf "%d functions exported, %d errors\n", exported / 2, errors
        exit errors > 0
    }' - "$top/include/abi/functions.tsv" \
    "$top/tests/conformance/implemented.txt"
