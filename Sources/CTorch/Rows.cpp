// Norms and Adam over rows: each row holds one model.
#include "rows.h"
#include "support.h"
#include <ATen/Parallel.h>

using namespace ct;

// Compiled for several instruction sets; the machine's best is chosen when the library loads.
#if defined(__x86_64__)
#define CT_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CT_WIDEST
#endif
#define CT_INLINE __attribute__((always_inline)) inline

namespace {
// One pass over a row: every number is read and written once.
template <class T>
CT_INLINE void adamRow(T *__restrict p, const T *__restrict g, T *__restrict m, T *__restrict v,
                                                   int64_t count, double scale, double rate, double decay,
                                                   const AdamStep &step) {
  const T clip = static_cast<T>(scale), moment = static_cast<T>(1 - step.beta1), keep = static_cast<T>(step.beta2),
          square = static_cast<T>(1 - step.beta2), root = static_cast<T>(1 / std::sqrt(step.correction2)),
          epsilon = static_cast<T>(step.epsilon), size = static_cast<T>(rate / step.correction1),
          shrink = static_cast<T>(step.decoupled ? 1 - rate * decay : 1), pull = static_cast<T>(step.decoupled ? 0 : decay);
  for (int64_t i = 0; i < count; ++i) {
    const T gradient = g[i] * clip + pull * p[i];
    m[i] += (gradient - m[i]) * moment;
    v[i] = v[i] * keep + gradient * gradient * square;
    p[i] = p[i] * shrink - size * m[i] / (std::sqrt(v[i]) * root + epsilon);
  }
}

CT_WIDEST void adamFloat(float *p, const float *g, float *m, float *v, int64_t n, double scale, double rate, double decay,
                         const AdamStep &step) {
  adamRow(p, g, m, v, n, scale, rate, decay, step);
}
CT_WIDEST void adamDouble(double *p, const double *g, double *m, double *v, int64_t n, double scale, double rate, double decay,
                          const AdamStep &step) {
  adamRow(p, g, m, v, n, scale, rate, decay, step);
}
}  // namespace

namespace {
template <class T> CT_INLINE T squareSum(const T *__restrict g, int64_t count) {
  T lanes[16] = {};
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; ++j) lanes[j] += g[i + j] * g[i + j];
  for (; i < count; ++i) lanes[i % 16] += g[i] * g[i];
  T sum = 0;
  for (T lane : lanes) sum += lane;
  return sum;
}
CT_WIDEST double squareSumFloat(const float *g, int64_t n) { return squareSum(g, n); }
CT_WIDEST double squareSumDouble(const double *g, int64_t n) { return squareSum(g, n); }
}  // namespace

AdamStep::AdamStep(const CTAdam &adam)
    : beta1(adam.beta1), beta2(adam.beta2), epsilon(adam.epsilon), correction1(1 - std::pow(adam.beta1, adam.step)),
      correction2(1 - std::pow(adam.beta2, adam.step)), decoupled(adam.decoupled) {}

double ct::norm(const float *g, int64_t n) { return std::sqrt(squareSumFloat(g, n)); }
void ct::adam(float *p, const float *g, float *m, float *v, int64_t n, double scale, double rate, double decay,
              const AdamStep &step) {
  adamFloat(p, g, m, v, n, scale, rate, decay, step);
}

namespace {
// [rows, …] whose rows are dense, though they may lie apart.
bool hasDenseRows(const at::Tensor &x, long rows) {
  return x.device().is_cpu() && x.dim() > 0 && x.size(0) == rows && (x.is_contiguous() || (x.dim() == 2 && x.stride(1) == 1));
}
int64_t rowStride(const at::Tensor &x) { return x.is_contiguous() ? x.numel() / x.size(0) : x.stride(0); }
}  // namespace

int ct_row_norms(const CTTensor *gradients, long n, long rows, double *out) noexcept {
  return guarded([&] {
    std::fill(out, out + rows, 0.0);
    for (long slot = 0; slot < n; ++slot) {
      const auto &g = ref(gradients[slot]);
      TORCH_CHECK(hasDenseRows(g, rows), "norms of rows need dense rows");
      const int64_t count = g.numel() / rows, apart = rowStride(g);
      for (long row = 0; row < rows; ++row)
        out[row] += g.scalar_type() == at::kFloat ? squareSumFloat(g.data_ptr<float>() + row * apart, count)
                                                  : squareSumDouble(g.data_ptr<double>() + row * apart, count);
    }
    for (long row = 0; row < rows; ++row) out[row] = std::sqrt(out[row]);
  });
}

int ct_adam_rows_(CTTensor p, CTTensor m, CTTensor v, const CTTensor *gradients, long n, const double *scales,
                  const double *rates, CTAdam adam) noexcept {
  return guarded([&] {
    const int64_t rows = ref(p).size(0), width = ref(p).size(1);
    for (CTTensor x : {p, m, v})
      TORCH_CHECK(ref(x).is_contiguous() && ref(x).device().is_cpu() && ref(x).sizes() == ref(p).sizes() &&
                      ref(x).scalar_type() == ref(p).scalar_type(),
                  "Adam over rows takes contiguous matrices of one shape and type on the CPU");
    std::vector<int64_t> starts{0};
    for (long slot = 0; slot < n; ++slot) {
      const auto &g = ref(gradients[slot]);
      TORCH_CHECK(hasDenseRows(g, rows) && g.scalar_type() == ref(p).scalar_type(),
                  "a gradient does not fit the rows");
      starts.push_back(starts.back() + g.numel() / rows);
    }
    TORCH_CHECK(starts.back() == width, "the gradients fill ", starts.back(), " of ", width, " columns");
    const AdamStep constants(adam);
    auto run = [&](auto zero, auto kernel) {
      using T = decltype(zero);
      T *values = ref(p).data_ptr<T>(), *means = ref(m).data_ptr<T>(), *squares = ref(v).data_ptr<T>();
      at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
          for (long slot = 0; slot < n; ++slot) {
            const int64_t at = row * width + starts[slot], count = starts[slot + 1] - starts[slot];
            kernel(values + at, ref(gradients[slot]).data_ptr<T>() + row * rowStride(ref(gradients[slot])), means + at, squares + at, count,
                   scales[row], rates[row], starts[slot] < adam.decaying ? adam.decay : 0.0, constants);
          }
      });
    };
    if (ref(p).scalar_type() == at::kFloat) run(0.0f, adamFloat);
    else run(0.0, adamDouble);
  });
}
