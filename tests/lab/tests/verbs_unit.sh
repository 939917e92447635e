# SPDX-License-Identifier: BSD-3-Clause
# The unit tests of the verbs transport, on a device.
# nodes: 1
# limit: 300
. "$TOP/tests/lab/job.sh"

for program in test_verbs test_regcache test_memwatch; do
    test_program $program
    output=$(on 1 env -C "$BUILD" CK_DEFAULT_TIMEOUT=60 "./$program" 2>&1)
    status=$?
    echo "$output"
    equal "$program" $status 0
    [[ $output != *SKIP* ]] || fail "$program left something out"
done
