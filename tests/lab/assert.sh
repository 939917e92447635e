# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What a test in a lab says and asks; sourced by the tests. A test ends at
# the first thing that is not as it should be.

fail() { echo "FAILED: $*"; exit 1; }
skip() { echo "$*"; exit 77; }

# equal WHAT GOT WANTED
equal() { [[ $2 == "$3" ]] || fail "$1 is '$2', not '$3'"; }

# contains WHAT GOT PART
contains() { [[ $2 == *"$3"* ]] || fail "$1 lacks '$3': $2"; }

# more WHAT NOW THAN
more() { (($2 > $3)) || fail "$1 is $2, not above $3"; }

# on NODE COMMAND…
on() { "$LAB" run "$@"; }

# counter NODE NAME [DEVICE]: a hardware counter of the node's rxe0, or of that
# device.
counter() {
    on "$1" cat "/sys/class/infiniband/${3:-rxe0}/ports/1/hw_counters/$2"
}

# eventually SECONDS COMMAND…: it succeeds within that time.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}
