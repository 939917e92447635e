/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cartesian topologies (MPI 5.0, 8.5).
 */
#include "runtime/api/api.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/api/check.h"
#include "runtime/api/comm_result.h"
#include "runtime/base/error.h"
#include "runtime/comm/comm.h"
#include "runtime/comm/placement.h"
#include "runtime/comm/split.h"
#include "runtime/objects/topology.h"

PROFILE(MPI_Dims_create);
int MPI_Dims_create(int nnodes, int ndims, int dims[])
{
    LIBRARY_LOCKED;
    int err = check_initialized();
    if (err == MPI_SUCCESS && (nnodes < 1 || ndims < 0))
        err = error_make(MPI_ERR_DIMS, "%d nodes in %d dimensions", nnodes,
                         ndims);
    if (err == MPI_SUCCESS && ndims > 0)
        err = check_pointer(dims, "dims");
    if (err == MPI_SUCCESS && ndims > 0 && !dims_create(nnodes, ndims, dims))
        err = error_make(MPI_ERR_DIMS, "%d nodes are not a multiple of the "
                         "dimensions that are given", nnodes);
    return api_result(NULL, err, "MPI_Dims_create");
}

/* A grid that fits in the communicator; *size is its number of ranks. */
static int check_grid(const struct mpi_comm *c, int ndims, const int *dims,
                      const int *periods, int *size)
{
    int err = check_intra(c);
    if (err == MPI_SUCCESS && ndims < 0)
        err = error_make(MPI_ERR_DIMS, "%d is not a number of dimensions",
                         ndims);
    if (err == MPI_SUCCESS && ndims > 0)
        err = check_pointer(dims, "dims");
    if (err == MPI_SUCCESS && ndims > 0)
        err = check_pointer(periods, "periods");
    for (int d = 0; d < ndims && err == MPI_SUCCESS; d++)
        if (dims[d] <= 0)
            err = error_make(MPI_ERR_DIMS, "dimension %d has %d ranks", d,
                             dims[d]);
    if (err != MPI_SUCCESS)
        return err;
    *size = cart_size(ndims, dims);
    if (*size == MPI_UNDEFINED || *size > c->size)
        return error_make(MPI_ERR_DIMS, "the grid needs more than the %d ranks "
                          "of the communicator", c->size);
    return MPI_SUCCESS;
}

/* Our rank in a grid of `size` ranks: as in c, unless all of c are in it and
 * another order is better. */
static int find_place(struct mpi_comm *c, int size, bool may_reorder,
                      const struct cart *cart, int *place)
{
    *place = c->rank < size ? c->rank : MPI_UNDEFINED;
    return may_reorder && size == c->size ? placement_cart(c, cart, place)
                                          : MPI_SUCCESS;
}

static int create_grid(struct mpi_comm *c, int size, bool may_reorder,
                       const struct topology *t, struct mpi_comm **out)
{
    int place;
    int err = find_place(c, size, may_reorder, &t->cart, &place);
    if (err != MPI_SUCCESS)
        return err;
    return comm_split(c, place == MPI_UNDEFINED ? MPI_UNDEFINED : 0, place,
                      out);
}

PROFILE(MPI_Cart_create);
int MPI_Cart_create(MPI_Comm comm_old, int ndims, const int dims[],
                    const int periods[], int reorder, MPI_Comm *comm_cart)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct topology *t = NULL;
    int size = 0;
    int err = check_comm(comm_old, &c);
    if (err == MPI_SUCCESS)
        err = check_grid(c, ndims, dims, periods, &size);
    if (err == MPI_SUCCESS)
        err = check_pointer(comm_cart, "comm_cart");
    if (err == MPI_SUCCESS)
        err = topology_create_cart(ndims, dims, periods, &t);
    if (err == MPI_SUCCESS)
        err = create_grid(c, size, reorder != 0, t, &made);
    return comm_result_topology(c, err, made, t, comm_cart, "MPI_Cart_create");
}

PROFILE(MPI_Cart_map);
int MPI_Cart_map(MPI_Comm comm, int ndims, const int dims[],
                 const int periods[], int *newrank)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct cart cart = { ndims, (int *)(uintptr_t)dims,
                               (int *)(uintptr_t)periods };
    int size = 0;
    int err = check_comm(comm, &c);
    if (err == MPI_SUCCESS)
        err = check_grid(c, ndims, dims, periods, &size);
    if (err == MPI_SUCCESS)
        err = check_pointer(newrank, "newrank");
    if (err == MPI_SUCCESS)
        err = find_place(c, size, true, &cart, newrank);
    return api_result(c, err, "MPI_Cart_map");
}

static int check_cart(MPI_Comm comm, struct mpi_comm **c,
                      const struct cart **cart)
{
    int err = check_comm(comm, c);
    if (err == MPI_SUCCESS)
        err = check_topology(*c, MPI_CART);
    if (err == MPI_SUCCESS)
        *cart = &(*c)->topology->cart;
    return err;
}

PROFILE(MPI_Cartdim_get);
int MPI_Cartdim_get(MPI_Comm comm, int *ndims)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct cart *cart;
    int err = check_cart(comm, &c, &cart);
    if (err == MPI_SUCCESS)
        err = check_pointer(ndims, "ndims");
    if (err == MPI_SUCCESS)
        *ndims = cart->ndims;
    return api_result(c, err, "MPI_Cartdim_get");
}

static int check_room(int maxdims, const struct cart *cart, const int *array,
                      const char *what)
{
    if (maxdims < cart->ndims)
        return error_make(MPI_ERR_ARG, "room for %d of %d dimensions", maxdims,
                          cart->ndims);
    return cart->ndims > 0 ? check_pointer(array, what) : MPI_SUCCESS;
}

PROFILE(MPI_Cart_get);
int MPI_Cart_get(MPI_Comm comm, int maxdims, int dims[], int periods[],
                 int coords[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct cart *cart;
    int err = check_cart(comm, &c, &cart);
    if (err == MPI_SUCCESS)
        err = check_room(maxdims, cart, dims, "dims");
    if (err == MPI_SUCCESS)
        err = check_room(maxdims, cart, periods, "periods");
    if (err == MPI_SUCCESS)
        err = check_room(maxdims, cart, coords, "coords");
    if (err == MPI_SUCCESS && cart->ndims > 0) {
        memcpy(dims, cart->dims, (size_t)cart->ndims * sizeof *dims);
        memcpy(periods, cart->periods, (size_t)cart->ndims * sizeof *periods);
        cart_coords(cart, c->rank, coords);
    }
    return api_result(c, err, "MPI_Cart_get");
}

PROFILE(MPI_Cart_rank);
int MPI_Cart_rank(MPI_Comm comm, const int coords[], int *rank)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct cart *cart;
    int found = 0;
    int err = check_cart(comm, &c, &cart);
    if (err == MPI_SUCCESS && cart->ndims > 0)
        err = check_pointer(coords, "coords");
    if (err == MPI_SUCCESS)
        err = check_pointer(rank, "rank");
    if (err == MPI_SUCCESS)
        found = cart_rank(cart, coords);
    if (err == MPI_SUCCESS && found == MPI_PROC_NULL)
        err = error_make(MPI_ERR_RANK, "the coordinates are outside of a "
                         "dimension that is not periodic");
    if (err == MPI_SUCCESS)
        *rank = found;
    return api_result(c, err, "MPI_Cart_rank");
}

PROFILE(MPI_Cart_coords);
int MPI_Cart_coords(MPI_Comm comm, int rank, int maxdims, int coords[])
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct cart *cart;
    int err = check_cart(comm, &c, &cart);
    if (err == MPI_SUCCESS)
        err = check_member(rank, c);
    if (err == MPI_SUCCESS)
        err = check_room(maxdims, cart, coords, "coords");
    if (err == MPI_SUCCESS)
        cart_coords(cart, rank, coords);
    return api_result(c, err, "MPI_Cart_coords");
}

/* The rank `by` steps along a dimension from ours. */
static int neighbour(const struct mpi_comm *c, int direction, int by,
                     int *coords)
{
    const struct cart *cart = &c->topology->cart;
    const int extent = cart->dims[direction];
    cart_coords(cart, c->rank, coords);
    const long long at = (long long)coords[direction] + by;
    if (!cart->periods[direction] && (at < 0 || at >= extent))
        return MPI_PROC_NULL;
    coords[direction] = (int)((at % extent + extent) % extent);
    return cart_rank(cart, coords);
}

PROFILE(MPI_Cart_shift);
int MPI_Cart_shift(MPI_Comm comm, int direction, int disp, int *rank_source,
                   int *rank_dest)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL;
    const struct cart *cart;
    int *coords = NULL;
    int err = check_cart(comm, &c, &cart);
    if (err == MPI_SUCCESS && (direction < 0 || direction >= cart->ndims))
        err = error_make(MPI_ERR_DIMS, "direction %d is not one of the %d "
                         "dimensions", direction, cart->ndims);
    if (err == MPI_SUCCESS)
        err = check_pointer(rank_source, "rank_source");
    if (err == MPI_SUCCESS)
        err = check_pointer(rank_dest, "rank_dest");
    if (err == MPI_SUCCESS) {
        coords = malloc((size_t)cart->ndims * sizeof *coords);
        err = coords ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    }
    if (err == MPI_SUCCESS) {
        *rank_source = neighbour(c, direction, -disp, coords);
        *rank_dest = neighbour(c, direction, disp, coords);
    }
    free(coords);
    return api_result(c, err, "MPI_Cart_shift");
}

/* The dimensions that remain, the others numbering the parts: our part, and
 * our rank in it. room holds three times ndims ints. */
static int sub_grid(const struct mpi_comm *c, const int *remain, int *room,
                    struct topology **out, struct answer *place)
{
    const struct cart *cart = &c->topology->cart;
    int *dims = room, *periods = room + cart->ndims;
    int *coords = room + 2 * cart->ndims;
    int n = 0;
    cart_coords(cart, c->rank, coords);
    *place = (struct answer){ 0, 0 };
    for (int d = 0; d < cart->ndims; d++) {
        int *number = remain[d] ? &place->key : &place->color;
        *number = *number * cart->dims[d] + coords[d];
        if (remain[d]) {
            dims[n] = cart->dims[d];
            periods[n++] = cart->periods[d];
        }
    }
    return topology_create_cart(n, dims, periods, out);
}

PROFILE(MPI_Cart_sub);
int MPI_Cart_sub(MPI_Comm comm, const int remain_dims[], MPI_Comm *newcomm)
{
    LIBRARY_LOCKED;
    struct mpi_comm *c = NULL, *made = NULL;
    struct topology *t = NULL;
    struct answer place;
    const struct cart *cart;
    int *room = NULL;
    int err = check_cart(comm, &c, &cart);
    if (err == MPI_SUCCESS && cart->ndims > 0)
        err = check_pointer(remain_dims, "remain_dims");
    if (err == MPI_SUCCESS)
        err = check_pointer(newcomm, "newcomm");
    if (err == MPI_SUCCESS) {
        room = malloc((3 * (size_t)cart->ndims + 1) * sizeof *room);
        err = room ? sub_grid(c, remain_dims, room, &t, &place)
                   : MPI_ERR_NO_MEM;
    }
    if (err == MPI_SUCCESS)
        err = comm_split(c, place.color, place.key, &made);
    free(room);
    return comm_result_topology(c, err, made, t, newcomm, "MPI_Cart_sub");
}
