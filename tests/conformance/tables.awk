# SPDX-License-Identifier: BSD-3-Clause
#
# Prove that the tables of include/abi agree with each other and with the
# standard's rules for handles:
#
#   awk -f tables.awk constants.tsv datatypes.tsv errors.tsv functions.tsv

BEGIN {
    FS = "\t"
}

FNR == 1 {
    table = FILENAME
    sub(/.*\//, "", table)
    next
}

function wrong(text)
{
    print table ":" FNR ": " text
    errors++
}

function number(hex,    i, n)
{
    for (i = 3; i <= length(hex); i++)
        n = 16 * n + index("0123456789abcdef", substr(hex, i, 1)) - 1
    return n
}

table == "constants.tsv" {
    if ($1 in value)
        wrong($1 " occurs twice")
    value[$1] = $3
    # Handles of one kind differ, but for aliases.
    if ($4 ~ / handle$/ && $8 == "-") {
        if (($2, $3) in owner)
            wrong($1 " has the handle of " owner[$2, $3])
        owner[$2, $3] = $1
    }
    if ($8 != "-" && value[$8] != $3)
        wrong($1 " differs from its alias " $8)
    if ($2 == "int" && $3 > 16384)
        wrong($1 " is above the values the ABI reserves")
}

table == "datatypes.tsv" {
    datatypes++
    if (value[$1] != $2 || number($2) != $3)
        wrong($1 ": handle is not that of constants.tsv")
    byte = number($2) % 256
    size = 2 ^ (int(byte / 8) % 8)
    if (int(byte / 64) % 2 == 0)
        size = "-"
    if ($9 != size)
        wrong($1 ": its bits say a size of " size)
    if (size != "-" && $6 != "-" && $6 != size)
        wrong($1 ": size " $6 " is not that in the handle")
}

table == "errors.tsv" && value[$1] != $2 {
    wrong($1 ": value is not that of constants.tsv")
}

table == "functions.tsv" {
    if ($7 != "-")
        large[$7] = $1
    if ($6 == "yes")
        is_large[$1] = 1
}

END {
    for (name in large)
        if (!(name in is_large)) {
            print "functions.tsv: " large[name] " names " name ": no such row"
            errors++
        }
    if (!datatypes) {
        print "no table was read"
        errors++
    }
    exit errors > 0
}
