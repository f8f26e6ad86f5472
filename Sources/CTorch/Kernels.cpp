// Inner loops for the sizes that small models have: tens of rows, tens to hundreds of columns, on one core. The engine's matrix
// library (MKL) is made for large ones: on a product of 32 × 300 × 64 it reaches less than half of what the core can do.
#include "kernels.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#define JOIN_LOW_16(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define JOIN_HIGH_16(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define JOIN_LOW_8(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define JOIN_HIGH_8(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define JOIN_LOW_4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define JOIN_HIGH_4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)

namespace ct {
namespace {

#if defined(__x86_64__)
namespace wide {
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#define LANES 16
#define TILE_ROWS 8
#define TILE_VECTORS 3
#define INTERLEAVE_LOW JOIN_LOW_16
#define INTERLEAVE_HIGH JOIN_HIGH_16
#include "Products.inc"
#include "Lines.inc"
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS
#undef INTERLEAVE_LOW
#undef INTERLEAVE_HIGH
#pragma clang attribute pop
}  // namespace wide

namespace middle {
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define TILE_ROWS 4
// Sixteen registers: a larger tile would spill.
#define TILE_VECTORS 2
#define INTERLEAVE_LOW JOIN_LOW_8
#define INTERLEAVE_HIGH JOIN_HIGH_8
#include "Products.inc"
#include "Lines.inc"
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS
#undef INTERLEAVE_LOW
#undef INTERLEAVE_HIGH
#pragma clang attribute pop
}  // namespace middle
#endif

namespace plain {
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define INTERLEAVE_LOW JOIN_LOW_4
#define INTERLEAVE_HIGH JOIN_HIGH_4
#include "Products.inc"
#include "Lines.inc"
}  // namespace plain

// ATEN_CPU_CAPABILITY (default, avx2 or avx512) bounds the engine's kernels, and ours alike.
Kernels best() {
#if defined(__x86_64__)
  const char *given = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string bound = given ? given : "";
  if (bound == "default") return plain::table();
  if (bound != "avx2" && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return wide::table();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return middle::table();
#endif
  return plain::table();
}
}  // namespace

const Kernels &kernels() {
  static const Kernels chosen = best();
  return chosen;
}

}  // namespace ct
