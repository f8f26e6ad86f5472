#pragma once
#include <libavcodec/avcodec.h>

/// Which decoder reads these bytes, or AV_CODEC_ID_NONE.
enum AVCodecID cmedia_picture_codec(const uint8_t *bytes, size_t count);

/// Refuses a PNG or JPEG that is cut short, altered or too large, before FFmpeg allocates or conceals anything.
int cmedia_check_picture(enum AVCodecID codec, const uint8_t *bytes, size_t count, char *error);
