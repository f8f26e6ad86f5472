#pragma once
#include <libavcodec/avcodec.h>

/// What pictures may be.
#define CMEDIA_PICTURES "PNG, JPEG, WebP, GIF, BMP, TIFF or PNM"

/// Which decoder reads these bytes, or AV_CODEC_ID_NONE.
enum AVCodecID cmedia_picture_codec(const uint8_t *bytes, size_t count);

/// Width and height that the head of a picture declares; 0 where they do not stand in these bytes.
void cmedia_declared_size(enum AVCodecID codec, const uint8_t *bytes, size_t count, int64_t *width, int64_t *height);

/// Refuses a picture that is cut short, altered, too large or of a kind that is not read, before FFmpeg allocates or
/// conceals anything.
int cmedia_check_picture(enum AVCodecID codec, const uint8_t *bytes, size_t count, char *error);

int cmedia_check_png(const uint8_t *bytes, size_t count, char *error);
int cmedia_check_tiff(const uint8_t *bytes, size_t count, char *error);

/// Takes the tags out of a TIFF's directory that pixels do not need: FFmpeg, told to be strict about damage, refuses
/// those that it does not know (orientation, the meaning of alpha, a camera's notes).
void cmedia_trim_tiff(uint8_t *bytes, size_t count);
