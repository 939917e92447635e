#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Hosts behind a real ssh: start, output, and every way to fail.
. "${srcdir:-.}/tests/launcher/lib.sh"
. "${srcdir:-.}/tests/launcher/sshd.sh"
here=$(hostname)

expect "two hosts by ssh" 0 "$mpirun" -ssh "$ssh" -n 4 \
    -host other1:2,other2:2 "$rank" who exchange close
has "$out" "rank 1 of 4, local 1 of 2 on other1"
has "$out" "rank 2 of 4, local 0 of 2 on other2"

expect "this host and another, by the setting" 0 env BATON_SSH="$ssh" \
    "$mpirun" -n 2 -host "$here,other1" "$rank" who exchange close
has "$out" "rank 0 of 2, local 0 of 1 on $here"
has "$out" "rank 1 of 2, local 0 of 1 on other1"

cat >"$tmp/hosts" <<END
# a comment
other1 slots=1
other2:2   # another
END
expect "a host file" 0 "$mpirun" -ssh "$ssh" -hostfile "$tmp/hosts" \
    "$rank" who exchange close
has "$out" "rank 2 of 3, local 1 of 2 on other2"

expect "the environment goes along" 0 env FROM_HERE=1 "$mpirun" \
    -ssh "$ssh" -x MORE="it's 2" -n 1 -host other1 sh -c 'echo $FROM_HERE $MORE'
has "$out" "1 it's 2"

expect "a start-up file that prints" 0 "$mpirun" -ssh "$ssh" -n 2 \
    -host noisy1,other1 "$rank" who exchange close
lines "$out" "" 2

name="stdin and much output through ssh"
head -c 2000000 /dev/urandom >"$tmp/data"
"$mpirun" -ssh "$ssh" -n 1 -host other1 cat <"$tmp/data" 2>"$err" |
    cmp - "$tmp/data" && good || bad "$name"

expect "an exit code from another host" 9 "$mpirun" -ssh "$ssh" -n 2 \
    -host "$here,other1" sh -c '[ $PMIX_RANK = 0 ] && exec sleep 100; exit 9'
has "$err" "rank 1 on other1 exited with code 9; the other rank was stopped."

expect "a program that is not there" 127 "$mpirun" -ssh "$ssh" -n 4 \
    -host other1:2,other2:2 no-such-program
lines "$err" "" 1
has "$err" "program no-such-program is not in PATH"

expect "a host that does not exist" 125 "$mpirun" -ssh "$ssh" -n 2 \
    -host "$here,nowhere.invalid" "$rank" close
lines "$err" "" 1
has "$err" "cannot reach host nowhere.invalid: ssh: Could not resolve hostname"
has "$err" 'check the name, and that `ssh nowhere.invalid true` works'

expect "a host that refuses us" 125 "$mpirun" -ssh "$ssh" -n 2 \
    -host other1,locked1 "$rank" close
has "$err" "cannot reach host locked1:"
has "$err" "Permission denied"

expect "a host without Baton" 125 "$mpirun" -ssh "$ssh" -n 1 \
    -prefix /nowhere -host other1 "$rank" close
has "$err" "cannot start the agent on host other1"
has "$err" "/nowhere/bin/baton-agent"

cat >"$tmp/baton-agent" <<'END'
#!/bin/sh
# Says hello as version 99 would.
printf '\n<baton-agent>\n\0\001\0\0\0\016\0\0\0\143\0\0\0\006\0\0\0''9.9.9\0'
cat >/dev/null
END
chmod +x "$tmp/baton-agent"
mkdir "$tmp/bin"
mv "$tmp/baton-agent" "$tmp/bin"
expect "a host with another version" 125 "$mpirun" -ssh "$ssh" -n 1 \
    -prefix "$tmp" -host other1 "$rank" close
has "$err" "host other1 has another version of Baton (9.9.9, this is"

expect "an ssh that is not there" 125 "$mpirun" -ssh /nowhere/ssh -n 1 \
    -host other1 true
has "$err" "cannot run program /nowhere/ssh"

# start_two FILE: a rank here and one on other1, with a child each; notes
# "RANK PID" of all and the agent's as "agent PID".
start_two() {
    "$mpirun" -ssh "$ssh" -n 2 -host "$here,other1" sh -c \
        '[ $PMIX_RANK = 0 ] || echo agent $PPID >>$0
        sleep 100 & echo $PMIX_RANK $$ >>$0; echo $PMIX_RANK $! >>$0; wait' \
        "$1" >"$out" 2>"$err" &
    job=$!
    until_true has_lines "$1" 5
}

name="mpirun killed"
start_two "$tmp/mk"
kill -KILL $job
until_true all_gone "$tmp/mk"

name="ssh killed"
start_two "$tmp/sk"
for child in $(cat /proc/$job/task/$job/children); do
    case $(cat /proc/"$child"/comm) in ssh) kill -KILL "$child" ;; esac
done
wait $job
[ $? -eq 125 ] && good || bad "$name: exit code"
has "$err" "lost host other1 with rank 1: the connection to host other1 was\
 closed"
has "$err" "; the other rank was stopped."
until_true all_gone "$tmp/sk"

name="a host that falls silent"
start_two "$tmp/silent"
agent=$(sed -n 's/^agent //p' "$tmp/silent")
kill -STOP "$agent"
before=$(date +%s)
wait $job
[ $? -eq 125 ] && good || bad "$name: exit code"
took=$(($(date +%s) - before))
[ $took -le 15 ] && good || bad "$name: took $took s"
has "$err" "lost host other1 with rank 1: no answer for 10 s"
kill -CONT "$agent"
until_true all_gone "$tmp/silent"

finish
