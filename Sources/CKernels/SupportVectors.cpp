#include "ckernels.h"
#include "support.h"

#include <memory>
#include <variant>

using namespace ck;

namespace {

// Rows of Σ weight · kernel, each put together when it is first asked for: few samples are support vectors, and of a machine
// that starts near its end fewer move.
template <typename T> class SummedRows {
 public:
  SummedRows(const void *const *matrices, const double *factors, size_t count, size_t n) : n(n), rows(n, nullptr) {
    for (size_t k = 0; k < count; ++k) {
      if (factors[k] == 0) { continue; }
      kernels.push_back(static_cast<const T *>(matrices[k]));
      weights.push_back(factors[k]);
    }
    // A single matrix is there already.
    if (kernels.size() == 1 && weights[0] == 1) {
      for (size_t i = 0; i < n; ++i) { rows[i] = kernels[0] + i * n; }
    }
    parts.resize(kernels.size());
  }

  const T *operator()(size_t i) {
    if (rows[i]) { return rows[i]; }
    if (used % block == 0) { blocks.emplace_back(new T[block * n]); }
    T *row = blocks.back().get() + used++ % block * n;
    for (size_t k = 0; k < kernels.size(); ++k) { parts[k] = kernels[k] + i * n; }
    combine_rows(parts.data(), weights.data(), parts.size(), n, row);
    return rows[i] = row;
  }

 private:
  static constexpr size_t block = 32;
  size_t n, used = 0;
  std::vector<const T *> rows, kernels, parts;
  std::vector<double> weights;
  std::vector<std::unique_ptr<T[]>> blocks;
};

}  // namespace

struct ck_sum {
  std::vector<double> diagonal;
  std::variant<SummedRows<float>, SummedRows<double>> rows;
};

namespace {

template <typename T>
int64_t solve(const ck_problem &problem, SummedRows<T> &row, const double *diagonal, double tolerance, int64_t limit,
              double *alpha, double *score) {
  const size_t n = problem.samples;
  for (int64_t step = 0; step < limit; ++step) {
    const Pair pair = select(problem, alpha, score, row, diagonal);
    if (pair.violation <= tolerance) { return step; }
    const size_t i = pair.up % n, j = pair.low % n;
    const T *row_i = row(i), *row_j = row(j);
    const double curvature = std::max(diagonal[i] + diagonal[j] - 2.0 * row_i[j], tiny);
    const double length = move(problem, alpha, pair, pair.difference / curvature);
    if (i != j) { add_difference(row_i, row_j, length, n, score); }
  }
  return -limit;
}

}  // namespace

extern "C" ck_sum *ck_sum_create(int precision, const void *const *kernels, const double *weights, size_t count,
                                 const double *diagonal, size_t samples) {
  std::vector<double> own(diagonal, diagonal + samples);
  if (precision == CK_FLOAT32) { return new ck_sum{own, SummedRows<float>(kernels, weights, count, samples)}; }
  return new ck_sum{own, SummedRows<double>(kernels, weights, count, samples)};
}

extern "C" void ck_sum_free(ck_sum *sum) { delete sum; }

extern "C" int64_t ck_svm_solve(const ck_problem *problem, ck_sum *sum, double tolerance, int64_t limit, double *alpha,
                                double *score) {
  return std::visit(
      [&](auto &rows) { return solve(*problem, rows, sum->diagonal.data(), tolerance, limit, alpha, score); },
      sum->rows);
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
