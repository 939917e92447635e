# SPDX-License-Identifier: BSD-3-Clause
# Two labs stand side by side and know nothing of each other.
# nodes: 0
# limit: 180
. "$TOP/tests/lab/assert.sh"

XDG_RUNTIME_DIR=$(mktemp -d) || exit 1
export XDG_RUNTIME_DIR
trap '"$LAB" down --all; rm -rf "$XDG_RUNTIME_DIR"' EXIT
"$LAB" up 1 --name red --memory 512 &
"$LAB" up 2 --name blue --memory 512 || fail "lab up blue"
wait $! || fail "lab up red"
"$LAB" up 1 --name red 2>/dev/null && fail "red came up twice"

"$LAB" --name red run touch /run/mark || fail "run in red"
"$LAB" --name blue run test -e /run/mark && fail "blue sees red's files"
equal "the nodes of red" "$("$LAB" --name red hosts | wc -l)" 1
equal "the nodes of blue" "$(BATON_LAB=blue "$LAB" hosts | wc -l)" 2
equal "node2 of blue" "$("$LAB" --name blue run ssh node2 hostname)" node2
"$LAB" --name red run 2 true 2>/dev/null && fail "red has no node2"

"$LAB" down --name red
"$LAB" --name red status 2>/dev/null && fail "red is still there"
equal "blue after red" "$("$LAB" --name blue run 2 hostname)" node2
"$LAB" down --all
[[ ! -e $XDG_RUNTIME_DIR/baton-lab-$UID ]] || fail "something was left"
