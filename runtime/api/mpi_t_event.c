/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events (MPI 5.0, 15.3.8): this library raises none. It has no event types and
 * no sources, so every index is out of range and no registration or instance
 * exists that a handle could name.
 */
#include "runtime/api/tool.h"

#include "runtime/api/api.h"

/* What a call on something that cannot exist ends with. */
static int refuse(int why)
{
    int err = tool_check();
    return err == MPI_SUCCESS ? why : err;
}

static int give_none(int *count)
{
    int err = tool_check();
    if (err == MPI_SUCCESS)
        tool_give(0, count);
    return err;
}

PROFILE(MPI_T_event_get_num);
int MPI_T_event_get_num(int *num_events)
{
    LIBRARY_LOCKED_ALWAYS;
    return give_none(num_events);
}

PROFILE(MPI_T_source_get_num);
int MPI_T_source_get_num(int *num_sources)
{
    LIBRARY_LOCKED_ALWAYS;
    return give_none(num_sources);
}

PROFILE(MPI_T_event_get_index);
int MPI_T_event_get_index(const char *name, int *event_index)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_NAME);
}

PROFILE(MPI_T_event_get_info);
int MPI_T_event_get_info(int event_index, char *name, int *name_len,
                         int *verbosity, MPI_Datatype array_of_datatypes[],
                         MPI_Aint array_of_displacements[], int *num_elements,
                         MPI_T_enum *enumtype, MPI_Info *info, char *desc,
                         int *desc_len, int *bind)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_INDEX);
}

PROFILE(MPI_T_source_get_info);
int MPI_T_source_get_info(int source_index, char *name, int *name_len,
                          char *desc, int *desc_len,
                          MPI_T_source_order *ordering,
                          MPI_Count *ticks_per_second, MPI_Count *max_ticks,
                          MPI_Info *info)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_INDEX);
}

PROFILE(MPI_T_source_get_timestamp);
int MPI_T_source_get_timestamp(int source_index, MPI_Count *timestamp)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_INDEX);
}

PROFILE(MPI_T_event_handle_alloc);
int MPI_T_event_handle_alloc(int event_index, void *obj_handle, MPI_Info info,
                             MPI_T_event_registration *event_registration)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_INDEX);
}

PROFILE(MPI_T_event_handle_free);
int MPI_T_event_handle_free(MPI_T_event_registration event_registration,
                            void *user_data,
                            MPI_T_event_free_cb_function free_cb_function)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_handle_get_info);
int MPI_T_event_handle_get_info(MPI_T_event_registration event_registration,
                                MPI_Info *info_used)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_handle_set_info);
int MPI_T_event_handle_set_info(MPI_T_event_registration event_registration,
                                MPI_Info info)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_register_callback);
int MPI_T_event_register_callback(MPI_T_event_registration event_registration,
                                  MPI_T_cb_safety cb_safety, MPI_Info info,
                                  void *user_data,
                                  MPI_T_event_cb_function event_cb_function)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_callback_get_info);
int MPI_T_event_callback_get_info(MPI_T_event_registration event_registration,
                                  MPI_T_cb_safety cb_safety,
                                  MPI_Info *info_used)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_callback_set_info);
int MPI_T_event_callback_set_info(MPI_T_event_registration event_registration,
                                  MPI_T_cb_safety cb_safety, MPI_Info info)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_set_dropped_handler);
int MPI_T_event_set_dropped_handler(
        MPI_T_event_registration event_registration,
        MPI_T_event_dropped_cb_function dropped_cb_function)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_read);
int MPI_T_event_read(MPI_T_event_instance event_instance, int element_index,
                     void *buffer)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_copy);
int MPI_T_event_copy(MPI_T_event_instance event_instance, void *buffer)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_get_source);
int MPI_T_event_get_source(MPI_T_event_instance event_instance,
                           int *source_index)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}

PROFILE(MPI_T_event_get_timestamp);
int MPI_T_event_get_timestamp(MPI_T_event_instance event_instance,
                              MPI_Count *event_timestamp)
{
    LIBRARY_LOCKED_ALWAYS;
    return refuse(MPI_T_ERR_INVALID_HANDLE);
}
