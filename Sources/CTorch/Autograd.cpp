// Autograd and fused optimiser steps.
#include "support.h"
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace ct;

bool ct_requires_grad(CTTensor x) noexcept { return ref(x).requires_grad(); }
int ct_set_requires_grad(CTTensor x, bool flag) noexcept {
  return guarded([&] { ref(x).set_requires_grad(flag); });
}
int ct_grad(CTTensor x, CTTensor *out) noexcept {
  return guarded([&] {
    at::Tensor gradient = ref(x).grad();
    *out = gradient.defined() ? own(std::move(gradient)) : nullptr;
  });
}
int ct_set_grad(CTTensor x, CTTensor gradient) noexcept {
  return guarded([&] { ref(x).mutable_grad() = orUndefined(gradient); });
}
int ct_backward(CTTensor x, CTTensor gradient, bool retain, bool create) noexcept {
  return guarded([&] {
    torch::autograd::backward({ref(x)}, gradient ? torch::autograd::variable_list{ref(gradient)} : torch::autograd::variable_list{},
                              retain || create, create);
  });
}
int ct_backward_into(CTTensor x, const CTTensor *leaves, const CTTensor *buffers, long n) noexcept {
  auto plain = [](const at::Tensor &x) { return x.is_cpu() && x.is_contiguous(); };
  return guarded([&] {
    // A leaf without a gradient takes over the one that arrives; adding to a gradient of zeros would cost a kernel each.
    for (long i = 0; i < n; ++i) ref(leaves[i]).mutable_grad().reset();
    torch::autograd::backward({ref(x)}, {});
    at::NoGradGuard off;
    for (long i = 0; i < n; ++i) {
      at::Tensor &gradient = ref(leaves[i]).mutable_grad();
      const at::Tensor &buffer = ref(buffers[i]);
      if (!gradient.defined()) {
        buffer.zero_();
      } else if (plain(gradient) && plain(buffer) && gradient.scalar_type() == buffer.scalar_type()) {
        std::memcpy(buffer.data_ptr(), gradient.data_ptr(), buffer.nbytes());
      } else {
        buffer.copy_(gradient);
      }
      gradient = buffer;
    }
  });
}
int ct_gradients(const CTTensor *outputs, long n, const CTTensor *inputs, long m, const CTTensor *seeds, bool retain,
                 bool create, bool allow_unused, CTTensor *outs) noexcept {
  return guarded([&] {
    auto result = torch::autograd::grad(tensors(outputs, n), tensors(inputs, m),
                                        seeds ? tensors(seeds, n) : std::vector<at::Tensor>{}, retain || create, create,
                                        allow_unused);
    for (size_t i = 0; i < result.size(); ++i) outs[i] = result[i].defined() ? own(std::move(result[i])) : nullptr;
  });
}
bool ct_grad_enabled(void) noexcept { return c10::GradMode::is_enabled(); }
void ct_set_grad_enabled(bool flag) noexcept { c10::GradMode::set_enabled(flag); }

int ct_fused_adam_(CTTensor p, CTTensor g, CTTensor m, CTTensor v, CTTensor step, double lr, double beta1, double beta2,
                   double decay, double eps, bool decoupled) noexcept {
  return guarded([&] {
    at::NoGradGuard off;
    ref(step).add_(1);
    auto update = decoupled ? static_cast<void (*)(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                                                   at::TensorList, double, double, double, double, double, bool, bool,
                                                   const std::optional<at::Tensor> &, const std::optional<at::Tensor> &)>(at::_fused_adamw_)
                            : static_cast<void (*)(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                                                   at::TensorList, double, double, double, double, double, bool, bool,
                                                   const std::optional<at::Tensor> &, const std::optional<at::Tensor> &)>(at::_fused_adam_);
    update({ref(p)}, {ref(g)}, {ref(m)}, {ref(v)}, {}, {ref(step)}, lr, beta1, beta2, decay, eps, false, false, {}, {});
  });
}
int ct_fused_sgd_(CTTensor p, CTTensor g, CTTensor buffer, double decay, double momentum, double lr, double dampening,
                  bool nesterov, bool first) noexcept {
  return guarded([&] {
    at::NoGradGuard off;
    std::vector<at::Tensor> buffers;
    if (buffer) buffers.push_back(ref(buffer));
    at::_fused_sgd_({ref(p)}, {ref(g)}, buffers, decay, momentum, lr, dampening, nesterov, false, first);
  });
}
