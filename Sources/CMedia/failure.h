#pragma once
#include "cmedia.h"

/// Writes one line to `error` and returns -1.
int cmedia_fail(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// The same with FFmpeg's words for `code` at the end.
int cmedia_fail_code(char *error, int code, const char *what);

/// The whole of a regular file with FFmpeg's zeroed padding behind it; refuses an empty one and one over `maximum`.
int cmedia_read_file(const char *path, int64_t maximum, uint8_t **bytes, size_t *count, char *error);

/// What is wrong with the path itself: missing, a folder, unreadable, empty. 0 if nothing is.
int cmedia_check_file(const char *path, int64_t *size, char *error);
