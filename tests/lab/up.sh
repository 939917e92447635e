# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# lab up: check what was asked and what is here, take the state directory,
# start the machines. Whatever ends it before the lab is ready, be it an
# error or a signal, removes the lab again.

parse_up() {
    NODES='' CPUS=2 MEMORY=1024 MEMLOCK=unlimited RAILS=1
    while (($#)); do
        case $1 in
        --cpus|--memory|--memlock|--rails)
            (($# > 1)) || usage_error "$1 needs a value"
            case $1 in
            --cpus)    CPUS=$2 ;;
            --memory)  MEMORY=$2 ;;
            --memlock) MEMLOCK=$2 ;;
            --rails)   RAILS=$2 ;;
            esac
            shift ;;
        -*) usage_error "unknown option $1" ;;
        *)  [[ -z $NODES ]] || usage_error "one number of nodes, please"
            NODES=$1 ;;
        esac
        shift
    done
    [[ $NODES =~ ^[1-9][0-9]?$ ]] || usage_error "how many nodes (1 to 99)?"
    [[ $CPUS =~ ^[1-9][0-9]*$ ]] || usage_error "--cpus: not a number: $CPUS"
    [[ $MEMORY =~ ^[0-9]+$ ]] || usage_error "--memory: not a number: $MEMORY"
    ((MEMORY >= 256)) || usage_error "--memory: at least 256 MB"
    [[ $MEMLOCK =~ ^([0-9]+|unlimited)$ ]] ||
        usage_error "--memlock: KB or unlimited, not $MEMLOCK"
    [[ $RAILS =~ ^[12]$ ]] || usage_error "--rails: 1 or 2, not $RAILS"
}

check_tools() {
    local tool missing=()
    for tool in $QEMU cpio depmod modprobe socat ssh ssh-keygen \
                ip rdma tc setpriv xz zstd; do
        command -v "$tool" >/dev/null ||
            missing+=("$tool")
    done
    ((${#missing[@]} == 0)) || die "missing here: ${missing[*]};" \
        "packages.txt lists the packages, ./quickstart installs them"
    $QEMU -netdev help 2>/dev/null | grep -qx dgram ||
        die "QEMU 7.2 or newer is needed; this is" \
            "$($QEMU --version | head -n 1)"
}

# Take the state directory; recover it from a lab that died.
claim_state() {
    local owner pids
    make_base
    if ! mkdir -m 700 "$STATE" 2>/dev/null; then
        { owner=$(< "$STATE/owner"); } 2>/dev/null
        [[ -n $owner && ! -f $STATE/ready ]] && is_lab_up "$owner" &&
            die "lab '$NAME' is just being started (by process $owner)"
        mapfile -t pids < <(lab_processes node)
        [[ -f $STATE/ready ]] && ((${#pids[@]} > 0)) &&
            die "lab '$NAME' is up already; 'lab down' ends it"
        say "removing what is left of a lab '$NAME' that died"
        remove_lab
        make_base
        mkdir -m 700 "$STATE" || exit 1
    fi
    echo $$ > "$STATE/owner"
}

make_keys() {
    local dir=$STATE/guest key
    mkdir "$dir"
    for key in ssh_key host_key; do
        ssh-keygen -q -t ed25519 -N '' -C baton-lab -f "$dir/$key" || exit 1
    done
    cp "$dir/ssh_key.pub" "$dir/authorized_keys"
    echo "baton-lab $(< "$dir/host_key.pub")" > "$dir/known_hosts"
    printf 'NODES=%s\nMEMLOCK=%s\nRAILS=%s\n' \
        "$NODES" "$MEMLOCK" "$RAILS" > "$dir/settings"
    cat > "$dir/sshd_config" <<END
HostKey /run/baton/host_key
AuthorizedKeysFile /run/baton/authorized_keys
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
MaxSessions 100
MaxStartups 100
PidFile none
END
    ssh_settings /run/baton > "$dir/ssh_config"
}

# ssh_settings DIRECTORY: how to reach nodes with the keys kept there.
ssh_settings() {
    cat <<END
Host *
    User root
    IdentityFile $1/ssh_key
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile $1/known_hosts
    GlobalKnownHostsFile none
    HostKeyAlias baton-lab
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
    KexAlgorithms curve25519-sha256
END
}

# The host's way in: one standing connection a node, so that run is fast.
make_ssh_config() {
    local k
    for ((k = 1; k <= NODES; k++)); do
        printf 'Host node%d\n    HostName 127.0.0.1\n    Port %d\n' \
            "$k" "$(control_port "$k")"
    done > "$STATE/ssh_config"
    cat >> "$STATE/ssh_config" <<END
Host *
    ControlMaster auto
    ControlPath $STATE/ssh-%n
    ControlPersist yes
END
    ssh_settings "$STATE/guest" >> "$STATE/ssh_config"
}

abandon_up() {
    local status=$?
    trap '' INT TERM HUP
    trap - EXIT
    ((${#SCRATCH[@]})) && rm -rf "${SCRATCH[@]}"
    remove_lab
    exit $((status ? status : 1))
}

command_up() {
    local k start=$SECONDS
    parse_up "$@"
    check_tools
    SCRATCH=()
    claim_state
    trap abandon_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir -p "$CACHE"
    prepare_kernel
    prepare_sshd
    prepare_busybox
    make_keys
    make_initrd
    probe_accel
    measure_clock
    say "starting $NODES node(s) with $CPUS processors and $MEMORY MB each" \
        "($ACCEL, Linux $(< "$CACHE/kernel/release"))"
    start_hub
    for ((k = 1; k <= NODES; k++)); do
        start_node "$k"
    done
    for ((k = 1; k <= NODES; k++)); do
        wait_for_node "$k"
    done
    make_ssh_config
    for ((k = 1; k <= NODES; k++)); do
        ssh -F "$STATE/ssh_config" -MNf "node$k" || die "no ssh to node$k"
    done
    printf 'NODES=%s\nCPUS=%s\nMEMORY=%s\nMEMLOCK=%s\nACCEL=%s\nRAILS=%s\n' \
        "$NODES" "$CPUS" "$MEMORY" "$MEMLOCK" "$ACCEL" "$RAILS" \
        > "$STATE/ready"
    trap - EXIT INT TERM HUP
    say "up after $((SECONDS - start)) s; try: lab run ibv_devinfo"
}
