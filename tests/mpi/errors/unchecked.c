/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For unchecked.sh: values that are wrong by the standard and do no harm here.
 * The argument says whether they are errors now; a handle that is none is one
 * in any case.
 */
#include "../check.h"

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const int is_checked = argc > 1 && strcmp(argv[1], "checked") == 0;
    MPI_Datatype type;
    int data[2] = { 1, 2 };
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Type_contiguous(2, MPI_INT, &type); /* and not committed */
    CHECK_ERROR(MPI_Send(data, 1, type, MPI_PROC_NULL, 0, MPI_COMM_WORLD),
                is_checked ? MPI_ERR_TYPE : MPI_SUCCESS);
    CHECK_ERROR(MPI_Send(data, 1, MPI_INT, MPI_PROC_NULL, -5, MPI_COMM_WORLD),
                is_checked ? MPI_ERR_TAG : MPI_SUCCESS);
    CHECK_ERROR(MPI_Send(NULL, 1, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD),
                is_checked ? MPI_ERR_BUFFER : MPI_SUCCESS);
    CHECK_ERROR(MPI_Send(data, -1, MPI_INT, MPI_PROC_NULL, 0, MPI_COMM_WORLD),
                is_checked ? MPI_ERR_COUNT : MPI_SUCCESS);
    CHECK_ERROR(MPI_Send(data, 1, MPI_INT, 0, 0, (MPI_Comm)0x1234),
                MPI_ERR_COMM);
    MPI_Type_free(&type);
    MPI_Finalize();
    return 0;
}
