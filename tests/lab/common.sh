# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What every part of the lab needs: messages, where a lab's state lives, and
# which processes belong to it. Sourced by tests/lab/lab.
#
# Everything of a lab is in one directory, $STATE. Its processes are found by
# that path in their command lines, not by recorded process ids, so nothing
# is missed after a crash and no stranger's process is ever hit.

say()  { printf 'lab: %s\n' "$*" >&2; }
die()  { printf 'lab: %s\n' "$*" >&2; exit 1; }
usage_error() { printf 'lab: %s (see lab --help)\n' "$*" >&2; exit 2; }

# select_lab NAME: set NAME, BASE and STATE; nothing is created.
select_lab() {
    NAME=$1
    [[ $NAME =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
        usage_error "a lab's name is made of letters, digits, '.', '_', '-'"
    BASE=${XDG_RUNTIME_DIR:-/tmp}/baton-lab-$UID
    STATE=$BASE/$NAME
    # The longest socket's name in there must fit in sockaddr_un.
    ((${#STATE} <= 75)) || usage_error "the path $STATE is too long"
}

# The directory above all labs must be ours alone: keys lie in it.
make_base() {
    [[ -d $BASE ]] || mkdir -m 700 "$BASE" 2>/dev/null || [[ -d $BASE ]] ||
        die "cannot make $BASE"
    [[ -O $BASE && ! -L $BASE ]] || die "$BASE belongs to somebody else"
    chmod 700 "$BASE"
}

# lab_processes [PREFIX]: the QEMUs and ssh masters of this lab, one pid a
# line; with PREFIX only those that name $STATE/PREFIX.
lab_processes() {
    local proc name args
    for proc in /proc/[0-9]*; do
        [[ -O $proc ]] || continue
        { IFS= read -r name < "$proc/comm"; } 2>/dev/null || continue
        [[ $name == qemu-system* || $name == ssh ]] || continue
        args=$(tr '\0' ' ' 2>/dev/null < "$proc/cmdline") || continue
        [[ $args == *"$STATE/${1-}"* ]] && echo "${proc#/proc/}"
    done
    return 0
}

# is_lab_up PID: that process is a `lab up`, not one that got its number.
is_lab_up() {
    [[ -O /proc/$1 ]] &&
        [[ $(tr '\0' ' ' 2>/dev/null < "/proc/$1/cmdline") == *lab*up* ]]
}

# kill_processes PREFIX: end them at once and wait until they are gone.
kill_processes() {
    local pids tries
    for ((tries = 0; tries < 100; tries++)); do
        mapfile -t pids < <(lab_processes "$1")
        ((${#pids[@]})) || return 0
        kill -KILL "${pids[@]}" 2>/dev/null
        sleep 0.05
    done
    die "cannot end processes ${pids[*]}"
}

# The node argument N, nodeN → the number; fails when it is no such thing.
node_number() {
    local text=${1#node}
    [[ $text =~ ^[1-9][0-9]{0,2}$ ]] || return 1
    echo "$text"
}

# Load the state of a lab that is up: NODES and the like.
load_lab() {
    [[ -f $STATE/ready ]] ||
        die "no lab '$NAME' is up; 'lab up 2' makes one of two nodes"
    # shellcheck source=/dev/null
    . "$STATE/ready"
}

# check_node N: N is a node of this lab.
check_node() {
    (($1 <= NODES)) || usage_error "this lab has node1 to node$NODES"
}

node_is_alive() {
    local pids
    mapfile -t pids < <(lab_processes "node$1/")
    ((${#pids[@]}))
}

# Remove the lab's processes and its directory, whatever state they are in.
remove_lab() {
    kill_processes ""
    rm -rf "$STATE"
    rmdir "$BASE" 2>/dev/null
    return 0
}
