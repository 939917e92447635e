# SPDX-License-Identifier: BSD-3-Clause
# The unit tests of the verbs transport on a node with two rails.
# nodes: 1
# options: --rails 2
# limit: 400
. "$TOP/tests/lab/job.sh"

for program in test_rails test_rdma test_runs test_verbs; do
    test_program $program
    unit_test $program env CK_DEFAULT_TIMEOUT=60
done
