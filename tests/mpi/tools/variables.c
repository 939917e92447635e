/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tool interface before, during and after MPI: every variable and category
 * can be asked for, counters count what a session let them count, and wrong
 * arguments get their error classes.
 *
 * ranks: 1 2
 */
#include <stdbool.h>
#include <stdlib.h>

#include "../check.h"

#define IS(call, wanted) CHECK((call) == (wanted))
#define OK(call) IS(call, MPI_SUCCESS)

static void look_at_settings(void)
{
    int count, index, verbosity, bind, scope, elements;
    OK(MPI_T_cvar_get_num(&count));
    CHECK(count > 10);
    for (int i = 0; i < count; i++) {
        char name[64], help[512], text[1024];
        int name_length = sizeof name, help_length = sizeof help;
        MPI_Datatype type;
        MPI_T_enum values;
        MPI_T_cvar_handle handle;
        OK(MPI_T_cvar_get_info(i, name, &name_length, &verbosity, &type,
                               &values, help, &help_length, &bind, &scope));
        CHECK(name_length == (int)strlen(name) + 1);
        CHECK(help_length == (int)strlen(help) + 1 && help_length > 10);
        CHECK(bind == MPI_T_BIND_NO_OBJECT && scope == MPI_T_SCOPE_ALL);
        OK(MPI_T_cvar_get_index(name, &index));
        CHECK(index == i);
        OK(MPI_T_cvar_handle_alloc(i, NULL, &handle, &elements));
        CHECK(type == MPI_CHAR ? elements <= (int)sizeof text : elements == 1);
        OK(MPI_T_cvar_read(handle, text));
        IS(MPI_T_cvar_read(handle, NULL), MPI_T_ERR_INVALID);
        if (values != MPI_T_ENUM_NULL) {
            int value, n;
            memcpy(&value, text, sizeof value);
            OK(MPI_T_enum_get_info(values, &n, NULL, NULL));
            CHECK(type == MPI_INT && value >= 0 && value < n);
            IS(MPI_T_enum_get_item(values, n, &value, NULL, NULL),
               MPI_T_ERR_INVALID_ITEM);
        }
        OK(MPI_T_cvar_handle_free(&handle));
        CHECK(handle == MPI_T_CVAR_HANDLE_NULL);
        IS(MPI_T_cvar_handle_free(&handle), MPI_T_ERR_INVALID_HANDLE);
    }
    IS(MPI_T_cvar_get_index("no_such", &index), MPI_T_ERR_INVALID_NAME);
    IS(MPI_T_cvar_get_info(count, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                           NULL, NULL), MPI_T_ERR_INVALID_INDEX);
    IS(MPI_T_cvar_get_info(-1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                           NULL), MPI_T_ERR_INVALID_INDEX);
}

static void cut_strings(void)
{
    char name[4] = "xxx";
    int length = sizeof name, whole = 0;
    OK(MPI_T_cvar_get_info(0, NULL, &whole, NULL, NULL, NULL, NULL, NULL, NULL,
                           NULL));
    OK(MPI_T_cvar_get_info(0, name, &length, NULL, NULL, NULL, NULL, NULL, NULL,
                           NULL));
    CHECK(length == whole && strcmp(name, "BAT") == 0);
}

/* Each setting, counter and lower category is in exactly one category. */
static void look_at_categories(void)
{
    int count, cvars, pvars, update, again;
    OK(MPI_T_category_changed(&update));
    OK(MPI_T_category_get_num(&count));
    OK(MPI_T_cvar_get_num(&cvars));
    OK(MPI_T_pvar_get_num(&pvars));
    int *seen = calloc((size_t)(cvars + pvars), sizeof *seen);
    int children = 0;
    for (int c = 0; c < count; c++) {
        char name[64];
        int length = sizeof name, index, n_cvars, n_pvars, n_categories;
        int list[128];
        OK(MPI_T_category_get_info(c, name, &length, NULL, NULL, &n_cvars,
                                   &n_pvars, &n_categories));
        OK(MPI_T_category_get_index(name, &index));
        CHECK(index == c && n_cvars < 128 && n_pvars < 128);
        OK(MPI_T_category_get_cvars(c, 128, list));
        for (int i = 0; i < n_cvars; i++)
            seen[list[i]]++;
        OK(MPI_T_category_get_pvars(c, 128, list));
        for (int i = 0; i < n_pvars; i++)
            seen[cvars + list[i]]++;
        OK(MPI_T_category_get_categories(c, 128, list));
        children += n_categories;
    }
    for (int i = 0; i < cvars + pvars; i++)
        CHECK(seen[i] == 1);
    CHECK(children == 3);
    free(seen);
    IS(MPI_T_category_get_cvars(count, 0, NULL), MPI_T_ERR_INVALID_INDEX);
    OK(MPI_T_category_changed(&again));
    CHECK(again == update);
}

static unsigned long long value_of(MPI_T_pvar_session session,
                                   MPI_T_pvar_handle handle)
{
    unsigned long long value = ~0ull;
    OK(MPI_T_pvar_read(session, handle, &value));
    return value;
}

static void send_to_self(int times)
{
    int rank, out = 5, in = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int i = 0; i < times; i++) {
        MPI_Request request;
        MPI_Isend(&out, 1, MPI_INT, rank, 1, MPI_COMM_WORLD, &request);
        MPI_Recv(&in, 1, MPI_INT, rank, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    }
}

/* Two sessions look at one counter, and do not disturb each other. */
static void count(void)
{
    MPI_T_pvar_session a, b;
    MPI_T_pvar_handle in_a, in_b, pinned;
    int index, level, elements;
    unsigned long long value = 7;
    OK(MPI_T_pvar_get_index("eager_messages", MPI_T_PVAR_CLASS_COUNTER,
                            &index));
    IS(MPI_T_pvar_get_index("eager_messages", MPI_T_PVAR_CLASS_LEVEL, &level),
       MPI_T_ERR_INVALID_NAME);
    OK(MPI_T_pvar_get_index("pinned_bytes", MPI_T_PVAR_CLASS_LEVEL, &level));
    OK(MPI_T_pvar_session_create(&a));
    OK(MPI_T_pvar_session_create(&b));
    OK(MPI_T_pvar_handle_alloc(a, index, NULL, &in_a, &elements));
    CHECK(elements == 1);
    OK(MPI_T_pvar_handle_alloc(b, index, NULL, &in_b, &elements));
    OK(MPI_T_pvar_handle_alloc(b, level, NULL, &pinned, &elements));
    IS(MPI_T_pvar_read(a, in_b, &value), MPI_T_ERR_INVALID_HANDLE);
    send_to_self(3);
    CHECK(value_of(a, in_a) == 0); /* it was not started */
    OK(MPI_T_pvar_start(a, in_a));
    send_to_self(4);
    OK(MPI_T_pvar_start(b, MPI_T_PVAR_ALL_HANDLES));
    send_to_self(5);
    CHECK(value_of(a, in_a) == 9);
    OK(MPI_T_pvar_stop(a, in_a));
    send_to_self(6);
    CHECK(value_of(a, in_a) == 9);
    CHECK(value_of(b, in_b) == 11);
    OK(MPI_T_pvar_readreset(b, in_b, &value));
    CHECK(value == 11 && value_of(b, in_b) == 0);
    send_to_self(1);
    CHECK(value_of(b, in_b) == 1);
    value = 100;
    OK(MPI_T_pvar_write(b, in_b, &value));
    send_to_self(1);
    CHECK(value_of(b, in_b) == 101);
    OK(MPI_T_pvar_reset(b, MPI_T_PVAR_ALL_HANDLES));
    CHECK(value_of(b, in_b) == 0);
    IS(MPI_T_pvar_start(b, pinned), MPI_T_ERR_PVAR_NO_STARTSTOP);
    IS(MPI_T_pvar_write(b, pinned, &value), MPI_T_ERR_PVAR_NO_WRITE);
    OK(MPI_T_pvar_handle_free(a, &in_a));
    OK(MPI_T_pvar_session_free(&a));
    OK(MPI_T_pvar_session_free(&b)); /* with its handles */
    IS(MPI_T_pvar_read(b, in_b, &value), MPI_T_ERR_INVALID_SESSION);
}

int main(int argc, char **argv)
{
    int level, number;
    IS(MPI_T_cvar_get_num(&number), MPI_T_ERR_NOT_INITIALIZED);
    OK(MPI_T_init_thread(MPI_THREAD_SINGLE, &level));
    OK(MPI_T_init_thread(MPI_THREAD_SINGLE, &level));
    look_at_settings();
    look_at_categories();
    MPI_Init(&argc, &argv);
    cut_strings();
    count();
    MPI_Finalize();
    look_at_settings();
    OK(MPI_T_finalize());
    OK(MPI_T_cvar_get_num(&number));
    OK(MPI_T_finalize());
    IS(MPI_T_cvar_get_num(&number), MPI_T_ERR_NOT_INITIALIZED);
    IS(MPI_T_finalize(), MPI_T_ERR_NOT_INITIALIZED);
    return 0;
}
