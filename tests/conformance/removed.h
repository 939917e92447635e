/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For MPICH's test suite, parts of which still use what MPI-3.0 and MPI-5.0
 * removed, or what the ABI leaves to a library for Fortran: each such name by
 * the function that took its place, so that those programs test us too.
 */
#ifndef REMOVED_H
#define REMOVED_H

#include <mpi.h>

#define MPI_Copy_function MPI_Comm_copy_attr_function
#define MPI_Delete_function MPI_Comm_delete_attr_function
#define MPI_NULL_COPY_FN MPI_COMM_NULL_COPY_FN
#define MPI_NULL_DELETE_FN MPI_COMM_NULL_DELETE_FN
#define MPI_DUP_FN MPI_COMM_DUP_FN
#define MPI_Keyval_create MPI_Comm_create_keyval
#define MPI_Keyval_free MPI_Comm_free_keyval
#define MPI_Attr_put MPI_Comm_set_attr
#define MPI_Attr_get MPI_Comm_get_attr
#define MPI_Attr_delete MPI_Comm_delete_attr

#define MPI_Handler_function MPI_Comm_errhandler_function
#define MPI_Errhandler_create MPI_Comm_create_errhandler
#define MPI_Errhandler_set MPI_Comm_set_errhandler
#define MPI_Errhandler_get MPI_Comm_get_errhandler

#define MPI_Address MPI_Get_address
#define MPI_Type_hvector MPI_Type_create_hvector
#define MPI_Type_hindexed MPI_Type_create_hindexed

/*
 * MPI_LB and MPI_UB took no room in a struct and set its bounds, as
 * MPI_Type_create_resized does since. What stands for them here is known to
 * this function alone.
 */
static char removed_lb, removed_ub;
#define MPI_LB ((MPI_Datatype)&removed_lb)
#define MPI_UB ((MPI_Datatype)&removed_ub)

static inline int removed_struct(int count, const int *lengths,
                                 const MPI_Aint *places,
                                 const MPI_Datatype *types, MPI_Datatype *type)
{
    enum { MOST = 64 };
    MPI_Datatype kept_type[MOST], plain;
    int kept_length[MOST], i, err, lbs = 0, ubs = 0;
    MPI_Aint lb, ub, extent;
    for (i = 0; i < count && i < MOST; i++) {
        int is_marker = types[i] == MPI_LB || types[i] == MPI_UB;
        kept_type[i] = is_marker ? MPI_BYTE : types[i];
        kept_length[i] = is_marker ? 0 : lengths[i];
        lbs += types[i] == MPI_LB;
        ubs += types[i] == MPI_UB;
    }
    if (lbs + ubs == 0 || count > MOST)
        return MPI_Type_create_struct(count, lengths, places, types, type);
    err = MPI_Type_create_struct(count, kept_length, places, kept_type, &plain);
    if (err)
        return err;
    MPI_Type_get_extent(plain, &lb, &extent);
    ub = lb + extent;
    lbs = ubs = 0;
    for (i = 0; i < count; i++) { /* the lowest and the highest count */
        if (types[i] == MPI_LB && (!lbs++ || places[i] < lb))
            lb = places[i];
        if (types[i] == MPI_UB && (!ubs++ || places[i] > ub))
            ub = places[i];
    }
    MPI_Type_create_resized(plain, lb, ub - lb, type);
    return MPI_Type_free(&plain);
}
#define MPI_Type_struct removed_struct
#ifdef STRUCT_HAS_MARKERS
#define MPI_Type_create_struct removed_struct
#endif

static inline int MPI_Type_extent(MPI_Datatype type, MPI_Aint *extent)
{
    MPI_Aint lb;
    return MPI_Type_get_extent(type, &lb, extent);
}

static inline int MPI_Type_lb(MPI_Datatype type, MPI_Aint *lb)
{
    MPI_Aint extent;
    return MPI_Type_get_extent(type, lb, &extent);
}

static inline int MPI_Type_ub(MPI_Datatype type, MPI_Aint *ub)
{
    MPI_Aint lb, extent;
    int err = MPI_Type_get_extent(type, &lb, ub ? &extent : 0);
    if (ub)
        *ub = lb + extent;
    return err;
}

typedef int MPI_Fint;
#define MPI_Message_c2f MPI_Message_toint
#define MPI_Message_f2c MPI_Message_fromint
#define PMPI_Message_c2f PMPI_Message_toint
#define PMPI_Message_f2c PMPI_Message_fromint

/* Came into the standard by other names. */
#define MPIX_Delete_error_class MPI_Remove_error_class
#define MPIX_Delete_error_code MPI_Remove_error_code
#define MPIX_Delete_error_string MPI_Remove_error_string

/* mt_probe_impl.c compares a message with the null handle of requests, which
 * is not that of messages in the ABI. */
#ifdef NULL_REQUEST_IS_MESSAGE
#undef MPI_REQUEST_NULL
#define MPI_REQUEST_NULL MPI_MESSAGE_NULL
#endif

#endif
