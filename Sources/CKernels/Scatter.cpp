// Sums of squares and products of centred columns. The engine's library (MKL) uses nothing wider than AVX2 on processors of
// other makers, and centring before it calls for more passes over the samples.
#include "ckernels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

// Rows whose packed copy stays in the cache while all tiles read it.
constexpr size_t piece = 128;

#if defined(__x86_64__)
namespace wide {
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#define LANES 8
#define TILE_ROWS 8
#define TILE_VECTORS 3
#include "Scatter.inc"
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS
#pragma clang attribute pop
}  // namespace wide

namespace middle {
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#include "Scatter.inc"
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS
#pragma clang attribute pop
}  // namespace middle
#endif

namespace plain {
#define LANES 2
#define TILE_ROWS 4
#define TILE_VECTORS 2
#include "Scatter.inc"
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS
}  // namespace plain

using Scatter = void (*)(const ck_view *, size_t, size_t, double, double *, double *, size_t);

// ATEN_CPU_CAPABILITY (default, avx2 or avx512) bounds the engine's kernels, and ours alike.
Scatter best() {
#if defined(__x86_64__)
  const char *given = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string bound = given ? given : "";
  if (bound == "default") { return plain::scatter; }
  if (bound != "avx2" && __builtin_cpu_supports("avx512f")) { return wide::scatter; }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return middle::scatter; }
#endif
  return plain::scatter;
}

}  // namespace

// A whole number of groups of columns, whatever the instruction set.
extern "C" size_t ck_scatter_stride(size_t width) { return (width + 23) / 24 * 24; }

extern "C" void ck_scatter(const ck_view *views, size_t count, size_t rows, double seen, double *mean, double *sums,
                           size_t stride) {
  static const Scatter chosen = best();
  chosen(views, count, rows, seen, mean, sums, stride);
}

extern "C" void ck_scatter_merge(size_t width, size_t stride, double seen, double *mean, double *sums, double other_seen,
                                 const double *other_mean, const double *other_sums) {
  const double both = seen + other_seen;
  if (both == 0) { return; }
  std::vector<double> shift(width);
  for (size_t j = 0; j < width; ++j) { shift[j] = other_mean[j] - mean[j]; }
  for (size_t i = 0; i < width; ++i) {
    const double factor = seen * other_seen / both * shift[i];
    for (size_t j = i; j < width; ++j) { sums[i * stride + j] += other_sums[i * stride + j] + factor * shift[j]; }
    mean[i] += shift[i] * (other_seen / both);
  }
}
