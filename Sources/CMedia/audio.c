#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdio.h>

#include "failure.h"
#include "format.h"
#include "input.h"
#include "wave.h"

// Containers of recorded sound. Playlists and scripts are left out: they name other files.
static const char *const containers =
    "wav,w64,aiff,au,caf,flac,mp3,ogg,aac,amr,mov,mp4,m4a,matroska,webm,avi,mpeg,mpegts";
#define SOUNDS "WAV, W64, AIFF, AU, CAF, FLAC, MP3, Ogg, M4A, AAC, AMR, or a film (MP4, Matroska, WebM, AVI, MPEG)"

typedef struct {
  AVFormatContext *format;
  AVCodecContext *codec;
  SwrContext *resampler;
  AVPacket *packet;
  AVFrame *frame;
  float *samples;
  size_t count, capacity;
  int rate, channels, stream;
  // What the resampler was made for.
  int from_rate, from_format;
  AVChannelLayout from_layout;
  int stored_channels, wave;
  int64_t leftover;
  double seconds;  // decoded, at the file's own rates
  char *error;
} Reader;

static void release(Reader *reader) {
  av_frame_free(&reader->frame);
  av_packet_free(&reader->packet);
  swr_free(&reader->resampler);
  av_channel_layout_uninit(&reader->from_layout);
  avcodec_free_context(&reader->codec);
  if (reader->format != NULL) {
    AVIOContext *io = reader->format->pb;
    avformat_close_input(&reader->format);
    cmedia_close_input(&io);
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

static int open_file(Reader *reader, const char *path) {
  int64_t size = 0;
  if (cmedia_check_file(path, &size, reader->error) != 0) return -1;
  uint8_t head[512];
  int64_t count = cmedia_read_head(path, head, sizeof head, reader->error);
  if (count < 0) return -1;
  const char *kind = cmedia_format_name(head, (size_t)count);
  if (kind != NULL && !cmedia_is_sound(head, (size_t)count)) {
    return cmedia_fail(reader->error, "is %s, not a sound file that can be read; expected " SOUNDS, kind);
  }
  cmedia_patches patches = {.count = 0};
  reader->wave = cmedia_check_wave(path, size, &patches, reader->error);
  if (reader->wave < 0) return -1;
  AVIOContext *io = cmedia_open_input(path, &patches, reader->error);
  if (io == NULL) return -1;
  reader->format = avformat_alloc_context();
  if (reader->format == NULL) {
    cmedia_close_input(&io);
    return cmedia_fail(reader->error, "not enough memory");
  }
  reader->format->pb = io;
  AVDictionary *options = NULL;
  av_dict_set(&options, "format_whitelist", containers, 0);
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  int code = avformat_open_input(&reader->format, NULL, NULL, &options);
  av_dict_free(&options);
  if (code < 0) {
    cmedia_close_input(&io);  // avformat_open_input freed the context but not our input
    return kind != NULL ? cmedia_fail(reader->error, "is %s, but its header is corrupt or was never finished", kind)
                        : cmedia_fail(reader->error, "is not a sound file that can be read; expected " SOUNDS);
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
  if (frame->sample_rate > CMEDIA_MAXIMUM_RATE || frame->ch_layout.nb_channels > CMEDIA_MAXIMUM_CHANNELS) {
    return cmedia_fail(reader->error, "has a sample rate of %d Hz and %d channels; at most %d Hz and %d are read",
                       frame->sample_rate, frame->ch_layout.nb_channels, CMEDIA_MAXIMUM_RATE,
                       CMEDIA_MAXIMUM_CHANNELS);
  }
  if (reader->rate == 0) reader->rate = frame->sample_rate;
  // The filter between them would have millions of coefficients.
  if (frame->sample_rate / reader->rate > 1024) {
    return cmedia_fail(reader->error, "cannot be resampled from %d to %d Hz", frame->sample_rate, reader->rate);
  }
  if (reader->channels == 0) reader->channels = frame->ch_layout.nb_channels;
  if (reader->stored_channels == 0) reader->stored_channels = frame->ch_layout.nb_channels;
  reader->from_rate = frame->sample_rate;
  reader->from_format = frame->format;
  AVChannelLayout from = {0}, to = {0};
  av_channel_layout_default(&from, frame->ch_layout.nb_channels);
  av_channel_layout_default(&to, reader->channels);
  int unknown = frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC;
  const AVChannelLayout *actual = unknown ? &from : &frame->ch_layout;
  int code = av_channel_layout_copy(&reader->from_layout, &frame->ch_layout);
  if (code >= 0) {
    code = swr_alloc_set_opts2(&reader->resampler, &to, AV_SAMPLE_FMT_FLT, reader->rate, (AVChannelLayout *)actual,
                               frame->format, frame->sample_rate, 0, NULL);
  }
  if (code >= 0) {
    av_opt_set_double(reader->resampler, "rematrix_maxval", 1, 0);  // mixing averages: never above full scale
    code = swr_init(reader->resampler);
  }
  av_channel_layout_uninit(&from);
  av_channel_layout_uninit(&to);
  return code < 0 ? cmedia_fail_code(reader->error, code, "cannot be resampled") : 0;
}

/// Takes over `count` frames of sound, or with NULL and 0 what the resampler still holds.
static int resample(Reader *reader, const uint8_t **data, int count) {
  int expected = swr_get_out_samples(reader->resampler, count);
  if (expected < 0) return cmedia_fail_code(reader->error, expected, "cannot be resampled");
  if (grow(reader, (size_t)expected * (size_t)reader->channels) != 0) return -1;
  uint8_t *out = (uint8_t *)(reader->samples + reader->count);
  int made = expected == 0 ? 0 : swr_convert(reader->resampler, &out, expected, data, count);
  if (made < 0) return cmedia_fail_code(reader->error, made, "cannot be resampled");
  reader->count += (size_t)made * (size_t)reader->channels;
  return 0;
}

/// Takes over what the resampler still holds, and ends it.
static int finish_resampler(Reader *reader) {
  int result = reader->resampler != NULL ? resample(reader, NULL, 0) : 0;
  swr_free(&reader->resampler);
  return result;
}

static int convert(Reader *reader, const AVFrame *frame) {
  // Files that were joined, and broadcasts, change their rate or channels on the way.
  int changed = reader->resampler != NULL &&
                (frame->sample_rate != reader->from_rate || frame->format != reader->from_format ||
                 av_channel_layout_compare(&frame->ch_layout, &reader->from_layout) != 0);
  if (changed && finish_resampler(reader) != 0) return -1;
  if (reader->resampler == NULL && open_resampler(reader, frame) != 0) return -1;
  reader->seconds += (double)frame->nb_samples / frame->sample_rate;
  return resample(reader, (const uint8_t **)frame->extended_data, frame->nb_samples);
}

static int corrupt(Reader *reader, int code) {
  char where[64];
  snprintf(where, sizeof where, "is corrupt after %.2f s of sound", reader->seconds);
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

/// Bytes of one frame of uncompressed sound; 0 for what is compressed.
static int frame_bytes(const Reader *reader) {
  const AVCodecParameters *parameters = reader->format->streams[reader->stream]->codecpar;
  int bits = av_get_bits_per_sample(parameters->codec_id);
  // ADPCM has whole numbers of bits a sample, too, but in blocks.
  int bytes = bits >= 8 ? bits / 8 * parameters->ch_layout.nb_channels : 0;
  return bytes > 0 && parameters->block_align % bytes == 0 ? bytes : 0;
}

/// Seconds that the head declares; 0 where it leaves them open.
static double declared(const Reader *reader) {
  const AVStream *stream = reader->format->streams[reader->stream];
  if (reader->wave == WAVE_OPEN || stream->duration == AV_NOPTS_VALUE || stream->duration <= 0) return 0;
  double seconds = stream->duration * av_q2d(stream->time_base);
  double bytes = seconds * stream->codecpar->sample_rate * frame_bytes(reader);
  return bytes > 0 && bytes < 0x1p63 && cmedia_is_open_length((uint64_t)(bytes + 0.5)) ? 0 : seconds;
}

static int check_end(Reader *reader) {
  if (reader->count == 0) return cmedia_fail(reader->error, "holds no samples");
  for (size_t i = 0; i < reader->count; i++) {
    if (!isfinite(reader->samples[i])) {
      return cmedia_fail(reader->error, "sample %zu is not a finite number", i / (size_t)reader->channels);
    }
  }
  return 0;
}

static int check_length(Reader *reader) {
  // The bytes of a WAV file were counted before.
  if (reader->wave != WAVE_NONE && frame_bytes(reader) > 0) return 0;
  if (reader->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) return 0;
  // Frames of a codec are padded at both ends, and that padding is dropped; FLAC counts samples.
  int exact = frame_bytes(reader) > 0 || reader->codec->codec_id == AV_CODEC_ID_FLAC;
  double promised = declared(reader);
  double padding = !exact && reader->codec->sample_rate > 0 ? 4096.0 / reader->codec->sample_rate : 0;
  if (reader->seconds + padding < promised - 1e-3) {
    return cmedia_fail(reader->error, "is cut short: the header promises %.2f s of sound, %.2f s are there", promised,
                       reader->seconds);
  }
  return 0;
}

/// Takes over one packet. FFmpeg marks one as corrupt that is shorter than it asked for, which the last one may be.
static int take(Reader *reader, AVPacket *packet) {
  int frame = frame_bytes(reader);
  if (frame > 0) {
    reader->leftover += packet->size % frame;
    av_shrink_packet(packet, packet->size - packet->size % frame);
    return packet->size == 0 ? 0 : decode(reader, packet);
  }
  if ((packet->flags & AV_PKT_FLAG_CORRUPT) == 0) return decode(reader, packet);
  if (reader->wave != WAVE_OPEN) return corrupt(reader, AVERROR_INVALIDDATA);
  int block = FFMAX(reader->format->streams[reader->stream]->codecpar->block_align, 1);
  reader->leftover += packet->size % block;
  av_shrink_packet(packet, packet->size - packet->size % block);
  return packet->size == 0 ? 0 : decode(reader, packet);
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
    int result = reader->packet->stream_index == reader->stream ? take(reader, reader->packet) : 0;
    av_packet_unref(reader->packet);
    if (result != 0) return result;
    stopped = maximum_seconds > 0 && reader->seconds >= maximum_seconds;
  }
  if (!stopped && decode(reader, NULL) != 0) return -1;
  if (finish_resampler(reader) != 0 || check_end(reader) != 0) return -1;
  if (!stopped && check_length(reader) != 0) return -1;
  if (maximum_seconds > 0) {
    size_t most = (size_t)(maximum_seconds * reader->rate) * (size_t)reader->channels;
    if (reader->count > most) reader->count = most;
  }
  return 0;
}

int cmedia_decode_audio(const char *path, int rate, int channels, double maximum_seconds, cmedia_sound *sound,
                        char error[CMEDIA_ERROR_SIZE]) {
  av_log_set_level(AV_LOG_QUIET);
  if (rate < 0 || rate > CMEDIA_MAXIMUM_RATE) return cmedia_fail(error, "cannot be resampled to %d Hz", rate);
  if (channels < 0 || channels > 8) return cmedia_fail(error, "cannot be mixed to %d channels", channels);
  Reader reader = {.rate = rate, .channels = channels, .error = error};
  int result = open_file(&reader, path);
  if (result == 0) result = read_all(&reader, maximum_seconds);
  if (result == 0) {
    *sound = (cmedia_sound){.samples = reader.samples, .count = reader.count, .rate = reader.rate,
                            .channels = reader.channels, .stored_channels = reader.stored_channels,
                            .leftover = reader.leftover};
    reader.samples = NULL;
  }
  release(&reader);
  return result;
}

int cmedia_probe_audio(const char *path, double *seconds, char error[CMEDIA_ERROR_SIZE]) {
  av_log_set_level(AV_LOG_QUIET);
  *seconds = 0;
  Reader reader = {.error = error};
  int result = open_file(&reader, path);
  if (result == 0) *seconds = declared(&reader);
  release(&reader);
  return result;
}
