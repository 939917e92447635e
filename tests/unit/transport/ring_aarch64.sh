#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The ring's tests as an aarch64 program under qemu-user. The emulator runs both
# sides as threads on the host's cores and keeps aarch64's order or a stronger
# one: it shows that the code is right for that machine's instructions, not that
# no barrier is missing. That is argued in docs/shm.md, and ThreadSanitizer looks
# for it (test_ring_tsan).
source=${srcdir:-.}
for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
    command -v $tool >/dev/null || {
        echo "SKIP: no $tool: apt-get install gcc-aarch64-linux-gnu" \
            "libc6-dev-arm64-cross qemu-user"
        exit 77
    }
done
program=tests/unit/transport/ring_aarch64
mkdir -p tests/unit/transport
aarch64-linux-gnu-gcc -std=c11 -D_GNU_SOURCE -O2 -g -static -pthread \
    -fno-strict-aliasing -I"$source" -I"$source/include" \
    -I"$source/tests/support/tiny_check" -o $program \
    "$source/tests/unit/transport/test_ring.c" \
    "$source/tests/support/traffic.c" "$source/transport/shm/ring.c" \
    "$source/transport/packet.c" "$source/runtime/base/log.c" || exit 99
timeout 120 qemu-aarch64 $program
