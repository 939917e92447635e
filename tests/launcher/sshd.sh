# SPDX-License-Identifier: BSD-3-Clause
# Hosts to reach by ssh, on this machine: read with `.` after lib.sh.
#
# A real sshd in inetd mode is started for each connection by ssh's own
# ProxyCommand, so no port is opened. Sets
#   $ssh       the command for mpirun's -ssh
# with which any name that begins with "other" is a host. Names that begin
# with "locked" refuse us, names that begin with "noisy" print before they run
# a command.
sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null)
if [ -z "$sshd" ] || ! command -v ssh-keygen >/dev/null; then
    echo "SKIP: sshd and ssh-keygen are not installed (openssh-server)"
    exit 77
fi
s=$tmp/ssh
mkdir -p "$s"
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$s/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$s/user_key"
cp "$s/user_key.pub" "$s/authorized_keys"
sed 's/^/command="echo hello from a start-up file; exec sh -c \\"$SSH_ORIGINAL_COMMAND\\"" /' \
    "$s/user_key.pub" >"$s/noisy_keys"
: >"$s/no_keys"
chmod 600 "$s"/*
for kind in other noisy locked; do
    case $kind in
    other) keys=authorized_keys ;;
    noisy) keys=noisy_keys ;;
    locked) keys=no_keys ;;
    esac
    cat >"$s/sshd_$kind" <<END
HostKey $s/host_key
AuthorizedKeysFile $s/$keys
PidFile none
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
LogLevel ERROR
${LSAN_OPTIONS:+SetEnv LSAN_OPTIONS=$LSAN_OPTIONS ASAN_OPTIONS=$ASAN_OPTIONS}
END
done
echo "baton-test $(cat "$s/host_key.pub")" >"$s/known_hosts"
cat >"$s/config" <<END
Host other*
  ProxyCommand $sshd -i -f $s/sshd_other
Host noisy*
  ProxyCommand $sshd -i -f $s/sshd_noisy
Host locked*
  ProxyCommand $sshd -i -f $s/sshd_locked
Host *
  HostKeyAlias baton-test
  UserKnownHostsFile $s/known_hosts
  IdentityFile $s/user_key
  IdentitiesOnly yes
END
ssh="ssh -F $s/config"
