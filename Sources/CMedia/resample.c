#include <libavutil/channel_layout.h>
#include <libavutil/mem.h>
#include <libswresample/swresample.h>

#include "failure.h"

int cmedia_resample(const float *samples, size_t count, int from, int to, float **resampled, size_t *made,
                    char error[CMEDIA_ERROR_SIZE]) {
  if (from <= 0 || to <= 0 || count > (size_t)CMEDIA_MAXIMUM_SAMPLES) {
    return cmedia_fail(error, "%zu samples at %d Hz cannot be resampled to %d Hz", count, from, to);
  }
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext *context = NULL;
  int code = swr_alloc_set_opts2(&context, &mono, AV_SAMPLE_FMT_FLT, to, &mono, AV_SAMPLE_FMT_FLT, from, 0, NULL);
  if (code >= 0) code = swr_init(context);
  int room = code >= 0 ? swr_get_out_samples(context, (int)count) + 64 : 0;
  float *result = room > 0 ? av_malloc_array((size_t)room, sizeof(float)) : NULL;
  int first = -1, rest = -1;
  if (result != NULL) {
    const uint8_t *in = (const uint8_t *)samples;
    uint8_t *out = (uint8_t *)result;
    first = swr_convert(context, &out, room, &in, (int)count);
    out = (uint8_t *)(result + (first > 0 ? first : 0));
    if (first >= 0) rest = swr_convert(context, &out, room - first, NULL, 0);
  }
  swr_free(&context);
  if (rest < 0) {
    av_free(result);
    return cmedia_fail(error, "%zu samples at %d Hz cannot be resampled to %d Hz", count, from, to);
  }
  *resampled = result;
  *made = (size_t)first + (size_t)rest;
  return 0;
}
