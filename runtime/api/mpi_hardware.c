/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Communicators by shared hardware, and which hardware there is (MPI 5.0, 7.4.2
 * and 9.1.2). Resources have hwloc's names, as hwloc://Core, in all processes;
 * besides, mpi_shared_memory is that of a node.
 */
#include "runtime/api/api.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "runtime/api/check.h"
#include "runtime/api/comm_result.h"
#include "runtime/base/error.h"
#include "runtime/base/machine.h"
#include "runtime/comm/hardware.h"

#define HWLOC_URI    "hwloc://"
#define NODES_MEMORY "mpi_shared_memory"

/* Guided by a resource, or by a process set where the standard allows it. */
static enum split_by guided(int split_type, const struct mpi_info *hints,
                            const char **resource)
{
    const char *pset = info_get(hints, "mpi_pset_name");
    *resource = info_get(hints, "mpi_hw_resource_type");
    if (*resource && strcmp(*resource, NODES_MEMORY) == 0)
        return SPLIT_NODE;
    if (*resource) {
        if (strncmp(*resource, HWLOC_URI, strlen(HWLOC_URI)) != 0)
            return SPLIT_NONE; /* no other names are known here */
        *resource += strlen(HWLOC_URI);
        return SPLIT_RESOURCE;
    }
    if (split_type != MPI_COMM_TYPE_RESOURCE_GUIDED || !pset)
        return SPLIT_NONE;
    if (strcasecmp(pset, "mpi://SELF") == 0)
        return SPLIT_SELF;
    return strcasecmp(pset, "mpi://WORLD") == 0 ? SPLIT_ALL : SPLIT_NONE;
}

static int choose_split(int split_type, const struct mpi_info *hints,
                        enum split_by *by, const char **resource)
{
    *resource = NULL;
    switch (split_type) {
    case MPI_UNDEFINED:
        *by = SPLIT_NONE;
        return MPI_SUCCESS;
    case MPI_COMM_TYPE_SHARED:
        *by = SPLIT_NODE;
        return MPI_SUCCESS;
    case MPI_COMM_TYPE_HW_GUIDED:
    case MPI_COMM_TYPE_RESOURCE_GUIDED:
        *by = guided(split_type, hints, resource);
        return MPI_SUCCESS;
    case MPI_COMM_TYPE_HW_UNGUIDED:
        *by = SPLIT_LEVEL;
        return MPI_SUCCESS;
    default:
        return error_make(MPI_ERR_ARG, "%d is not a split type", split_type);
    }
}

PROFILE(MPI_Comm_split_type);
int MPI_Comm_split_type(MPI_Comm comm, int split_type, int key, MPI_Info info,
                        MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct mpi_info *hints;
    enum split_by by = SPLIT_NONE;
    const char *resource;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_intra(c);
    if (err == MPI_SUCCESS)
        err = check_info_or_null(info, &hints);
    if (err == MPI_SUCCESS)
        err = choose_split(split_type, hints, &by, &resource);
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        comm_enter();
        err = comm_split_hardware(c, by, resource, key, &made);
        comm_leave();
    }
    return comm_result(c, err, made, newcomm, "MPI_Comm_split_type");
}

static int add_resource(struct mpi_info *info, struct machine *m,
                        const char *name)
{
    char key[sizeof HWLOC_URI + MACHINE_NAME_MAX];
    snprintf(key, sizeof key, HWLOC_URI "%s", name);
    return info_set(info, key,
                    machine_instance(m, name) == MACHINE_NOWHERE ? "false"
                                                                 : "true");
}

/* The types of resources, and whether this process is on a single instance. */
static int describe_hardware(struct mpi_info *info)
{
    struct machine *m;
    int err = machine_open(&m);
    if (err != MPI_SUCCESS)
        return err;
    err = info_set(info, NODES_MEMORY, "true");
    if (err == MPI_SUCCESS)
        err = add_resource(info, m, "NUMANode");
    for (int level = 0; err == MPI_SUCCESS; level++) {
        const char *name = machine_level_name(m, level);
        if (!name)
            break;
        err = add_resource(info, m, name);
    }
    machine_close(m);
    return err;
}

PROFILE(MPI_Get_hw_resource_info);
int MPI_Get_hw_resource_info(MPI_Info *hw_info)
{
    LIBRARY_LOCKED;
    struct mpi_info *info = NULL;
    int err = check_initialized();
    if (err == MPI_SUCCESS)
        err = check_pointer(hw_info, "hw_info");
    if (err == MPI_SUCCESS)
        err = info_create(&info);
    if (err == MPI_SUCCESS)
        err = describe_hardware(info);
    if (err == MPI_SUCCESS)
        err = info_give(info, hw_info);
    else
        info_destroy(info);
    return api_result(NULL, err, "MPI_Get_hw_resource_info");
}
