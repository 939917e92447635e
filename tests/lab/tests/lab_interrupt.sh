# SPDX-License-Identifier: BSD-3-Clause
# A `lab up` that is interrupted leaves no process and no directory; one that
# is killed is cleaned up by the next.
# nodes: 0
# limit: 180
. "$TOP/tests/lab/assert.sh"
set -m                                  # so that INT reaches what is started

XDG_RUNTIME_DIR=$(mktemp -d) || exit 1
export XDG_RUNTIME_DIR
base=$XDG_RUNTIME_DIR/baton-lab-$UID
trap '"$LAB" down --all; rm -rf "$XDG_RUNTIME_DIR"' EXIT

processes() {
    grep -lsaFf <(echo "$base/") /proc/[0-9]*/cmdline
}

# at SIGNAL FILE: send it to `lab up` when that file has appeared.
at() {
    echo "SIG$1 when there is $2"
    "$LAB" up 2 --name broken &
    eventually 60 test -e "$base/broken/$2" || fail "no $2"
    kill -"$1" -- "$3$!"
    wait $!
    status=$?
}

gone() { [[ ! -e $base && -z $(processes) ]]; }

at TERM owner ""
equal "the exit code" $status 143
eventually 5 gone || fail "left: $(ls -R "$base") $(processes)"
at INT guest/host_key -
equal "the exit code" $status 130
eventually 5 gone || fail "left: $(ls -R "$base") $(processes)"
at TERM node2/monitor ""
eventually 5 gone || fail "left: $(ls -R "$base") $(processes)"
at INT ssh_config -
eventually 5 gone || fail "left: $(ls -R "$base") $(processes)"

at KILL node1/monitor ""
[[ -e $base/broken ]] || fail "a killed lab up cleaned up?"
"$LAB" up 1 --name broken || fail "no lab where one was killed"
equal "the lab after it" "$("$LAB" --name broken run hostname)" node1
"$LAB" --name broken down
eventually 5 gone || fail "left: $(ls -R "$base") $(processes)"
