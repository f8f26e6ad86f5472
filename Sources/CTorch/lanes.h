// What translation units share about lanes (functorch's vmap).
#pragma once
#include <ATen/ATen.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace ct {

// Excluding these keys, operations see plain tensors.
constexpr c10::DispatchKeySet lanesKeys =
    c10::functorch_transforms_ks |
    c10::DispatchKeySet({c10::DispatchKey::FuncTorchDynamicLayerFrontMode, c10::DispatchKey::FuncTorchDynamicLayerBackMode});

// x Wᵀ + b where the weight differs from lane to lane; nothing where it does not.
std::optional<at::Tensor> linearInLanes(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias);

}  // namespace ct
