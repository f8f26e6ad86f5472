#include "exif.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  int little;
} Tiff;

static uint32_t number16(const Tiff *tiff, size_t at) {
  return tiff->little ? AV_RL16(tiff->bytes + at) : AV_RB16(tiff->bytes + at);
}

static uint32_t number32(const Tiff *tiff, size_t at) {
  return tiff->little ? AV_RL32(tiff->bytes + at) : AV_RB32(tiff->bytes + at);
}

/// The offset of a tag's entry of 12 bytes in the first directory, or 0.
static size_t entry(const Tiff *tiff, int tag) {
  size_t directory = number32(tiff, 4);
  if (directory < 8 || directory > tiff->count || tiff->count - directory < 2) return 0;
  size_t entries = number16(tiff, directory);
  for (size_t i = 0; i < entries; i++) {
    size_t at = directory + 2 + 12 * i;
    if (at + 12 > tiff->count) return 0;
    if (number16(tiff, at) == (uint32_t)tag) return at;
  }
  return 0;
}

static int open_tiff(Tiff *tiff, const uint8_t *bytes, size_t count) {
  if (count < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0)) return 0;
  *tiff = (Tiff){bytes, count, bytes[0] == 'I'};
  return 1;
}

uint32_t cmedia_tiff_value(const uint8_t *bytes, size_t count, int tag, uint32_t index, uint32_t fallback) {
  Tiff tiff;
  if (!open_tiff(&tiff, bytes, count)) return fallback;
  size_t at = entry(&tiff, tag);
  if (at == 0 || index >= number32(&tiff, at + 4)) return fallback;
  uint32_t type = number16(&tiff, at + 2);
  size_t size = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
  if (size == 0) return fallback;
  uint64_t whole = (uint64_t)size * number32(&tiff, at + 4);
  uint64_t place = (whole <= 4 ? at + 8 : number32(&tiff, at + 8)) + (uint64_t)size * index;
  if (place + size > count) return fallback;
  return size == 1 ? bytes[place] : size == 2 ? number16(&tiff, place) : number32(&tiff, place);
}

uint32_t cmedia_tiff_tag(const uint8_t *bytes, size_t count, int tag, uint32_t fallback) {
  return cmedia_tiff_value(bytes, count, tag, 0, fallback);
}

uint32_t cmedia_tiff_count(const uint8_t *bytes, size_t count, int tag) {
  Tiff tiff;
  size_t at = open_tiff(&tiff, bytes, count) ? entry(&tiff, tag) : 0;
  return at == 0 ? 0 : number32(&tiff, at + 4);
}

/// Tag 274 of an EXIF block, with or without the six bytes that JPEG puts before it.
static int in_exif(const uint8_t *bytes, size_t count) {
  if (count >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
    bytes += 6;
    count -= 6;
  }
  uint32_t value = cmedia_tiff_tag(bytes, count, 274, 0);
  return value >= 1 && value <= 8 ? (int)value : 0;
}

static int in_jpeg(const uint8_t *bytes, size_t count) {
  for (size_t at = 2; at + 4 <= count && bytes[at] == 0xff && bytes[at + 1] != 0xda;) {
    if (bytes[at + 1] == 0xff) {
      at += 1;
      continue;
    }
    size_t length = AV_RB16(bytes + at + 2);
    if (length < 2 || at + 2 + length > count) return 0;
    if (bytes[at + 1] == 0xe1 && length >= 8 && memcmp(bytes + at + 4, "Exif\0\0", 6) == 0) {
      return in_exif(bytes + at + 4, length - 2);
    }
    at += 2 + length;
  }
  return 0;
}

static int in_png(const uint8_t *bytes, size_t count) {
  for (size_t at = 8; at + 12 <= count;) {
    size_t length = AV_RB32(bytes + at);
    if (length > count - at - 12) return 0;
    if (memcmp(bytes + at + 4, "eXIf", 4) == 0) return in_exif(bytes + at + 8, length);
    at += length + 12;
  }
  return 0;
}

static int in_webp(const uint8_t *bytes, size_t count) {
  for (size_t at = 12; at + 8 <= count;) {
    size_t length = AV_RL32(bytes + at + 4);
    if (length > count - at - 8) return 0;
    if (memcmp(bytes + at, "EXIF", 4) == 0) return in_exif(bytes + at + 8, length);
    at += 8 + length + (length & 1);
  }
  return 0;
}

int cmedia_orientation(enum AVCodecID codec, const uint8_t *bytes, size_t count) {
  switch (codec) {
    case AV_CODEC_ID_MJPEG: return in_jpeg(bytes, count);
    case AV_CODEC_ID_PNG: return in_png(bytes, count);
    case AV_CODEC_ID_WEBP: return in_webp(bytes, count);
    case AV_CODEC_ID_TIFF: return in_exif(bytes, count);
    default: return 0;
  }
}

int cmedia_matrix_orientation(const uint8_t *matrix, size_t size) {
  if (size < 9 * sizeof(int32_t)) return 0;
  int32_t m[9];
  memcpy(m, matrix, sizeof m);
  // x' = m0 x + m3 y, y' = m1 x + m4 y, rows downwards.
  if (m[1] == 0 && m[3] == 0) {
    if (m[0] > 0) return m[4] > 0 ? 1 : m[4] < 0 ? 4 : 0;
    if (m[0] < 0) return m[4] > 0 ? 2 : m[4] < 0 ? 3 : 0;
  } else if (m[0] == 0 && m[4] == 0) {
    if (m[3] > 0) return m[1] > 0 ? 5 : m[1] < 0 ? 8 : 0;
    if (m[3] < 0) return m[1] > 0 ? 6 : m[1] < 0 ? 7 : 0;
  }
  return 0;
}

void cmedia_stored_place(int orientation, int width, int height, int x, int y, int *column, int *row) {
  switch (orientation) {
    case 2: *column = width - 1 - x, *row = y; break;
    case 3: *column = width - 1 - x, *row = height - 1 - y; break;
    case 4: *column = x, *row = height - 1 - y; break;
    case 5: *column = y, *row = x; break;
    case 6: *column = y, *row = width - 1 - x; break;
    case 7: *column = height - 1 - y, *row = width - 1 - x; break;
    case 8: *column = height - 1 - y, *row = x; break;
    default: *column = x, *row = y; break;
  }
}
