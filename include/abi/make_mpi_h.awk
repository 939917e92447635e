# SPDX-License-Identifier: BSD-3-Clause
#
# Write mpi.h from the tables in this folder:
#
#   awk -f make_mpi_h.awk types.tsv constants.tsv functions.tsv >../mpi.h
#
# The tables hold what the MPI 5.0 standard ABI fixes; this script chooses the
# order, the headings and the C spelling. It runs in any POSIX awk. The header
# needs nothing from configure, so its text is checked in, and a test compares
# it with this script's output.

BEGIN {
    FS = "\t"

    titles["handle"] = "Handles: pointers to structs that are never completed"
    titles["integer"] = "Integers that hold addresses, file offsets and counts"
    titles["enum"] = "Enumerations of the tool interface"
    titles["struct"] = "Status of a completed operation"
    titles["callback"] = "Functions that the user writes and the library calls"

    titles["abi"] = "Application binary interface"
    titles["attr"] = "Attributes"
    titles["collective"] = "Collective communication"
    titles["comm"] = "Communicators"
    titles["datatype"] = "Datatypes"
    titles["errhandling"] = "Error handling"
    titles["fortran-interop"] = "Fortran and language interoperability"
    titles["group"] = "Groups"
    titles["info"] = "Info objects"
    titles["init"] = "Start and end of the program"
    titles["io"] = "Files"
    titles["misc"] = "Environment and external interfaces"
    titles["mpi_t"] = "Tool information interface"
    titles["partitioned"] = "Partitioned point-to-point communication"
    titles["pt2pt"] = "Point-to-point communication"
    titles["rma"] = "One-sided communication"
    titles["session"] = "Sessions"
    titles["spawn"] = "Process creation and connection"
    titles["topology"] = "Process topologies"

    titles["version"] = "Version of the standard and of the ABI"
    titles["error class"] = "Error classes"
    titles["error class (MPI_T)"] = "Error classes of the tool interface"
    titles["buffer address"] = "Addresses with a meaning of their own"
    titles["empty/ignore pointer"] = "Arguments left out or ignored"
    titles["string length"] = "Lengths of strings, the final NUL included"
    titles["bsend overhead"] = "Bytes that a buffered send needs on top"
    titles["file open mode"] = "File open modes"
    titles["window assertion"] = "Assertions about windows"
    titles["wildcard"] = "Wildcards"
    titles["rank sentinel"] = "Special ranks"
    titles["undefined"] = "No value"
    titles["thread level"] = "Thread levels: compare them, never count them"
    titles["array order"] = "Array orders"
    titles["darray distribution"] = "Distributions of an array"
    titles["datatype combiner"] = "Ways a datatype was made"
    titles["Fortran type class"] = "Classes of Fortran types"
    titles["comparison result"] = "Results of comparing groups, communicators"
    titles["topology type"] = "Kinds of topology"
    titles["comm split type"] = "Ways to split a communicator"
    titles["window lock type"] = "Window locks"
    titles["window flavor"] = "Window flavors"
    titles["window memory model"] = "Memory models of a window"
    titles["file seek"] = "Where a file offset counts from"
    titles["keyval (invalid)"] = "No attribute key"
    titles["keyval (comm)"] = "Attributes of a communicator"
    titles["keyval (win)"] = "Attributes of a window"
    titles["predefined callback"] = "Callbacks known by number, never called"
    titles["MPI_T verbosity"] = "Tool interface: verbosity"
    titles["MPI_T bind"] = "Tool interface: object a variable is bound to"
    titles["MPI_T scope"] = "Tool interface: scope of a variable"
    titles["MPI_T pvar class"] = "Tool interface: class of a variable"
    titles["MPI_T handle"] = "Tool interface: predefined handles"

    split("without a language|C integers|C and C++ floating point and complex" \
        "|Fortran default kinds|the long double family|C pairs of value and " \
        "index|Fortran pairs|other C and C++ types", families, "|")
}

FNR == 1 {
    table = FILENAME
    sub(/.*\//, "", table)
    next
}

# MPI_Status.MPI_TAG is a field of MPI_Status.
table == "types.tsv" && $1 == "field" {
    split($2, field, ".")
    body[field[1]] = body[field[1]] "\n    " $3 ";"
    next
}

table == "types.tsv" && $9 == "yes" {
    kind[++types] = $1
    type_name[types] = $2
    definition[types] = $3
}

# What was deprecated before MPI 4.0 and what the standard does not name is
# outside the ABI.
table == "constants.tsv" && $6 != "extension" && \
        ($7 == "-" || $7 + 0 >= 4.0) {
    constant[++constants] = $1
    constant_type[constants] = $2
    value[constants] = $3
    group[constants] = $4
    if ($2 == "MPI_T_cb_safety" || $2 == "MPI_T_source_order")
        body[$2] = body[$2] (body[$2] == "" ? "" : ",") \
            "\n    " $1 " = " $3
}

table == "functions.tsv" && $11 == "yes" {
    name[++functions] = $1
    returns[functions] = $2
    params[functions] = $3
    area[functions] = $4
    chapter[functions] = $5 + 0
    if (!($4 in is_area))
        area_name[++areas] = $4
    is_area[$4] = 1
    if (chapter[functions] > last_chapter)
        last_chapter = chapter[functions]
}

END {
    print_head()
    print_types()
    print_constants()
    print_functions("MPI_", "Functions")
    print_functions("PMPI_", "The same functions under the names that " \
        "profiling tools call")
    print_tail()
}

function print_head()
{
    print "/* SPDX-License-Identifier: BSD-3-Clause */"
    print "/*"
    print " * The Message Passing Interface, version 5.0, with the standard's " \
        "ABI 1.0."
    print " *"
    print " * Values, layouts and prototypes are those of the standard, so a " \
        "program built"
    print " * with this header runs with every library that keeps the same " \
        "ABI, and this"
    print " * library runs programs built with another such header."
    print " *"
    print " * Made by include/abi/make_mpi_h.awk from the tables beside it: " \
        "change those,"
    print " * then run \"make update-mpi-h\"."
    print " */"
    print "#ifndef MPI_H_INCLUDED"
    print "#define MPI_H_INCLUDED"
    print ""
    print "#include <stdint.h>"
    print ""
    print "#ifdef __cplusplus"
    print "extern \"C\" {"
    print "#endif"
    print "#ifdef __GNUC__"
    print "#pragma GCC visibility push(default)"
    print "#endif"
}

function print_tail()
{
    print ""
    print "#ifdef __GNUC__"
    print "#pragma GCC visibility pop"
    print "#endif"
    print "#ifdef __cplusplus"
    print "}"
    print "#endif"
    print ""
    print "#endif"
}

# part(text): a comment that starts a part of the file.
function part(text)
{
    printf "\n\n/*\n * %s\n */\n", text
}

# heading(text): a comment before a block.
function heading(text)
{
    printf "\n/* %s */\n", text
}

function print_types(    i)
{
    part("Types")
    for (i = 1; i <= types; i++) {
        if (kind[i] != kind[i - 1])
            heading(titles[kind[i]])
        print_type(kind[i], type_name[i], definition[i])
    }
}

function print_type(what, id, text,    at, arguments)
{
    if (what == "enum" || what == "struct") {
        print what " " id " {" body[id] "\n};"
        print "typedef " what " " id " " id ";"
        return
    }
    if (what == "callback") {
        at = index(text, ")(") + 2
        arguments = substr(text, at, length(text) - at)
        wrap(substr(text, 1, at - 1), arguments)
        return
    }
    print text ";"
}

function print_constants(    i, title, last)
{
    part("Constants")
    for (i = 1; i <= constants; i++) {
        # The type's enumerators.
        if (constant_type[i] in body)
            continue
        title = group_title(i)
        if (title != last)
            heading(title)
        last = title
        printf "#define %-34s %s\n", constant[i], \
            expression(constant_type[i], value[i])
    }
}

function group_title(i,    text)
{
    if (group[i] == "datatype handle")
        return "Datatypes: " family(value[i])
    if (group[i] in titles)
        return titles[group[i]]
    text = group[i]
    if (text ~ / handle$/ && text !~ /MPI_T/)
        text = "predefined handles: MPI_" toupper(substr(text, 1, 1)) \
            substr(text, 2, length(text) - 8)
    return toupper(substr(text, 1, 1)) substr(text, 2)
}

# family(handle): what the bits of a datatype handle say about it.
function family(handle,    byte)
{
    byte = 16 * digit(substr(handle, 9, 1)) + digit(substr(handle, 10, 1))
    if (byte >= 192)
        return "Fortran, size in the handle"
    if (byte >= 64)
        return "C and C++, size in the handle"
    return families[int(byte / 8) + 1]
}

function digit(hex)
{
    return index("0123456789abcdef", hex) - 1
}

# expression(type, value): the value as a C expression of that type.
function expression(type, number)
{
    if (type == "int")
        return number < 0 ? "(" number ")" : number
    sub(/\*+$/, " &", type)
    return "((" type ")" number ")"
}

# Functions by chapter, and by area within a chapter.
function print_functions(prefix, title,    c, a, i, count)
{
    part(title)
    for (c = 1; c <= last_chapter; c++)
        for (a = 1; a <= areas; a++) {
            count = 0
            for (i = 1; i <= functions; i++) {
                if (chapter[i] != c || area[i] != area_name[a])
                    continue
                if (!count++)
                    heading(area_title(c, area_name[a]))
                wrap(returns[i] " " prefix substr(name[i], 5) "(", params[i])
            }
        }
}

function area_title(c, of)
{
    if (c == 16)
        return titles[of] ": deprecated (chapter 16)"
    return titles[of] " (chapter " c ")"
}

# wrap(head, list): print "head(list);" in lines of at most 79 columns, aligned
# behind the parenthesis that ends head, or else by eight columns.
function wrap(head, list,    indent, n, item, i, line, gap)
{
    n = split(list, item, /, /)
    indent = length(head)
    for (i = 1; i <= n; i++)
        if (length(head) + length(item[i]) + 2 > 79)
            indent = 8
    line = head
    if (indent != length(head)) {
        print head
        line = "        "
    }
    for (i = 1; i <= n; i++) {
        item[i] = item[i] (i < n ? "," : ");")
        gap = length(line) == indent ? "" : " "
        if (length(line gap item[i]) > 79) {
            print line
            line = sprintf("%" indent "s", "")
            gap = ""
        }
        line = line gap item[i]
    }
    print line
}
