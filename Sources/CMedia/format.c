#include "format.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"

typedef struct {
  size_t offset;
  const char *magic;
  size_t length;
  const char *name;
  int sound;  // whether it may hold sound
} Format;

/// Signatures as file(1) and the formats' own descriptions give them; the longer ones first.
static const Format formats[] = {
    {0, "\x89PNG\r\n\x1a\n", 8, "a PNG picture", 0},
    {0, "\xff\xd8\xff", 3, "a JPEG picture", 0},
    {0, "GIF87a", 6, "a GIF picture", 0},
    {0, "GIF89a", 6, "a GIF picture", 0},
    {8, "WEBP", 4, "a WebP picture", 0},
    {0, "II*\0", 4, "a TIFF picture", 0},
    {0, "MM\0*", 4, "a TIFF picture", 0},
    {0, "II+\0", 4, "a BigTIFF picture", 0},
    {0, "MM\0+", 4, "a BigTIFF picture", 0},
    {0, "\0\0\0\fjP  ", 8, "a JPEG 2000 picture", 0},
    {0, "\xff\x4f\xff\x51", 4, "a JPEG 2000 picture", 0},
    {0, "\0\0\0\fJXL ", 8, "a JPEG XL picture", 0},
    {0, "\xff\x0a", 2, "a JPEG XL picture", 0},
    {4, "ftypavi", 7, "an AVIF picture", 0},
    {4, "ftyphei", 7, "a HEIC picture", 0},
    {4, "ftyphev", 7, "a HEIC picture", 0},
    {4, "ftypmif1", 8, "a HEIF picture", 0},
    {4, "ftypmsf1", 8, "a HEIF picture", 0},
    {4, "ftypM4A", 7, "M4A sound", 1},
    {4, "ftypqt  ", 8, "a QuickTime film", 1},
    {4, "ftyp", 4, "an MP4 film", 1},
    {0, "8BPS", 4, "a Photoshop picture", 0},
    {0, "qoif", 4, "a QOI picture", 0},
    {0, "v/1\x01", 4, "an OpenEXR picture", 0},
    {0, "#?RADIANCE", 10, "a Radiance picture", 0},
    {0, "SIMPLE  =", 9, "a FITS picture", 0},
    {128, "DICM", 4, "a DICOM picture", 0},
    {0, "\0\0\1\0", 4, "an icon", 0},
    {8, "WAVE", 4, "WAV sound", 1},
    {8, "AVI ", 4, "an AVI film", 1},
    {0, "riff\x2e\x91\xcf\x11", 8, "W64 sound", 1},
    {8, "AIFF", 4, "AIFF sound", 1},
    {8, "AIFC", 4, "AIFF sound", 1},
    {0, ".snd", 4, "AU sound", 1},
    {0, "caff", 4, "CAF sound", 1},
    {0, "fLaC", 4, "FLAC sound", 1},
    {0, "OggS", 4, "Ogg sound", 1},
    {0, "ID3", 3, "MP3 sound", 1},
    {0, "#!AMR", 5, "AMR sound", 1},
    {0, "\x1a\x45\xdf\xa3", 4, "a Matroska or WebM film", 1},
    {0, "MThd", 4, "a MIDI file", 0},
    {0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8, "a Windows Media file (ASF)", 0},
    {0, "FLV\1", 4, "a Flash film", 0},
    {0, "MAC ", 4, "Monkey's Audio sound", 0},
    {0, "wvpk", 4, "WavPack sound", 0},
    {0, "NIST_1A", 7, "NIST Sphere sound", 0},
    {0, "%PDF", 4, "a PDF document", 0},
    {0, "PK\3\4", 4, "a ZIP archive", 0},
    {0, "\x1f\x8b", 2, "a gzip archive", 0},
    {0, "7z\xbc\xaf\x27\x1c", 6, "a 7z archive", 0},
    {0, "Rar!", 4, "a RAR archive", 0},
    {0, "\x93NUMPY", 6, "a NumPy array", 0},
    {0, "\x89HDF", 4, "an HDF5 file", 0},
    {0, "version https://git-lfs", 23, "a Git LFS pointer (git lfs pull fetches the file)", 0},
    {0, "<svg", 4, "an SVG drawing", 0},
    {0, "<?xml", 5, "XML text", 0},
    {0, "<!DOCTYPE html", 14, "a web page", 0},
    {0, "<!doctype html", 14, "a web page", 0},
    {0, "<html", 5, "a web page", 0},
};

static const Format *find(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    const Format *format = &formats[i];
    if (count >= format->offset + format->length &&
        memcmp(bytes + format->offset, format->magic, format->length) == 0) {
      return format;
    }
  }
  return NULL;
}

static int is_text(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i] < 0x20 && !isspace(bytes[i])) return 0;
    if (bytes[i] >= 0x7f) return 0;
  }
  return count > 0;
}

const char *cmedia_format_name(const uint8_t *bytes, size_t count) {
  const Format *format = find(bytes, count);
  if (format != NULL) return format->name;
  if (count >= 26 && memcmp(bytes, "BM", 2) == 0 && bytes[6] == 0 && bytes[7] == 0) return "a BMP picture";
  return is_text(bytes, count < 512 ? count : 512) ? "text" : NULL;
}

int cmedia_is_sound(const uint8_t *bytes, size_t count) {
  const Format *format = find(bytes, count);
  return format != NULL && format->sound;
}

int64_t cmedia_read_head(const char *path, uint8_t *bytes, size_t count, char *error) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return cmedia_fail(error, "cannot be opened: %s", strerror(errno));
  size_t read = fread(bytes, 1, count, file);
  int failed = ferror(file);
  fclose(file);
  return failed ? cmedia_fail(error, "cannot be read: %s", strerror(errno)) : (int64_t)read;
}
