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

/// Highest rate, in hertz, and most channels of a sound.
#define CMEDIA_MAXIMUM_RATE 768000
#define CMEDIA_MAXIMUM_CHANNELS 64

/// Decoded sound.
typedef struct {
  float *samples;          // interleaved
  size_t count;            // over all channels
  int rate, channels;      // of the samples
  int stored_channels;     // of the file, at its beginning
  int64_t leftover;        // bytes at the end that were no whole frame and were left out
} cmedia_sound;

/// The first sound stream of a file.
/// `rate`, `channels`: what is asked for; 0 keeps the file's own. Mixing to mono averages. `maximum_seconds`: decoding
/// stops there; 0 reads everything. A length that the header leaves open (a recording that went to a pipe or was not
/// finished) is what the file holds; a rate or channels that change on the way are followed.
int cmedia_decode_audio(const char *path, int rate, int channels, double maximum_seconds, cmedia_sound *sound,
                        char error[CMEDIA_ERROR_SIZE]);

/// Seconds of sound that a file's head declares, without decoding it; 0 where it does not say.
int cmedia_probe_audio(const char *path, double *seconds, char error[CMEDIA_ERROR_SIZE]);

/// Mono samples at rate `from` brought to rate `to`.
int cmedia_resample(const float *samples, size_t count, int from, int to, float **resampled, size_t *made,
                    char error[CMEDIA_ERROR_SIZE]);

/// A still picture (PNG, JPEG, WebP, GIF, BMP, TIFF, PNM) as 8-bit rows, upright as its EXIF orientation says, scaled to
/// `width` × `height` (0 keeps both), grey (`channels` 1, Rec. 601 luma) or RGB (3), interleaved. Transparency lies on
/// white; of several pictures in one file the first is read.
int cmedia_decode_image(const char *path, int width, int height, int channels, uint8_t **pixels, int *actual_width,
                        int *actual_height, char error[CMEDIA_ERROR_SIZE]);

/// The size that the head of a picture declares, without decoding it; 0 × 0 where the head does not say, or is none.
int cmedia_probe_image(const char *path, int64_t *width, int64_t *height, char error[CMEDIA_ERROR_SIZE]);

/// 8-bit grey or RGB rows as the bytes of a PNG file.
int cmedia_encode_png(const uint8_t *pixels, int width, int height, int channels, uint8_t **bytes, size_t *count,
                      char error[CMEDIA_ERROR_SIZE]);

void cmedia_free(void *buffer);

#ifdef __cplusplus
}
#endif
