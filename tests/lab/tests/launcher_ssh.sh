# SPDX-License-Identifier: BSD-3-Clause
# The launcher's tests of hosts behind ssh, where there is always an sshd.
# nodes: 1
# limit: 400
# stands for: tests/launcher/ssh.sh
. "$TOP/tests/lab/job.sh"

test_program tests/launcher/rank
output=$(on 1 env -C "$BUILD" srcdir="$TOP" \
    sh "$TOP/tests/launcher/ssh.sh" 2>&1)
status=$?
echo "$output"
equal "ssh.sh" $status 0
