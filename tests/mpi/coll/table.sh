#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A file of choices stands before the built-in ones, an algorithm can be
# forced, and what is wrong with either ends the job with a sentence.
set -u
failed=0
table=$(mktemp)
trap 'rm -f "$table"' EXIT

# says PATTERN NAME=VALUE: a job with that setting prints it.
says() {
    local output
    output=$(env "$2" launcher/mpirun -explain -n 2 -timeout 60 \
        benchmarks/barrier -i 1 -x 0 2>&1)
    [[ $output == *"$1"* ]] || { echo "$2: no '$1' in '$output'" >&2; failed=1; }
}

printf '# a comment\n\nallreduce 8 2 64k rabenseifner\n' >"$table"
says "allreduce: rabenseifner to 8 ranks to 2 a node to 65536 bytes where it \
can, then" "BATON_COLL_TABLE=$table"
says "bcast: chain (BATON_COLL_ALGORITHMS), else" \
    BATON_COLL_ALGORITHMS=reduce:linear,bcast:chain
echo 'bcast 4 all * chain' >"$table"
says "bcast: chain to 4 ranks on one node, then" "BATON_COLL_TABLE=$table"
echo 'allreduce 8 2 rabenseifner' >"$table"
says "is no row" "BATON_COLL_TABLE=$table"
says "cannot read" "BATON_COLL_TABLE=$table.missing"
says "no collective named allreduze" BATON_COLL_ALGORITHMS=allreduze:ring
says "bcast has no algorithm named ring" BATON_COLL_ALGORITHMS=bcast:ring
exit $failed
