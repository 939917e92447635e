# SPDX-License-Identifier: BSD-3-Clause
#
# Write a program, valid C11 and C++17, that proves mpi.h against the tables:
#
#   awk -f header_checks.awk types.tsv constants.tsv functions.tsv >checks.c
#
# Sizes, offsets, types, integer values and prototypes are compile-time checks;
# the values of pointer constants, which no compiler need fold, are compared
# when the program runs. It shares no code with the script that writes mpi.h.

BEGIN {
    FS = "\t"
    print "#include <mpi.h>"
    print "#include <stddef.h>"
    print "#include <stdint.h>"
    print "#include <stdio.h>"
    print "#ifdef __cplusplus"
    print "#include <type_traits>"
    print "#define ALIGN(type) alignof(type)"
    print "#define PROVE(what, text) static_assert(what, text)"
    print "#define SAME(type, ...) std::is_same<decltype(__VA_ARGS__), type>::value"
    print "#else"
    print "#define ALIGN(type) _Alignof(type)"
    print "#define PROVE(what, text) _Static_assert(what, text)"
    print "#define SAME(type, ...) _Generic((__VA_ARGS__), type: 1, default: 0)"
    print "#endif"
}

FNR == 1 {
    table = FILENAME
    sub(/.*\//, "", table)
    next
}

function prove(what, text)
{
    print "PROVE(" what ", \"" text "\");"
}

table == "types.tsv" && $9 != "yes" {
    absent($2)
    next
}

table == "types.tsv" {
    if ($1 == "field") {
        split($2, part, ".")
        prove("offsetof(" part[1] ", " part[2] ") == " $7, $2 ": offset")
        prove("sizeof(((" part[1] " *)0)->" part[2] ") == " $4, $2 ": size")
    } else if ($4 != "-") {
        prove("sizeof(" $2 ") == " $4, $2 ": size")
        prove("ALIGN(" $2 ") == " $5, $2 ": alignment")
    }
    # A second typedef of a name is valid if it means the same.
    if ($1 == "handle" || $1 == "integer" || $1 == "callback")
        print $3 ";"
    checks++
}

table == "constants.tsv" && ($6 == "extension" || $7 != "-" && $7 + 0 < 4) {
    absent($1)
    next
}

table == "constants.tsv" && $4 == "version" {
    print "#ifndef " $1 "\n#error " $1 " is not a macro\n#endif"
}

table == "constants.tsv" {
    checks++
    if ($2 ~ /\*$/ || $3 ~ /^0x/) {
        prove("SAME(" $2 ", " $1 ")", $1 ": type")
        pointer[++pointers] = $1
        value[pointers] = $3
        next
    }
    prove($1 " == " $3, $1 ": value")
    # In C an enumerator is an int.
    if ($2 == "int" || $2 == "MPI_Offset")
        prove("SAME(" $2 ", " $1 ")", $1 ": type")
}

table == "functions.tsv" && $11 != "yes" {
    absent($1)
    absent("P" $1)
    next
}

table == "functions.tsv" {
    prototype($1)
    prototype("P" $1)
    checks += 2
}

function prototype(name)
{
    print "typedef " $2 " (*type_of_" name ")(" $3 ");"
    prove("SAME(type_of_" name ", &" name ")", name ": prototype")
}

# absent(name): neither a macro nor anything else of that name exists.
function absent(name)
{
    print "#ifdef " name "\n#error " name " is outside the ABI\n#endif"
    print "enum { " name " };"
}

END {
    print "int main(void)\n{\n    int wrong = 0;\n"
    for (i = 1; i <= pointers; i++) {
        print "    if ((intptr_t)" pointer[i] " != " value[i] ") {"
        print "        printf(\"" pointer[i] " is not " value[i] "\\n\");"
        print "        wrong = 1;"
        print "    }"
    }
    print "    printf(\"%d names of mpi.h checked\\n\", " checks ");"
    print "    return wrong;\n}"
}
