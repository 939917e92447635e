# SPDX-License-Identifier: BSD-3-Clause
# The same between three hosts, of which one loses and delays frames.
# when asked for
# nodes: 3
# limit: 3000
# own lab
HOSTS=node1:2,node2:1,node3:1
IS_LOSSY=yes
MESSAGES=${MESSAGES:-1600}
"$LAB" run 2 tc qdisc replace dev fabric root netem delay 300us 100us loss 0.1% \
    limit 10000 || exit 1
. "$TOP/tests/lab/tests/verbs_random.sh"
