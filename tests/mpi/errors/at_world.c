/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For at_world.sh: returns 0 when an error of a datatype, and one of a
 * communicator with the default handler, go to MPI_COMM_WORLD's handler.
 */
#include <stddef.h>

#include <mpi.h>

int main(void)
{
    MPI_Datatype none = MPI_DATATYPE_NULL;
    MPI_Comm copy;
    MPI_Init(NULL, NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    int type_error = MPI_Type_commit(&none);
    int comm_error = MPI_Send(NULL, -1, MPI_INT, 0, 0, copy);
    MPI_Comm_free(&copy);
    MPI_Error_class(type_error, &type_error);
    MPI_Error_class(comm_error, &comm_error);
    MPI_Finalize();
    return type_error != MPI_ERR_TYPE || comm_error != MPI_ERR_COUNT;
}
