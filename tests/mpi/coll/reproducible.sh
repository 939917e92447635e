#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Reductions of floats give the same bits wherever ranks are, if this was asked
# for: on one node, and on several with one to three ranks each. Without, they
# do not, or this would show nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
"$here/../run" "$here/reproducible.c" >/dev/null || exit 99

# results YES-OR-NO: the different ones of all placements.
results() {
    local ranks
    for ranks in 0 1 2 3; do
        BATON_COLL_REPRODUCIBLE=$1 BATON_COLL_NODE_RANKS=$ranks \
            launcher/mpirun -timeout 60 -n 5 tests/mpi/coll/reproducible ||
            echo "failed with $ranks ranks per node"
    done | sort -u
}

same=$(results yes) different=$(results no)
if [[ ! $same =~ ^[0-9a-f]{16}$ ]]; then
    echo "placement shows in reproducible reductions: $same" >&2
    exit 1
fi
if [[ $different != *$'\n'* ]]; then
    echo "placement shows nowhere: $different" >&2
    exit 1
fi
