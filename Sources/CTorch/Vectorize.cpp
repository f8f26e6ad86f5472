// Many models at once: functorch's vmap, and the masks of dropout, one for each of them.
#include "kernels.h"
#include "lanes.h"
#include "support.h"
#include "tape.h"
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/PlumbingHelper.h>

using namespace ct;
namespace functorch = at::functorch;

// Compiled for several instruction sets; the machine's best is chosen when the library loads.
#if defined(__x86_64__)
#define CT_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CT_WIDEST
#endif
#define CT_INLINE __attribute__((always_inline)) inline

int ct_lanes_push(long count, long *level) noexcept {
  return guarded([&] {
    // Layers draw their randomness outside (ct_dropout_mask); an operation that draws in here is refused.
    *level = functorch::initAndPushDynamicLayer(functorch::TransformType::Vmap, c10::SymInt(count),
                                                functorch::RandomnessType::Error);
  });
}
int ct_lanes_pop(void) noexcept {
  return guarded([&] { functorch::popDynamicLayerAndDeleteMetadata(); });
}
int ct_lanes_wrap(CTTensor x, long level, CTTensor *out) noexcept { RESULT(functorch::addBatchDim(ref(x), 0, level)); }
int ct_lanes_unwrap(CTTensor x, long level, long count, CTTensor *out) noexcept {
  RESULT(([&] {
    auto [value, lane] = functorch::unwrapTensorAtLevel(ref(x), level);
    if (lane) return value.movedim(*lane, 0);
    std::vector<int64_t> sizes{count};
    sizes.insert(sizes.end(), value.sizes().begin(), value.sizes().end());
    return value.expand(sizes);
  }()));
}

int ct_generator_next(CTGenerator g, uint64_t *out) noexcept {
  return guarded([&] {
    auto source = generator(g);
    std::lock_guard<std::mutex> lock(source.mutex());
    *out = at::check_generator<at::CPUGeneratorImpl>(source)->random64();
  });
}

int ct_dropout_mask(const uint64_t *keys, long models, const long *shape, long n, double keep, int dtype,
                    CTTensor *out) noexcept {
  RESULT(([&] {
    // Plain tensors, whatever lanes are at work.
    c10::impl::ExcludeDispatchKeyGuard plain(lanesKeys);
    Unrecorded own;
    std::vector<int64_t> sizes{models};
    sizes.insert(sizes.end(), shape, shape + n);
    auto mask = at::empty(sizes, options(static_cast<int>(at::kFloat)));
    const int64_t each = mask.numel() / std::max<int64_t>(models, 1);
    TORCH_CHECK(each <= static_cast<int64_t>(UINT32_MAX), "dropout over more than 2^32 elements");
    for (int64_t i = 0; i < models; ++i)
      kernels().mask(mask.data_ptr<float>() + i * each, static_cast<uint32_t>(each), keys[i], keep);
    if (recording()) {
      if (dtype == static_cast<int>(at::kFloat)) recordMask(mask, keep);
      else recording()->refuse("a mask of dropout is not in single precision");
    }
    return mask.to(type(dtype));
  }()));
}

namespace {
struct AdamStep {
  double beta1, beta2, epsilon, decay, correction1, correction2;
  bool decoupled;
};

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
                  const double *rates, long step, double beta1, double beta2, double decay, long decaying, double eps,
                  bool decoupled) noexcept {
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
    const AdamStep constants{beta1, beta2, eps, decay, 1 - std::pow(beta1, step), 1 - std::pow(beta2, step), decoupled};
    auto run = [&](auto zero, auto kernel) {
      using T = decltype(zero);
      T *values = ref(p).data_ptr<T>(), *means = ref(m).data_ptr<T>(), *squares = ref(v).data_ptr<T>();
      at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
          for (long slot = 0; slot < n; ++slot) {
            const int64_t at = row * width + starts[slot], count = starts[slot + 1] - starts[slot];
            kernel(values + at, ref(gradients[slot]).data_ptr<T>() + row * rowStride(ref(gradients[slot])), means + at, squares + at, count,
                   scales[row], rates[row], starts[slot] < decaying ? decay : 0.0, constants);
          }
      });
    };
    if (ref(p).scalar_type() == at::kFloat) run(0.0f, adamFloat);
    else run(0.0, adamDouble);
  });
}
