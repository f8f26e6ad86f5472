// Elementwise arithmetic, comparisons, reductions, sorting.
#include "support.h"

using namespace ct;

#define DEFINE_UNARY(name) \
  int ct_##name(CTTensor x, CTTensor *out) noexcept { RESULT(at::name(ref(x))); }
#define DEFINE_BINARY(name) \
  int ct_##name(CTTensor a, CTTensor b, CTTensor *out) noexcept { RESULT(at::name(ref(a), ref(b))); }
#define DEFINE_SCALAR(name) \
  int ct_##name##_scalar(CTTensor x, double s, CTTensor *out) noexcept { RESULT(at::name(ref(x), scalar(ref(x), s))); }
#define DEFINE_AXIS(name) \
  int ct_##name(CTTensor x, long axis, CTTensor *out) noexcept { RESULT(at::name(ref(x), axis)); }
#define DEFINE_REDUCTION(name) \
  int ct_##name##_axes(CTTensor x, const long *axes, long n, bool keep, CTTensor *out) noexcept { \
    RESULT(at::name(ref(x), list(axes, n), keep)); \
  }
CT_UNARY_OPERATIONS(DEFINE_UNARY)
CT_BINARY_OPERATIONS(DEFINE_BINARY)
CT_SCALAR_OPERATIONS(DEFINE_SCALAR)
CT_AXIS_OPERATIONS(DEFINE_AXIS)
CT_REDUCTIONS(DEFINE_REDUCTION)

int ct_gelu(CTTensor x, CTTensor *out) noexcept { RESULT(at::gelu(ref(x))); }
int ct_elu(CTTensor x, double alpha, CTTensor *out) noexcept { RESULT(at::elu(ref(x), alpha)); }
int ct_leaky_relu(CTTensor x, double slope, CTTensor *out) noexcept { RESULT(at::leaky_relu(ref(x), slope)); }
int ct_clamp(CTTensor x, double low, double high, CTTensor *out) noexcept {
  auto limit = [&](double s) { return std::isinf(s) ? std::nullopt : std::optional<at::Scalar>(scalar(ref(x), s)); };
  if (std::isinf(low) && std::isinf(high)) RESULT(ref(x).clone());
  RESULT(at::clamp(ref(x), limit(low), limit(high)));
}
int ct_where(CTTensor condition, CTTensor a, CTTensor b, CTTensor *out) noexcept {
  RESULT(at::where(ref(condition), ref(a), ref(b)));
}
int ct_masked_fill(CTTensor x, CTTensor mask, double value, CTTensor *out) noexcept {
  RESULT(at::masked_fill(ref(x), ref(mask), scalar(ref(x), value)));
}
int ct_masked_select(CTTensor x, CTTensor mask, CTTensor *out) noexcept {
  RESULT(at::masked_select(ref(x), ref(mask)));
}
int ct_lerp(CTTensor a, CTTensor b, CTTensor weight, CTTensor *out) noexcept {
  RESULT(at::lerp(ref(a), ref(b), ref(weight)));
}

int ct_var_axes(CTTensor x, const long *axes, long n, bool unbiased, bool keep, CTTensor *out) noexcept {
  RESULT(at::var(ref(x), list(axes, n), unbiased, keep));
}
int ct_all_axis(CTTensor x, long axis, bool keep, CTTensor *out) noexcept { RESULT(at::all(ref(x), axis, keep)); }
int ct_any_axis(CTTensor x, long axis, bool keep, CTTensor *out) noexcept { RESULT(at::any(ref(x), axis, keep)); }
int ct_max_axis(CTTensor x, long axis, bool keep, CTTensor *values, CTTensor *indices) noexcept {
  return pair(values, indices, [&] { return at::max(ref(x), axis, keep); });
}
int ct_min_axis(CTTensor x, long axis, bool keep, CTTensor *values, CTTensor *indices) noexcept {
  return pair(values, indices, [&] { return at::min(ref(x), axis, keep); });
}
int ct_argmax(CTTensor x, long axis, CTTensor *out) noexcept { RESULT(at::argmax(ref(x), axis)); }
int ct_argmin(CTTensor x, long axis, CTTensor *out) noexcept { RESULT(at::argmin(ref(x), axis)); }
int ct_sort(CTTensor x, long axis, bool descending, CTTensor *values, CTTensor *indices) noexcept {
  return pair(values, indices, [&] { return at::sort(ref(x), /*stable=*/true, axis, descending); });
}
int ct_topk(CTTensor x, long k, long axis, bool largest, CTTensor *values, CTTensor *indices) noexcept {
  return pair(values, indices, [&] { return at::topk(ref(x), k, axis, largest); });
}
int ct_norm_axes(CTTensor x, double order, const long *axes, long n, bool keep, CTTensor *out) noexcept {
  RESULT(at::linalg_vector_norm(ref(x), order, n ? at::OptionalIntArrayRef(list(axes, n)) : std::nullopt, keep));
}
int ct_quantile(CTTensor x, double q, long axis, bool keep, CTTensor *out) noexcept {
  RESULT(at::quantile(ref(x), q, axis, keep));
}
int ct_bincount(CTTensor x, CTTensor weights, long minimum, CTTensor *out) noexcept {
  RESULT(at::bincount(ref(x), optional(weights), minimum));
}
int ct_cdist(CTTensor a, CTTensor b, double p, CTTensor *out) noexcept { RESULT(at::cdist(ref(a), ref(b), p)); }

int ct_zero_(CTTensor x) noexcept { return guarded([&] { ref(x).zero_(); }); }
int ct_fill_(CTTensor x, double value) noexcept { return guarded([&] { ref(x).fill_(value); }); }
int ct_copy_(CTTensor x, CTTensor source) noexcept { return guarded([&] { ref(x).copy_(ref(source)); }); }
int ct_add_(CTTensor x, CTTensor y, double alpha) noexcept { return guarded([&] { ref(x).add_(ref(y), alpha); }); }
int ct_mul_(CTTensor x, double s) noexcept { return guarded([&] { ref(x).mul_(s); }); }
int ct_mul_tensor_(CTTensor x, CTTensor y) noexcept { return guarded([&] { ref(x).mul_(ref(y)); }); }
