# SPDX-License-Identifier: BSD-3-Clause
# Some of the programs of tests/mpi, with neighbouring ranks on different
# hosts. The others would show nothing more and take long at that distance. And
# ranks that are reordered so that neighbours share a host.
# nodes: 2
# limit: 600
. "$TOP/tests/lab/job.sh"

mpi_programs "tests/mpi/p2p/order.c tests/mpi/p2p/modes.c
    tests/mpi/comm/dup.c" -host node1:4,node2:4 -map-by node || exit

LAB_RANKS=8 mpi_programs tests/mpi/topo/reorder.c -host node1:4,node2:4 \
    -x BATON_COLL_NODE_RANKS=0
