# SPDX-License-Identifier: BSD-3-Clause
# What changes on the host after boot is seen by the next command, whether a
# file is written over, replaced, new or gone, and also through ssh between
# nodes.
# nodes: 2
. "$TOP/tests/lab/assert.sh"

dir=$(mktemp -d "$BUILD/tests/lab/fresh.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
program() { printf '#!/bin/sh\necho version %s\n# %s\n' "$1" "$2"; }

look() {
    for command in "on 1" "on 1 ssh node2"; do
        equal "$command: replaced" "$($command "$dir/replaced")" "version $1"
        equal "$command: over" "$($command "$dir/over")" "version $1"
        equal "$command: new" "$($command cat "$dir/new$1" 2>&1)" "new"
    done
}

touch "$dir/over"
chmod +x "$dir/over"
for version in 1 2; do
    program $version x > "$dir/tmp"
    chmod +x "$dir/tmp"
    mv "$dir/tmp" "$dir/replaced"
    program $version "$(seq -s ' ' $((version * 100)))" > "$dir/over"
    on all test -e "$dir/new$version" && fail "new$version is there too early"
    echo new > "$dir/new$version"
    look $version
done
rm "$dir/over"
on 1 test -e "$dir/over" && fail "a removed file is still there"
exit 0
