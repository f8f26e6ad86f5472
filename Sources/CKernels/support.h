#ifndef CKERNELS_SUPPORT_H
#define CKERNELS_SUPPORT_H

#include "ckernels.h"
#include "widest.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

// Parts that sequential minimal optimisation on one matrix and on several share.
namespace ck {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Stands for a curvature that is not positive, as LIBSVM has it.
constexpr double tiny = 1e-12;

// Whether y_t a_t may rise (fall) within its bounds.
inline bool can_rise(const ck_problem &problem, const double *alpha, size_t t) {
  return problem.y[t] > 0 ? alpha[t] < problem.c[t] : alpha[t] > 0;
}
inline bool can_fall(const ck_problem &problem, const double *alpha, size_t t) {
  return problem.y[t] > 0 ? alpha[t] > 0 : alpha[t] < problem.c[t];
}

// Signed coefficients of the samples: Σ y_t a_t over their variables.
inline void fold(const ck_problem &problem, const double *alpha, double *coefficient) {
  std::fill(coefficient, coefficient + problem.samples, 0.0);
  for (size_t t = 0; t < problem.variables; ++t) { coefficient[t % problem.samples] += problem.y[t] * alpha[t]; }
}

// In the widest vectors the processor has: out = Σ factor · row,
void combine_rows(const float *const *rows, const double *factors, size_t count, size_t n, float *out);
void combine_rows(const float *const *rows, const double *factors, size_t count, size_t n, double *out);
void combine_rows(const double *const *rows, const double *factors, size_t count, size_t n, double *out);
// score += Σ factor · row,
void add_rows(const float *const *rows, const double *factors, size_t count, size_t n, double *score);
void add_rows(const double *const *rows, const double *factors, size_t count, size_t n, double *score);
// score += factor · (row_i − row_j).
void add_difference(const float *row_i, const float *row_j, double factor, size_t n, double *score);
void add_difference(const double *row_i, const double *row_j, double factor, size_t n, double *score);

// score += kernel · coefficient. The matrix is symmetric: columns are rows.
template <typename T> inline void add_product(const T *kernel, size_t n, const double *coefficient, double *score) {
  std::vector<const T *> rows;
  std::vector<double> factors;
  for (size_t s = 0; s < n; ++s) {
    if (coefficient[s] == 0) { continue; }
    rows.push_back(kernel + s * n);
    factors.push_back(coefficient[s]);
  }
  add_rows(rows.data(), factors.data(), rows.size(), n, score);
}

// y_up a_up rises and y_low a_low falls by the same length.
struct Pair {
  size_t up, low;
  double difference;  // of −y G at the two
  double violation;   // the largest such difference
};

// The pair whose step promises most (Fan, Chen & Lin, 2005, working set selection 2).
template <typename Row>
inline Pair select(const ck_problem &problem, const double *alpha, const double *score, Row &&row,
                   const double *diagonal) {
  const size_t n = problem.samples;
  double highest = -infinity;
  size_t up = 0;
  for (size_t t = 0; t < problem.variables; ++t) {
    if (!can_rise(problem, alpha, t)) { continue; }
    const double value = -problem.y[t] * problem.p[t] - score[t >= n ? t - n : t];
    if (value > highest) {
      highest = value;
      up = t;
    }
  }
  if (highest == -infinity) { return {0, 0, 0, -infinity}; }
  const size_t i = up >= n ? up - n : up;
  const auto *row_i = row(i);
  double lowest = infinity, best = -1, difference = 0;
  size_t low = up;
  for (size_t t = 0; t < problem.variables; ++t) {
    if (!can_fall(problem, alpha, t)) { continue; }
    const size_t j = t >= n ? t - n : t;
    const double value = -problem.y[t] * problem.p[t] - score[j];
    lowest = std::min(lowest, value);
    const double gain = highest - value;
    if (gain <= 0) { continue; }
    const double curvature = std::max(diagonal[i] + diagonal[j] - 2.0 * double(row_i[j]), tiny);
    const double promise = gain * gain / curvature;
    if (promise > best) {
      best = promise;
      low = t;
      difference = gain;
    }
  }
  return {up, low, difference, lowest == infinity ? -infinity : highest - lowest};
}

// How far the pair may go.
inline double room(const ck_problem &problem, const double *alpha, const Pair &pair) {
  const double rise = problem.y[pair.up] > 0 ? problem.c[pair.up] - alpha[pair.up] : alpha[pair.up];
  const double fall = problem.y[pair.low] > 0 ? alpha[pair.low] : problem.c[pair.low] - alpha[pair.low];
  return std::min(rise, fall);
}

// Moves the pair by `length` or as far as its bounds allow, and returns how far it went. What reaches a bound lies on it
// exactly, so that it is seen there.
inline double move(const ck_problem &problem, double *alpha, const Pair &pair, double length) {
  const double limit = room(problem, alpha, pair);
  length = std::min(length, limit);
  auto shift = [&](size_t t, double by) {
    const double bound = by > 0 ? problem.c[t] : 0;
    const double left = std::fabs(bound - alpha[t]);
    alpha[t] = std::fabs(by) >= left ? bound : alpha[t] + by;
  };
  shift(pair.up, problem.y[pair.up] * length);
  shift(pair.low, -problem.y[pair.low] * length);
  return length;
}

}  // namespace ck

#endif
