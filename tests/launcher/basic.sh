#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# mpirun on one host: options, output, input, exit codes.
. "${srcdir:-.}/tests/launcher/lib.sh"

expect "ranks know their place" 0 \
    "$mpirun" -n 4 "$rank" who exchange close
lines "$out" "of 4, local" 4
has "$out" "rank 3 of 4, local 3 of 4 on $(hostname)"

expect "two agents exchange through mpirun" 0 \
    "$mpirun" -n 5 -host localhost:2,127.0.0.1:3 "$rank" who exchange close
has "$out" "rank 1 of 5, local 1 of 2 on localhost"
has "$out" "rank 4 of 5, local 2 of 3 on 127.0.0.1"

expect "ranks in turn" 0 "$mpirun" -map-by node -n 4 \
    -host localhost:2,127.0.0.1:2 "$rank" who exchange close
has "$out" "rank 2 of 4, local 1 of 2 on localhost"

expect "a program without MPI" 0 "$mpirun" -n 3 echo hello
lines "$out" hello 3

expect "several programs" 0 "$mpirun" -n 1 "$rank" who exchange close \
    : -n 2 "$rank" exchange who close
has "$out" "rank 2 of 3"

expect "settings for the ranks" 0 env FROM_HERE=1 "$mpirun" -n 2 \
    -x GIVEN=a=b -x FROM_HERE sh -c 'echo "$FROM_HERE $GIVEN $PMIX_RANK"'
lines "$out" "1 a=b" 2
has "$out" "1 a=b 1"

expect "a directory" 0 "$mpirun" -n 2 -wdir / pwd
lines "$out" / 2

expect "tags" 0 "$mpirun" --tag-output -n 2 sh -c 'echo one; echo two >&2'
has "$out" "[1] one"
has "$err" "[0] two"

expect "long lines stay whole" 0 "$mpirun" -n 4 sh -c \
    'i=0; while [ $i -lt 300 ]; do echo "$PMIX_RANK$PMIX_RANK$PMIX_RANK\
$PMIX_RANK$PMIX_RANK$PMIX_RANK"; i=$((i + 1)); done'
name="no line is mixed"
lines "$out" "" 1200
if grep -qvE '^(0{6}|1{6}|2{6}|3{6})$' "$out"; then bad "$name"; else good; fi

name="a prompt without newline is shown"
mkfifo "$tmp/answer"
"$mpirun" -n 2 sh -c '[ $PMIX_RANK = 1 ] || { printf "name? "; read x
    echo "hello $x"; }' <"$tmp/answer" >"$out" 2>"$err" &
job=$!
exec 8>"$tmp/answer"
until_true grep -q 'name? ' "$out"
echo you >&8
exec 8>&-
wait $job
has "$out" "name? hello you"

name="stdin reaches rank 0 whole, the others have none"
head -c 3000000 /dev/urandom >"$tmp/data"
"$mpirun" -n 2 sh -c 'cksum | sed "s/^/$PMIX_RANK /"' \
    <"$tmp/data" >"$out" 2>"$err"
has "$out" "0 $(cksum <"$tmp/data")"
has "$out" "1 $(cksum </dev/null)"
cat "$tmp/data" | "$mpirun" -n 1 cat | cmp - "$tmp/data" && good || bad "$name"

expect "rank 0 that does not read its stdin" 0 sh -c \
    "head -c 1000000 /dev/zero | $mpirun -n 1 true"

expect "the exit code of the rank that failed" 7 \
    "$mpirun" -n 3 sh -c '[ $PMIX_RANK != 1 ] || exit 7'
lines "$err" "" 1
has "$err" "mpirun: rank 1 on $(hostname) exited with code 7"

expect "a program that is not there" 127 "$mpirun" -n 4 no-such-program
lines "$err" "" 1
has "$err" "on $(hostname): program no-such-program is not in PATH"

echo echo >"$tmp/plain"
expect "a file that is no program" 126 "$mpirun" -n 2 "$tmp/plain"
has "$err" "Permission denied"

expect "a directory that is not there" 126 \
    "$mpirun" -n 2 -wdir /nowhere/at/all true
has "$err" "/nowhere/at/all"

limit=${SANITIZE:+30} # a rank is slow to start under the sanitizers
limit=${limit:-4}
expect "a time limit" 124 "$mpirun" -n 2 -timeout $limit "$rank" hang 1 close
has "$err" "did not end within $limit s (-timeout)"
has "$err" "rank 1 on $(hostname) was in MPI_Recv from rank 0, tag 7, 8 bytes"

expect "a wrong number" 125 "$mpirun" -n two true
has "$err" "-n two: expected a number of ranks"
expect "an unknown option" 125 "$mpirun" --nodes 2 true
has "$err" "--nodes: no such option"
expect "no program" 125 "$mpirun" -n 2
has "$err" "no program is named"
expect "too many ranks" 125 "$mpirun" -n 3 -host localhost:2 true
has "$err" "-n 3: the hosts have 2 slots (localhost:2)"
expect "too many, but allowed" 0 \
    "$mpirun" -n 3 -oversubscribe -host localhost:2 echo x
lines "$out" x 3
expect "a wrong setting" 125 "$mpirun" -x BATON_LOG=loud -n 1 true
has "$err" "expected error, warn, info, debug or trace"
expect "a setting with a typing error" 0 \
    "$mpirun" -x BATON_TRANPORTS=self -n 3 "$rank" close
lines "$err" "did you mean BATON_TRANSPORTS" 1

expect "help" 0 "$mpirun" --help
has "$out" "-hostfile"
expect "help on settings" 0 "$mpirun" -help-vars
has "$out" BATON_TRANSPORTS
expect "version" 0 "$mpirun" --version
has "$out" Baton

expect "explain" 0 "$mpirun" -explain -bind-to core -n 1 "$rank" close
has "$err" "rank 0 on $(hostname): core, cpus"
expect "bound to a core" 0 "$mpirun" -bind-to core -n 1 \
    grep Cpus_allowed_list /proc/self/status
first=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*\([0-9]*\).*/\1/p' \
    /proc/self/status)
if grep -qE "list:[[:space:]]+$first(\$|[-,])" "$out"; then good; else
    bad "$name: not on core $first"
fi
# 4001 is prime, so no cores but a single one take as many ranks each.
if [ "$(nproc)" -gt 1 ]; then
    expect "more ranks than cores" 125 \
        "$mpirun" -bind-to core -n 4001 -host localhost:4001 true
    has "$err" "-bind-to core"
fi
ranks=$((2 * $(nproc)))
expect "as many ranks on each core" 0 "$mpirun" -n $ranks \
    -host localhost:$ranks grep Cpus_allowed_list /proc/self/status
if [ "$(sort "$out" | uniq -c | awk '{ print $1 }' | uniq | wc -l)" = 1 ] &&
    grep -qE "list:[[:space:]]+$first(\$|[-,])" "$out"; then good; else
    bad "$name: $(sort "$out" | uniq -c)"
fi

name="a reader that goes away ends the job"
timeout 60 sh -c "$mpirun -n 2 yes 2>'$err'; echo \$? >'$tmp/code'" |
    head -1 >"$out"
until_true test -s "$tmp/code"
has "$tmp/code" 141
lines "$err" "" 0

name="a slow reader stops the writer"
mkfifo "$tmp/slow"
"$mpirun" -n 2 sh -c 'echo "$PMIX_RANK $$" >>"$0"; exec yes' "$tmp/pids" \
    >"$tmp/slow" 2>"$err" &
job=$!
exec 7<"$tmp/slow"
until_true has_lines "$tmp/pids" 2
is_still() { # no rank has written between two looks
    a=$(cat /proc/$(sed -n "1s/.* //p" "$tmp/pids")/io | grep wchar)
    sleep 0.3
    b=$(cat /proc/$(sed -n "1s/.* //p" "$tmp/pids")/io | grep wchar)
    [ "$a" = "$b" ]
}
until_true is_still
size=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' /proc/$job/status)
if [ "$size" -lt 100000 ]; then good; else bad "$name: mpirun has $size kB"; fi
kill -KILL $job
wait $job 2>/dev/null
exec 7<&-
until_true all_gone "$tmp/pids"

finish
