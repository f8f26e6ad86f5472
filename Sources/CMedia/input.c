#include "input.h"

#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"

typedef struct {
  FILE *file;
  int64_t size;
  cmedia_patches patches;
} Input;

void cmedia_add_patch(cmedia_patches *patches, int64_t position, uint64_t value, int count) {
  if (patches->count >= (int)(sizeof patches->patches / sizeof *patches->patches)) return;
  cmedia_patch *patch = &patches->patches[patches->count++];
  patch->position = position;
  patch->count = count;
  for (int i = 0; i < count; i++) patch->bytes[i] = (uint8_t)(value >> 8 * i);
}

static int read_packet(void *opaque, uint8_t *buffer, int count) {
  Input *input = opaque;
  int64_t position = ftello(input->file);
  size_t read = fread(buffer, 1, (size_t)count, input->file);
  if (read == 0) return ferror(input->file) ? AVERROR(EIO) : AVERROR_EOF;
  for (int p = 0; p < input->patches.count; p++) {
    const cmedia_patch *patch = &input->patches.patches[p];
    for (int i = 0; i < patch->count; i++) {
      int64_t at = patch->position + i - position;
      if (at >= 0 && at < (int64_t)read) buffer[at] = patch->bytes[i];
    }
  }
  return (int)read;
}

static int64_t seek(void *opaque, int64_t offset, int whence) {
  Input *input = opaque;
  if ((whence & AVSEEK_SIZE) != 0) return input->size;
  if (fseeko(input->file, offset, whence & ~AVSEEK_FORCE) != 0) return AVERROR(errno);
  return ftello(input->file);
}

AVIOContext *cmedia_open_input(const char *path, const cmedia_patches *patches, char *error) {
  enum { buffered = 1 << 15 };
  Input *input = av_mallocz(sizeof *input);
  uint8_t *buffer = av_malloc(buffered);
  AVIOContext *context =
      input != NULL && buffer != NULL ? avio_alloc_context(buffer, buffered, 0, input, read_packet, NULL, seek) : NULL;
  if (context == NULL) {
    av_free(input);
    av_free(buffer);
    cmedia_fail(error, "not enough memory");
    return NULL;
  }
  input->patches = *patches;
  input->file = fopen(path, "rb");
  if (input->file == NULL || fseeko(input->file, 0, SEEK_END) != 0) {
    cmedia_fail(error, "cannot be opened: %s", strerror(errno));
    cmedia_close_input(&context);
    return NULL;
  }
  input->size = ftello(input->file);
  rewind(input->file);
  return context;
}

void cmedia_close_input(AVIOContext **context) {
  if (*context == NULL) return;
  Input *input = (*context)->opaque;
  if (input->file != NULL) fclose(input->file);
  av_free(input);
  av_freep(&(*context)->buffer);
  avio_context_free(context);
}
