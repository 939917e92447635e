# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# perftest PROGRAM CLIENT SERVER OPTION…: one of the perftest programs
# between two nodes (or one and itself); its client's output in PERFTEST.
# The client tries again while the server is not listening yet.

perftest() {
    local program=$1 client=$2 server=$3 status tries
    shift 3
    # A server that has no client ends by itself at the limit.
    on "$server" timeout 60 "$program" -d rxe0 -x 1 "$@" >/dev/null 2>&1 &
    for ((tries = 0; tries < 20; tries++)); do
        PERFTEST=$(on "$client" timeout 60 \
            "$program" -d rxe0 -x 1 "$@" "node$server" 2>&1)
        status=$?
        [[ $PERFTEST == *"Couldn't connect"* ]] || break
        sleep 0.2
    done
    wait
    return "$status"
}
