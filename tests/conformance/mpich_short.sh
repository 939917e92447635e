#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# mpich_short.sh: some sixty quick programs of MPICH's own test suite, which
# mpich_short.txt names, over the library of the build tree. Ends with 77, and
# says why, where the suite's source cannot be had. `make check-conformance`.
exec "$(dirname "$0")/mpich.sh" --short
