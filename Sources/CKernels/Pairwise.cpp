#include "ckernels.h"
#include "widest.h"

#include <algorithm>
#include <cmath>

namespace {

// One cell. Sums may be taken in any order, which is what lets the loop use vectors.
template <int kind> inline double cell(const double *x, const double *y, size_t width) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (size_t d = 0; d < width; ++d) {
    const double difference = x[d] - y[d];
    if constexpr (kind == CK_MANHATTAN) {
      sum += std::fabs(difference);
    } else if constexpr (kind == CK_EUCLIDEAN) {
      sum += difference * difference;
    } else if constexpr (kind == CK_INTERSECTION) {
      sum += x[d] < y[d] ? x[d] : y[d];
    } else {
      const double total = x[d] + y[d];
      const double numerator = kind == CK_CHI_SQUARED ? difference * difference : 2 * x[d] * y[d];
      sum += numerator / (total > 0 ? total : 1);
    }
  }
  return sum;
}

// A tile of b stays in the cache while all rows of a pass by.
template <int kind>
inline void fill(const double *a, const double *b, size_t rows_a, size_t rows_b, size_t width, double *out,
                 size_t stride) {
  const size_t tile = std::max<size_t>(1, 4096 / std::max<size_t>(1, width));
  for (size_t start = 0; start < rows_b; start += tile) {
    const size_t end = std::min(rows_b, start + tile);
    for (size_t i = 0; i < rows_a; ++i) {
      for (size_t j = start; j < end; ++j) { out[i * stride + j] = cell<kind>(a + i * width, b + j * width, width); }
    }
  }
}

}  // namespace

extern "C" CK_WIDEST void ck_pairwise(int kind, const double *a, const double *b, size_t rows_a, size_t rows_b,
                                      size_t width, double *out, size_t stride) {
  switch (kind) {
  case CK_MANHATTAN: fill<CK_MANHATTAN>(a, b, rows_a, rows_b, width, out, stride); break;
  case CK_CHI_SQUARED: fill<CK_CHI_SQUARED>(a, b, rows_a, rows_b, width, out, stride); break;
  case CK_INTERSECTION: fill<CK_INTERSECTION>(a, b, rows_a, rows_b, width, out, stride); break;
  case CK_ADDITIVE_CHI: fill<CK_ADDITIVE_CHI>(a, b, rows_a, rows_b, width, out, stride); break;
  default: fill<CK_EUCLIDEAN>(a, b, rows_a, rows_b, width, out, stride); break;
  }
}
