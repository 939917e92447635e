#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Ranks started by Slurm's `srun --mpi=pmix` find their place through its PMIx,
# and say so when srun was not asked for it.
#
# Slurm runs here as this user: munged with a key of its own, a controller and
# a node, all in a scratch directory and ended with the test. Processes are
# kept track of by process group, which needs no cgroups.
. "${srcdir:-.}/tests/launcher/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
for wanted in munged slurmctld slurmd srun; do
    command -v $wanted >/dev/null && continue
    echo "SKIP: $wanted is not installed (munge, slurmctld, slurmd," \
        "slurm-client, slurm-wlm-basic-plugins)"
    exit 77
done

# choose_ports N: two that nobody listens on now; another N, other ports.
choose_ports() {
    port=$((20000 + ($$ * 14 + $1 * 2) % 10000))
    while has_listener $port || has_listener $((port + 1)); do
        port=$((port + 2))
    done
}

has_listener() {
    grep -q "$(printf ': [0-9A-F]*:%04X 00000000:0000 0A' "$1")" /proc/net/tcp
}

configure_slurm() {
    host=$(hostname -s)
    cat >"$SLURM_CONF" <<END
ClusterName=baton
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$s/munge.socket
CredType=cred/munge
StateSaveLocation=$s/controller
SlurmdSpoolDir=$s/node
SlurmctldPidFile=$s/slurmctld.pid
SlurmdPidFile=$s/slurmd.pid
SlurmctldLogFile=$s/slurmctld.log
SlurmdLogFile=$s/slurmd.log
MailProg=/bin/true
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/linear
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=$host Default=YES OverSubscribe=FORCE:8
END
}

# end_daemon PIDFILE: stop what has its pid there, and wait for it.
end_daemon() {
    pid=$(cat "$1" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null
    until_true is_gone "$pid"
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

end_slurm() {
    end_daemon "$s/slurmd.pid"
    end_daemon "$s/slurmctld.pid"
}

node_is_idle() { sinfo -h -o %T 2>/dev/null | grep -q '^idle'; }

start_slurm() {
    choose_ports "$1"
    configure_slurm
    slurmctld -c && slurmd && until_true node_is_idle
}

s=$tmp/slurm
name="Slurm"
export SLURM_CONF=$s/slurm.conf
trap 'end_slurm; end_daemon "$s/munged.pid"; rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
mkdir -p -m 755 "$s" "$s/controller" "$s/node"
head -c 1024 /dev/urandom >"$s/key" && chmod 600 "$s/key"
munged --force --key-file="$s/key" --socket="$s/munge.socket" \
    --pid-file="$s/munged.pid" --log-file="$s/munged.log" \
    --seed-file="$s/seed" --num-threads=1 >"$out" 2>"$err" || {
    bad "munged does not start"
    finish
}
# Somebody may have taken a port meanwhile.
start_slurm 0 >"$out" 2>"$err" || { end_slurm; start_slurm 1; } || {
    cat "$s"/*.log >"$err"
    bad "Slurm does not start"
    finish
}

expect "two ranks under srun" 0 srun --mpi=pmix -n 2 "$rank" who exchange close
has "$out" "rank 0 of 2, local 0 of 2"
has "$out" "rank 1 of 2, local 1 of 2"

expect "messages under srun" 0 srun --mpi=pmix -n 2 \
    "$bin/benchmarks/latency" -m 0:1048576 -i 20 -x 2 -c
has "$out" "1048576"
expect "collectives under srun" 0 srun --mpi=pmix -n 4 -O \
    "$bin/benchmarks/allreduce" -m 4:4096 -i 20 -x 2 -c
has "$out" "4096"

program=$bin/tests/launcher/psets
tools/mpicc -std=gnu11 -o "$program" "$srcdir/tests/mpi/session/psets.c" ||
    exit 99
expect "sessions under srun, which has no process sets" 0 \
    srun --mpi=pmix -n 2 "$program"
lines "$out" done 2

expect "a rank that aborts under srun" 3 srun --mpi=pmix -n 2 \
    "$rank" abort 1 hang 0
has "$err" "MPI_Send: invalid rank 9"
expect "srun without PMIx" 98 srun --mpi=none -n 2 "$rank" who close
has "$err" "srun --mpi=pmix PROGRAM"
name="the named segment is gone"
left=$(find /dev/shm -maxdepth 1 -name "baton-$(id -u)-*" -newer "$tmp" | wc -l)
[ "$left" -eq 0 ] && good || bad "$name"
finish
