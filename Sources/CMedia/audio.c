#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/channel_layout.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"

// Containers of recorded sound. Playlists and scripts are left out: they name other files.
static const char *const containers =
    "wav,w64,aiff,au,caf,flac,mp3,ogg,aac,amr,mov,mp4,m4a,matroska,webm,avi,mpeg,mpegts";

typedef struct {
  AVFormatContext *format;
  AVCodecContext *codec;
  SwrContext *resampler;
  AVPacket *packet;
  AVFrame *frame;
  float *samples;
  size_t count, capacity;
  int rate, channels, stream;
  int64_t decoded;  // frames at the file's own rate
  char *error;
} Reader;

static void release(Reader *reader) {
  av_frame_free(&reader->frame);
  av_packet_free(&reader->packet);
  swr_free(&reader->resampler);
  avcodec_free_context(&reader->codec);
  if (reader->format != NULL) {
    AVIOContext *io = reader->format->pb;
    avformat_close_input(&reader->format);
    avio_closep(&io);
  }
  av_freep(&reader->samples);
}

static int grow(Reader *reader, size_t more) {
  size_t needed = reader->count + more;
  if (needed > (size_t)CMEDIA_MAXIMUM_SAMPLES) {
    return cmedia_fail(reader->error, "is longer than %lld samples, the most that is read",
                       (long long)CMEDIA_MAXIMUM_SAMPLES);
  }
  if (needed <= reader->capacity) return 0;
  size_t capacity = needed + needed / 2;
  float *samples = av_realloc_array(reader->samples, capacity, sizeof(float));
  if (samples == NULL) return cmedia_fail(reader->error, "not enough memory for %zu samples", capacity);
  reader->samples = samples;
  reader->capacity = capacity;
  return 0;
}

/// FFmpeg reads a WAV file to its end whatever its header says, so a cut one has to be found here.
static int check_wave(const char *path, int64_t size, char *error) {
  AVIOContext *io = NULL;
  if (avio_open(&io, path, AVIO_FLAG_READ) < 0) return 0;
  uint8_t head[12];
  int result = 0;
  if (avio_read(io, head, 12) == 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0) {
    int64_t position = 12;
    result = cmedia_fail(error, "is cut short: a WAV file without sound data");
    while (position + 8 <= size && avio_seek(io, position, SEEK_SET) >= 0 && avio_read(io, head, 8) == 8) {
      int64_t length = AV_RL32(head + 4);
      if (memcmp(head, "data", 4) != 0) {
        position += 8 + length + (length & 1);
        continue;
      }
      int64_t there = size - position - 8;
      if (length == 0 || there == 0) {
        result = cmedia_fail(error, "holds no samples");
      } else if (length != UINT32_MAX && length > there) {  // UINT32_MAX: written to a pipe, length unknown
        result = cmedia_fail(error, "is cut short: the header promises %lld bytes of sound, %lld are there",
                             (long long)length, (long long)there);
      } else {
        result = 0;
      }
      break;
    }
  }
  avio_closep(&io);
  return result;
}

static int open_file(Reader *reader, const char *path) {
  int64_t size = 0;
  if (cmedia_check_file(path, &size, reader->error) != 0) return -1;
  char *name = av_asprintf("file:%s", path);  // a name such as http:… or concat:… stays a file name
  if (name == NULL) return cmedia_fail(reader->error, "not enough memory");
  int code = check_wave(name, size, reader->error);
  if (code != 0) {
    av_free(name);
    return -1;
  }
  AVIOContext *io = NULL;
  code = avio_open(&io, name, AVIO_FLAG_READ);
  av_free(name);
  if (code < 0) return cmedia_fail_code(reader->error, code, "cannot be opened");
  reader->format = avformat_alloc_context();
  if (reader->format == NULL) {
    avio_closep(&io);
    return cmedia_fail(reader->error, "not enough memory");
  }
  reader->format->pb = io;
  AVDictionary *options = NULL;
  av_dict_set(&options, "format_whitelist", containers, 0);
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  code = avformat_open_input(&reader->format, NULL, NULL, &options);
  av_dict_free(&options);
  if (code < 0) {
    avio_closep(&io);  // avformat_open_input freed the context but not our input
    return cmedia_fail_code(reader->error, code, "is not a sound file that can be read: WAV, FLAC, MP3, Ogg, M4A …");
  }
  code = avformat_find_stream_info(reader->format, NULL);
  if (code < 0) return cmedia_fail_code(reader->error, code, "is corrupt: no stream can be read");
  const AVCodec *decoder = NULL;
  reader->stream = av_find_best_stream(reader->format, AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0);
  if (reader->stream == AVERROR_STREAM_NOT_FOUND) return cmedia_fail(reader->error, "holds no sound");
  if (reader->stream < 0) return cmedia_fail_code(reader->error, reader->stream, "has a codec that cannot be read");
  reader->codec = avcodec_alloc_context3(decoder);
  if (reader->codec == NULL) return cmedia_fail(reader->error, "not enough memory");
  avcodec_parameters_to_context(reader->codec, reader->format->streams[reader->stream]->codecpar);
  reader->codec->pkt_timebase = reader->format->streams[reader->stream]->time_base;
  reader->codec->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
  reader->codec->thread_count = 1;
  code = avcodec_open2(reader->codec, decoder, NULL);
  if (code < 0) return cmedia_fail_code(reader->error, code, "cannot be decoded");
  return 0;
}

static int open_resampler(Reader *reader, const AVFrame *frame) {
  if (frame->sample_rate <= 0 || frame->ch_layout.nb_channels <= 0) {
    return cmedia_fail(reader->error, "is corrupt: a sample rate of %d Hz and %d channels", frame->sample_rate,
                       frame->ch_layout.nb_channels);
  }
  if (reader->rate == 0) reader->rate = frame->sample_rate;
  if (reader->channels == 0) reader->channels = frame->ch_layout.nb_channels;
  AVChannelLayout from = {0}, to = {0};
  av_channel_layout_default(&from, frame->ch_layout.nb_channels);
  av_channel_layout_default(&to, reader->channels);
  int unknown = frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC;
  AVChannelLayout *actual = unknown ? &from : (AVChannelLayout *)&frame->ch_layout;
  int code = swr_alloc_set_opts2(&reader->resampler, &to, AV_SAMPLE_FMT_FLT, reader->rate, actual, frame->format,
                                 frame->sample_rate, 0, NULL);
  if (code >= 0) {
    av_opt_set_double(reader->resampler, "rematrix_maxval", 1, 0);  // mixing averages: never above full scale
    code = swr_init(reader->resampler);
  }
  av_channel_layout_uninit(&from);
  av_channel_layout_uninit(&to);
  return code < 0 ? cmedia_fail_code(reader->error, code, "cannot be resampled") : 0;
}

/// Takes over one frame, or with NULL what the resampler still holds.
static int convert(Reader *reader, const AVFrame *frame) {
  if (frame != NULL && reader->resampler == NULL && open_resampler(reader, frame) != 0) return -1;
  if (reader->resampler == NULL) return 0;
  int expected = swr_get_out_samples(reader->resampler, frame != NULL ? frame->nb_samples : 0);
  if (expected < 0) return cmedia_fail_code(reader->error, expected, "cannot be resampled");
  if (grow(reader, (size_t)expected * (size_t)reader->channels) != 0) return -1;
  uint8_t *out = (uint8_t *)(reader->samples + reader->count);
  int made = swr_convert(reader->resampler, &out, expected,
                         frame != NULL ? (const uint8_t **)frame->extended_data : NULL,
                         frame != NULL ? frame->nb_samples : 0);
  if (made < 0) return cmedia_fail_code(reader->error, made, "cannot be resampled");
  reader->count += (size_t)made * (size_t)reader->channels;
  if (frame != NULL) reader->decoded += frame->nb_samples;
  return 0;
}

static int corrupt(Reader *reader, int code) {
  double seconds = reader->codec->sample_rate > 0 ? (double)reader->decoded / reader->codec->sample_rate : 0;
  char where[64];
  snprintf(where, sizeof where, "is corrupt after %.2f s of sound", seconds);
  return cmedia_fail_code(reader->error, code, where);
}

/// Sends one packet (NULL: the end) and takes over all frames that come out.
static int decode(Reader *reader, const AVPacket *packet) {
  int code = avcodec_send_packet(reader->codec, packet);
  if (code < 0 && code != AVERROR_EOF) return corrupt(reader, code);
  for (;;) {
    code = avcodec_receive_frame(reader->codec, reader->frame);
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return 0;
    if (code < 0) return corrupt(reader, code);
    int broken = reader->frame->decode_error_flags != 0 || (reader->frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
    int result = broken ? corrupt(reader, AVERROR_INVALIDDATA) : convert(reader, reader->frame);
    av_frame_unref(reader->frame);
    if (result != 0) return result;
  }
}

static int read_all(Reader *reader, double maximum_seconds) {
  reader->packet = av_packet_alloc();
  reader->frame = av_frame_alloc();
  if (reader->packet == NULL || reader->frame == NULL) return cmedia_fail(reader->error, "not enough memory");
  int stopped = 0;
  while (!stopped) {
    int code = av_read_frame(reader->format, reader->packet);
    if (code == AVERROR_EOF) break;
    if (code < 0) return corrupt(reader, code);
    int result = 0;
    if (reader->packet->stream_index == reader->stream) {
      result = (reader->packet->flags & AV_PKT_FLAG_CORRUPT) != 0 ? corrupt(reader, AVERROR_INVALIDDATA)
                                                                  : decode(reader, reader->packet);
    }
    av_packet_unref(reader->packet);
    if (result != 0) return result;
    stopped = maximum_seconds > 0 && reader->decoded >= maximum_seconds * reader->codec->sample_rate;
  }
  if (!stopped && decode(reader, NULL) != 0) return -1;
  if (convert(reader, NULL) != 0) return -1;
  if (reader->count == 0) return cmedia_fail(reader->error, "holds no samples");
  for (size_t i = 0; i < reader->count; i++) {
    if (!isfinite(reader->samples[i])) {
      return cmedia_fail(reader->error, "sample %zu is not a finite number", i / (size_t)reader->channels);
    }
  }
  const AVStream *stream = reader->format->streams[reader->stream];
  if (!stopped && reader->format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE &&
      stream->duration != AV_NOPTS_VALUE) {
    const AVCodecDescriptor *codec = avcodec_descriptor_get(reader->codec->codec_id);
    int lossy = codec == NULL || (codec->props & AV_CODEC_PROP_LOSSLESS) == 0;
    double promised = stream->duration * av_q2d(stream->time_base);
    double there = (double)reader->decoded / reader->codec->sample_rate;
    // A lossy codec's frames are padded at both ends, and that padding is dropped.
    double padding = lossy ? 4096.0 / reader->codec->sample_rate : 0;
    if (there + padding < promised - 1e-3) {
      return cmedia_fail(reader->error, "is cut short: the header promises %.2f s of sound, %.2f s are there", promised,
                         there);
    }
  }
  if (maximum_seconds > 0) {
    size_t most = (size_t)(maximum_seconds * reader->rate) * (size_t)reader->channels;
    if (reader->count > most) reader->count = most;
  }
  return 0;
}

int cmedia_decode_audio(const char *path, int rate, int channels, double maximum_seconds, float **samples,
                        size_t *count, int *actual_rate, int *actual_channels, char error[CMEDIA_ERROR_SIZE]) {
  av_log_set_level(AV_LOG_QUIET);
  if (rate < 0 || rate > 768000) return cmedia_fail(error, "cannot be resampled to %d Hz", rate);
  if (channels < 0 || channels > 8) return cmedia_fail(error, "cannot be mixed to %d channels", channels);
  Reader reader = {.rate = rate, .channels = channels, .error = error};
  int result = open_file(&reader, path);
  if (result == 0) result = read_all(&reader, maximum_seconds);
  if (result == 0) {
    *samples = reader.samples;
    *count = reader.count;
    *actual_rate = reader.rate;
    *actual_channels = reader.channels;
    reader.samples = NULL;
  }
  release(&reader);
  return result;
}
