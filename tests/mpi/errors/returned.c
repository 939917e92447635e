/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every wrong argument of point-to-point calls is returned with its class and
 * a sentence that names it, and the communicator stays usable.
 *
 * ranks: 1 2
 */
#include <limits.h>
#include <stdint.h>

#include "../check.h"

static MPI_Comm comm;
static int size;
static char buffer[256];

/* The call must end with this class and a sentence with these words. */
#define REFUSED(call, error_class, words)                                      \
    do {                                                                       \
        char text_[MPI_MAX_ERROR_STRING];                                      \
        int code_ = call, length_;                                             \
        check_class(__FILE__, __LINE__, #call, code_, error_class);            \
        MPI_Error_string(code_, text_, &length_);                              \
        CHECK((size_t)length_ == strlen(text_));                               \
        CHECK(strncmp(text_, #call, strcspn(#call, "(")) == 0);                \
        if (!strstr(text_, words)) {                                           \
            fprintf(stderr, "'%s' lacks '%s'\n", text_, words);                \
            CHECK(!"the sentence");                                            \
        }                                                                      \
    } while (0)

static MPI_Datatype garbage_type(uintptr_t value)
{
    return (MPI_Datatype)value;
}

static MPI_Comm garbage_comm(uintptr_t value)
{
    return (MPI_Comm)value;
}

static void ranks(void)
{
    char sentence[64];
    snprintf(sentence, sizeof sentence, "rank %d is not in the communicator",
             size);
    REFUSED(MPI_Send(buffer, 1, MPI_INT, size, 0, comm), MPI_ERR_RANK,
            sentence);
    REFUSED(MPI_Recv(buffer, 1, MPI_INT, size, 0, comm, MPI_STATUS_IGNORE),
            MPI_ERR_RANK, sentence);
    REFUSED(MPI_Send(buffer, 1, MPI_INT, MPI_ANY_SOURCE, 0, comm),
            MPI_ERR_RANK, "rank");
    REFUSED(MPI_Send(buffer, 1, MPI_INT, INT_MIN, 0, comm), MPI_ERR_RANK,
            "rank -2147483648");
    REFUSED(MPI_Recv(buffer, 1, MPI_INT, -5, 0, comm, MPI_STATUS_IGNORE),
            MPI_ERR_RANK, "rank -5");
}

static void tags(void)
{
    MPI_Request request;
    REFUSED(MPI_Send(buffer, 1, MPI_INT, 0, -5, comm), MPI_ERR_TAG,
            "tag -5 is negative");
    REFUSED(MPI_Send(buffer, 1, MPI_INT, 0, MPI_ANY_TAG, comm), MPI_ERR_TAG,
            "MPI_ANY_TAG");
    REFUSED(MPI_Isend(buffer, 1, MPI_INT, 0, INT_MIN, comm, &request),
            MPI_ERR_TAG, "tag -2147483648");
    REFUSED(MPI_Irecv(buffer, 1, MPI_INT, 0, -9, comm, &request), MPI_ERR_TAG,
            "tag -9");
}

static void counts_and_buffers(void)
{
    REFUSED(MPI_Send(buffer, -1, MPI_INT, 0, 0, comm), MPI_ERR_COUNT,
            "count -1 is negative");
    REFUSED(MPI_Send_c(buffer, INT64_MIN, MPI_INT, 0, 0, comm), MPI_ERR_COUNT,
            "negative");
    REFUSED(MPI_Recv(buffer, -7, MPI_INT, 0, 0, comm, MPI_STATUS_IGNORE),
            MPI_ERR_COUNT, "count -7");
    REFUSED(MPI_Send(NULL, 3, MPI_INT, 0, 0, comm), MPI_ERR_BUFFER,
            "null pointer");
    REFUSED(MPI_Send(MPI_IN_PLACE, 1, MPI_INT, 0, 0, comm), MPI_ERR_BUFFER,
            "MPI_IN_PLACE");
    REFUSED(MPI_Isend(buffer, 1, MPI_INT, 0, 0, comm, NULL), MPI_ERR_ARG,
            "request");
}

/* An error of a null session goes where those of no object go. */
static void sessions(void)
{
    int n;
    CHECK_ERROR(MPI_Session_get_num_psets(MPI_SESSION_NULL, MPI_INFO_NULL, &n),
                MPI_ERR_SESSION);
}

static void communicators(void)
{
    REFUSED(MPI_Send(buffer, 1, MPI_INT, 0, 0, MPI_COMM_NULL), MPI_ERR_COMM,
            "MPI_COMM_NULL is not a communicator");
    static const uintptr_t values[] = {0, 0x209, 4095, 5000, 0x1234567,
                                       (uintptr_t)1 << 40, UINTPTR_MAX};
    for (int i = 0; i < 7; i++)
        REFUSED(MPI_Send(buffer, 1, MPI_INT, 0, 0, garbage_comm(values[i])),
                MPI_ERR_COMM, "is not a communicator");
    MPI_Comm gone, copy;
    MPI_Comm_dup(comm, &gone);
    copy = gone;
    MPI_Comm_free(&gone);
    REFUSED(MPI_Send(buffer, 1, MPI_INT, 0, 0, copy), MPI_ERR_COMM,
            "is not a communicator");
    REFUSED(MPI_Comm_rank((MPI_Comm)MPI_GROUP_EMPTY, &size), MPI_ERR_COMM,
            "handle 0x109");
}

static void datatypes(void)
{
    REFUSED(MPI_Send(buffer, 1, MPI_DATATYPE_NULL, 0, 0, comm), MPI_ERR_TYPE,
            "MPI_DATATYPE_NULL is not a datatype");
    static const uintptr_t values[] = {0, 0x101, 0x2ff, 4096 + 77, 0x1234567,
                                       (uintptr_t)1 << 50, UINTPTR_MAX};
    for (int i = 0; i < 7; i++)
        REFUSED(MPI_Send(buffer, 1, garbage_type(values[i]), 0, 0, comm),
                MPI_ERR_TYPE, "is not a datatype");
    MPI_Datatype raw, copy;
    MPI_Type_vector(2, 1, 2, MPI_INT, &raw);
    REFUSED(MPI_Send(buffer, 1, raw, 0, 0, comm), MPI_ERR_TYPE,
            "not committed");
    copy = raw;
    MPI_Type_free(&raw);
    REFUSED(MPI_Send(buffer, 1, copy, 0, 0, comm), MPI_ERR_TYPE, "");
}

static void types_and_ops(void)
{
    MPI_Datatype t = MPI_INT, made;
    MPI_Op op = MPI_SUM;
    int one = 1;
    REFUSED(MPI_Type_free(&t), MPI_ERR_TYPE, "MPI_INT is predefined");
    t = MPI_DATATYPE_NULL;
    REFUSED(MPI_Type_commit(&t), MPI_ERR_TYPE, "MPI_DATATYPE_NULL");
    REFUSED(MPI_Type_contiguous(-1, MPI_INT, &made), MPI_ERR_COUNT, "-1");
    REFUSED(MPI_Type_vector(1, -2, 1, MPI_INT, &made), MPI_ERR_ARG,
            "block length -2");
    REFUSED(MPI_Type_indexed(1, NULL, &one, MPI_INT, &made), MPI_ERR_ARG,
            "null pointer");
    REFUSED(MPI_Type_contiguous(1, MPI_INT, NULL), MPI_ERR_ARG, "newtype");
    REFUSED(MPI_Type_create_subarray(1, &one, &one, &one, MPI_ORDER_C, MPI_INT,
                                     &made), MPI_ERR_ARG, "dimension 0");
    REFUSED(MPI_Op_free(&op), MPI_ERR_OP, "MPI_SUM is predefined");
    REFUSED(MPI_Reduce_local(buffer, buffer + 8, 1, MPI_DOUBLE, MPI_BAND),
            MPI_ERR_OP, "MPI_BAND is not defined for MPI_DOUBLE");
    REFUSED(MPI_Op_create(NULL, 1, &op), MPI_ERR_ARG, "null pointer");
    REFUSED(MPI_Error_class(63, &one), MPI_ERR_ARG, "63");
}

static void packing(void)
{
    int position = 6, n;
    REFUSED(MPI_Pack(buffer, 1, MPI_INT, buffer + 64, 8, &position, comm),
            MPI_ERR_TRUNCATE, "do not fit");
    REFUSED(MPI_Unpack(buffer, 8, &position, buffer + 64, 1, MPI_INT, comm),
            MPI_ERR_TRUNCATE, "do not fit");
    CHECK(position == 6);
    REFUSED(MPI_Pack_size(INT_MAX, MPI_DOUBLE, comm, &n), MPI_ERR_COUNT,
            "more than");
    position = -1;
    REFUSED(MPI_Pack(buffer, 1, MPI_INT, buffer + 64, 8, &position, comm),
            MPI_ERR_ARG, "negative");
}

/* The message is longer than the buffer: short ones and long ones, found
 * waiting and waited for. */
static void truncation(int bytes)
{
    static char data[1 << 20], room[1 << 20];
    MPI_Request request;
    MPI_Status status;
    memset(room, 1, sizeof room);
    MPI_Irecv(room, bytes - 1, MPI_CHAR, 0, 1, comm, &request);
    MPI_Send(data, bytes, MPI_CHAR, 0, 1, comm);
    REFUSED(MPI_Wait(&request, &status), MPI_ERR_TRUNCATE, "");
    CHECK(room[bytes - 1] == 1);
    MPI_Isend(data, bytes, MPI_CHAR, 0, 2, comm, &request);
    REFUSED(MPI_Recv(room, bytes / 2, MPI_CHAR, 0, 2, comm, &status),
            MPI_ERR_TRUNCATE, "");
    CHECK(room[bytes - 1] == 1);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

static void still_usable(int rank)
{
    int out = rank * 3, in = -1;
    MPI_Sendrecv(&out, 1, MPI_INT, (rank + 1) % size, 0, &in, 1, MPI_INT,
                 (rank + size - 1) % size, 0, comm, MPI_STATUS_IGNORE);
    CHECK(in == (rank + size - 1) % size * 3);
}

int main(void)
{
    int rank;
    MPI_Init(NULL, NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    ranks();
    tags();
    counts_and_buffers();
    communicators();
    sessions();
    datatypes();
    types_and_ops();
    packing();
    if (size == 1) {
        truncation(8);
        truncation(5000);
        truncation(1 << 20);
    }
    still_usable(rank);
    MPI_Comm_free(&comm);
    MPI_Finalize();
    return 0;
}
