#include "ckernels.h"
#include "support.h"

using namespace ck;

namespace {

// The regulariser Φ of the squared norms q, through the weights d_k = 2 ∂Φ/∂q_k.
struct Regulariser {
  int kind;
  double s, lambda;

  // Powers are taken of q relative to the largest, which stays in range for any exponent.
  void weights(const double *q, size_t count, double *d) const {
    double largest = 0;
    for (size_t k = 0; k < count; ++k) { largest = std::max(largest, q[k]); }
    if (largest <= 0) {
      // Φ has no gradient at 0; any weights of unit norm are a subgradient there.
      const double p = s / (s - 1);
      std::fill(d, d + count, std::pow(double(count), -1 / p) * (kind == CK_NORM ? 1 : 1e-12));
      return;
    }
    double sum = 0;
    for (size_t k = 0; k < count; ++k) { sum += power(q[k] / largest, s); }
    const double norm = std::pow(sum, 1 / s);
    const double scale = kind == CK_NORM ? 1 : norm * largest / (2 * lambda);
    for (size_t k = 0; k < count; ++k) { d[k] = scale * power(q[k] / largest / norm, s - 1); }
  }

  static double power(double base, double exponent) {
    if (base <= 0) { return 0; }
    if (exponent == 1) { return base; }
    return exponent == 2 ? base * base : std::pow(base, exponent);
  }
};

template <typename T>
int64_t solve(const ck_problem &problem, const void *const *matrices, size_t count, const Regulariser &regulariser,
              double tolerance, int64_t limit, double *alpha, double *scores, double *weights) {
  const size_t n = problem.samples;
  auto row = [&](size_t k, size_t i) { return static_cast<const T *>(matrices[k]) + i * n; };
  std::vector<double> coefficient(n), score(n), diagonal(n), q(count), moved(count), slope(count), bend(count);
  std::vector<double> combined(n), diagonals(count * n);
  fold(problem, alpha, coefficient.data());
  for (size_t k = 0; k < count; ++k) {
    std::fill(scores + k * n, scores + (k + 1) * n, 0.0);
    add_product(row(k, 0), n, coefficient.data(), scores + k * n);
    for (size_t i = 0; i < n; ++i) { diagonals[k * n + i] = row(k, i)[i]; }
  }
  auto measure = [&] {
    for (size_t k = 0; k < count; ++k) {
      double sum = 0;
      for (size_t i = 0; i < n; ++i) { sum += coefficient[i] * scores[k * n + i]; }
      q[k] = std::max(0.0, sum);
    }
  };
  std::vector<const double *> score_rows(count), diagonal_rows(count);
  std::vector<const T *> rows(count);
  for (size_t k = 0; k < count; ++k) {
    score_rows[k] = scores + k * n;
    diagonal_rows[k] = diagonals.data() + k * n;
  }
  measure();
  for (int64_t step = 0; step < limit; ++step) {
    // The squared norms are carried along and now and then measured, lest rounding errors pile up.
    if (step % 512 == 511) {
      fold(problem, alpha, coefficient.data());
      measure();
    }
    regulariser.weights(q.data(), count, weights);
    combine_rows(score_rows.data(), weights, count, n, score.data());
    combine_rows(diagonal_rows.data(), weights, count, n, diagonal.data());
    const Pair pair = select(
        problem, alpha, score.data(),
        [&](size_t i) {
          for (size_t k = 0; k < count; ++k) { rows[k] = row(k, i); }
          combine_rows(rows.data(), weights, count, n, combined.data());
          return combined.data();
        },
        diagonal.data());
    if (pair.violation <= tolerance) { return step; }
    const size_t i = pair.up % n, j = pair.low % n;
    // Along the pair the linear part gains `linear` per length, and q_k = q + 2 slope t + bend t².
    const double linear = -problem.y[pair.up] * problem.p[pair.up] + problem.y[pair.low] * problem.p[pair.low];
    for (size_t k = 0; k < count; ++k) {
      slope[k] = scores[k * n + i] - scores[k * n + j];
      bend[k] = std::max(0.0, double(row(k, i)[i]) + double(row(k, j)[j]) - 2.0 * double(row(k, i)[j]));
    }
    auto derivative = [&](double t) {
      for (size_t k = 0; k < count; ++k) { moved[k] = std::max(0.0, q[k] + t * (2 * slope[k] + t * bend[k])); }
      regulariser.weights(moved.data(), count, weights);
      double sum = linear;
      for (size_t k = 0; k < count; ++k) { sum -= weights[k] * (slope[k] + t * bend[k]); }
      return sum;
    };
    // The derivative falls along the pair: its zero is enclosed, then found by the Illinois rule.
    double left = 0, at_left = pair.difference, right = room(problem, alpha, pair), at_right = derivative(right);
    double length = right;
    if (at_right < 0) {
      int side = 0;
      for (int trial = 0; trial < 60 && right - left > 1e-15 * right; ++trial) {
        length = (left * at_right - right * at_left) / (at_right - at_left);
        if (!(length > left && length < right)) { length = (left + right) / 2; }
        const double value = derivative(length);
        if (std::fabs(value) <= 1e-3 * tolerance) { break; }
        if (value > 0) {
          left = length;
          at_left = value;
          if (side == 1) { at_right /= 2; }
          side = 1;
        } else {
          right = length;
          at_right = value;
          if (side == -1) { at_left /= 2; }
          side = -1;
        }
      }
    }
    length = move(problem, alpha, pair, length);
    for (size_t k = 0; k < count; ++k) {
      q[k] = std::max(0.0, q[k] + length * (2 * slope[k] + length * bend[k]));
      if (i != j) { add_difference(row(k, i), row(k, j), length, n, scores + k * n); }
    }
  }
  regulariser.weights(q.data(), count, weights);
  return -limit;
}

template <typename T>
void combine(const void *const *kernels, size_t count, const double *weights, size_t offset, size_t elements, T *out) {
  std::vector<const T *> parts;
  std::vector<double> factors;
  for (size_t k = 0; k < count; ++k) {
    if (weights[k] == 0) { continue; }
    parts.push_back(static_cast<const T *>(kernels[k]) + offset);
    factors.push_back(weights[k]);
  }
  combine_rows(parts.data(), factors.data(), parts.size(), elements, out + offset);
}

}  // namespace

extern "C" int64_t ck_mkl_solve(const ck_problem *problem, int precision, const void *const *kernels, size_t count,
                                int regulariser, double conjugate, double lambda, double tolerance, int64_t limit,
                                double *alpha, double *scores, double *weights) {
  const Regulariser rule{regulariser, conjugate, lambda};
  return precision == CK_FLOAT32
             ? solve<float>(*problem, kernels, count, rule, tolerance, limit, alpha, scores, weights)
             : solve<double>(*problem, kernels, count, rule, tolerance, limit, alpha, scores, weights);
}

extern "C" void ck_combine(int precision, const void *const *kernels, size_t count, const double *weights,
                           size_t offset, size_t elements, void *out) {
  if (precision == CK_FLOAT32) {
    combine(kernels, count, weights, offset, elements, static_cast<float *>(out));
  } else {
    combine(kernels, count, weights, offset, elements, static_cast<double *>(out));
  }
}
