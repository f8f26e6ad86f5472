#pragma once
#include <libavcodec/avcodec.h>
#include <stddef.h>
#include <stdint.h>

/// The first value of a tag in the first directory of a TIFF (EXIF is one), `fallback` where it is not there or the
/// bytes make no sense. Whole numbers of 8, 16 and 32 bits only.
uint32_t cmedia_tiff_tag(const uint8_t *bytes, size_t count, int tag, uint32_t fallback);

/// The same for value `index` of a tag that has several.
uint32_t cmedia_tiff_value(const uint8_t *bytes, size_t count, int tag, uint32_t index, uint32_t fallback);

/// How many values a tag has; 0 without it.
uint32_t cmedia_tiff_count(const uint8_t *bytes, size_t count, int tag);

/// How the stored rows are to be turned, 1 to 8 as EXIF 2.32 table 6 numbers them; 0: the file does not say.
int cmedia_orientation(enum AVCodecID codec, const uint8_t *bytes, size_t count);

/// The same by a display matrix of FFmpeg (nine 16.16 numbers); 0 where it is no quarter turn or reflection.
int cmedia_matrix_orientation(const uint8_t *matrix, size_t size);

/// Where the pixel at (x, y) of the upright picture of `width` × `height` is stored: column and row.
void cmedia_stored_place(int orientation, int width, int height, int x, int y, int *column, int *row);
