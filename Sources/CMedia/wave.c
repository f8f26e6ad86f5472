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

// How sound lies in the file: the chunk "fmt ".
typedef struct {
  int tag, extended, channels, rate, byte_rate, block, bits, valid;
} Layout;

static Layout read_layout(const uint8_t *bytes, size_t count) {
  Layout layout = {.tag = AV_RL16(bytes), .channels = AV_RL16(bytes + 2), .rate = (int)AV_RL32(bytes + 4),
                   .byte_rate = (int)AV_RL32(bytes + 8), .block = AV_RL16(bytes + 12)};
  if (count >= 16) layout.bits = layout.valid = AV_RL16(bytes + 14);
  // WAVE_FORMAT_EXTENSIBLE: the tag is the beginning of a GUID.
  if (layout.tag == 0xfffe && count >= 40) {
    static const uint8_t guid[] = {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
    layout.extended = memcmp(bytes + 28, guid, sizeof guid) == 0;
    layout.tag = layout.extended ? (int)AV_RL32(bytes + 24) : 0;
    layout.valid = AV_RL16(bytes + 18);
  }
  return layout;
}

/// Whole numbers may lie in wider fields than they need, such as 24 bits in four bytes. FFmpeg reads them as if they had just
/// the bytes they need, or as an old kind of floating point.
static int check_layout(const Layout *layout, int64_t position, cmedia_patches *patches, char *error) {
  enum { pcm = 1 };
  if (layout->tag != pcm || layout->channels == 0 || layout->block % layout->channels != 0) return 0;
  int bytes = layout->block / layout->channels;
  if (layout->extended) {
    // The numbers lie at the upper end of their field, with zeros below: numbers as wide as the field.
    if (layout->bits == 8 * bytes && layout->valid != 0 && layout->valid != layout->bits) {
      cmedia_add_patch(patches, position + 18, (uint64_t)layout->bits, 2);
    }
    return 0;
  }
  // A few writers give a wrong size of a frame, which then disagrees with the bytes of a second.
  int is_wider = bytes > (layout->bits + 7) / 8 && layout->bits > 0 && bytes <= 8 &&
                 (int64_t)layout->byte_rate == (int64_t)layout->rate * layout->block;
  if (is_wider || (layout->bits == 24 && bytes == 4)) {
    return cmedia_fail(error,
                       "is WAV sound of %d bits in %d bytes a sample, which programs read in different ways; save it as "
                       "WAV of %d bits",
                       layout->bits, bytes, 8 * bytes);
  }
  return 0;
}

// GUIDs of W64: four letters and the same twelve bytes but for the first.
static const uint8_t riff64[] = {0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0, 0};
static const uint8_t chunk64[] = {0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a};

static int check_w64(FILE *file, int64_t size, cmedia_patches *patches, char *error) {
  uint8_t head[40];
  int64_t position = 40, block = 0;
  uint64_t riff = 0;
  if (fseeko(file, 16, SEEK_SET) == 0 && fread(head, 1, 8, file) == 8) riff = AV_RL64(head);
  while (position + 24 <= size && fseeko(file, position, SEEK_SET) == 0 && fread(head, 1, 24, file) == 24) {
    int is_known = memcmp(head + 4, chunk64, sizeof chunk64) == 0;
    uint64_t length = AV_RL64(head + 16);
    if (is_known && has(head, "data")) {
      uint64_t there = (uint64_t)(size - position - 24);
      // Lengths count their chunk's head.
      uint64_t sound = length >= 24 ? length - 24 : 0;
      int result = check_length(sound, there, riff >= 8 ? riff - 8 : 0, size, block, error);
      if (result == WAVE_OPEN) {
        cmedia_add_patch(patches, 16, (uint64_t)size, 8);
        cmedia_add_patch(patches, position + 16, there + 24, 8);
      }
      return result;
    }
    if (is_known && has(head, "fmt ")) {
      size_t count = fread(head, 1, sizeof head, file);
      count = count < length - 24 ? count : (size_t)(length - 24);
      Layout layout = count >= 14 ? read_layout(head, count) : (Layout){0};
      if (check_layout(&layout, position + 24, patches, error) != 0) return -1;
      block = layout.block;
    }
    if (length < 24 || length > (uint64_t)size) break;
    position += (int64_t)((length + 7) & ~(uint64_t)7);
  }
  return cmedia_fail(error, "is cut short: a W64 file without sound data");
}

static int check_riff(FILE *file, int64_t size, int is_long, cmedia_patches *patches, char *error) {
  uint8_t head[40];
  uint64_t riff = 0, long_data = 0;
  int64_t position = 12, block = 0, long_head = 0;
  if (fseeko(file, 4, SEEK_SET) == 0 && fread(head, 1, 4, file) == 4) riff = AV_RL32(head);
  while (position + 8 <= size && fseeko(file, position, SEEK_SET) == 0 && fread(head, 1, 8, file) == 8) {
    uint64_t length = AV_RL32(head + 4);
    if (has(head, "data")) {
      int is_elsewhere = length == UINT32_MAX && is_long;
      uint64_t there = (uint64_t)(size - position - 8);
      int result = check_length(is_elsewhere ? long_data : length, there, riff, size, block, error);
      // FFmpeg believes the long header, whatever it says.
      if (is_long && (result == WAVE_OPEN || (result == WAVE_KNOWN && !is_elsewhere))) {
        cmedia_add_patch(patches, 0, AV_RL32("RIFF"), 4);
        if (long_head > 0) cmedia_add_patch(patches, long_head, AV_RL32("JUNK"), 4);
        if (result == WAVE_OPEN) cmedia_add_patch(patches, position + 4, UINT32_MAX, 4);
      }
      return result;
    }
    if (has(head, "ds64") && fread(head, 1, 16, file) == 16) {
      long_head = position;
      riff = AV_RL64(head);
      long_data = AV_RL64(head + 8);
    } else if (has(head, "fmt ")) {
      size_t count = fread(head, 1, sizeof head, file);
      count = count < length ? count : (size_t)length;
      Layout layout = count >= 14 ? read_layout(head, count) : (Layout){0};
      if (check_layout(&layout, position + 8, patches, error) != 0) return -1;
      block = layout.block;
    }
    position += 8 + (int64_t)length + (int64_t)(length & 1);
  }
  return cmedia_fail(error, "is cut short: a WAV file without sound data");
}

int cmedia_check_wave(const char *path, int64_t size, cmedia_patches *patches, char *error) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return WAVE_NONE;
  uint8_t head[40];
  int result = WAVE_NONE;
  size_t count = fread(head, 1, sizeof head, file);
  if (count >= 12 && has(head + 8, "WAVE")) {
    int is_long = has(head, "RF64") || has(head, "BW64");
    if (has(head, "RIFX")) {
      result = cmedia_fail(error, "is RIFX sound (WAV with the highest byte first), which is not read; save it as WAV");
    } else if (is_long || has(head, "RIFF")) {
      result = check_riff(file, size, is_long, patches, error);
    }
  } else if (count == 40 && has(head, "riff") && memcmp(head + 4, riff64, sizeof riff64) == 0) {
    result = check_w64(file, size, patches, error);
  }
  fclose(file);
  return result;
}
