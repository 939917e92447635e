/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handles of every kind that were freed, and the null handle, are refused with
 * the class of their kind and a sentence that begins with the function.
 *
 * ranks: 1
 */
#include "../check.h"

#define REFUSED(call, error_class)                                             \
    do {                                                                       \
        char text_[MPI_MAX_ERROR_STRING];                                      \
        int code_ = call, length_;                                             \
        check_class(__FILE__, __LINE__, #call, code_, error_class);            \
        MPI_Error_string(code_, text_, &length_);                              \
        if (strncmp(text_, #call, strcspn(#call, "(")) != 0) {                 \
            fprintf(stderr, "%s: '%s'\n", #call, text_);                       \
            CHECK(!"the sentence");                                            \
        }                                                                      \
    } while (0)

static int n, flag;
static char buffer[64];

static void groups(MPI_Group group)
{
    MPI_Group made;
    REFUSED(MPI_Group_size(group, &n), MPI_ERR_GROUP);
    REFUSED(MPI_Group_rank(group, &n), MPI_ERR_GROUP);
    REFUSED(MPI_Group_union(group, MPI_GROUP_EMPTY, &made), MPI_ERR_GROUP);
    REFUSED(MPI_Group_union(MPI_GROUP_EMPTY, group, &made), MPI_ERR_GROUP);
    REFUSED(MPI_Group_free(&group), MPI_ERR_GROUP);
}

static void infos(MPI_Info info)
{
    MPI_Info copy;
    REFUSED(MPI_Info_set(info, "key", "value"), MPI_ERR_INFO);
    REFUSED(MPI_Info_get_nkeys(info, &n), MPI_ERR_INFO);
    REFUSED(MPI_Info_dup(info, &copy), MPI_ERR_INFO);
    REFUSED(MPI_Info_free(&info), MPI_ERR_INFO);
}

static void operations(MPI_Op op)
{
    REFUSED(MPI_Op_commutative(op, &n), MPI_ERR_OP);
    REFUSED(MPI_Reduce_local(buffer, buffer + 8, 1, MPI_INT, op), MPI_ERR_OP);
    REFUSED(MPI_Op_free(&op), MPI_ERR_OP);
}

static void types(MPI_Datatype type)
{
    MPI_Datatype made;
    REFUSED(MPI_Type_size(type, &n), MPI_ERR_TYPE);
    REFUSED(MPI_Type_contiguous(1, type, &made), MPI_ERR_TYPE);
    REFUSED(MPI_Pack_size(1, type, MPI_COMM_SELF, &n), MPI_ERR_TYPE);
    REFUSED(MPI_Type_commit(&type), MPI_ERR_TYPE);
    REFUSED(MPI_Type_free(&type), MPI_ERR_TYPE);
}

static void communicators(MPI_Comm comm)
{
    MPI_Comm made;
    REFUSED(MPI_Comm_size(comm, &n), MPI_ERR_COMM);
    REFUSED(MPI_Comm_dup(comm, &made), MPI_ERR_COMM);
    REFUSED(MPI_Barrier(comm), MPI_ERR_COMM);
    REFUSED(MPI_Iprobe(0, 0, comm, &flag, MPI_STATUS_IGNORE), MPI_ERR_COMM);
    REFUSED(MPI_Comm_free(&comm), MPI_ERR_COMM);
}

static void handlers(MPI_Errhandler handler)
{
    REFUSED(MPI_Comm_set_errhandler(MPI_COMM_SELF, handler),
            MPI_ERR_ERRHANDLER);
    REFUSED(MPI_Errhandler_free(&handler), MPI_ERR_ERRHANDLER);
}

/* The null request is no error where requests are waited for. */
static void requests(MPI_Request request)
{
    REFUSED(MPI_Start(&request), MPI_ERR_REQUEST);
    REFUSED(MPI_Cancel(&request), MPI_ERR_REQUEST);
    REFUSED(MPI_Request_free(&request), MPI_ERR_REQUEST);
}

static void keyvals(int keyval)
{
    REFUSED(MPI_Comm_set_attr(MPI_COMM_SELF, keyval, NULL), MPI_ERR_KEYVAL);
    REFUSED(MPI_Comm_delete_attr(MPI_COMM_SELF, keyval), MPI_ERR_KEYVAL);
    REFUSED(MPI_Comm_free_keyval(&keyval), MPI_ERR_KEYVAL);
}

static void add(void *in, void *inout, int *count, MPI_Datatype *type)
{
    (void)in, (void)inout, (void)count, (void)type;
}

static void ignore(MPI_Comm *comm, int *code, ...)
{
    (void)comm, (void)code;
}

static void everything_null(void)
{
    groups(MPI_GROUP_NULL);
    infos(MPI_INFO_NULL);
    operations(MPI_OP_NULL);
    types(MPI_DATATYPE_NULL);
    communicators(MPI_COMM_NULL);
    handlers(MPI_ERRHANDLER_NULL);
    requests(MPI_REQUEST_NULL);
    keyvals(MPI_KEYVAL_INVALID);
}

static void everything_freed(void)
{
    MPI_Group group, world;
    MPI_Info info;
    MPI_Op op;
    MPI_Datatype type;
    MPI_Comm comm;
    MPI_Errhandler handler;
    MPI_Request request;
    int keyval;
    const int zero = 0;

    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Group_incl(world, 1, &zero, &group);
    MPI_Info_create(&info);
    MPI_Op_create(add, 1, &op);
    MPI_Type_contiguous(3, MPI_INT, &type);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_create_errhandler(ignore, &handler);
    MPI_Recv_init(buffer, 1, MPI_INT, 0, 0, MPI_COMM_WORLD, &request);
    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, MPI_COMM_NULL_DELETE_FN,
                           &keyval, NULL);
    MPI_Group freed_group = group;
    MPI_Info freed_info = info;
    MPI_Op freed_op = op;
    MPI_Datatype freed_type = type;
    MPI_Comm freed_comm = comm;
    MPI_Errhandler freed_handler = handler;
    MPI_Request freed_request = request;
    int freed_keyval = keyval;
    MPI_Group_free(&world);
    MPI_Group_free(&group);
    MPI_Info_free(&info);
    MPI_Op_free(&op);
    MPI_Type_free(&type);
    MPI_Comm_free(&comm);
    MPI_Errhandler_free(&handler);
    MPI_Request_free(&request);
    MPI_Comm_free_keyval(&keyval);
    groups(freed_group);
    infos(freed_info);
    operations(freed_op);
    types(freed_type);
    communicators(freed_comm);
    handlers(freed_handler);
    requests(freed_request);
    keyvals(freed_keyval);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    everything_null();
    everything_freed();
    MPI_Finalize();
    return 0;
}
