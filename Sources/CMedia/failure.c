#include "failure.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cmedia_fail(char *error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error, CMEDIA_ERROR_SIZE, format, arguments);
  va_end(arguments);
  return -1;
}

int cmedia_fail_code(char *error, int code, const char *what) {
  char reason[AV_ERROR_MAX_STRING_SIZE];
  av_strerror(code, reason, sizeof reason);
  return cmedia_fail(error, "%s (%s)", what, reason);
}

int cmedia_check_file(const char *path, int64_t *size, char *error) {
  struct stat information;
  if (stat(path, &information) != 0) {
    if (errno == ENOENT) return cmedia_fail(error, "no such file");
    return cmedia_fail(error, "cannot be opened: %s", strerror(errno));
  }
  if (S_ISDIR(information.st_mode)) return cmedia_fail(error, "is a folder; expected a file");
  if (!S_ISREG(information.st_mode)) return cmedia_fail(error, "is not a regular file");
  if (access(path, R_OK) != 0) return cmedia_fail(error, "cannot be read: %s", strerror(errno));
  if (information.st_size == 0) return cmedia_fail(error, "is empty (0 bytes)");
  *size = information.st_size;
  return 0;
}

int cmedia_read_file(const char *path, int64_t maximum, uint8_t **bytes, size_t *count, char *error) {
  int64_t size = 0;
  if (cmedia_check_file(path, &size, error) != 0) return -1;
  if (size > maximum) {
    return cmedia_fail(error, "is %lld bytes long; at most %lld are read", (long long)size, (long long)maximum);
  }
  FILE *file = fopen(path, "rb");
  if (file == NULL) return cmedia_fail(error, "cannot be opened: %s", strerror(errno));
  uint8_t *buffer = av_mallocz((size_t)size + AV_INPUT_BUFFER_PADDING_SIZE);
  if (buffer == NULL) {
    fclose(file);
    return cmedia_fail(error, "not enough memory for %lld bytes", (long long)size);
  }
  size_t read = fread(buffer, 1, (size_t)size, file);
  fclose(file);
  if (read != (size_t)size) {
    av_free(buffer);
    return cmedia_fail(error, "ended after %zu of %lld bytes", read, (long long)size);
  }
  *bytes = buffer;
  *count = read;
  return 0;
}

void cmedia_free(void *buffer) { av_free(buffer); }
