/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking at requests leaves them as they are; a generalized request ends when
 * its owner says so and its functions run in their order; a cancelled receive
 * says so; a status is what it was set to.
 *
 * ranks: 1 2
 */
#include "../check.h"

static int rank, other;
static int queries, frees, cancels;

static int query(void *state, MPI_Status *status)
{
    queries++;
    MPI_Status_set_source(status, *(int *)state);
    MPI_Status_set_tag(status, 78);
    MPI_Status_set_elements(status, MPI_DOUBLE, 4);
    MPI_Status_set_cancelled(status, cancels > 0);
    return *(int *)state == 13 ? MPI_ERR_OTHER : MPI_SUCCESS;
}

static int free_state(void *state)
{
    (void)state;
    CHECK(++frees <= queries || *(int *)state == 99);
    return MPI_SUCCESS;
}

static int cancel(void *state, int is_complete)
{
    (void)state;
    CHECK(!is_complete);
    cancels++;
    return MPI_SUCCESS;
}

static void generalized(void)
{
    MPI_Request r, copy;
    MPI_Status s;
    int state = 77, flag, n;
    MPI_Grequest_start(query, free_state, cancel, &state, &r);
    MPI_Test(&r, &flag, &s);
    CHECK(!flag && queries == 0);
    MPI_Grequest_complete(r);
    MPI_Request_get_status(r, &flag, &s);
    CHECK(flag && queries == 1 && frees == 0 && s.MPI_SOURCE == 77);
    MPI_Wait(&r, &s);
    MPI_Get_count(&s, MPI_DOUBLE, &n);
    CHECK(r == MPI_REQUEST_NULL && queries == 2 && frees == 1 && n == 4);
    CHECK(s.MPI_TAG == 78);
    MPI_Grequest_start(query, free_state, cancel, &state, &r);
    MPI_Cancel(&r);
    MPI_Grequest_complete(r);
    MPI_Waitall(1, &r, &s);
    MPI_Test_cancelled(&s, &flag);
    CHECK(flag && cancels == 1 && frees == 2);
    state = 13;
    MPI_Grequest_start(query, free_state, cancel, &state, &r);
    MPI_Grequest_complete(r);
    CHECK_ERROR(MPI_Wait(&r, MPI_STATUS_IGNORE), MPI_ERR_OTHER);
    state = 99; /* nobody asks for the status of a freed one */
    MPI_Grequest_start(query, free_state, cancel, &state, &r);
    copy = r;
    MPI_Request_free(&r);
    CHECK(frees == 3);
    MPI_Grequest_complete(copy);
    CHECK(frees == 4);
    CHECK_ERROR(MPI_Grequest_complete(copy), MPI_ERR_REQUEST);
}

static void looking(void)
{
    MPI_Request r[3];
    MPI_Status s[3];
    int in[2], flag = 0, index, some, indices[3];
    MPI_Irecv(&in[0], 1, MPI_INT, other, 0, MPI_COMM_WORLD, &r[0]);
    MPI_Irecv(&in[1], 1, MPI_INT, other, 1, MPI_COMM_WORLD, &r[1]);
    r[2] = MPI_REQUEST_NULL;
    MPI_Request_get_status_all(3, r, &flag, s);
    CHECK(!flag);
    MPI_Send(&rank, 1, MPI_INT, other, 1, MPI_COMM_WORLD);
    while (!flag)
        MPI_Request_get_status(r[1], &flag, &s[1]);
    CHECK(s[1].MPI_SOURCE == other && s[1].MPI_TAG == 1);
    MPI_Request_get_status_any(3, r, &index, &flag, &s[0]);
    CHECK(flag && index == 1 && s[0].MPI_TAG == 1);
    MPI_Request_get_status_some(3, r, &some, indices, s);
    CHECK(some == 1 && indices[0] == 1 && s[0].MPI_TAG == 1);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Send(&rank, 1, MPI_INT, other, 0, MPI_COMM_WORLD);
    for (flag = 0; !flag;)
        MPI_Request_get_status_all(3, r, &flag, s);
    CHECK(s[0].MPI_TAG == 0 && s[1].MPI_TAG == 1);
    CHECK(s[2].MPI_TAG == MPI_ANY_TAG);
    CHECK(r[0] != MPI_REQUEST_NULL && r[1] != MPI_REQUEST_NULL);
    CHECK(MPI_Request_fromint(MPI_Request_toint(r[0])) == r[0]);
    MPI_Waitall(3, r, s);
    CHECK(in[0] == other && in[1] == other);
    MPI_Request_get_status_any(3, r, &index, &flag, &s[0]);
    CHECK(flag && index == MPI_UNDEFINED);
    MPI_Request_get_status_some(3, r, &some, indices, s);
    CHECK(some == MPI_UNDEFINED);
    CHECK_ERROR(MPI_Request_get_status((MPI_Request)MPI_COMM_WORLD, &flag, s),
                MPI_ERR_REQUEST);
}

static void cancelling(void)
{
    MPI_Request r;
    MPI_Status s;
    int in, flag;
    MPI_Irecv(&in, 1, MPI_INT, other, 50, MPI_COMM_WORLD, &r);
    MPI_Cancel(&r);
    MPI_Wait(&r, &s);
    MPI_Test_cancelled(&s, &flag);
    CHECK(flag);
    MPI_Irecv(&in, 1, MPI_INT, other, 51, MPI_COMM_WORLD, &r);
    MPI_Send(&rank, 1, MPI_INT, other, 51, MPI_COMM_WORLD);
    MPI_Wait(&r, &s);
    MPI_Test_cancelled(&s, &flag);
    CHECK(!flag && in == other);
    CHECK_ERROR(MPI_Cancel(&r), MPI_ERR_REQUEST);
}

/* A long and a synchronous send that nobody receives. */
static void cancelling_sends(void)
{
    static char many[1 << 20];
    MPI_Request r[3];
    MPI_Status s[3];
    int flag;
    MPI_Isend(many, sizeof many, MPI_CHAR, other, 60, MPI_COMM_WORLD, &r[0]);
    MPI_Issend(many, 1, MPI_CHAR, other, 61, MPI_COMM_WORLD, &r[1]);
    MPI_Ssend_init(many, 1, MPI_CHAR, other, 62, MPI_COMM_WORLD, &r[2]);
    MPI_Start(&r[2]);
    for (int i = 0; i < 3; i++)
        MPI_Cancel(&r[i]);
    MPI_Waitall(3, r, s);
    for (int i = 0; i < 3; i++) {
        MPI_Test_cancelled(&s[i], &flag);
        CHECK(flag);
    }
    MPI_Request_free(&r[2]);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Iprobe(other, MPI_ANY_TAG, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
    CHECK(!flag);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void statuses(void)
{
    MPI_Status s;
    MPI_Datatype mixed;
    int n, value;
    int lengths[] = { 1, 2 };
    MPI_Aint places[] = { 0, 8 };
    MPI_Datatype types[] = { MPI_DOUBLE, MPI_INT };
    MPI_Type_create_struct(2, lengths, places, types, &mixed);
    MPI_Type_commit(&mixed);
    for (int i = 0; i < 10; i++) {
        MPI_Status_set_elements(&s, mixed, i);
        MPI_Get_elements(&s, mixed, &n);
        CHECK(n == i);
        MPI_Get_count(&s, mixed, &n);
        CHECK(n == (i % 3 == 0 ? i / 3 : MPI_UNDEFINED));
    }
    MPI_Status_set_error(&s, 7);
    MPI_Status_get_error(&s, &value);
    CHECK(value == 7 && s.MPI_ERROR == 7);
    MPI_Status_set_source(&s, 3);
    MPI_Status_get_source(&s, &value);
    CHECK(value == 3);
    MPI_Status_set_tag(&s, 4);
    MPI_Status_get_tag(&s, &value);
    CHECK(value == 4);
    MPI_Status_set_elements_c(&s, MPI_BYTE, (MPI_Count)1 << 40);
    MPI_Count many;
    MPI_Get_count_c(&s, MPI_BYTE, &many);
    CHECK(many == (MPI_Count)1 << 40);
    MPI_Type_free(&mixed);
}

int main(void)
{
    int size;
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    other = size - 1 - rank;
    generalized();
    looking();
    cancelling();
    cancelling_sends();
    statuses();
    MPI_Finalize();
    return 0;
}
