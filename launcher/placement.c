/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Placement in three steps: how many each host may take (limits), how many it
 * does take (shares), which ranks these are (deal).
 */
#include "launcher/placement.h"

#include <stdlib.h>

#include <mpi.h>

#include "launcher/strings.h"

static int min(int a, int b)
{
    return a < b ? a : b;
}

/* Slots of a host, 0 for one without a number. */
static int limit_of(const struct host_entry *e,
                    const struct placement_rule *rule)
{
    if (rule->ppn == 0)
        return e->slots;
    return e->slots ? min(e->slots, rule->ppn) : rule->ppn;
}

int placement_default_count(const struct host_list *list,
                            const struct placement_rule *rule)
{
    int count = 0;
    for (int i = 0; i < list->count; i++) {
        int limit = limit_of(&list->entry[i], rule);
        count += limit ? limit : 1;
    }
    return count;
}

/* Fill slots[] with what each host may take; returns the sum. */
static int find_slots(const struct host_list *list,
                      const struct placement_rule *rule, int count, int *slots)
{
    int sum = 0;
    int unnumbered = 0;
    for (int i = 0; i < list->count; i++) {
        slots[i] = limit_of(&list->entry[i], rule);
        sum += slots[i];
        unnumbered += slots[i] == 0;
    }
    for (int i = 0; i < list->count; i++) {
        if (slots[i] > 0)
            continue;
        int rest = count > sum ? count - sum : 0;
        int share = (rest + unnumbered - 1) / unnumbered;
        slots[i] = share > 0 ? share : 1;
        sum += slots[i];
        unnumbered--;
    }
    return sum;
}

static int refuse(const struct host_list *list,
                  const struct placement_rule *rule, int count, int sum,
                  struct strbuf *error)
{
    strbuf_printf(error, "-n %d: the hosts have %d slot%s (", count, sum,
                  sum == 1 ? "" : "s");
    for (int i = 0; i < list->count && i < 16; i++)
        strbuf_printf(error, "%s%s:%d", i ? "," : "", list->entry[i].name,
                      limit_of(&list->entry[i], rule));
    strbuf_printf(error, "%s)%s; ask for fewer ranks, name more hosts, or add "
                  "-oversubscribe", list->count > 16 ? ",..." : "",
                  rule->ppn ? " under -ppn" : "");
    return MPI_ERR_ARG;
}

/* In turn: a round gives each host that has room one rank. */
static void deal_by_node(const int *slots, int hosts, int count, int *host_of)
{
    int dealt = 0;
    for (int round = 0; dealt < count; round++)
        for (int h = 0; h < hosts && dealt < count; h++)
            if (round < slots[h])
                host_of[dealt++] = h;
}

static void deal_by_slot(const int *slots, int count, int *host_of)
{
    int dealt = 0;
    for (int h = 0; dealt < count; h++)
        for (int i = 0; i < slots[h] && dealt < count; i++)
            host_of[dealt++] = h;
}

int placement_assign(const struct host_list *list,
                     const struct placement_rule *rule, int count,
                     int *host_of, struct strbuf *error)
{
    int *slots = must_alloc((size_t)list->count, sizeof *slots);
    int sum = find_slots(list, rule, count, slots);
    int err = MPI_SUCCESS;
    if (sum < count && !rule->oversubscribe)
        err = refuse(list, rule, count, sum, error);
    if (err == MPI_SUCCESS) {
        /* What goes beyond the slots is spread evenly. */
        for (int h = 0; sum < count; h = (h + 1) % list->count, sum++)
            slots[h]++;
        if (rule->map == MAP_NODE)
            deal_by_node(slots, list->count, count, host_of);
        else
            deal_by_slot(slots, count, host_of);
    }
    free(slots);
    return err;
}
