#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What a user does who has the tarball: unpack, configure with a prefix, make,
# make install; then build a program with the installed mpicc and with
# pkg-config and run it with the installed mpirun and mpiexec. Also a staged
# installation, as packagers make it, and that make uninstall leaves nothing.
# Runs in the build tree. Built without optimisation, to be quick.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL
unset SANITIZE # whether this build has them or not
build=$PWD
source=$(cd "${srcdir:-..}" && pwd)
work=$(mktemp -d /tmp/baton-install-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

die() { echo "FAILED: $*"; exit 1; }

# step COMMAND…: it succeeds; what it says is shown when it does not.
step() {
    "$@" >"$work/log" 2>&1 </dev/null ||
        { tail -n 40 "$work/log"; die "$*"; }
}

# has FOLDER FILE…: they are there.
has() {
    local folder=$1 file
    shift
    for file; do
        [[ -e $folder/$file ]] || die "$folder has no $file"
    done
}

installed() {
    has "$1" bin/mpirun bin/mpiexec bin/baton-agent bin/mpicc bin/mpicxx \
        bin/mpic++ bin/mpiCC include/mpi.h lib/libmpi_abi.so.1 \
        lib/libmpi_abi.so lib/pkgconfig/baton.pc share/doc/baton/README.md \
        share/doc/baton/mpirun.md share/doc/baton/settings.md
    [[ $(readlink "$1/bin/mpiexec") == mpirun ]] ||
        die "mpiexec is not a link to mpirun"
}

# ---- the tarball has every file of the repository ----
step make -C "$build" dist distdir=baton-check-$$
mv "$build/baton-check-$$.tar.xz" "$work/tar.xz" || die "no tarball"
step tar -xf "$work/tar.xz" -C "$work"
unpacked=$work/baton-check-$$
if git -C "$source" rev-parse 2>/dev/null; then
    git -C "$source" ls-files | grep -vE '(^|/)\.(git|shellcheckrc)' |
        while read -r file; do
            [[ -e $unpacked/$file || ! -e $source/$file ]] || echo "$file"
        done >"$work/missing"
    [[ ! -s $work/missing ]] ||
        die "the tarball lacks $(tr '\n' ' ' <"$work/missing")"
fi

# ---- it builds and installs ----
prefix=$work/prefix
mkdir "$work/build" && cd "$work/build" || exit 1
step "$unpacked/configure" -q --prefix="$prefix" CFLAGS=-O0 CXXFLAGS=-O0
step make -j2
step make install
installed "$prefix"
step make install DESTDIR="$work/stage"
installed "$work/stage$prefix"
[[ $(find "$work/stage" -not -type d -not -path "$work/stage$prefix/*") == '' ]] ||
    die "make install leaves the prefix"

# ---- and works where it is, without the trees it came from ----
mkdir "$work/away"
mv "$unpacked" "$work/build" "$work/away"
cat >"$work/ring.c" <<'END'
#include <mpi.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    int rank, size, token = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank > 0)
        MPI_Recv(&token, 1, MPI_INT, rank - 1, 0, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    token++;
    if (rank < size - 1)
        MPI_Send(&token, 1, MPI_INT, rank + 1, 0, MPI_COMM_WORLD);
    else
        printf("%d ranks passed it on\n", token);
    return MPI_Finalize();
}
END
step "$prefix/bin/mpicc" -Wall -Werror -o "$work/ring" "$work/ring.c"
flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs baton)
# shellcheck disable=SC2086
step ${CC:-cc} -o "$work/ring2" "$work/ring.c" $flags
for run in "mpirun -n 3 $work/ring" "mpiexec -n 3 $work/ring" \
    "mpirun -n 3 -x LD_LIBRARY_PATH=$prefix/lib $work/ring2"; do
    # shellcheck disable=SC2086
    step timeout 60 "$prefix"/bin/$run
    grep -qx "3 ranks passed it on" "$work/log" || die "$run printed:" \
        "$(cat "$work/log")"
done
ldd "$prefix/bin/mpirun" "$prefix/lib/libmpi_abi.so" "$work/ring" |
    grep -E "$build|$work/build|not found" && die "it needs the build tree"

# ---- and goes ----
mv "$work/away"/* "$work"
step make -C "$work/build" uninstall
left=$(find "$prefix" -not -type d)
[[ -z $left ]] || die "make uninstall leaves $left"
echo "installed, used and removed"
