/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the arguments of a collective MPI function to a struct coll_args.
 */
#ifndef API_COLL_CHECK_H
#define API_COLL_CHECK_H

#include "runtime/api/coll_call.h"

/*
 * Check c and fill a, which begins zero and stays valid as long as c.
 * Arguments that the standard calls not significant at this rank are not
 * looked at. a->comm is set as soon as it is known.
 * Errors   the classes of the arguments
 */
int coll_check(const struct coll_call *c, struct coll_args *a);

#endif
