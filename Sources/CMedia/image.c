#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "failure.h"
#include "picture.h"

static AVFrame *new_frame(enum AVPixelFormat format, int width, int height) {
  AVFrame *frame = av_frame_alloc();
  if (frame == NULL) return NULL;
  frame->format = format;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame, 0) < 0) av_frame_free(&frame);
  return frame;
}

/// A new frame of the format and size, or NULL.
static AVFrame *scaled(const AVFrame *from, enum AVPixelFormat format, int width, int height) {
  int shrinks = width < from->width || height < from->height;
  int flags = (shrinks ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
  AVFrame *to = new_frame(format, width, height);
  struct SwsContext *context = sws_getContext(from->width, from->height, from->format, width, height, format, flags,
                                              NULL, NULL, NULL);
  int rows = -1;
  if (to != NULL && context != NULL) {
    rows = sws_scale(context, (const uint8_t *const *)from->data, from->linesize, 0, from->height, to->data,
                     to->linesize);
  }
  sws_freeContext(context);
  if (rows != height) av_frame_free(&to);
  return to;
}

/// Lays an RGBA frame on white, in place.
static void lay_on_white(AVFrame *frame) {
  for (int y = 0; y < frame->height; y++) {
    uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
    for (int x = 0; x < frame->width; x++, row += 4) {
      int alpha = row[3];
      for (int c = 0; c < 3; c++) row[c] = (uint8_t)((row[c] * alpha + 255 * (255 - alpha) + 127) / 255);
      row[3] = 255;
    }
  }
}

static AVFrame *decoded(enum AVCodecID codec, const uint8_t *bytes, size_t count, char *error) {
  const AVCodec *decoder = avcodec_find_decoder(codec);
  AVCodecContext *context = decoder != NULL ? avcodec_alloc_context3(decoder) : NULL;
  AVPacket *packet = av_packet_alloc();
  AVFrame *frame = av_frame_alloc();
  int code = AVERROR(ENOMEM);
  if (context != NULL && packet != NULL && frame != NULL) {
    context->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
    context->max_pixels = CMEDIA_MAXIMUM_PIXELS;
    context->thread_count = 1;
    code = avcodec_open2(context, decoder, NULL);
    packet->data = (uint8_t *)bytes;
    packet->size = (int)count;
    packet->flags = AV_PKT_FLAG_KEY;
    if (code >= 0) code = avcodec_send_packet(context, packet);
    if (code >= 0) code = avcodec_send_packet(context, NULL);
    if (code >= 0) code = avcodec_receive_frame(context, frame);
    if (code >= 0 && (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)) {
      code = AVERROR_INVALIDDATA;
    }
  }
  av_packet_free(&packet);
  avcodec_free_context(&context);
  if (code < 0) {
    av_frame_free(&frame);
    if (code == AVERROR_EOF) code = AVERROR_INVALIDDATA;
    cmedia_fail_code(error, code, "is corrupt: the picture cannot be decoded");
  }
  return frame;
}

int cmedia_decode_image(const char *path, int width, int height, int channels, uint8_t **pixels, int *actual_width,
                        int *actual_height, char error[CMEDIA_ERROR_SIZE]) {
  av_log_set_level(AV_LOG_QUIET);
  if (channels != 1 && channels != 3) return cmedia_fail(error, "asked for %d channels; 1 (grey) or 3 (RGB)", channels);
  if (width < 0 || height < 0 || (width == 0) != (height == 0) ||
      (height > 0 && width > CMEDIA_MAXIMUM_PIXELS / height)) {
    return cmedia_fail(error, "cannot be scaled to %d × %d pixels", width, height);
  }
  uint8_t *bytes = NULL;
  size_t count = 0;
  if (cmedia_read_file(path, (int64_t)1 << 30, &bytes, &count, error) != 0) return -1;
  enum AVCodecID codec = cmedia_picture_codec(bytes, count);
  AVFrame *frame = NULL;
  if (codec == AV_CODEC_ID_NONE) {
    cmedia_fail(error, "is not a picture that can be read: PNG, JPEG, WebP, BMP, TIFF or PNM");
  } else if (cmedia_check_picture(codec, bytes, count, error) == 0) {
    frame = decoded(codec, bytes, count, error);
  }
  av_free(bytes);
  if (frame == NULL) return -1;

  const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(frame->format);
  if (description != NULL && (description->flags & AV_PIX_FMT_FLAG_ALPHA) != 0) {
    AVFrame *opaque = scaled(frame, AV_PIX_FMT_RGBA, frame->width, frame->height);
    av_frame_free(&frame);
    frame = opaque;
    if (frame != NULL) lay_on_white(frame);
  }
  int columns = width != 0 || frame == NULL ? width : frame->width;
  int rows = height != 0 || frame == NULL ? height : frame->height;
  enum AVPixelFormat format = channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  AVFrame *result = frame != NULL ? scaled(frame, format, columns, rows) : NULL;
  av_frame_free(&frame);
  size_t line = (size_t)columns * (size_t)channels;
  uint8_t *packed = result != NULL ? av_malloc(line * (size_t)rows) : NULL;
  if (packed == NULL) {
    av_frame_free(&result);
    return cmedia_fail(error, "cannot be scaled to %d × %d pixels", columns, rows);
  }
  for (int y = 0; y < rows; y++) {
    memcpy(packed + (size_t)y * line, result->data[0] + (ptrdiff_t)y * result->linesize[0], line);
  }
  av_frame_free(&result);
  *pixels = packed;
  *actual_width = columns;
  *actual_height = rows;
  return 0;
}

int cmedia_encode_png(const uint8_t *pixels, int width, int height, int channels, uint8_t **bytes, size_t *count,
                      char error[CMEDIA_ERROR_SIZE]) {
  av_log_set_level(AV_LOG_QUIET);
  if ((channels != 1 && channels != 3) || width <= 0 || height <= 0 || width > CMEDIA_MAXIMUM_PIXELS / height) {
    return cmedia_fail(error, "cannot be written as a PNG of %d × %d pixels, %d channels", width, height, channels);
  }
  enum AVPixelFormat format = channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
  AVCodecContext *context = encoder != NULL ? avcodec_alloc_context3(encoder) : NULL;
  AVFrame *frame = new_frame(format, width, height);
  AVPacket *packet = av_packet_alloc();
  int code = encoder == NULL ? AVERROR_ENCODER_NOT_FOUND : AVERROR(ENOMEM);
  if (context != NULL && frame != NULL && packet != NULL) {
    size_t line = (size_t)width * (size_t)channels;
    for (int y = 0; y < height; y++) {
      memcpy(frame->data[0] + (ptrdiff_t)y * frame->linesize[0], pixels + (size_t)y * line, line);
    }
    context->width = width;
    context->height = height;
    context->pix_fmt = format;
    context->time_base = (AVRational){1, 1};
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_BITEXACT;
    code = avcodec_open2(context, encoder, NULL);
    if (code >= 0) code = avcodec_send_frame(context, frame);
    if (code >= 0) code = avcodec_send_frame(context, NULL);
    if (code >= 0) code = avcodec_receive_packet(context, packet);
    if (code >= 0) {
      *bytes = av_memdup(packet->data, (size_t)packet->size);
      *count = (size_t)packet->size;
      if (*bytes == NULL) code = AVERROR(ENOMEM);
    }
  }
  av_packet_free(&packet);
  av_frame_free(&frame);
  avcodec_free_context(&context);
  return code < 0 ? cmedia_fail_code(error, code, "cannot be written as a PNG") : 0;
}
