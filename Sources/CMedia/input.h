#pragma once
#include <libavformat/avio.h>
#include <stdint.h>

/// Bytes of a file that are read as others: a head that was never finished, or that FFmpeg takes for something else.
typedef struct {
  int64_t position;
  uint8_t bytes[8];
  int count;
} cmedia_patch;

typedef struct {
  cmedia_patch patches[4];
  int count;
} cmedia_patches;

/// Has `count` bytes, at most 8, at `position` read as those of `value`, the lowest first.
void cmedia_add_patch(cmedia_patches *patches, int64_t position, uint64_t value, int count);

/// Opens a file for FFmpeg, whatever its name looks like; NULL and a line in `error` where that fails.
AVIOContext *cmedia_open_input(const char *path, const cmedia_patches *patches, char *error);

/// Closes it, and forgets it.
void cmedia_close_input(AVIOContext **input);
