# SPDX-License-Identifier: BSD-3-Clause
# The include rule: awk -f includes.awk layers.txt FILE...
# layers.txt gives module, folder, "may include", modules. A file belongs to
# the module with the longest folder that begins its path.
function module(path,    m, best) {
    for (m in prefix)
        if (index(path, prefix[m]) == 1 &&
            length(prefix[m]) > length(prefix[best]))
            best = m
    return best
}
NR == FNR {
    prefix[$1] = $2
    ok[$1, $1] = 1
    for (i = 5; i <= NF; i++)
        ok[$1, $i] = 1
    next
}
/^#include "/ {
    split($0, q, "\"")
    from = module(FILENAME)
    to = module(q[2])
    if (from && to && !ok[from, to]) {
        print FILENAME ":" FNR ": " from " may not include " to
        bad = 1
    }
}
END { exit bad }
