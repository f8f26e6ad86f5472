#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a file is by its first bytes, with its article ("a HEIC picture", "text"); NULL where they say nothing.
const char *cmedia_format_name(const uint8_t *bytes, size_t count);

/// Whether these first bytes are those of a sound or film that may hold sound.
int cmedia_is_sound(const uint8_t *bytes, size_t count);

/// The first bytes of a file that `cmedia_check_file` passed, at most `count`; how many, or -1.
int64_t cmedia_read_head(const char *path, uint8_t *bytes, size_t count, char *error);
