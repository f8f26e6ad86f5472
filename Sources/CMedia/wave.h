#pragma once
#include <stdint.h>

#include "input.h"

/// What the head of a WAV file (RIFF, RF64, BW64 or W64) says about the length of its sound.
enum wave_length {
  WAVE_NONE,   // not a WAV file
  WAVE_KNOWN,  // as many bytes as are there
  WAVE_OPEN,   // nothing that can be meant: the file holds what it holds
};

/// Reads the head of a WAV file of `size` bytes, and adds to `patches` how FFmpeg is to read it; -1 and a line in `error` where
/// the sound is not there, cut short or of a kind that is not read.
int cmedia_check_wave(const char *path, int64_t size, cmedia_patches *patches, char *error);

/// Whether a length in bytes stands for an unknown one: what programs write that cannot go back to the header.
int cmedia_is_open_length(uint64_t bytes);
