#include "wave.h"

#include <libavutil/common.h>
#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"

int cmedia_is_open_length(uint64_t bytes) {
  // 0: a recorder that was cut off. 2³²−1 and a little less: FFmpeg, libsndfile. Around 2³¹: arecord 0x7fffff00, SoX and
  // eSpeak 0x7ffff000, SoX's AIFF 0x7f000000, each with a header more or less. 2⁶³ and above: W64.
  return bytes == 0 || (bytes >= 0x7efff000 && bytes <= 0x80001000) || (bytes >= 0xfffff000 && bytes <= UINT32_MAX) ||
         bytes >= (uint64_t)INT64_MAX - 0x1000;
}

static int has(const uint8_t *bytes, const char *name) { return memcmp(bytes, name, 4) == 0; }

static int check_length(uint64_t length, uint64_t there, uint64_t riff, int64_t size, int64_t block, char *error) {
  // A finished file of no samples says in its first length how long it is.
  int finished = !cmedia_is_open_length(riff) && riff + 8 <= (uint64_t)size + 1 && riff + 8 + 1 >= (uint64_t)size;
  if (there == 0 || (length == 0 && finished)) return cmedia_fail(error, "holds no samples");
  if (length <= there && length > 0) return WAVE_KNOWN;
  if (cmedia_is_open_length(length)) return WAVE_OPEN;
  // A last frame that is not whole is left out, as are bytes beyond the last whole frame of a longer file.
  if (block > 0 && length - there < (uint64_t)block && length % (uint64_t)block != 0) return WAVE_KNOWN;
  return cmedia_fail(error, "is cut short: the header promises %llu bytes of sound, %llu are there",
                     (unsigned long long)length, (unsigned long long)there);
}

int cmedia_check_wave(const char *path, int64_t size, char *error) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return WAVE_NONE;
  uint8_t head[28];
  int result = WAVE_NONE;
  int is_wave = fread(head, 1, 12, file) == 12 && has(head + 8, "WAVE") &&
                (has(head, "RIFF") || has(head, "RF64") || has(head, "BW64"));
  if (is_wave) {
    uint64_t riff = AV_RL32(head + 4), long_data = 0;
    int64_t position = 12, block = 0;
    int is_long = !has(head, "RIFF");
    result = cmedia_fail(error, "is cut short: a WAV file without sound data");
    while (position + 8 <= size && fseeko(file, position, SEEK_SET) == 0 && fread(head, 1, 8, file) == 8) {
      uint64_t length = AV_RL32(head + 4);
      if (has(head, "data")) {
        uint64_t there = (uint64_t)(size - position - 8);
        if (length == UINT32_MAX && is_long) length = long_data;
        // FFmpeg believes the long header.
        result = is_long && there > 0 && cmedia_is_open_length(length)
                     ? cmedia_fail(error, "is RF64 sound, but its header was never finished")
                     : check_length(length, there, riff, size, block, error);
        break;
      }
      if (has(head, "ds64") && fread(head, 1, 16, file) == 16) {
        riff = AV_RL64(head);
        long_data = AV_RL64(head + 8);
      } else if (has(head, "fmt ") && fread(head, 1, 14, file) == 14) {
        block = AV_RL16(head + 12);
      }
      position += 8 + (int64_t)length + (int64_t)(length & 1);
    }
  }
  fclose(file);
  return result;
}
