# SPDX-License-Identifier: BSD-3-Clause
# With --memlock a process can pin so much and no more, root or not.
# nodes: 1
# options: --memlock 256
. "$TOP/tests/lab/assert.sh"
. "$TOP/tests/lab/perftest.sh"

equal "ulimit -l" "$(on 1 bash -c 'ulimit -l')" 256
equal "ulimit -l by ssh" "$(on 1 ssh node1 "ulimit -l")" 256
perftest ib_write_bw 1 1 -s 8192 -n 10 || fail "8 KiB cannot be pinned"
perftest ib_write_bw 1 1 -s 1048576 -n 10 && fail "1 MiB was pinned"
contains "the reason" "$PERFTEST" "Couldn't allocate MR"
