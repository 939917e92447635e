# SPDX-License-Identifier: BSD-3-Clause
# Large messages over verbs: no processor copies a byte, at either end, within
# a host and between two.
# nodes: 2
. "$TOP/tests/lab/job.sh"

cd "$BUILD" || fail "no $BUILD"
for hosts in node1:2 node1:1,node2:1; do
    MOVED=rdma_read_bytes MPIRUN="$LAB run 1 $MPIRUN -host $hosts \
        -x BATON_TRANSPORTS=verbs,self" "$TOP/tests/mpi/p2p/zero_copy.sh" \
        < /dev/null || fail "copies on $hosts"
done
