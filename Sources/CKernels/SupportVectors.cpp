#include "ckernels.h"
#include "support.h"

using namespace ck;

namespace {

template <typename T>
int64_t solve(const ck_problem &problem, const T *kernel, double tolerance, int64_t limit, double *alpha,
              double *score) {
  const size_t n = problem.samples;
  std::vector<double> coefficient(n), diagonal(n);
  fold(problem, alpha, coefficient.data());
  product(kernel, n, coefficient.data(), score);
  for (size_t i = 0; i < n; ++i) { diagonal[i] = kernel[i * n + i]; }
  for (int64_t step = 0; step < limit; ++step) {
    const Pair pair = select(problem, alpha, score, [&](size_t i) { return kernel + i * n; }, diagonal.data());
    if (pair.violation <= tolerance) { return step; }
    const size_t i = pair.up % n, j = pair.low % n;
    const T *row_i = kernel + i * n, *row_j = kernel + j * n;
    const double curvature = std::max(diagonal[i] + diagonal[j] - 2.0 * row_i[j], tiny);
    const double length = move(problem, alpha, pair, pair.difference / curvature);
    if (i != j) { add_difference(row_i, row_j, length, n, score); }
  }
  return -limit;
}

}  // namespace

extern "C" int64_t ck_svm_solve(const ck_problem *problem, int precision, const void *kernel, double tolerance,
                                int64_t limit, double *alpha, double *score) {
  return precision == CK_FLOAT32
             ? solve(*problem, static_cast<const float *>(kernel), tolerance, limit, alpha, score)
             : solve(*problem, static_cast<const double *>(kernel), tolerance, limit, alpha, score);
}

extern "C" double ck_svm_bias(const ck_problem *problem, const double *alpha, const double *score) {
  double above = -infinity, below = infinity, sum = 0;
  size_t free = 0;
  for (size_t t = 0; t < problem->variables; ++t) {
    const double value = -problem->y[t] * problem->p[t] - score[t % problem->samples];
    const bool up = can_rise(*problem, alpha, t), low = can_fall(*problem, alpha, t);
    if (up && low) {
      sum += value;
      ++free;
    }
    if (up) { above = std::max(above, value); }
    if (low) { below = std::min(below, value); }
  }
  if (free > 0) { return sum / double(free); }
  if (above == -infinity) { return below == infinity ? 0 : below; }
  return below == infinity ? above : (above + below) / 2;
}

extern "C" void ck_kernel_product(int precision, const void *kernel, size_t samples, const double *coefficient,
                                  double *score) {
  if (precision == CK_FLOAT32) {
    product(static_cast<const float *>(kernel), samples, coefficient, score);
  } else {
    product(static_cast<const double *>(kernel), samples, coefficient, score);
  }
}
