# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The virtual machines: how QEMU is started, watched and spoken to.
#
# A node has two network cards, or three. "control" reaches the host alone, by
# ssh through a port of 127.0.0.1 that the system chooses. "fabric" carries
# rxe0, "fabric2" rxe1, over unix datagram sockets: two nodes face each other,
# more meet in a hub, a QEMU without a machine. Sockets lose nothing, where UDP
# multicast drops frames under load and TCP holds small ones back.

QEMU=qemu-system-x86_64
KERNEL_OPTIONS="console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr
    nowatchdog random.trust_cpu=on"

# ask NODE COMMAND…: give a command to the node's QEMU monitor, print what
# it answers.
ask() {
    local socket=$STATE/node$1/monitor
    shift
    printf '%s\n' "$*" | socat -t 5 - "UNIX-CONNECT:$socket" 2>/dev/null |
        tr -d '\r' | sed -e '/^QEMU /d' -e '/^(qemu) /d'
}

# /dev/kvm may be there and hang all the same: boot a kernel under it, for a
# few seconds at most, once after each start of the host.
probe_accel() {
    local boot known=$CACHE/accel answer=tcg
    ACCEL=${BATON_LAB_ACCEL-}
    [[ -z $ACCEL ]] || return 0
    boot=$(< /proc/sys/kernel/random/boot_id)
    if [[ -f $known && $(< "$known") == "$boot "* ]]; then
        ACCEL=$(cut -d' ' -f2 "$known")
        return 0
    fi
    if [[ -w /dev/kvm ]]; then
        say "trying /dev/kvm"
        (timeout 8 $QEMU -nodefaults -display none -machine q35,accel=kvm \
            -cpu host -m 256 -no-reboot -kernel "$CACHE/kernel/vmlinux" \
            -initrd "$STATE/initrd" -serial "file:$STATE/probe.log" \
            -append "console=ttyS0 quiet panic=-1 lab.probe" \
            -name "$STATE/probe" < /dev/null; true) 2>/dev/null &
        wait $!
        grep -q "baton-lab: probed" "$STATE/probe.log" 2>/dev/null &&
            answer=kvm
    fi
    echo "$boot $answer" > "$known.$$" && mv "$known.$$" "$known"
    ACCEL=$answer
}

# Set CLOCK, kernel options for an emulated guest: the rate of the counter
# that is its clock, if we can tell it; else it finds out, and watches itself.
measure_clock() {
    local khz
    CLOCK=''
    [[ $ACCEL == tcg ]] || return 0
    ${CC:-cc} -O2 -o "$STATE/tsc_khz" "$HERE/tsc_khz.c" 2>/dev/null &&
        khz=$("$STATE/tsc_khz") && CLOCK="tsc_early_khz=$khz tsc=reliable"
    rm -f "$STATE/tsc_khz"
}

# fabric_args NODE: fill the array `fabric` with the node's cards, a rail each.
fabric_args() {
    local k=$1 r other
    fabric=()
    for ((r = 1; r <= RAILS; r++)); do
        other=hub$r-$k
        ((NODES == 2)) && other=fabric$r-$((3 - k))
        fabric+=(-netdev "dgram,id=fabric$r,local.type=unix,remote.type=unix,\
local.path=$STATE/fabric$r-$k,remote.path=$STATE/$other"
                 -device "virtio-net-pci,romfile=,id=port$r,netdev=fabric$r,\
host_mtu=9000,mac=52:54:00:ba:7$(((r - 1) * 2)):$(hex "$k")")
    done
}

start_hub() {
    local k r args=()
    ((NODES > 2)) || return 0
    for ((r = 1; r <= RAILS; r++)); do
        for ((k = 1; k <= NODES; k++)); do
            args+=(-netdev "dgram,id=d$r-$k,local.type=unix,\
remote.type=unix,local.path=$STATE/hub$r-$k,remote.path=$STATE/fabric$r-$k"
                   -netdev "hubport,id=h$r-$k,hubid=$r,netdev=d$r-$k")
        done
    done
    $QEMU -nodefaults -display none -machine none -daemonize \
        -name "$STATE/hub" "${args[@]}" < /dev/null ||
        die "cannot start the fabric's hub"
}

start_node() {
    local k=$1 dir=$STATE/node$1 fabric cpu machine
    mkdir -p "$dir"
    fabric_args "$k"
    case $ACCEL in
    kvm) machine=q35,accel=kvm cpu=host ;;
    *)   machine=q35 cpu=max ;;
    esac
    [[ $ACCEL == kvm ]] || fabric+=(-accel "tcg,thread=multi")
    $QEMU -name "$dir/" -daemonize -nodefaults -no-user-config \
        -display none -no-reboot -machine "$machine" -cpu "$cpu" \
        -smp "$CPUS" -m "$MEMORY" \
        -kernel "$CACHE/kernel/vmlinux" -initrd "$STATE/initrd" \
        -append "${KERNEL_OPTIONS//$'\n'/ } $CLOCK lab.node=$k" \
        -serial "file:$dir/console" \
        -chardev "socket,id=monitor,path=$dir/monitor,server=on,wait=off" \
        -mon chardev=monitor,mode=readline \
        -fsdev local,id=host,path=/,readonly=on,security_model=none,\
multidevs=remap \
        -device virtio-9p-pci,fsdev=host,mount_tag=host \
        -netdev user,id=control,restrict=on,hostfwd=tcp:127.0.0.1:0-:22 \
        -device "virtio-net-pci,romfile=,netdev=control,\
mac=52:54:00:ba:71:$(hex "$k")" \
        "${fabric[@]}" \
        < /dev/null || die "cannot start the machine of node$k"
    calm_processors "$k"
}

# Polling guests starve the threads that move their frames. On two cores,
# two nodes: ib_write_lat 1060 us without this, 370 with it (medians of the
# typical latency over five runs each). One node alone has no such frames.
calm_processors() {
    local thread
    ((NODES > 1)) || return 0
    for thread in $(ask "$1" "info cpus" | sed -n 's/.*thread_id=//p'); do
        renice -n 5 -p "$thread" >/dev/null
    done
}

hex() { printf '%02x' "$1"; }

# The port of 127.0.0.1 that leads to the node's sshd.
control_port() {
    ask "$1" "info usernet" | awk '/HOST_FORWARD/ { print $4; exit }'
}

# Wait until the node's console says that it is ready.
wait_for_node() {
    local k=$1 console=$STATE/node$1/console line tries
    for ((tries = 0; tries < 1200; tries++)); do
        line=$(grep -a -o 'baton-lab: .*' "$console" 2>/dev/null)
        case $line in
        *ready*)  return 0 ;;
        *failed*) die "node$k: $line" ;;
        esac
        ((tries % 20)) || node_is_alive "$k" || { show_console "$k"
            die "node$k ended while it was starting"; }
        sleep 0.1
    done
    show_console "$k"
    die "node$k did not start within two minutes"
}

show_console() {
    tail -n 20 "$STATE/node$1/console" >&2
}
