#include "picture.h"

#include <libavutil/intreadwrite.h>
#include <stdlib.h>
#include <string.h>

#include "exif.h"
#include "failure.h"

enum AVCodecID cmedia_picture_codec(const uint8_t *bytes, size_t count) {
  if (count >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) return AV_CODEC_ID_PNG;
  if (count >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0) return AV_CODEC_ID_MJPEG;
  if (count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) return AV_CODEC_ID_WEBP;
  if (count >= 13 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0)) return AV_CODEC_ID_GIF;
  if (count >= 26 && memcmp(bytes, "BM", 2) == 0) return AV_CODEC_ID_BMP;
  if (count >= 8 && (memcmp(bytes, "II*\0", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0)) return AV_CODEC_ID_TIFF;
  if (count >= 8 && bytes[0] == 'P' && (bytes[2] == '\n' || bytes[2] == ' ' || bytes[2] == '\r' || bytes[2] == '\t')) {
    switch (bytes[1]) {
      case '4': return AV_CODEC_ID_PBM;
      case '5': return AV_CODEC_ID_PGM;
      case '6': return AV_CODEC_ID_PPM;
      default: break;
    }
  }
  return AV_CODEC_ID_NONE;
}

/// The offset of the JPEG marker that says how large the picture is and how it is coded, or 0.
static size_t jpeg_frame(const uint8_t *bytes, size_t count) {
  for (size_t at = 2; at + 10 <= count && bytes[at] == 0xff;) {
    uint8_t marker = bytes[at + 1];
    if (marker == 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) return at;
    if (marker == 0xda) return 0;
    at += 2 + (size_t)AV_RB16(bytes + at + 2);
  }
  return 0;
}

void cmedia_declared_size(enum AVCodecID codec, const uint8_t *bytes, size_t count, int64_t *width, int64_t *height) {
  *width = *height = 0;
  size_t frame = 0;
  if (codec == AV_CODEC_ID_PNG && count >= 24) {
    *width = AV_RB32(bytes + 16), *height = AV_RB32(bytes + 20);
  } else if (codec == AV_CODEC_ID_MJPEG && (frame = jpeg_frame(bytes, count)) != 0) {
    *width = AV_RB16(bytes + frame + 7), *height = AV_RB16(bytes + frame + 5);
  } else if (codec == AV_CODEC_ID_WEBP && count >= 30) {
    if (memcmp(bytes + 12, "VP8X", 4) == 0) {
      *width = 1 + AV_RL24(bytes + 24), *height = 1 + AV_RL24(bytes + 27);
    } else if (memcmp(bytes + 12, "VP8L", 4) == 0) {
      uint32_t sizes = AV_RL32(bytes + 21);
      *width = 1 + (sizes & 0x3fff), *height = 1 + (sizes >> 14 & 0x3fff);
    } else if (memcmp(bytes + 12, "VP8 ", 4) == 0) {
      *width = AV_RL16(bytes + 26) & 0x3fff, *height = AV_RL16(bytes + 28) & 0x3fff;
    }
  } else if (codec == AV_CODEC_ID_GIF && count >= 10) {
    *width = AV_RL16(bytes + 6), *height = AV_RL16(bytes + 8);
  } else if (codec == AV_CODEC_ID_BMP && count >= 26) {
    int old = AV_RL32(bytes + 14) == 12;  // the header of OS/2
    *width = old ? AV_RL16(bytes + 18) : (int32_t)AV_RL32(bytes + 18);
    *height = old ? AV_RL16(bytes + 20) : llabs((int64_t)(int32_t)AV_RL32(bytes + 22));
  } else if (codec == AV_CODEC_ID_TIFF) {
    *width = cmedia_tiff_tag(bytes, count, 256, 0), *height = cmedia_tiff_tag(bytes, count, 257, 0);
  }
}

/// The decoder paints a missing end grey, so one must be there.
static int check_jpeg(const uint8_t *bytes, size_t count, char *error) {
  size_t frame = jpeg_frame(bytes, count);
  if (frame != 0) {
    uint8_t marker = bytes[frame + 1];
    if (bytes[frame + 4] != 8) {
      return cmedia_fail(error, "is a JPEG of %d bits a sample, which is not read; expected 8", bytes[frame + 4]);
    }
    if (marker > 0xc3) {
      return cmedia_fail(error, "is %s JPEG, which is not read; expected a baseline or progressive one",
                         marker >= 0xc9 ? "an arithmetically coded" : "a hierarchical");
    }
  }
  size_t position = 2, scan = 0;
  while (position + 4 <= count && scan == 0) {
    if (bytes[position] != 0xff) return cmedia_fail(error, "is corrupt: no JPEG marker at byte %zu", position);
    if (bytes[position + 1] == 0xff) {
      position += 1;
      continue;
    }
    if (bytes[position + 1] == 0xda) scan = position;
    position += 2 + (size_t)AV_RB16(bytes + position + 2);
  }
  if (scan != 0) {
    for (size_t end = count - 2; end > scan; end--) {
      if (bytes[end] == 0xff && bytes[end + 1] == 0xd9) return 0;
    }
  }
  return cmedia_fail(error, "is cut short: a JPEG without its end, after %zu bytes", count);
}

static int check_webp(const uint8_t *bytes, size_t count, char *error) {
  uint64_t promised = 8 + (uint64_t)AV_RL32(bytes + 4);
  if (promised > count) {
    return cmedia_fail(error, "is cut short: the header promises a WebP of %llu bytes, %zu are there",
                       (unsigned long long)promised, count);
  }
  if (count >= 30 && memcmp(bytes + 12, "VP8X", 4) == 0 && (bytes[20] & 2) != 0) {
    return cmedia_fail(error, "is an animated WebP, which is not read; expected a still picture");
  }
  return 0;
}

/// The offset behind a chain of GIF blocks, each with its length in front, up to an empty one; 0: cut short.
static size_t behind_blocks(const uint8_t *bytes, size_t count, size_t at) {
  while (at < count && bytes[at] != 0) at += 1 + (size_t)bytes[at];
  return at < count ? at + 1 : 0;
}

/// Walks up to the end of the first picture, which is the one that is read.
static int check_gif(const uint8_t *bytes, size_t count, char *error) {
  size_t at = 13 + ((bytes[10] & 0x80) != 0 ? (size_t)3 << ((bytes[10] & 7) + 1) : 0);
  while (at != 0 && at < count) {
    if (bytes[at] == 0x21) {
      at = behind_blocks(bytes, count, at + 2);
    } else if (bytes[at] == 0x2c && at + 10 < count) {
      size_t colours = (bytes[at + 9] & 0x80) != 0 ? (size_t)3 << ((bytes[at + 9] & 7) + 1) : 0;
      if (behind_blocks(bytes, count, at + 11 + colours) != 0) return 0;
      at = 0;
    } else {
      return cmedia_fail(error, "is corrupt: a GIF without a picture at byte %zu", at);
    }
  }
  return cmedia_fail(error, "is cut short: a GIF without the end of its picture, after %zu bytes", count);
}

int cmedia_check_picture(enum AVCodecID codec, const uint8_t *bytes, size_t count, char *error) {
  int64_t width = 0, height = 0;
  cmedia_declared_size(codec, bytes, count, &width, &height);
  if (width < 0 || height < 0) {
    return cmedia_fail(error, "is corrupt: a picture of %lld × %lld pixels", (long long)width, (long long)height);
  }
  if (width > 0 && height > CMEDIA_MAXIMUM_PIXELS / width) {
    return cmedia_fail(error, "is a picture of %lld × %lld pixels; at most %lld are read", (long long)width,
                       (long long)height, (long long)CMEDIA_MAXIMUM_PIXELS);
  }
  switch (codec) {
    case AV_CODEC_ID_PNG: return cmedia_check_png(bytes, count, error);
    case AV_CODEC_ID_MJPEG: return check_jpeg(bytes, count, error);
    case AV_CODEC_ID_WEBP: return check_webp(bytes, count, error);
    case AV_CODEC_ID_GIF: return check_gif(bytes, count, error);
    case AV_CODEC_ID_TIFF: return cmedia_check_tiff(bytes, count, error);
    default: return 0;
  }
}
