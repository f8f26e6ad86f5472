#include "ckernels.h"
#include "support.h"

#include <memory>

using namespace ck;

namespace {

// Rows of Σ weight · kernel, each put together when it is first asked for: a machine that starts near its end reads few.
template <typename T> class SummedRows {
 public:
  SummedRows(const ck_sum &sum, size_t n) : n(n), rows(n, nullptr) {
    for (size_t k = 0; k < sum.count; ++k) {
      if (sum.weights[k] == 0) { continue; }
      kernels.push_back(static_cast<const T *>(sum.kernels[k]));
      weights.push_back(sum.weights[k]);
    }
    // A single matrix is there already.
    if (kernels.size() == 1 && weights[0] == 1) {
      for (size_t i = 0; i < n; ++i) { rows[i] = kernels[0] + i * n; }
    }
  }

  const T *operator()(size_t i) {
    if (rows[i]) { return rows[i]; }
    if (used % block == 0) { blocks.emplace_back(new T[block * n]); }
    T *row = blocks.back().get() + used++ % block * n;
    std::vector<const T *> parts(kernels);
    for (const T *&part : parts) { part += i * n; }
    combine_rows(parts.data(), weights.data(), parts.size(), n, row);
    return rows[i] = row;
  }

 private:
  static constexpr size_t block = 32;
  size_t n, used = 0;
  std::vector<const T *> rows, kernels;
  std::vector<double> weights;
  std::vector<std::unique_ptr<T[]>> blocks;
};

template <typename T>
int64_t solve(const ck_problem &problem, const ck_sum &sum, double tolerance, int64_t limit, double *alpha,
              double *score) {
  const size_t n = problem.samples;
  SummedRows<T> row(sum, n);
  for (int64_t step = 0; step < limit; ++step) {
    const Pair pair = select(problem, alpha, score, row, sum.diagonal);
    if (pair.violation <= tolerance) { return step; }
    const size_t i = pair.up % n, j = pair.low % n;
    const T *row_i = row(i), *row_j = row(j);
    const double curvature = std::max(sum.diagonal[i] + sum.diagonal[j] - 2.0 * row_i[j], tiny);
    const double length = move(problem, alpha, pair, pair.difference / curvature);
    if (i != j) { add_difference(row_i, row_j, length, n, score); }
  }
  return -limit;
}

}  // namespace

extern "C" int64_t ck_svm_solve(const ck_problem *problem, const ck_sum *sum, double tolerance, int64_t limit,
                                double *alpha, double *score) {
  return sum->precision == CK_FLOAT32 ? solve<float>(*problem, *sum, tolerance, limit, alpha, score)
                                      : solve<double>(*problem, *sum, tolerance, limit, alpha, score);
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

extern "C" void ck_add_product(int precision, const void *kernel, size_t samples, const double *coefficient,
                               double *score) {
  if (precision == CK_FLOAT32) {
    add_product(static_cast<const float *>(kernel), samples, coefficient, score);
  } else {
    add_product(static_cast<const double *>(kernel), samples, coefficient, score);
  }
}
