# SPDX-License-Identifier: BSD-3-Clause
# Memory that is replaced at its address is never mistaken for the old, with
# one thread and with two. REPEAT tells how often (3).
# nodes: 1
# limit: 1200
. "$TOP/tests/lab/job.sh"

verbs=(-n 2 -x BATON_TRANSPORTS=verbs,self)
for program in replaced replaced_threads; do
    compile "p2p/$program" -pthread
    for ((i = 0; i < ${REPEAT:-3}; i++)); do
        works "${verbs[@]}" "$PROGRAM"
    done
done

# The program with one thread must have tried what is kept.
works "${verbs[@]}" -x BATON_EXPLAIN=yes "$BUILD/tests/mpi/p2p/replaced"
contains "the explanation" "$OUTPUT" "registrations kept (userfaultfd)"
works "${verbs[@]}" -x BATON_EXPLAIN=yes "$BUILD/tests/mpi/p2p/replaced_threads"
contains "the explanation" "$OUTPUT" "because of threads"

# Nobody was told of anything, so verification has nothing to find.
for mode in verify strict no; do
    works "${verbs[@]}" -x BATON_REGCACHE=$mode "$BUILD/tests/mpi/p2p/replaced"
    [[ $OUTPUT != *registered* && $OUTPUT != *BATON* ]] ||
        fail "$mode complains"
done
