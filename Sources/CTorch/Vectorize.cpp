// Many models at once: functorch's vmap, and the masks of dropout, one for each of them.
#include "kernels.h"
#include "lanes.h"
#include "support.h"
#include "tape.h"
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/PlumbingHelper.h>

using namespace ct;
namespace functorch = at::functorch;

int ct_lanes_push(long count, long *level) noexcept {
  return guarded([&] {
    // Layers draw their randomness outside (ct_draw); an operation that draws in here is refused.
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

int ct_draw(const uint64_t *keys, long models, const long *shape, long n, double keep, int dtype, CTTensor *out) noexcept {
  RESULT(([&] {
    // Plain tensors, whatever lanes are at work.
    c10::impl::ExcludeDispatchKeyGuard plain(lanesKeys);
    Unrecorded own;
    std::vector<int64_t> sizes{models};
    sizes.insert(sizes.end(), shape, shape + n);
    auto numbers = at::empty(sizes, options(static_cast<int>(at::kFloat)));
    const int64_t each = numbers.numel() / std::max<int64_t>(models, 1);
    TORCH_CHECK(each <= static_cast<int64_t>(UINT32_MAX), "random numbers for more than 2^32 elements");
    for (int64_t i = 0; i < models; ++i) draw(numbers.data_ptr<float>() + i * each, each, keys[i], keep);
    if (recording()) {
      if (dtype == static_cast<int>(at::kFloat)) recordDraw(numbers, keep);
      else recording()->refuse("random numbers are not in single precision");
    }
    return numbers.to(type(dtype));
  }()));
}
