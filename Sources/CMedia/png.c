#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
#include <string.h>
#include <zlib.h>

#include "failure.h"
#include "picture.h"

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
int cmedia_check_png(const uint8_t *bytes, size_t count, char *error) {
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
    } else if (memcmp(type, "IHDR", 4) == 0 && (length != 13 || position != 8)) {
      result = cmedia_fail(error, "is corrupt: the PNG has a second or damaged head at byte %zu", position);
    } else if (memcmp(type, "IHDR", 4) == 0) {
      header = data;
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
