#include <libavutil/common.h>
#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <string.h>

#include "exif.h"
#include "failure.h"
#include "picture.h"

enum { bits_tag = 258, compression_tag = 259, photometric_tag = 262, offsets_tag = 273, samples_tag = 277 };
enum { lengths_tag = 279, planes_tag = 284, tiles_tag = 322, formats_tag = 339 };

static int refuse(char *error, const char *what) {
  return cmedia_fail(error,
                     "is a TIFF %s, which is not read; expected 8 or 16-bit whole numbers, grey, RGB or palette, in "
                     "strips, uncompressed or by LZW, deflate or PackBits",
                     what);
}

static const char *compression_name(uint32_t compression) {
  switch (compression) {
    case 2: case 3: case 4: return "compressed as a fax";
    case 6: case 7: return "with JPEG inside";
    case 34661: return "with JBIG inside";
    case 34712: case 33003: case 33005: return "with JPEG 2000 inside";
    case 34887: return "compressed by LERC";
    case 34925: return "compressed by LZMA";
    case 50000: return "compressed by Zstandard";
    case 50001: return "with WebP inside";
    case 50002: case 52546: return "with JPEG XL inside";
    default: return NULL;
  }
}

static const char *colour_name(uint32_t photometric) {
  switch (photometric) {
    case 4: return "that is a mask";
    case 5: return "of separate inks (CMYK)";
    case 6: return "in YCbCr";
    case 8: case 9: case 10: return "in L*a*b*";
    case 32803: return "of a camera's raw pixels";
    case 34892: return "of a camera's raw pixels";
    default: return NULL;
  }
}

int cmedia_check_tiff(const uint8_t *bytes, size_t count, char *error) {
  char text[64];
  uint32_t width = cmedia_tiff_tag(bytes, count, 256, 0), height = cmedia_tiff_tag(bytes, count, 257, 0);
  if (width == 0 || height == 0) return cmedia_fail(error, "is cut short: a TIFF without a directory of its picture");
  uint32_t compression = cmedia_tiff_tag(bytes, count, compression_tag, 1);
  if (compression != 1 && compression != 5 && compression != 8 && compression != 32773 && compression != 32946) {
    const char *name = compression_name(compression);
    snprintf(text, sizeof text, "of compression %u", compression);
    return refuse(error, name != NULL ? name : text);
  }
  uint32_t bits = cmedia_tiff_tag(bytes, count, bits_tag, 1);
  uint32_t format = cmedia_tiff_tag(bytes, count, formats_tag, 1);
  if (format != 1 && format != 4) {
    snprintf(text, sizeof text, "of %u-bit %s", bits,
             format == 3 ? "floating-point numbers" : format == 2 ? "signed numbers" : "complex numbers");
    return refuse(error, text);
  }
  uint32_t photometric = cmedia_tiff_tag(bytes, count, photometric_tag, 1);
  if (photometric > 3) {
    const char *name = colour_name(photometric);
    snprintf(text, sizeof text, "of colours of kind %u", photometric);
    return refuse(error, name != NULL ? name : text);
  }
  uint32_t samples = cmedia_tiff_tag(bytes, count, samples_tag, 1);
  if (bits != 8 && bits != 16 && !(bits == 1 && samples == 1) && !(bits == 4 && photometric == 3)) {
    snprintf(text, sizeof text, "of %u bits a sample", bits);
    return refuse(error, text);
  }
  if (samples < 1 || samples > 4) {
    snprintf(text, sizeof text, "of %u samples a pixel", samples);
    return refuse(error, text);
  }
  if (cmedia_tiff_count(bytes, count, tiles_tag) != 0) return refuse(error, "in tiles");
  if (samples > 1 && cmedia_tiff_tag(bytes, count, planes_tag, 1) != 1) return refuse(error, "in separate planes");
  uint32_t strips = cmedia_tiff_count(bytes, count, offsets_tag);
  if (strips == 0) return cmedia_fail(error, "is corrupt: a TIFF without strips of pixels");
  for (uint32_t strip = 0; strip < FFMIN(strips, height); strip++) {
    uint64_t start = cmedia_tiff_value(bytes, count, offsets_tag, strip, UINT32_MAX);
    uint64_t length = cmedia_tiff_value(bytes, count, lengths_tag, strip, strips == 1 ? 0 : UINT32_MAX);
    if (start + length > count) {
      return cmedia_fail(error, "is cut short: strip %u of %u of a TIFF ends at byte %llu of %zu", strip + 1, strips,
                         (unsigned long long)(start + length), count);
    }
  }
  return 0;
}

void cmedia_trim_tiff(uint8_t *bytes, size_t count) {
  static const uint16_t needed[] = {256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 320};
  int little = bytes[0] == 'I';
  size_t directory = little ? AV_RL32(bytes + 4) : AV_RB32(bytes + 4);
  if (directory < 8 || directory > count || count - directory < 2) return;
  size_t entries = little ? AV_RL16(bytes + directory) : AV_RB16(bytes + directory);
  if ((count - directory - 2) / 12 < entries) return;
  uint8_t *first = bytes + directory + 2;
  size_t kept = 0;
  for (size_t i = 0; i < entries; i++) {
    uint32_t tag = little ? AV_RL16(first + 12 * i) : AV_RB16(first + 12 * i);
    int wanted = 0;
    for (size_t k = 0; k < sizeof needed / sizeof *needed; k++) wanted |= tag == needed[k];
    if (wanted) memmove(first + 12 * kept++, first + 12 * i, 12);
  }
  if (little) AV_WL16(first - 2, kept);
  else AV_WB16(first - 2, kept);
}
