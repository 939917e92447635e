# SPDX-License-Identifier: BSD-3-Clause
# The unit tests of the verbs transport under valgrind: no access to memory
# that is not ours or not set, and no leak. It takes minutes, so it is run
# when asked for; ./quickstart sanitize does.
# nodes: 1
# limit: 900
# when asked for
SLOWER=10
. "$TOP/tests/lab/job.sh"

command -v valgrind >/dev/null || skip "valgrind is not installed"
# One that was built for the sanitizers cannot run in it.
BUILD=${PLAIN_BUILD:-$BUILD}
# test_memwatch is left out: valgrind has no userfaultfd.
for program in test_regcache test_verbs test_rdma test_runs test_known \
    test_windows; do
    test_program $program
    unit_test $program env CK_DEFAULT_TIMEOUT=60 \
        valgrind -q --error-exitcode=9 --leak-check=full \
        --errors-for-leak-kinds=definite,indirect,possible \
        --suppressions="$TOP/tests/support/valgrind.supp"
done
