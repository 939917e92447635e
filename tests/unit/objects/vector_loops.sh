#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The loops of the predefined reductions are vector code, as the object file
# shows: each with the widest registers, and in its form for any x86-64 with
# packed instructions. Left out are what no machine has in vectors: 128-bit
# numbers, long double, values with an index. Runs in the build tree.
set -u
object=
for file in runtime/objects/{.libs/,}libkernels_la-op_kernels.o; do
    [ -e "$file" ] && object=$file && break
done
[ "$object" ] || { echo "no object file of op_kernels.c" >&2; exit 1; }
command -v objdump >/dev/null || { echo "SKIP: no objdump"; exit 77; }
nm "$object" | grep -q ' sum_f32.avx2$' ||
    { echo "SKIP: this build has no loops for two kinds of machine"; exit 77; }

# wide KERNEL... and packed KERNEL...: what objdump says has such instructions.
failed=0
check() {
    local kind=$1 suffix=$2 pattern=$3 kernel
    shift 3
    for kernel; do
        objdump -d --disassemble="$kernel.$suffix" "$object" |
            grep -qE "$pattern" && continue
        echo "$kernel.$suffix has no $kind instructions" >&2
        failed=1
    done
}

any=$(echo {sum,prod,band,bor,bxor,land,lor,lxor}_{8,16,32} {min,max}_{i,u}{8,16,32} \
    {sum,prod,min,max}_f{16,32,64} {sum,band,bor,bxor}_64)
# shellcheck disable=SC2086
check wide avx2 '%ymm' $any prod_64 {land,lor,lxor}_64 {min,max}_{i,u}64
# shellcheck disable=SC2086
check packed default \
    '\s(p(add|mul|and|or|xor|cmp|min|max)\w*|(add|mul|min|max|and|cmp\w*)p[sd])\s' \
    $any prod_c{32,64}
((failed)) || echo "$(wc -w <<<"$any") loops are vector code on any x86-64"
exit $failed
