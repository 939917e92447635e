/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names and descriptions of the error classes. The classes below
 * MPI_T_ERR_CANNOT_INIT have no holes, nor have those from it on, so a class
 * is found by its number.
 */
#include "runtime/objects/error_text.h"

#include <stddef.h>

#include <mpi.h>

#include "runtime/base/error.h"
#include "runtime/base/platform.h"
#include "runtime/objects/error_user.h"

struct text {
    const char *name;
    const char *description;
};

#define CLASS(constant, words) [constant] = {#constant, words}

static const struct text texts[] = {
    CLASS(MPI_SUCCESS, "Call finished without error."),
    CLASS(MPI_ERR_BUFFER,
          "Buffer pointer is not usable (for example null with a nonzero "
          "count)."),
    CLASS(MPI_ERR_COUNT,
          "Count argument is negative or otherwise not allowed."),
    CLASS(MPI_ERR_TYPE,
          "Datatype handle is null, uncommitted, unsupported or wrong for "
          "the call."),
    CLASS(MPI_ERR_TAG,
          "Tag lies outside 0..MPI_TAG_UB and is not a permitted wildcard."),
    CLASS(MPI_ERR_COMM, "Communicator handle is null or of the wrong kind."),
    CLASS(MPI_ERR_RANK,
          "Rank is outside the group and is not a permitted special rank."),
    CLASS(MPI_ERR_REQUEST,
          "Request handle is null or in a state the call does not accept."),
    CLASS(MPI_ERR_ROOT, "Root rank of a rooted operation is invalid."),
    CLASS(MPI_ERR_GROUP,
          "Group handle is null or does not fit the other arguments."),
    CLASS(MPI_ERR_OP,
          "Reduction operation is null or not defined for the datatype."),
    CLASS(MPI_ERR_TOPOLOGY,
          "Communicator has no topology or the wrong kind of topology."),
    CLASS(MPI_ERR_DIMS, "Number or sizes of topology dimensions are invalid."),
    CLASS(MPI_ERR_ARG,
          "Some argument not covered by a more specific class is invalid."),
    CLASS(MPI_ERR_UNKNOWN, "Error whose cause is not known."),
    CLASS(MPI_ERR_TRUNCATE,
          "Incoming message is longer than the receive buffer."),
    CLASS(MPI_ERR_OTHER,
          "Known error that has no class of its own; see the error string."),
    CLASS(MPI_ERR_INTERN, "Failure inside the MPI library itself."),
    CLASS(MPI_ERR_PENDING,
          "Status entry of a request that has neither failed nor finished."),
    CLASS(MPI_ERR_IN_STATUS,
          "Multi-request call failed; look at MPI_ERROR of each status."),
    CLASS(MPI_ERR_ACCESS,
          "File access was refused by the file system permissions."),
    CLASS(MPI_ERR_AMODE,
          "File open mode flags are contradictory or differ between ranks."),
    CLASS(MPI_ERR_ASSERT,
          "Assertion argument of an RMA synchronization call is invalid."),
    CLASS(MPI_ERR_BAD_FILE, "File name is malformed, for example too long."),
    CLASS(MPI_ERR_BASE,
          "Base address given to a memory-freeing call is invalid."),
    CLASS(MPI_ERR_CONVERSION,
          "User data-representation conversion function reported failure."),
    CLASS(MPI_ERR_DISP, "Displacement argument of a window call is invalid."),
    CLASS(MPI_ERR_DUP_DATAREP,
          "Data representation with this name is already registered."),
    CLASS(MPI_ERR_FILE_EXISTS,
          "File already exists although exclusive creation was asked for."),
    CLASS(MPI_ERR_FILE_IN_USE,
          "Operation cannot proceed because the file is open somewhere."),
    CLASS(MPI_ERR_FILE, "File handle is null or invalid."),
    CLASS(MPI_ERR_INFO_KEY, "Info key is longer than MPI_MAX_INFO_KEY allows."),
    CLASS(MPI_ERR_INFO_NOKEY,
          "Info key to be deleted or read is not in the object."),
    CLASS(MPI_ERR_INFO_VALUE,
          "Info value is too long or cannot be interpreted."),
    CLASS(MPI_ERR_INFO, "Info handle is null or invalid."),
    CLASS(MPI_ERR_IO, "Input/output failure with no more specific class."),
    CLASS(MPI_ERR_KEYVAL, "Attribute key is invalid or may not be changed."),
    CLASS(MPI_ERR_LOCKTYPE, "Lock type of a window lock call is invalid."),
    CLASS(MPI_ERR_NAME,
          "Service name looked up or withdrawn was not published."),
    CLASS(MPI_ERR_NO_MEM, "Memory is exhausted."),
    CLASS(MPI_ERR_NOT_SAME, "Argument that must agree on all ranks differs."),
    CLASS(MPI_ERR_NO_SPACE, "Storage device has no room left."),
    CLASS(MPI_ERR_NO_SUCH_FILE, "Named file does not exist."),
    CLASS(MPI_ERR_PORT, "Port name is invalid, closed or unreachable."),
    CLASS(MPI_ERR_QUOTA, "User quota on the file system is exceeded."),
    CLASS(MPI_ERR_READ_ONLY, "File or file system does not allow writing."),
    CLASS(MPI_ERR_RMA_ATTACH,
          "Memory could not be attached to a dynamic window."),
    CLASS(MPI_ERR_RMA_CONFLICT,
          "Accesses to a window conflict with one another."),
    CLASS(MPI_ERR_RMA_RANGE,
          "Target memory lies outside the window or attached region."),
    CLASS(MPI_ERR_RMA_SHARED,
          "Memory of the window cannot be shared between the ranks."),
    CLASS(MPI_ERR_RMA_SYNC, "RMA synchronization calls are out of order."),
    CLASS(MPI_ERR_SERVICE, "Name-publishing or withdrawing service failed."),
    CLASS(MPI_ERR_SIZE, "Size argument is invalid."),
    CLASS(MPI_ERR_SPAWN, "New processes could not be started."),
    CLASS(MPI_ERR_UNSUPPORTED_DATAREP,
          "Data representation named in a file view is not supported."),
    CLASS(MPI_ERR_UNSUPPORTED_OPERATION,
          "Operation is not supported on this object, such as seeking in a "
          "sequential file."),
    CLASS(MPI_ERR_WIN, "Window handle is null or invalid."),
    CLASS(MPI_ERR_RMA_FLAVOR,
          "Window was created by a call that does not permit this use."),
    CLASS(MPI_ERR_PROC_ABORTED, "A peer process has aborted."),
    CLASS(MPI_ERR_VALUE_TOO_LARGE,
          "Result does not fit the type of the output argument."),
    CLASS(MPI_ERR_SESSION, "Session handle is null or invalid."),
    CLASS(MPI_ERR_ERRHANDLER,
          "Error handler handle is null or invalid for the object."),
    CLASS(MPI_ERR_ABI,
          "ABI-related request is refused, for example Fortran facts set a "
          "second time."),
};

#define TOOL(constant, words)                                                  \
    [(constant) - MPI_T_ERR_CANNOT_INIT] = {#constant, words}

static const struct text tool_texts[] = {
    TOOL(MPI_T_ERR_CANNOT_INIT, "Tool interface cannot be initialized now."),
    TOOL(MPI_T_ERR_NOT_ACCESSIBLE,
         "Tool item exists but cannot be used at this moment."),
    TOOL(MPI_T_ERR_NOT_INITIALIZED, "Tool interface is not initialized."),
    TOOL(MPI_T_ERR_NOT_SUPPORTED,
         "Tool feature is not provided by this library."),
    TOOL(MPI_T_ERR_MEMORY, "Tool interface ran out of memory."),
    TOOL(MPI_T_ERR_INVALID,
         "Tool call was misused or has a bad argument, no finer code applies."),
    TOOL(MPI_T_ERR_INVALID_INDEX,
         "Variable, category, enumeration, event or source index is out of "
         "range."),
    TOOL(MPI_T_ERR_INVALID_ITEM,
         "Enumeration item index is out of range (old name, use "
         "INVALID_INDEX)."),
    TOOL(MPI_T_ERR_INVALID_SESSION,
         "Tool session argument is not a live session."),
    TOOL(MPI_T_ERR_INVALID_HANDLE, "Tool handle argument is not valid."),
    TOOL(MPI_T_ERR_INVALID_NAME,
         "No variable, category or event has this name."),
    TOOL(MPI_T_ERR_OUT_OF_HANDLES, "No more tool handles can be allocated."),
    TOOL(MPI_T_ERR_OUT_OF_SESSIONS, "No more tool sessions can be created."),
    TOOL(MPI_T_ERR_CVAR_SET_NOT_NOW,
         "Control variable cannot be written at this moment."),
    TOOL(MPI_T_ERR_CVAR_SET_NEVER,
         "Control variable can never be written (again)."),
    TOOL(MPI_T_ERR_PVAR_NO_WRITE,
         "Performance variable cannot be written or reset."),
    TOOL(MPI_T_ERR_PVAR_NO_STARTSTOP,
         "Performance variable runs continuously and cannot be started or "
         "stopped."),
    TOOL(MPI_T_ERR_PVAR_NO_ATOMIC,
         "Performance variable cannot be read and reset in one step."),
};

static const struct text *text_of(int error_class)
{
    if (error_class < 0)
        return NULL;
    size_t index = (size_t)error_class;
    if (index < ARRAY_COUNT(texts))
        return &texts[index];
    index -= MPI_T_ERR_CANNOT_INIT; /* huge when below it */
    return index < ARRAY_COUNT(tool_texts) ? &tool_texts[index] : NULL;
}

const char *error_text(int code)
{
    if (code >= ERROR_USER_FIRST)
        return error_user_is_known(code) ? error_user_text(code) : NULL;
    const char *sentence = error_sentence(code);
    if (sentence)
        return sentence;
    const struct text *text = code < 0 ? NULL : text_of(error_class_of(code));
    return text ? text->description : NULL;
}

const char *error_class_name(int error_class)
{
    const struct text *text = text_of(error_class);
    return text ? text->name : NULL;
}
