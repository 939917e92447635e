# SPDX-License-Identifier: BSD-3-Clause
# RoCE v2 over IPv6: connections, eager messages and reads between two hosts
# by their IPv6 GIDs, a global and the link-local one.
# nodes: 2
. "$TOP/tests/lab/job.sh"

# gid_of NODE BEGINNING: the index of the GID that begins so.
gid_of() {
    on "$1" grep -l "^$2" $(on "$1" bash -c \
        'echo /sys/class/infiniband/rxe0/ports/1/gids/*') 2>/dev/null |
        head -n 1 | sed 's,.*/,,'
}

has_gid() { [[ -n $(gid_of "$@") ]]; }

for node in 1 2; do
    on $node ip -6 addr replace "2001:db8::$node/64" dev fabric nodad ||
        fail "node$node takes no IPv6 address"
    eventually 10 has_gid $node 2001:0db8 ||
        fail "node$node has no GID for it"
done
for kind in 2001:0db8 fe80; do
    index=$(gid_of 1 $kind)
    equal "the GID index of node2" "$(gid_of 2 $kind)" "$index"
    works -n 2 -host node1,node2 --explain -x BATON_TRANSPORTS=verbs,self \
        -x BATON_GID_INDEX="$index" "$BENCH/latency" -m 8:65536 -i 5 -x 1
    contains "the explanation" "$OUTPUT" "GID $index ${kind/:0db8/:db8}"
    contains "the explanation" "$OUTPUT" "RoCE v2"
done
