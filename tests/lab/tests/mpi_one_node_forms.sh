# SPDX-License-Identifier: BSD-3-Clause
# Collectives in every form, between ranks of one host over verbs alone.
# when asked for
# nodes: 1
# limit: 1200
. "$TOP/tests/lab/job.sh"

mpi_programs "$(form_programs)" -x BATON_TRANSPORTS=verbs,self
