/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What another implementation's header could look like: the few things that
 * foreign_program.c needs, written by hand from MPI 5.0 (chapter 20, A.1), in
 * the form of enumerators instead of macros. It shares no line and no
 * generator with include/mpi.h.
 */
#ifndef FOREIGN_MPI_H
#define FOREIGN_MPI_H

#include <stdint.h>

typedef intptr_t MPI_Aint;
typedef int64_t MPI_Count;
typedef struct MPI_ABI_Comm *MPI_Comm;
typedef struct MPI_ABI_Datatype *MPI_Datatype;
typedef struct MPI_ABI_Errhandler *MPI_Errhandler;
typedef struct MPI_ABI_Op *MPI_Op;
typedef struct MPI_ABI_Request *MPI_Request;

typedef struct {
    int MPI_SOURCE;
    int MPI_TAG;
    int MPI_ERROR;
    int reserved[5];
} MPI_Status;

typedef void MPI_Comm_errhandler_function(MPI_Comm *comm, int *code, ...);

/* Handles: a value of the ABI's table cast to a pointer type. */
#define FOREIGN_HANDLE(type, value) ((type)(intptr_t)(value))
#define MPI_SUM FOREIGN_HANDLE(MPI_Op, 33)
#define MPI_MIN FOREIGN_HANDLE(MPI_Op, 34)
#define MPI_MAX FOREIGN_HANDLE(MPI_Op, 35)
#define MPI_LOR FOREIGN_HANDLE(MPI_Op, 49)
#define MPI_COMM_NULL FOREIGN_HANDLE(MPI_Comm, 256)
#define MPI_COMM_WORLD FOREIGN_HANDLE(MPI_Comm, 257)
#define MPI_COMM_SELF FOREIGN_HANDLE(MPI_Comm, 258)
#define MPI_ERRORS_ARE_FATAL FOREIGN_HANDLE(MPI_Errhandler, 321)
#define MPI_ERRORS_RETURN FOREIGN_HANDLE(MPI_Errhandler, 323)
#define MPI_REQUEST_NULL FOREIGN_HANDLE(MPI_Request, 384)
#define MPI_DATATYPE_NULL FOREIGN_HANDLE(MPI_Datatype, 512)
#define MPI_INT FOREIGN_HANDLE(MPI_Datatype, 521)
#define MPI_DOUBLE FOREIGN_HANDLE(MPI_Datatype, 532)
#define MPI_CHAR FOREIGN_HANDLE(MPI_Datatype, 579)
#define MPI_INT64_T FOREIGN_HANDLE(MPI_Datatype, 600)
#define MPI_BYTE FOREIGN_HANDLE(MPI_Datatype, 583)
#define MPI_IN_PLACE ((void *)1)
#define MPI_STATUS_IGNORE ((MPI_Status *)0)
#define MPI_STATUSES_IGNORE ((MPI_Status *)0)

enum {
    MPI_SUCCESS = 0,
    MPI_ERR_COUNT = 2,
    MPI_ERR_TYPE = 3,
    MPI_ERR_TAG = 4,
    MPI_ERR_COMM = 5,
    MPI_ERR_RANK = 6,
    MPI_ERR_TRUNCATE = 15,
    MPI_ANY_SOURCE = -1,
    MPI_ANY_TAG = -2,
    MPI_PROC_NULL = -3,
    MPI_UNDEFINED = -32766,
    MPI_THREAD_SINGLE = 0,
    MPI_THREAD_FUNNELED = 1024,
    MPI_MAX_ERROR_STRING = 512,
    MPI_MAX_PROCESSOR_NAME = 256
};

int MPI_Abi_get_version(int *major, int *minor);
int MPI_Allreduce(const void *out, void *in, int count, MPI_Datatype type,
                  MPI_Op op, MPI_Comm comm);
int MPI_Alltoall(const void *out, int count, MPI_Datatype type, void *in,
                 int in_count, MPI_Datatype in_type, MPI_Comm comm);
int MPI_Barrier(MPI_Comm comm);
int MPI_Bcast(void *buffer, int count, MPI_Datatype type, int root,
              MPI_Comm comm);
int MPI_Comm_create_errhandler(MPI_Comm_errhandler_function *function,
                               MPI_Errhandler *handler);
int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *made);
int MPI_Comm_free(MPI_Comm *comm);
int MPI_Comm_rank(MPI_Comm comm, int *rank);
int MPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler handler);
int MPI_Comm_size(MPI_Comm comm, int *size);
int MPI_Comm_split(MPI_Comm comm, int color, int key, MPI_Comm *made);
int MPI_Errhandler_free(MPI_Errhandler *handler);
int MPI_Error_class(int code, int *error_class);
int MPI_Error_string(int code, char *text, int *length);
int MPI_Finalize(void);
int MPI_Gather(const void *out, int count, MPI_Datatype type, void *in,
               int in_count, MPI_Datatype in_type, int root, MPI_Comm comm);
int MPI_Get_count(const MPI_Status *status, MPI_Datatype type, int *count);
int MPI_Get_processor_name(char *name, int *length);
int MPI_Get_version(int *version, int *subversion);
int MPI_Init_thread(int *argc, char ***argv, int required, int *provided);
int MPI_Irecv(void *buffer, int count, MPI_Datatype type, int source, int tag,
              MPI_Comm comm, MPI_Request *request);
int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int to, int tag,
              MPI_Comm comm, MPI_Request *request);
int MPI_Probe(int source, int tag, MPI_Comm comm, MPI_Status *status);
int MPI_Recv(void *buffer, int count, MPI_Datatype type, int source, int tag,
             MPI_Comm comm, MPI_Status *status);
int MPI_Send(const void *buffer, int count, MPI_Datatype type, int to, int tag,
             MPI_Comm comm);
int MPI_Type_commit(MPI_Datatype *type);
int MPI_Type_free(MPI_Datatype *type);
int MPI_Type_size(MPI_Datatype type, int *size);
int MPI_Type_vector(int count, int length, int stride, MPI_Datatype old,
                    MPI_Datatype *made);
int MPI_Waitall(int count, MPI_Request *requests, MPI_Status *statuses);
double MPI_Wtime(void);
int PMPI_Comm_size(MPI_Comm comm, int *size);

#endif
