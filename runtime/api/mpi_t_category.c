/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Categories (MPI 5.0, 15.3.9): what belongs together among the settings and
 * counters. They never change. A setting belongs to the first category with a
 * prefix of its name, a counter to the one whose range it is in; the category
 * "transports" holds others.
 */
#include "runtime/api/tool.h"

#include <string.h>

#include "runtime/api/api.h"
#include "runtime/base/config.h"
#include "runtime/base/counter.h"

enum { PREFIXES = 5 };

static const struct category {
    const char *name;
    const char *help;
    const char *prefix[PREFIXES]; /* of settings */
    int first, last;              /* counters; last < first: none */
    const char *parent;           /* NULL: at the top */
} categories[] = {
    { "messages", "Messages by protocol.", { NULL }, COUNTER_EAGER_MESSAGES,
      COUNTER_UNEXPECTED_MESSAGES, NULL },
    { "copies", "The copy ledger: who moved how many bytes of messages.",
      { NULL }, COUNTER_COPIED_OUT_BYTES, COUNTER_REGISTRATIONS - 1, NULL },
    { "transports", "How bytes move between two ranks.",
      { "BATON_TRANSPORTS" }, 0, -1, NULL },
    { "verbs", "RDMA by libibverbs and librdmacm.",
      { "BATON_VERBS_", "BATON_DEVICE", "BATON_GID_", "BATON_CONNECT_" },
      COUNTER_HOT_PACKETS, COUNTER_HOT_DEMOTIONS, "transports" },
    { "memory", "Memory that is registered with the device.",
      { "BATON_REGCACHE" }, COUNTER_REGISTRATIONS, COUNTER_PINNED_PEAK_BYTES,
      "transports" },
    { "shm", "Shared memory within a node.", { "BATON_SHM_", "BATON_CMA" }, 0,
      -1, "transports" },
    { "waiting", "What a rank does while it waits.",
      { "BATON_SPIN", "BATON_SLEEP_" }, 0, -1, NULL },
    { "general", "All other settings.", { "BATON_" }, 0, -1, NULL },
};

enum { CATEGORIES = ARRAY_COUNT(categories) };

static int category_of_setting(const char *name)
{
    for (int c = 0; c < CATEGORIES; c++)
        for (int i = 0; i < PREFIXES && categories[c].prefix[i]; i++)
            if (strncmp(name, categories[c].prefix[i],
                        strlen(categories[c].prefix[i])) == 0)
                return c;
    return -1;
}

static bool has_cvar(int category, int index)
{
    struct config_setting s;
    return config_get(index, &s) && category_of_setting(s.name) == category;
}

static bool has_pvar(int category, int index)
{
    return index >= categories[category].first &&
           index <= categories[category].last;
}

static bool has_category(int category, int index)
{
    const char *parent = categories[index].parent;
    return parent && strcmp(parent, categories[category].name) == 0;
}

/* Write the members of a category to indices, as many as fit; returns how many
 * there are. */
static int list_members(int category, int count, bool (*has)(int, int),
                        int length, int indices[])
{
    int found = 0;
    for (int i = 0; i < count; i++)
        if (has(category, i)) {
            if (found < length)
                indices[found] = i;
            found++;
        }
    return found;
}

static int check(int category)
{
    int err = tool_check();
    if (err == MPI_SUCCESS && (category < 0 || category >= CATEGORIES))
        err = MPI_T_ERR_INVALID_INDEX;
    return err;
}

PROFILE(MPI_T_category_get_num);
int MPI_T_category_get_num(int *num_cat)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err == MPI_SUCCESS)
        tool_give(CATEGORIES, num_cat);
    return err;
}

PROFILE(MPI_T_category_get_info);
int MPI_T_category_get_info(int cat_index, char *name, int *name_len,
                            char *desc, int *desc_len, int *num_cvars,
                            int *num_pvars, int *num_categories)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check(cat_index);
    if (err != MPI_SUCCESS)
        return err;
    tool_give_string(categories[cat_index].name, name, name_len);
    tool_give_string(categories[cat_index].help, desc, desc_len);
    tool_give(list_members(cat_index, config_count(), has_cvar, 0, NULL),
              num_cvars);
    tool_give(list_members(cat_index, COUNTER_COUNT, has_pvar, 0, NULL),
              num_pvars);
    tool_give(list_members(cat_index, CATEGORIES, has_category, 0, NULL),
              num_categories);
    return MPI_SUCCESS;
}

PROFILE(MPI_T_category_get_num_events);
int MPI_T_category_get_num_events(int cat_index, int *num_events)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check(cat_index);
    if (err == MPI_SUCCESS)
        tool_give(0, num_events);
    return err;
}

PROFILE(MPI_T_category_get_index);
int MPI_T_category_get_index(const char *name, int *cat_index)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err != MPI_SUCCESS)
        return err;
    if (!name || !cat_index)
        return MPI_T_ERR_INVALID;
    for (int i = 0; i < CATEGORIES; i++)
        if (strcmp(categories[i].name, name) == 0) {
            *cat_index = i;
            return MPI_SUCCESS;
        }
    return MPI_T_ERR_INVALID_NAME;
}

PROFILE(MPI_T_category_get_cvars);
int MPI_T_category_get_cvars(int cat_index, int len, int indices[])
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check(cat_index);
    if (err == MPI_SUCCESS)
        list_members(cat_index, config_count(), has_cvar, len, indices);
    return err;
}

PROFILE(MPI_T_category_get_pvars);
int MPI_T_category_get_pvars(int cat_index, int len, int indices[])
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check(cat_index);
    if (err == MPI_SUCCESS)
        list_members(cat_index, COUNTER_COUNT, has_pvar, len, indices);
    return err;
}

PROFILE(MPI_T_category_get_events);
int MPI_T_category_get_events(int cat_index, int len, int indices[])
{
    LIBRARY_LOCKED_ALWAYS;
    (void)len, (void)indices; /* there are none */
    return check(cat_index);
}

PROFILE(MPI_T_category_get_categories);
int MPI_T_category_get_categories(int cat_index, int len, int indices[])
{
    LIBRARY_LOCKED_ALWAYS;
    int err = check(cat_index);
    if (err == MPI_SUCCESS)
        list_members(cat_index, CATEGORIES, has_category, len, indices);
    return err;
}

PROFILE(MPI_T_category_changed);
int MPI_T_category_changed(int *update_number)
{
    LIBRARY_LOCKED_ALWAYS;
    int err = tool_check();
    if (err == MPI_SUCCESS)
        tool_give(0, update_number);
    return err;
}
