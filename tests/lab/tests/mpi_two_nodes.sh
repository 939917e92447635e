# SPDX-License-Identifier: BSD-3-Clause
# The programs of tests/mpi, with neighbouring ranks on different hosts.
# nodes: 2
# limit: 600
. "$TOP/tests/lab/job.sh"

mpi_programs -host node1:4,node2:4 -map-by node
