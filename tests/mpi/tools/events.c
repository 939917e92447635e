/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * There are no event types and no sources, in no category either, and each
 * function about them says so with its error class, or that the tool interface
 * is not initialized.
 *
 * ranks: 1
 */
#include "../check.h"

#define IS(call, wanted) CHECK((call) == (wanted))

static const MPI_T_event_registration no_registration;
static const MPI_T_event_instance no_instance;

/* None of these is ever called. */
static void on_event(MPI_T_event_instance event, MPI_T_event_registration which,
                     MPI_T_cb_safety safety, void *data)
{
    (void)event, (void)which, (void)safety, (void)data;
    CHECK(!"an event");
}

static void on_dropped(MPI_Count count, MPI_T_event_registration which,
                       int source, MPI_T_cb_safety safety, void *data)
{
    (void)count, (void)which, (void)source, (void)safety, (void)data;
    CHECK(!"a dropped event");
}

static void on_free(MPI_T_event_registration which, MPI_T_cb_safety safety,
                    void *data)
{
    (void)which, (void)safety, (void)data;
    CHECK(!"a registration freed");
}

/* What names an event type or a source by its number. */
static void numbered(int index, int wanted)
{
    MPI_T_event_registration registration;
    MPI_Count count;
    IS(MPI_T_event_get_info(index, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                            NULL, NULL, NULL, NULL), wanted);
    IS(MPI_T_event_handle_alloc(index, NULL, MPI_INFO_NULL, &registration),
       wanted);
    IS(MPI_T_source_get_info(index, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                             NULL), wanted);
    IS(MPI_T_source_get_timestamp(index, &count), wanted);
}

/* What takes a registration or an instance, of which there is none. */
static void handles(int wanted)
{
    MPI_Info info;
    MPI_Count time;
    int source;
    char data[64];
    IS(MPI_T_event_handle_get_info(no_registration, &info), wanted);
    IS(MPI_T_event_handle_set_info(no_registration, MPI_INFO_NULL), wanted);
    IS(MPI_T_event_register_callback(no_registration, MPI_T_CB_REQUIRE_NONE,
                                     MPI_INFO_NULL, NULL, on_event), wanted);
    IS(MPI_T_event_callback_get_info(no_registration, MPI_T_CB_REQUIRE_NONE,
                                     &info), wanted);
    IS(MPI_T_event_callback_set_info(no_registration, MPI_T_CB_REQUIRE_NONE,
                                     MPI_INFO_NULL), wanted);
    IS(MPI_T_event_set_dropped_handler(no_registration, on_dropped), wanted);
    IS(MPI_T_event_handle_free(no_registration, NULL, on_free), wanted);
    IS(MPI_T_event_read(no_instance, 0, data), wanted);
    IS(MPI_T_event_copy(no_instance, data), wanted);
    IS(MPI_T_event_get_timestamp(no_instance, &time), wanted);
    IS(MPI_T_event_get_source(no_instance, &source), wanted);
}

static void categories(void)
{
    int count, index = 77;
    MPI_T_category_get_num(&count);
    CHECK(count > 0);
    for (int i = 0; i < count; i++) {
        int events = -1;
        IS(MPI_T_category_get_num_events(i, &events), MPI_SUCCESS);
        CHECK(events == 0);
        IS(MPI_T_category_get_events(i, 1, &index), MPI_SUCCESS);
        CHECK(index == 77);
    }
    IS(MPI_T_category_get_num_events(count, &index), MPI_T_ERR_INVALID_INDEX);
    IS(MPI_T_category_get_events(-1, 1, &index), MPI_T_ERR_INVALID_INDEX);
}

int main(void)
{
    int provided, count = -1;
    IS(MPI_T_event_get_num(&count), MPI_T_ERR_NOT_INITIALIZED);
    numbered(0, MPI_T_ERR_NOT_INITIALIZED);
    handles(MPI_T_ERR_NOT_INITIALIZED);
    MPI_T_init_thread(MPI_THREAD_SINGLE, &provided);
    IS(MPI_T_event_get_num(&count), MPI_SUCCESS);
    CHECK(count == 0);
    IS(MPI_T_source_get_num(&count), MPI_SUCCESS);
    CHECK(count == 0);
    IS(MPI_T_event_get_index("any", &count), MPI_T_ERR_INVALID_NAME);
    numbered(0, MPI_T_ERR_INVALID_INDEX);
    numbered(-1, MPI_T_ERR_INVALID_INDEX);
    handles(MPI_T_ERR_INVALID_HANDLE);
    categories();
    MPI_T_finalize();
    return 0;
}
