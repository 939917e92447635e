# SPDX-License-Identifier: BSD-3-Clause
# Random messages of all kinds, every byte checked, over each way a long
# message can go. MESSAGES tells how many in all (12000), SEED where to begin
# and HOSTS where the ranks are (node1:4). With IS_LOSSY=yes the windows of rxe
# are left out: when it repeats packets their queue pair stands still
# (docs/verbs.md).
# nodes: 1
# limit: 3000
. "$TOP/tests/lab/job.sh"

compile p2p/random

settings=(
    "BATON_RENDEZVOUS=auto"
    "BATON_RENDEZVOUS=read BATON_RENDEZVOUS_CHUNK_BYTES=64k"
    "BATON_RENDEZVOUS=write BATON_RENDEZVOUS_CHUNK_BYTES=64k"
    "BATON_VERBS_READS=0 BATON_VERBS_HOT_PEERS=0"
    "BATON_VERBS_READS=1 BATON_VERBS_CREDITS=4"
    "BATON_REGCACHE=strict BATON_RENDEZVOUS=auto"
    "BATON_REGCACHE=strict BATON_VERBS_WINDOWS=yes"
    "BATON_REGCACHE=no BATON_RENDEZVOUS=write"
    "BATON_SCATTER_BYTES=16 BATON_REGCACHE_BYTES=1M"
)
each=$((${MESSAGES:-12000} / ${#settings[@]}))
seed=${SEED:-1}
for setting in "${settings[@]}"; do
    if [[ ${IS_LOSSY:-no} == yes && $setting == *WINDOWS=yes* ]]; then
        echo "left out, because frames are lost: $setting"
        continue
    fi
    options=()
    for word in $setting; do options+=(-x "$word"); done
    works -n 4 -host "${HOSTS:-node1:4}" -map-by node \
        -x BATON_TRANSPORTS=verbs,self "${options[@]}" \
        "$PROGRAM" "$each" "$seed"
    contains "the output" "$OUTPUT" "every byte right"
    seed=$((seed + 1))
done
