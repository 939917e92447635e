# SPDX-License-Identifier: BSD-3-Clause
# The programs of tests/mpi whose subject is messages, between ranks of one host
# over verbs alone; but for those of mpi_one_node_forms.
# nodes: 1
# limit: 1200
. "$TOP/tests/lab/job.sh"

messages=$(all_programs | grep -E '/(coll|comm|datatype|errors|p2p|threads)/')
mpi_programs "$(comm -23 <(sort <<< "$messages") <(form_programs | sort))" \
    -x BATON_TRANSPORTS=verbs,self
