# SPDX-License-Identifier: BSD-3-Clause
# The programs of tests/mpi, between ranks of one host over verbs alone.
# nodes: 1
# limit: 600
. "$TOP/tests/lab/job.sh"

mpi_programs "$(all_programs)" -x BATON_TRANSPORTS=verbs,self
