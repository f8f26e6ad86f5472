#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "exif.h"
#include "failure.h"
#include "format.h"
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
    if (code == AVERROR_PATCHWELCOME) {
      const char *name = cmedia_format_name(bytes, count);
      cmedia_fail(error, "is %s of a kind that is not read", name != NULL ? name : "a picture");
    } else {
      if (code == AVERROR_EOF) code = AVERROR_INVALIDDATA;
      cmedia_fail_code(error, code, "is corrupt: the picture cannot be decoded");
    }
  }
  return frame;
}

/// The picture as it is stored, and how it is to be turned (1 to 8).
static AVFrame *read_picture(uint8_t *bytes, size_t count, int *orientation, char *error) {
  enum AVCodecID codec = cmedia_picture_codec(bytes, count);
  if (codec == AV_CODEC_ID_NONE) {
    const char *name = cmedia_format_name(bytes, count);
    cmedia_fail(error, "is %s, not a picture that can be read; expected " CMEDIA_PICTURES,
                name != NULL ? name : "of an unknown format");
    return NULL;
  }
  if (cmedia_check_picture(codec, bytes, count, error) != 0) return NULL;
  *orientation = cmedia_orientation(codec, bytes, count);
  if (codec == AV_CODEC_ID_TIFF) cmedia_trim_tiff(bytes, count);
  AVFrame *frame = decoded(codec, bytes, count, error);
  if (frame == NULL) return NULL;
  const AVFrameSideData *matrix = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (*orientation == 0 && matrix != NULL) *orientation = cmedia_matrix_orientation(matrix->data, matrix->size);
  if (*orientation == 0) *orientation = 1;
  return frame;
}

/// The pixels of a frame without gaps, turned the way up that the picture is shown.
static uint8_t *upright(const AVFrame *frame, int orientation, int width, int height, int channels) {
  size_t line = (size_t)width * (size_t)channels;
  uint8_t *packed = av_malloc(line * (size_t)height);
  if (packed == NULL) return NULL;
  for (int y = 0; y < height; y++) {
    uint8_t *to = packed + (size_t)y * line;
    if (orientation == 1) {
      memcpy(to, frame->data[0] + (ptrdiff_t)y * frame->linesize[0], line);
      continue;
    }
    for (int x = 0; x < width; x++, to += channels) {
      int column, row;
      cmedia_stored_place(orientation, width, height, x, y, &column, &row);
      memcpy(to, frame->data[0] + (ptrdiff_t)row * frame->linesize[0] + (ptrdiff_t)column * channels,
             (size_t)channels);
    }
  }
  return packed;
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
  int orientation = 0;
  AVFrame *frame = read_picture(bytes, count, &orientation, error);
  av_free(bytes);
  if (frame == NULL) return -1;

  const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(frame->format);
  if (description != NULL && (description->flags & AV_PIX_FMT_FLAG_ALPHA) != 0) {
    AVFrame *opaque = scaled(frame, AV_PIX_FMT_RGBA, frame->width, frame->height);
    av_frame_free(&frame);
    frame = opaque;
    if (frame != NULL) lay_on_white(frame);
  }
  int turned = orientation >= 5;  // a quarter turn: upright columns are stored as rows
  int columns = width != 0 || frame == NULL ? width : turned ? frame->height : frame->width;
  int rows = height != 0 || frame == NULL ? height : turned ? frame->width : frame->height;
  enum AVPixelFormat format = channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  AVFrame *result = frame != NULL ? scaled(frame, format, turned ? rows : columns, turned ? columns : rows) : NULL;
  av_frame_free(&frame);
  uint8_t *packed = result != NULL ? upright(result, orientation, columns, rows, channels) : NULL;
  av_frame_free(&result);
  if (packed == NULL) return cmedia_fail(error, "cannot be scaled to %d × %d pixels", columns, rows);
  *pixels = packed;
  *actual_width = columns;
  *actual_height = rows;
  return 0;
}

int cmedia_probe_image(const char *path, int64_t *width, int64_t *height, char error[CMEDIA_ERROR_SIZE]) {
  *width = *height = 0;
  int64_t size = 0;
  if (cmedia_check_file(path, &size, error) != 0) return -1;
  uint8_t *head = av_malloc(1 << 16);
  if (head == NULL) return cmedia_fail(error, "not enough memory");
  int64_t count = cmedia_read_head(path, head, 1 << 16, error);
  if (count > 0) {
    cmedia_declared_size(cmedia_picture_codec(head, (size_t)count), head, (size_t)count, width, height);
  }
  av_free(head);
  return count < 0 ? -1 : 0;
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
