# SPDX-License-Identifier: BSD-3-Clause
# lab run keeps directory, exit code, input and arguments; nodes reach each
# other by name and by ssh; the device is as large transfers want it.
# nodes: 2
. "$TOP/tests/lab/assert.sh"

cd "$TOP/tests" || exit 1
equal "the directory" "$(on 1 pwd)" "$TOP/tests"
equal "the default node" "$("$LAB" run hostname)" node1
equal "the node asked for" "$(on node2 hostname)" node2
equal "all nodes" "$(on all hostname | tr '\n' ' ')" "node1 node2 "
on 2 bash -c 'exit 37'
equal "the exit code" $? 37
on all bash -c '[[ $HOSTNAME == node2 ]] || exit 5'
equal "the first failure of all" $? 5
equal "the input" "$(echo "in put" | on 2 cat)" "in put"
equal "the arguments" "$(on 1 printf '%s|' 'a b' '$HOME' '"' "it's")" \
    "a b|\$HOME|\"|it's|"

for from in 1 2; do
    for to in 1 2; do
        equal "ssh from node$from to node$to" \
            "$(on $from ssh node$to hostname 2>&1)" "node$to"
    done
done

contains "the device" "$(on 1 ibv_devinfo -d rxe0 -v)" \
    "active_mtu:		4096 (5)"
contains "the second address" "$(on 2 cat \
    /sys/class/infiniband/rxe0/ports/1/gids/1)" "ffff:c000:0202"
equal "the memlock limit" "$(on 1 ssh node2 bash -c "'ulimit -l'")" unlimited
# Its clock runs as fast as ours, to a tenth over some seconds.
ticks() { tr -d . <<< "$(cut -d' ' -f1 "$1")"; }
here=$(ticks /proc/uptime) there=$(on 1 cut -d' ' -f1 /proc/uptime | tr -d .)
on 1 sleep 4
there=$(($(on 1 cut -d' ' -f1 /proc/uptime | tr -d .) - there))
here=$(($(ticks /proc/uptime) - here))
echo "clock: $there there, $here here"
more "the guest's clock" $((there * 10)) $((here * 6))
more "our clock" $((here * 10)) $((there * 9))
more "the time in a guest" "$(on 1 date +%s)" $(($(date +%s) - 10))
on 1 touch /tmp/x /dev/shm/x /run/x "$TOP/x" || fail "cannot write"
[[ ! -e $TOP/x ]] || fail "a guest wrote to the host's files"
