# SPDX-License-Identifier: BSD-3-Clause
# A rank is killed while others on both hosts wait for it over verbs: under
# -keep-going all of them hear of it and go on to their end.
# nodes: 2
. "$TOP/tests/lab/job.sh"

compile errors/lost

# dies RANKS OPTION…: the last of them does, the others say that they are
# through.
dies() {
    local ranks=$1
    shift
    job -n "$ranks" -keep-going "$@" "$PROGRAM" connections
    equal "exit code" "$STATUS" 137
    contains "mpirun" "$OUTPUT" "was killed by signal 9 (Killed)"
    equal "ranks that are through" \
        "$(grep -c "is through" <<< "$OUTPUT")" $((ranks - 1))
}

dies 3 -x BATON_TRANSPORTS=verbs,self
dies 4 -host node1:2,node2:2 -map-by node
