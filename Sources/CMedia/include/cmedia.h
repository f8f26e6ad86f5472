#pragma once
#include <stddef.h>
#include <stdint.h>

// Sound and pictures through FFmpeg's libraries. Every function returns 0, or -1 with one line in `error` that says
// what is wrong with the file (without its name). Buffers handed back belong to the caller: cmedia_free.

#ifdef __cplusplus
extern "C" {
#endif

/// Longest line written to an error buffer, with its end.
#define CMEDIA_ERROR_SIZE 512
/// Most pixels of a picture, read or asked for.
#define CMEDIA_MAXIMUM_PIXELS ((int64_t)64 << 20)
/// Most samples of a decoded sound, over all channels (1 GiB of float).
#define CMEDIA_MAXIMUM_SAMPLES ((int64_t)1 << 28)

/// The first sound stream of a file as interleaved float samples.
/// `rate`, `channels`: what is asked for; 0 keeps the file's own. Mixing to mono averages. `maximum_seconds`: decoding
/// stops there; 0 reads everything. `count` counts samples over all channels.
int cmedia_decode_audio(const char *path, int rate, int channels, double maximum_seconds, float **samples,
                        size_t *count, int *actual_rate, int *actual_channels, char error[CMEDIA_ERROR_SIZE]);

/// Mono samples at rate `from` brought to rate `to`.
int cmedia_resample(const float *samples, size_t count, int from, int to, float **resampled, size_t *made,
                    char error[CMEDIA_ERROR_SIZE]);

/// A still picture (PNG, JPEG, WebP, BMP, TIFF, PNM) as 8-bit rows, scaled to `width` × `height` (0 keeps both), grey
/// (`channels` 1, Rec. 601 luma) or RGB (3), interleaved. Transparency lies on white; EXIF orientation is not applied.
int cmedia_decode_image(const char *path, int width, int height, int channels, uint8_t **pixels, int *actual_width,
                        int *actual_height, char error[CMEDIA_ERROR_SIZE]);

/// 8-bit grey or RGB rows as the bytes of a PNG file.
int cmedia_encode_png(const uint8_t *pixels, int width, int height, int channels, uint8_t **bytes, size_t *count,
                      char error[CMEDIA_ERROR_SIZE]);

void cmedia_free(void *buffer);

#ifdef __cplusplus
}
#endif
