#include "picture.h"

#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
#include <string.h>
#include <zlib.h>

#include "failure.h"

enum AVCodecID cmedia_picture_codec(const uint8_t *bytes, size_t count) {
  if (count >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) return AV_CODEC_ID_PNG;
  if (count >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0) return AV_CODEC_ID_MJPEG;
  if (count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) return AV_CODEC_ID_WEBP;
  if (count >= 26 && memcmp(bytes, "BM", 2) == 0) return AV_CODEC_ID_BMP;
  if (count >= 8 && (memcmp(bytes, "II*\0", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0)) return AV_CODEC_ID_TIFF;
  if (count >= 8 && bytes[0] == 'P') {
    switch (bytes[1]) {
      case '4': return AV_CODEC_ID_PBM;
      case '5': return AV_CODEC_ID_PGM;
      case '6': return AV_CODEC_ID_PPM;
      default: break;
    }
  }
  return AV_CODEC_ID_NONE;
}

static int check_size(int64_t width, int64_t height, char *error) {
  if (width <= 0 || height <= 0) return cmedia_fail(error, "is corrupt: a picture of %lld × %lld pixels",
                                                    (long long)width, (long long)height);
  if (width > CMEDIA_MAXIMUM_PIXELS / height) {
    return cmedia_fail(error, "is a picture of %lld × %lld pixels; at most %lld are read", (long long)width,
                       (long long)height, (long long)CMEDIA_MAXIMUM_PIXELS);
  }
  return 0;
}

/// Bytes of the filtered rows of one PNG, or of one of the seven passes of an interlaced one.
static int64_t row_bytes(int64_t width, int64_t height, int bits) {
  return width == 0 || height == 0 ? 0 : height * (1 + (width * bits + 7) / 8);
}

static int64_t png_bytes(const uint8_t *header) {
  static const int samples[7] = {1, 0, 3, 1, 2, 0, 4};
  int64_t width = AV_RB32(header), height = AV_RB32(header + 4);
  int bits = header[8] * (header[9] < 7 ? samples[header[9]] : 0);
  if (header[12] == 0) return row_bytes(width, height, bits);
  static const int x0[7] = {0, 4, 0, 2, 0, 1, 0}, dx[7] = {8, 8, 4, 4, 2, 2, 1};
  static const int y0[7] = {0, 0, 4, 0, 2, 0, 1}, dy[7] = {8, 8, 8, 4, 4, 2, 2};
  int64_t sum = 0;
  for (int pass = 0; pass < 7; pass++) {
    sum += row_bytes((width - x0[pass] + dx[pass] - 1) / dx[pass], (height - y0[pass] + dy[pass] - 1) / dy[pass], bits);
  }
  return sum;
}

/// Walks the chunks: each has its checksum, the pixels inflate to what the header promises, and an end is there.
static int check_png(const uint8_t *bytes, size_t count, char *error) {
  const AVCRC *table = av_crc_get_table(AV_CRC_32_IEEE_LE);
  uint8_t discarded[16384];
  z_stream stream = {0};
  const uint8_t *header = NULL;
  int64_t inflated = 0;
  int code = Z_OK, result = 0, ended = 0;
  if (inflateInit(&stream) != Z_OK) return cmedia_fail(error, "not enough memory");
  for (size_t position = 8; result == 0 && !ended;) {
    if (count - position < 12 || count - position - 12 < AV_RB32(bytes + position)) {
      result = cmedia_fail(error, "is cut short: a PNG without its end, after %zu bytes", count);
      break;
    }
    uint32_t length = AV_RB32(bytes + position);
    const uint8_t *type = bytes + position + 4, *data = type + 4;
    if ((av_crc(table, UINT32_MAX, type, (size_t)length + 4) ^ UINT32_MAX) != AV_RB32(data + length)) {
      result = cmedia_fail(error, "is corrupt: the PNG part at byte %zu has a wrong checksum", position);
    } else if (memcmp(type, "IHDR", 4) == 0 && length == 13) {
      header = data;
      result = check_size(AV_RB32(data), AV_RB32(data + 4), error);
    } else if (memcmp(type, "IDAT", 4) == 0) {
      stream.next_in = (Bytef *)data;
      stream.avail_in = length;
      while (result == 0 && code == Z_OK && stream.avail_in > 0) {
        stream.next_out = discarded;
        stream.avail_out = sizeof discarded;
        code = inflate(&stream, Z_NO_FLUSH);
        inflated += (int64_t)(sizeof discarded - stream.avail_out);
        if (header == NULL || inflated > png_bytes(header) || (code != Z_OK && code != Z_STREAM_END)) {
          result = cmedia_fail(error, "is corrupt: the PNG's pixels cannot be unpacked");
        }
      }
    } else if (memcmp(type, "IEND", 4) == 0) {
      ended = 1;
    }
    position += (size_t)length + 12;
  }
  inflateEnd(&stream);
  if (result == 0 && (header == NULL || inflated != png_bytes(header))) {
    result = cmedia_fail(error, "is corrupt: the PNG's pixels end after %lld of %lld bytes", (long long)inflated,
                         (long long)(header != NULL ? png_bytes(header) : 0));
  }
  return result;
}

/// Walks the segments up to the first scan for the size; the decoder paints a missing end grey, so one must be there.
static int check_jpeg(const uint8_t *bytes, size_t count, char *error) {
  size_t position = 2, scan = 0;
  while (position + 4 <= count && scan == 0) {
    if (bytes[position] != 0xff) return cmedia_fail(error, "is corrupt: no JPEG marker at byte %zu", position);
    uint8_t marker = bytes[position + 1];
    if (marker == 0xff) {
      position += 1;
      continue;
    }
    size_t length = AV_RB16(bytes + position + 2);
    int isFrame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (isFrame && position + 9 <= count &&
        check_size(AV_RB16(bytes + position + 7), AV_RB16(bytes + position + 5), error) != 0) {
      return -1;
    }
    if (marker == 0xda) scan = position;
    position += 2 + length;
  }
  if (scan != 0) {
    for (size_t end = count - 2; end > scan; end--) {
      if (bytes[end] == 0xff && bytes[end + 1] == 0xd9) return 0;
    }
  }
  return cmedia_fail(error, "is cut short: a JPEG without its end, after %zu bytes", count);
}

int cmedia_check_picture(enum AVCodecID codec, const uint8_t *bytes, size_t count, char *error) {
  if (codec == AV_CODEC_ID_PNG) return check_png(bytes, count, error);
  if (codec == AV_CODEC_ID_MJPEG) return check_jpeg(bytes, count, error);
  return 0;
}
