/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Types by Fortran precision and range, and the facts about Fortran that can
 * be told once: they change what the default kinds are.
 *
 * ranks: 1 2
 */
#include "../check.h"

static void by_precision(void)
{
    MPI_Datatype a, b, c;
    int size, ints, addresses, types, combiner, args[2];
    MPI_Type_create_f90_real(15, MPI_UNDEFINED, &a);
    MPI_Type_create_f90_real(15, MPI_UNDEFINED, &b);
    MPI_Type_create_f90_real(6, 30, &c);
    CHECK(a == b && a != c);
    MPI_Type_size(a, &size);
    CHECK(size == 8);
    MPI_Type_size(c, &size);
    CHECK(size == 4);
    MPI_Type_get_envelope(c, &ints, &addresses, &types, &combiner);
    CHECK(combiner == MPI_COMBINER_F90_REAL && ints == 2 && addresses == 0 &&
          types == 0);
    MPI_Type_get_contents(c, 2, 0, 0, args, NULL, NULL);
    CHECK(args[0] == 6 && args[1] == 30);
    MPI_Type_create_f90_integer(12, &b);
    MPI_Type_size(b, &size);
    CHECK(size == 8);
    MPI_Type_create_f90_complex(10, 100, &b);
    MPI_Type_size(b, &size);
    CHECK(size == 16);

    double value = 1.5, sum;
    int count;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    MPI_Allreduce(&value, &sum, 1, a, MPI_SUM, MPI_COMM_WORLD);
    CHECK(sum == 1.5 * count);

    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    CHECK_ERROR(MPI_Type_create_f90_real(100, 5, &b), MPI_ERR_ARG);
    CHECK_ERROR(MPI_Type_create_f90_real(MPI_UNDEFINED, MPI_UNDEFINED, &b),
                MPI_ERR_ARG);
    CHECK_ERROR(MPI_Type_free(&a), MPI_ERR_TYPE);
}

static void tell_facts(void)
{
    MPI_Info facts, told;
    int size, flag;
    char text[16];
    MPI_Abi_get_fortran_info(&told);
    CHECK(told == MPI_INFO_NULL);
    MPI_Type_size(MPI_INTEGER, &size);
    CHECK(size == 4);
    MPI_Info_create(&facts);
    MPI_Info_set(facts, "mpi_integer_size", "3");
    CHECK_ERROR(MPI_Abi_set_fortran_info(facts), MPI_ERR_INFO_VALUE);
    MPI_Info_set(facts, "mpi_integer_size", "8");
    MPI_Info_set(facts, "mpi_real16_supported", "false");
    MPI_Abi_set_fortran_info(facts);
    CHECK_ERROR(MPI_Abi_set_fortran_info(facts), MPI_ERR_ABI);
    MPI_Info_free(&facts);
    MPI_Abi_get_fortran_info(&told);
    MPI_Info_get(told, "mpi_integer_size", sizeof text - 1, text, &flag);
    CHECK(flag && strcmp(text, "8") == 0);
    MPI_Info_free(&told);
    MPI_Type_size(MPI_INTEGER, &size);
    CHECK(size == 8);
    MPI_Type_size(MPI_REAL16, &size);
    CHECK(size == MPI_UNDEFINED);
    CHECK_ERROR(MPI_Send(text, 1, MPI_REAL16, 0, 0, MPI_COMM_SELF),
                MPI_ERR_TYPE);
    MPI_Type_size(MPI_REAL, &size);
    CHECK(size == 4);

    long long one = 1ll << 40, all;
    int count;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    MPI_Allreduce(&one, &all, 1, MPI_INTEGER, MPI_SUM, MPI_COMM_WORLD);
    CHECK(all == one * count);
}

static void tell_booleans(void)
{
    int yes = -1, no = 0, is_set = 5, is_true = 7, is_false = 7;
    MPI_Abi_get_fortran_booleans(4, &is_true, &is_false, &is_set);
    CHECK(!is_set);
    CHECK_ERROR(MPI_Abi_set_fortran_booleans(3, &yes, &no), MPI_ERR_ARG);
    MPI_Abi_set_fortran_booleans(4, &yes, &no);
    CHECK_ERROR(MPI_Abi_set_fortran_booleans(4, &yes, &no), MPI_ERR_ABI);
    MPI_Abi_get_fortran_booleans(4, &is_true, &is_false, &is_set);
    CHECK(is_set && is_true == yes && is_false == no);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    by_precision();
    tell_facts();
    tell_booleans();
    MPI_Finalize();
    return 0;
}
