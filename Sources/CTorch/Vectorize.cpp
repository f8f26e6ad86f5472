// Many models at once: functorch's vmap, and the masks of dropout, one for each of them.
#include "support.h"
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

namespace {
// A 32-bit finaliser of low bias (Wellons, "hash prospector", 2018).
inline uint32_t mixed(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x21f0aaadu;
  x = (x ^ (x >> 15)) * 0xd35a2d97u;
  return x ^ (x >> 15);
}

CT_WIDEST void fillMask(float *out, uint32_t count, uint32_t low, uint32_t high, uint32_t threshold, float kept) {
  for (uint32_t i = 0; i < count; ++i) out[i] = mixed(mixed(i ^ low) + high) <= threshold ? kept : 0.0f;
}
}  // namespace

int ct_dropout_mask(const uint64_t *keys, long models, const long *shape, long n, double keep, int dtype,
                    CTTensor *out) noexcept {
  RESULT(([&] {
    // Plain tensors, whatever lanes are at work.
    c10::impl::ExcludeDispatchKeyGuard plain(
        c10::functorch_transforms_ks |
        c10::DispatchKeySet({c10::DispatchKey::FuncTorchDynamicLayerFrontMode, c10::DispatchKey::FuncTorchDynamicLayerBackMode}));
    std::vector<int64_t> sizes{models};
    sizes.insert(sizes.end(), shape, shape + n);
    auto mask = at::empty(sizes, options(static_cast<int>(at::kFloat)));
    const int64_t each = mask.numel() / std::max<int64_t>(models, 1);
    TORCH_CHECK(each <= static_cast<int64_t>(UINT32_MAX), "dropout over more than 2^32 elements");
    const auto threshold = static_cast<uint32_t>(std::min(keep * 4294967296.0, 4294967295.0));
    for (int64_t i = 0; i < models; ++i)
      fillMask(mask.data_ptr<float>() + i * each, static_cast<uint32_t>(each), static_cast<uint32_t>(keys[i]),
               static_cast<uint32_t>(keys[i] >> 32), threshold, static_cast<float>(1 / keep));
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
__attribute__((always_inline)) inline void adamRow(T *__restrict p, const T *__restrict g, T *__restrict m, T *__restrict v,
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

int ct_adam_rows_(CTTensor p, CTTensor g, CTTensor m, CTTensor v, const double *scales, const double *rates, long step,
                  double beta1, double beta2, double decay, long decaying, double eps, bool decoupled) noexcept {
  return guarded([&] {
    at::NoGradGuard off;
    const int64_t rows = ref(p).size(0), count = ref(p).size(1);
    for (CTTensor x : {p, g, m, v})
      TORCH_CHECK(ref(x).is_contiguous() && ref(x).device().is_cpu() && ref(x).sizes() == ref(p).sizes() &&
                      ref(x).scalar_type() == ref(p).scalar_type(),
                  "Adam over rows takes contiguous matrices of one shape and type on the CPU");
    const AdamStep constants{beta1, beta2, eps, decay, 1 - std::pow(beta1, step), 1 - std::pow(beta2, step), decoupled};
    auto run = [&](auto *values, auto *gradients, auto *means, auto *squares, auto kernel) {
      at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t at = row * count, rest = at + decaying;
          kernel(values + at, gradients + at, means + at, squares + at, decaying, scales[row], rates[row], decay, constants);
          kernel(values + rest, gradients + rest, means + rest, squares + rest, count - decaying, scales[row], rates[row], 0.0,
                 constants);
        }
      });
    };
    if (ref(p).scalar_type() == at::kFloat)
      run(ref(p).data_ptr<float>(), ref(g).data_ptr<float>(), ref(m).data_ptr<float>(), ref(v).data_ptr<float>(), adamFloat);
    else
      run(ref(p).data_ptr<double>(), ref(g).data_ptr<double>(), ref(m).data_ptr<double>(), ref(v).data_ptr<double>(), adamDouble);
  });
}
