#include "ckernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

// ln(eᵃ + eᵇ + eᶜ); −∞ stands for 0.
inline double log_sum(double a, double b, double c) {
  const double top = std::max(a, std::max(b, c));
  if (top == -std::numeric_limits<double>::infinity()) { return top; }
  return top + std::log(std::exp(a - top) + std::exp(b - top) + std::exp(c - top));
}

}  // namespace

// Cuturi, 2011, eq. 1 and section 4: M(i,j) = κ(x_i, y_j) (M(i−1,j−1) + M(i−1,j) + M(i,j−1)) with the infinitely
// divisible κ = g / (2 − g), g = exp(−‖x − y‖² / 2σ²); in logarithms, as M leaves the range of doubles at length 300.
extern "C" double ck_global_alignment(const double *a, const double *b, size_t length_a, size_t length_b, size_t width,
                                      double sigma, double *scratch) {
  const double none = -std::numeric_limits<double>::infinity();
  double *before = scratch, *now = scratch + length_b + 1;
  std::fill(before, before + length_b + 1, none);
  before[0] = 0;
  for (size_t i = 0; i < length_a; ++i) {
    now[0] = none;
    for (size_t j = 0; j < length_b; ++j) {
      double square = 0;
      for (size_t d = 0; d < width; ++d) {
        const double difference = a[i * width + d] - b[j * width + d];
        square += difference * difference;
      }
      const double exponent = -square / (2 * sigma * sigma);
      const double local = exponent - std::log(2 - std::exp(exponent));
      now[j + 1] = local + log_sum(before[j], before[j + 1], now[j]);
    }
    std::swap(before, now);
  }
  return before[length_b];
}
