# SPDX-License-Identifier: BSD-3-Clause
# The unit tests of the verbs transport, on a device, and really across it.
# nodes: 1
# stands for: test_verbs
# limit: 400
. "$TOP/tests/lab/job.sh"

before=$(counter 1 sent_pkts)
for program in test_verbs test_rdma test_runs test_windows test_known \
        test_regcache test_memwatch; do
    test_program $program
    unit_test $program env CK_DEFAULT_TIMEOUT=60
done
more "sent_pkts" "$(counter 1 sent_pkts)" $((before + 10000))
