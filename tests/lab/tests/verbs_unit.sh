# SPDX-License-Identifier: BSD-3-Clause
# The unit tests of the verbs transport, on a device, and really across it.
# nodes: 1
# stands for: test_verbs
# limit: 400
. "$TOP/tests/lab/job.sh"

# An address that takes packets and never answers, for test_verbs.
on 1 ip neigh replace 192.0.2.200 lladdr 02:00:00:00:00:01 dev fabric ||
    fail "no neighbour that swallows packets"
before=$(counter 1 sent_pkts)
for program in test_verbs test_regcache test_memwatch; do
    test_program $program
    output=$(on 1 env -C "$BUILD" CK_DEFAULT_TIMEOUT=60 "./$program" 2>&1)
    status=$?
    echo "$output"
    equal "$program" $status 0
    [[ $output != *SKIP* ]] || fail "$program left something out"
done
more "sent_pkts" "$(counter 1 sent_pkts)" $((before + 10000))
