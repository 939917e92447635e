/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of every error class, and of codes without a kept sentence.
 */
#ifndef OBJECTS_ERROR_TEXT_H
#define OBJECTS_ERROR_TEXT_H

/*
 * The text for MPI_Error_string: the sentence of a code while it is kept, the
 * description of its class otherwise; NULL when code is no error code.
 */
const char *error_text(int code);

/* The constant's name, "MPI_ERR_TRUNCATE"; NULL when it is no class. */
const char *error_class_name(int error_class);

#endif
