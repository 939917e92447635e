/* SPDX-License-Identifier: BSD-3-Clause */
/* binding: ranks to cores on machines that hwloc makes up. */
#include "launcher/binding.h"

#include <mpi.h>
#include <string.h>

#include "tests/support/suite.h"

/* Two sockets of one NUMA node, four cores, two threads each: cpus 0-15. */
static const char two_sockets[] = "pack:2 numa:1 core:4 pu:2";

struct wish {
    const char *machine;
    const char *allowed; /* list of cpus; NULL: all */
    enum bind_to bind;
    int count;
};

static struct strbuf error;

/* The cpus of each rank, as "0-1 2-3", or "none". */
static int choose(const struct wish *w, char *result, size_t room)
{
    hwloc_topology_t topology;
    struct binding b;
    hwloc_topology_init(&topology);
    ck_assert_int_eq(hwloc_topology_set_synthetic(topology, w->machine), 0);
    hwloc_topology_load(topology);
    hwloc_cpuset_t allowed =
        hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology));
    if (w->allowed)
        hwloc_bitmap_list_sscanf(allowed, w->allowed);
    strbuf_init(&error);
    int err = binding_choose(&b, topology, allowed, w->bind, w->count, &error);
    size_t used = 0;
    snprintf(result, room, "none");
    for (int i = 0; err == MPI_SUCCESS && b.sets && i < w->count; i++) {
        char list[64];
        hwloc_bitmap_list_snprintf(list, sizeof list, b.sets[i]);
        used += (size_t)snprintf(result + used, room - used, "%s%s",
                                 i ? " " : "", list);
    }
    binding_fini(&b);
    hwloc_bitmap_free(allowed);
    hwloc_topology_destroy(topology);
    return err;
}

static void expect(struct wish w, const char *wanted)
{
    char result[512];
    ck_assert_int_eq(choose(&w, result, sizeof result), MPI_SUCCESS);
    ck_assert_str_eq(result, wanted);
}

START_TEST(a_core_each_with_all_its_threads)
{
    expect((struct wish){ two_sockets, NULL, BIND_CORE, 3 }, "0-1 2-3 4-5");
}
END_TEST

START_TEST(a_socket_each_or_a_block_of_ranks_per_socket)
{
    expect((struct wish){ two_sockets, NULL, BIND_SOCKET, 2 }, "0-7 8-15");
    expect((struct wish){ two_sockets, NULL, BIND_SOCKET, 4 },
           "0-7 0-7 8-15 8-15");
    expect((struct wish){ two_sockets, NULL, BIND_SOCKET, 3 },
           "0-7 0-7 8-15");
}
END_TEST

START_TEST(numa_nodes)
{
    expect((struct wish){ two_sockets, NULL, BIND_NUMA, 2 }, "0-7 8-15");
}
END_TEST

START_TEST(only_allowed_cpus_are_used)
{
    expect((struct wish){ two_sockets, "3-8", BIND_CORE, 3 }, "3 4-5 6-7");
    expect((struct wish){ two_sockets, "3-8", BIND_SOCKET, 2 }, "3-7 8");
}
END_TEST

START_TEST(by_default_a_core_each_while_there_are_enough)
{
    expect((struct wish){ two_sockets, NULL, BIND_DEFAULT, 8 },
           "0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15");
    expect((struct wish){ two_sockets, NULL, BIND_DEFAULT, 9 }, "none");
    expect((struct wish){ two_sockets, "0-3", BIND_DEFAULT, 3 }, "none");
}
END_TEST

START_TEST(by_default_as_many_on_each_core)
{
    expect((struct wish){ two_sockets, "0-3", BIND_DEFAULT, 4 },
           "0-1 0-1 2-3 2-3");
    expect((struct wish){ two_sockets, "0-3", BIND_CORE, 6 },
           "0-1 0-1 0-1 2-3 2-3 2-3");
    expect((struct wish){ two_sockets, "0-1", BIND_DEFAULT, 2 }, "0-1 0-1");
}
END_TEST

START_TEST(a_lone_rank_is_left_to_the_scheduler)
{
    expect((struct wish){ two_sockets, NULL, BIND_DEFAULT, 1 }, "none");
    expect((struct wish){ two_sockets, NULL, BIND_CORE, 1 }, "0-1");
}
END_TEST

START_TEST(cores_that_do_not_suit_are_an_error_when_asked_for)
{
    struct wish w = { two_sockets, NULL, BIND_CORE, 9 };
    char result[512];
    ck_assert_int_eq(choose(&w, result, sizeof result), MPI_ERR_ARG);
    ck_assert_ptr_nonnull(strstr(error.text, "-bind-to core: 8 usable here "
                                             "for 9 ranks"));
    strbuf_fini(&error);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("binding");
    tcase_add_test(t, a_core_each_with_all_its_threads);
    tcase_add_test(t, a_socket_each_or_a_block_of_ranks_per_socket);
    tcase_add_test(t, numa_nodes);
    tcase_add_test(t, only_allowed_cpus_are_used);
    tcase_add_test(t, by_default_a_core_each_while_there_are_enough);
    tcase_add_test(t, by_default_as_many_on_each_core);
    tcase_add_test(t, a_lone_rank_is_left_to_the_scheduler);
    tcase_add_test(t, cores_that_do_not_suit_are_an_error_when_asked_for);
    return suite_run("binding", t);
}
