// What every translation unit of the shim shares: borrowing handles, handing results out, catching everything.
#pragma once
#include "ctorch.h"
#include <ATen/ATen.h>
#include <string>

namespace ct {

static_assert(sizeof(at::Tensor) == sizeof(void *), "a tensor is one pointer: handles borrow it without a count");

inline const at::Tensor &ref(const CTTensor &x) { return reinterpret_cast<const at::Tensor &>(x); }
inline at::Tensor orUndefined(const CTTensor &x) { return x ? ref(x) : at::Tensor(); }
inline std::optional<at::Tensor> optional(const CTTensor &x) {
  return x ? std::optional<at::Tensor>(ref(x)) : std::nullopt;
}
inline CTTensor own(at::Tensor &&x) {
  return reinterpret_cast<CTTensor>(x.unsafeReleaseTensorImpl());
}
inline at::IntArrayRef list(const long *values, long n) {
  static_assert(sizeof(long) == sizeof(int64_t));
  return at::IntArrayRef(reinterpret_cast<const int64_t *>(values), static_cast<size_t>(n));
}
inline std::vector<at::Tensor> tensors(const CTTensor *xs, long n) {
  std::vector<at::Tensor> result;
  result.reserve(n);
  for (long i = 0; i < n; ++i) result.push_back(ref(xs[i]));
  return result;
}
inline at::ScalarType type(int dtype) { return static_cast<at::ScalarType>(dtype); }
inline at::Device device(int kind, int index) {
  return at::Device(static_cast<at::DeviceType>(kind), static_cast<at::DeviceIndex>(index));
}
inline at::TensorOptions options(int dtype, int kind = 0, int index = -1) {
  return at::TensorOptions().dtype(type(dtype)).device(device(kind, kind == 0 ? -1 : index));
}
// An integer tensor stays one when the scalar is whole, as it would with a Python int.
inline at::Scalar scalar(const at::Tensor &x, double s) {
  if (at::isIntegralType(x.scalar_type(), true) && s == static_cast<double>(static_cast<int64_t>(s)))
    return at::Scalar(static_cast<int64_t>(s));
  return at::Scalar(s);
}
inline at::Generator generator(CTGenerator g) {
  return g ? *reinterpret_cast<at::Generator *>(g) : at::Generator();
}

void remember(const char *message) noexcept;

template <class Body> int guarded(Body &&body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error &e) {
    remember(e.what_without_backtrace());
  } catch (const std::exception &e) {
    remember(e.what());
  } catch (...) {
    remember("unknown engine error");
  }
  return 1;
}

template <class Body> int result(CTTensor *out, Body &&body) noexcept {
  return guarded([&] { *out = own(body()); });
}

template <class Body> int pair(CTTensor *a, CTTensor *b, Body &&body) noexcept {
  return guarded([&] {
    auto values = body();
    *a = own(std::move(std::get<0>(values)));
    *b = own(std::move(std::get<1>(values)));
  });
}

}  // namespace ct

#define RESULT(expression) return ct::result(out, [&]() -> at::Tensor { return expression; })
