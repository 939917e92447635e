#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Ranks, agents and mpirun that die: the right sentence, the right exit code,
# and nothing left.
. "${srcdir:-.}/tests/launcher/lib.sh"
here=$(hostname)
# A shell has its background jobs ignore SIGINT.
fresh="env --default-signal=INT"

expect "a rank killed while others wait" 137 "$mpirun" -n 4 \
    "$rank" exchange pid "$tmp/killed" die 3 hang 0 hang 1 hang 2
lines "$err" "" 1
has "$err" "mpirun: rank 3 on $here was killed by signal 9 (Killed) in the\
 application; the other 3 ranks were stopped."
until_true all_gone "$tmp/killed"

name="a rank killed inside a call"
"$mpirun" -n 2 "$rank" exchange pid "$tmp/inside" hang 0 hang 1 \
    >"$out" 2>"$err" &
job=$!
until_true has_lines "$tmp/inside" 2
kill -KILL "$(sed -n 's/^1 //p' "$tmp/inside")"
wait $job
[ $? -eq 137 ] && good || bad "$name: exit code"
has "$err" "rank 1 on $here was killed by signal 9 (Killed) in MPI_Recv from\
 rank 0, tag 7, 8 bytes; the other rank was stopped."
until_true all_gone "$tmp/inside"

expect "a crash on another host" 139 "$mpirun" -n 2 \
    -host localhost,127.0.0.1 sh -c '[ $PMIX_RANK = 0 ] && exec sleep 100
    kill -SEGV $$'
has "$err" "rank 1 on 127.0.0.1 was killed by signal 11 (Segmentation fault)"
has "$err" "; the other rank was stopped."

expect "an exit code while others wait" 5 \
    "$mpirun" -n 3 "$rank" exchange exit 1 5 hang 0 hang 2
has "$err" "rank 1 on $here exited with code 5 without calling MPI_Finalize"

expect "an exit without MPI_Finalize" 1 \
    "$mpirun" -n 3 "$rank" exchange exit 1 0 hang 0 hang 2
has "$err" "rank 1 on $here exited with code 0 without calling MPI_Finalize"

expect "an abort" 3 "$mpirun" -n 3 "$rank" exchange hang 0 hang 2 abort 1
lines "$err" "" 1
has "$err" "mpirun: rank 1 on $here ended the job with code 3: MPI_Send:\
 invalid rank 9; the other 2 ranks were stopped."

expect "a rank that leaves MPI_Init out" 1 "$mpirun" -n 1 true \
    : -n 2 "$rank" exchange close
has "$err" "rank 0 on $here ended without calling MPI_Init"

name="grandchildren, also in sessions of their own"
expect "$name" 4 "$mpirun" -n 1 sh -c \
    'setsid sh -c "echo 0 \$\$ >>$0; exec sleep 100" &
    sleep 100 & echo 1 $! >>$0
    until [ $(wc -l <$0) = 2 ]; do :; done; exit 4' "$tmp/grand"
all_gone "$tmp/grand" && good || bad "$name: left behind"

# wait_and_kill SIGNAL FILE PATTERN: start a job of four ranks on two agents,
# send SIGNAL to what PATTERN finds among mpirun and its descendants.
start_four() {
    $fresh "$mpirun" -n 4 -host localhost:2,127.0.0.1:2 sh -c \
        'echo $PMIX_RANK $$ >>$0; sleep 100 & echo $PMIX_RANK $! >>$0; wait' \
        "$1" >"$out" 2>"$err" &
    job=$!
    until_true has_lines "$1" 8
}

descendants() { # PID: it and all below it
    echo "$1"
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        descendants "$child"
    done
}

name="mpirun killed"
start_four "$tmp/mk"
descendants $job | sed 's/^/x /' >"$tmp/mk_all"
kill -KILL $job
until_true all_gone "$tmp/mk"
until_true all_gone "$tmp/mk_all"

name="an agent killed"
start_four "$tmp/ak"
descendants $job | sed 's/^/x /' >"$tmp/ak_all"
keeper=$(head -1 /proc/$job/task/$job/children | cut -d' ' -f1)
agent=$(cut -d' ' -f1 /proc/$keeper/task/$keeper/children)
kill -KILL $agent
wait $job
[ $? -eq 125 ] && good || bad "$name: exit code"
has "$err" "lost host localhost with ranks 0-1: the agent on localhost ended"
until_true all_gone "$tmp/ak_all"
until_true all_gone "$tmp/ak"

name="a keeper killed"
start_four "$tmp/kk"
descendants $job | sed 's/^/x /' >"$tmp/kk_all"
kill -KILL "$(head -1 /proc/$job/task/$job/children | cut -d' ' -f1)"
wait $job
[ $? -eq 125 ] && good || bad "$name: exit code"
until_true all_gone "$tmp/kk_all"
until_true all_gone "$tmp/kk"

name="an interrupt ends the ranks"
start_four "$tmp/int"
kill -INT $job
wait $job
[ $? -eq 130 ] && good || bad "$name: exit code"
until_true all_gone "$tmp/int"

name="SIGTERM ends the ranks"
start_four "$tmp/term"
kill -TERM $job
wait $job
[ $? -eq 143 ] && good || bad "$name: exit code"
until_true all_gone "$tmp/term"

name="signals are passed on"
$fresh "$mpirun" -n 2 sh -c 'trap "echo $PMIX_RANK usr1" USR1
    trap "echo $PMIX_RANK usr2" USR2; trap "echo $PMIX_RANK int; exit 0" INT
    echo $PMIX_RANK $$ >>$0; while :; do sleep 0.05; done' "$tmp/sig" \
    >"$out" 2>"$err" &
job=$!
until_true has_lines "$tmp/sig" 2
kill -USR1 $job
until_true grep -q '1 usr1' "$out"
kill -USR2 $job
until_true grep -q '0 usr2' "$out"
kill -INT $job
wait $job
[ $? -eq 0 ] && good || bad "$name: ranks that handle it end well"
lines "$out" int 2

name="a second interrupt kills at once"
$fresh "$mpirun" -n 2 sh -c 'trap "echo $PMIX_RANK int" INT
    echo $PMIX_RANK $$ >>$0; while :; do sleep 0.05; done' "$tmp/hard" \
    >"$out" 2>"$err" &
job=$!
until_true has_lines "$tmp/hard" 2
kill -INT $job
until_true grep -q '1 int' "$out"
kill -INT $job
wait $job
[ $? -eq 130 ] && good || bad "$name: exit code"
has "$err" "stopped by signal 2"
until_true all_gone "$tmp/hard"

name="ranks that ignore SIGTERM"
expect "$name" 6 "$mpirun" -n 2 sh -c 'echo $PMIX_RANK $$ >>$0
    [ $PMIX_RANK = 0 ] || { until [ $(wc -l <$0) = 2 ]; do :; done; exit 6; }
    trap "" TERM; while :; do sleep 0.05; done' "$tmp/stubborn"
until_true all_gone "$tmp/stubborn"

finish
