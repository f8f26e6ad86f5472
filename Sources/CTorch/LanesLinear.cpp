// y = x Wᵀ + b for all lanes in one product. vmap would make a product, a sum and, backwards, transposed gradients of it.
#include "lanes.h"
#include "support.h"
#include <ATen/FuncTorchTLS.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/PlumbingHelper.h>
#include <torch/csrc/autograd/custom_function.h>

namespace functorch = at::functorch;

namespace {
// x [K, M, I], weight [K, O, I], bias [K, O] or none.
struct LanesLinear : torch::autograd::Function<LanesLinear> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
                            const std::optional<at::Tensor> &bias) {
    context->save_for_backward({x, weight});
    context->saved_data["biased"] = bias.has_value();
    auto transposed = weight.transpose(1, 2);
    return bias ? at::baddbmm(bias->unsqueeze(1), x, transposed) : at::bmm(x, transposed);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &gradients) {
    auto saved = context->get_saved_variables();
    const bool biased = context->saved_data["biased"].toBool();
    const auto &g = gradients[0];
    return {context->needs_input_grad(0) ? g.bmm(saved[1]) : at::Tensor(),
            context->needs_input_grad(1) ? g.transpose(1, 2).bmm(saved[0]) : at::Tensor(),
            biased && context->needs_input_grad(2) ? g.sum(1) : at::Tensor()};
  }
};

// While it lives, this thread knows of no lanes: operations see plain tensors, and own gradients are allowed.
struct OutsideLanes {
  c10::impl::ExcludeDispatchKeyGuard plain{ct::lanesKeys};
  std::unique_ptr<functorch::FuncTorchTLSBase> state;
  OutsideLanes() { state.swap(functorch::functorchTLSAccessor()); }
  ~OutsideLanes() { state.swap(functorch::functorchTLSAccessor()); }
};

at::Tensor lanesFirst(const at::Tensor &x, std::optional<int64_t> lane) { return *lane == 0 ? x : x.movedim(*lane, 0); }
}  // namespace

std::optional<at::Tensor> ct::linearInLanes(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
  if (!functorch::isBatchedTensor(weight)) return std::nullopt;
  const auto level = functorch::maybeCurrentDynamicLayer()->layerId();
  auto [w, wLane] = functorch::unwrapTensorAtLevel(weight, level);
  auto [values, xLane] = functorch::unwrapTensorAtLevel(x, level);
  at::Tensor b;
  std::optional<int64_t> bLane = 0;
  if (bias.defined()) std::tie(b, bLane) = functorch::unwrapTensorAtLevel(bias, level);
  if (!wLane || !bLane) return std::nullopt;
  at::Tensor y;
  std::vector<int64_t> sizes = x.sizes().vec();
  {
    OutsideLanes outside;
    w = lanesFirst(w, wLane);
    if (b.defined()) b = lanesFirst(b, bLane);
    const int64_t count = w.size(0), inputs = sizes.back();
    values = xLane ? lanesFirst(values, xLane).reshape({count, -1, inputs})
                   : values.reshape({1, -1, inputs}).expand({count, -1, inputs});
    sizes.back() = w.size(1);
    sizes.insert(sizes.begin(), count);
    y = LanesLinear::apply(values, w, b.defined() ? std::optional<at::Tensor>(b) : std::nullopt).view(sizes);
  }
  return functorch::addBatchDim(y, 0, level);
}
