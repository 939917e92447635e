# SPDX-License-Identifier: BSD-3-Clause
#
# The table of mpich.sh, and what is new. Reads mpich_expected.txt, then files
# of results, which lie in root/ours and root/peer; a line of these is
#     pass|fail|timeout|unbuilt|skipped DIR/NAME RANKS SECONDS ARGUMENT...
# Ends with 1 when one of our runs failed that is not expected to, all runs of
# an expected one passed, or nothing was run.

FNR == 1 {
    reads_expected = FILENAME ~ /mpich_expected\.txt$/
    who = index(FILENAME, root "peer") == 1 ? "peer" : "ours"
}

reads_expected {
    if ($1 !~ /^#/ && NF > 0)
        known[$1] = 1
    next
}

{
    dir = $2
    sub(/\/.*/, "", dir)
    if (!(dir in seen)) {
        seen[dir] = 1
        order[++dirs] = dir
    }
    runs[who, dir]++
    count[who, dir, $1]++
    if (who == "peer" || $1 == "skipped")
        next
    if ($1 == "pass")
        passed[$2] = 1
    else {
        failed[$2] = 1
        if ($2 in known)
            expected[dir]++
        else if (!fresh_count[$2]++) {
            fresh[++news] = $2
            first[$2] = $0
        }
    }
}

function row(name, dir,    w, i) {
    printf "%-10s %5d %5d %5d %5d %5d %5d %8d  ", name, runs["ours", dir],
        count["ours", dir, "pass"], count["ours", dir, "fail"],
        count["ours", dir, "timeout"], count["ours", dir, "unbuilt"],
        count["ours", dir, "skipped"], expected[dir]
    if (runs["peer", dir] == 0)
        print "    -"
    else
        printf "%5d %5d %5d %5d\n", count["peer", dir, "pass"],
            count["peer", dir, "fail"], count["peer", dir, "timeout"],
            count["peer", dir, "unbuilt"]
}

END {
    print "           ours" sprintf("%42s", "") "MPICH"
    printf "%-10s %5s %5s %5s %5s %5s %5s %8s  %5s %5s %5s %5s\n",
        "directory", "runs", "pass", "fail", "time", "unbui", "skip",
        "expected", "pass", "fail", "time", "unbui"
    for (i = 1; i <= dirs; i++)
        row(order[i], order[i])
    for (i = 1; i <= news; i++)
        print "NEW: " first[fresh[i]] " (failed " fresh_count[fresh[i]] " times)"
    for (name in known)
        if ((name in passed) && !(name in failed)) {
            print "PASSES NOW: " name
            news++
        }
    exit news > 0 || dirs == 0
}
