// Linear algebra, network operations, losses, Fourier transforms.
#include "lanes.h"
#include "support.h"
#include <ATen/functorch/BatchedTensorImpl.h>
#include <c10/core/GradMode.h>

using namespace ct;

int ct_einsum(const char *equation, const CTTensor *xs, long n, CTTensor *out) noexcept {
  RESULT(at::einsum(equation, tensors(xs, n)));
}
int ct_qr(CTTensor x, CTTensor *q, CTTensor *r) noexcept {
  return pair(q, r, [&] { return at::linalg_qr(ref(x), "reduced"); });
}
int ct_svd(CTTensor x, bool full, CTTensor *u, CTTensor *s, CTTensor *vh) noexcept {
  return guarded([&] {
    auto [U, S, Vh] = at::linalg_svd(ref(x), full);
    *u = own(std::move(U));
    *s = own(std::move(S));
    *vh = own(std::move(Vh));
  });
}
int ct_eigh(CTTensor x, CTTensor *values, CTTensor *vectors) noexcept {
  return pair(values, vectors, [&] { return at::linalg_eigh(ref(x)); });
}
int ct_triangular_solve(CTTensor a, CTTensor b, bool upper, bool left, bool unitriangular, CTTensor *out) noexcept {
  RESULT(at::linalg_solve_triangular(ref(a), ref(b), upper, left, unitriangular));
}
int ct_cholesky_solve(CTTensor b, CTTensor factor, CTTensor *out) noexcept {
  RESULT(at::cholesky_solve(ref(b), ref(factor)));
}
int ct_lstsq(CTTensor a, CTTensor b, CTTensor *out) noexcept {
  RESULT(std::get<0>(at::linalg_lstsq(ref(a), ref(b), std::nullopt, "gelsd")));
}

int ct_linear(CTTensor x, CTTensor weight, CTTensor bias, CTTensor *out) noexcept {
  RESULT(([&] {
    auto inLanes = linearInLanes(ref(x), ref(weight), orUndefined(bias));
    return inLanes ? *inLanes : at::linear(ref(x), ref(weight), optional(bias));
  }()));
}
int ct_addmm(CTTensor bias, CTTensor a, CTTensor b, CTTensor *out) noexcept {
  RESULT(at::addmm(ref(bias), ref(a), ref(b)));
}
int ct_conv(CTTensor x, CTTensor weight, CTTensor bias, const long *stride, const long *padding, const long *dilation,
            long dimensions, long groups, bool transposed, CTTensor *out) noexcept {
  std::vector<int64_t> none(dimensions, 0);
  RESULT(at::convolution(ref(x), ref(weight), optional(bias), list(stride, dimensions), list(padding, dimensions),
                         list(dilation, dimensions), transposed, none, groups));
}
int ct_max_pool(CTTensor x, const long *size, const long *stride, const long *padding, long d, CTTensor *out) noexcept {
  RESULT(d == 1 ? at::max_pool1d(ref(x), list(size, d), list(stride, d), list(padding, d))
                : at::max_pool2d(ref(x), list(size, d), list(stride, d), list(padding, d)));
}
int ct_avg_pool(CTTensor x, const long *size, const long *stride, const long *padding, long d, CTTensor *out) noexcept {
  RESULT(d == 1 ? at::avg_pool1d(ref(x), list(size, d), list(stride, d), list(padding, d))
                : at::avg_pool2d(ref(x), list(size, d), list(stride, d), list(padding, d)));
}
int ct_adaptive_avg_pool(CTTensor x, const long *size, long d, CTTensor *out) noexcept {
  RESULT(d == 1 ? at::adaptive_avg_pool1d(ref(x), list(size, d)) : at::adaptive_avg_pool2d(ref(x), list(size, d)));
}
int ct_layer_norm(CTTensor x, const long *shape, long n, CTTensor weight, CTTensor bias, double eps, CTTensor *out) noexcept {
  RESULT(at::layer_norm(ref(x), list(shape, n), optional(weight), optional(bias), eps));
}
int ct_group_norm(CTTensor x, long groups, CTTensor weight, CTTensor bias, double eps, CTTensor *out) noexcept {
  RESULT(at::group_norm(ref(x), groups, optional(weight), optional(bias), eps));
}
int ct_batch_norm(CTTensor x, CTTensor weight, CTTensor bias, CTTensor mean, CTTensor variance, bool training,
                  double momentum, double eps, CTTensor *out) noexcept {
  RESULT(at::batch_norm(ref(x), optional(weight), optional(bias), optional(mean), optional(variance), training,
                        momentum, eps, false));
}
int ct_embedding(CTTensor weight, CTTensor indices, CTTensor *out) noexcept {
  RESULT(at::embedding(ref(weight), ref(indices)));
}
int ct_attention(CTTensor q, CTTensor k, CTTensor v, CTTensor mask, bool causal, CTTensor *out) noexcept {
  RESULT(at::scaled_dot_product_attention(ref(q), ref(k), ref(v), optional(mask), 0.0, causal));
}
int ct_lstm(CTTensor x, CTTensor h0, CTTensor c0, const CTTensor *parameters, long n, bool biases, long layers,
            bool bidirectional, CTTensor *out, CTTensor *h, CTTensor *c) noexcept {
  return guarded([&] {
    auto [y, hn, cn] = at::lstm(ref(x), {ref(h0), ref(c0)}, tensors(parameters, n), biases, layers, 0.0,
                                /*train=*/c10::GradMode::is_enabled(), bidirectional, /*batch_first=*/true);
    *out = own(std::move(y));
    *h = own(std::move(hn));
    *c = own(std::move(cn));
  });
}
int ct_gru(CTTensor x, CTTensor h0, const CTTensor *parameters, long n, bool biases, long layers, bool bidirectional,
           CTTensor *out, CTTensor *h) noexcept {
  return pair(out, h, [&] {
    return at::gru(ref(x), ref(h0), tensors(parameters, n), biases, layers, 0.0, c10::GradMode::is_enabled(),
                   bidirectional, true);
  });
}

namespace {
// The engine's own kernel has no rule for lanes (Python's functorch decomposes it in Python), so they get this.
at::Tensor negativeLogLikelihood(const at::Tensor &logp, const at::Tensor &target, const std::optional<at::Tensor> &weight,
                                 int64_t reduction, double smoothing) {
  auto losses = -logp.gather(1, target.unsqueeze(1)).squeeze(1);
  auto shares = weight ? weight->index_select(0, target) : at::Tensor();
  if (weight) losses = losses * shares;
  if (smoothing > 0) losses = losses * (1 - smoothing) - (weight ? logp * *weight : logp).sum(1) * (smoothing / logp.size(1));
  if (reduction == at::Reduction::None) return losses;
  if (reduction == at::Reduction::Sum) return losses.sum();
  return weight ? losses.sum() / shares.sum() : losses.mean();
}
bool inLanes(const at::Tensor &x) { return at::functorch::isBatchedTensor(x); }
}  // namespace

int ct_cross_entropy(CTTensor logits, CTTensor target, CTTensor weight, int reduction, double smoothing,
                     CTTensor *out) noexcept {
  RESULT(inLanes(ref(logits)) && ref(logits).dim() == 2
             ? negativeLogLikelihood(at::log_softmax(ref(logits), 1), ref(target), optional(weight), reduction, smoothing)
             : at::cross_entropy_loss(ref(logits), ref(target), optional(weight), reduction, -100, smoothing));
}
int ct_nll(CTTensor logp, CTTensor target, CTTensor weight, int reduction, CTTensor *out) noexcept {
  RESULT(inLanes(ref(logp)) && ref(logp).dim() == 2
             ? negativeLogLikelihood(ref(logp), ref(target), optional(weight), reduction, 0)
             : at::nll_loss_nd(ref(logp), ref(target), optional(weight), reduction, -100));
}
int ct_mse(CTTensor x, CTTensor target, int reduction, CTTensor *out) noexcept {
  RESULT(at::mse_loss(ref(x), ref(target), reduction));
}
int ct_l1(CTTensor x, CTTensor target, int reduction, CTTensor *out) noexcept {
  RESULT(at::l1_loss(ref(x), ref(target), reduction));
}
int ct_huber(CTTensor x, CTTensor target, int reduction, double delta, CTTensor *out) noexcept {
  RESULT(at::huber_loss(ref(x), ref(target), reduction, delta));
}
int ct_bce_logits(CTTensor x, CTTensor target, CTTensor weight, int reduction, CTTensor *out) noexcept {
  RESULT(at::binary_cross_entropy_with_logits(ref(x), ref(target), optional(weight), std::nullopt, reduction));
}
int ct_kl_div(CTTensor logp, CTTensor target, int reduction, CTTensor *out) noexcept {
  RESULT(at::kl_div(ref(logp), ref(target), reduction));
}
int ct_cosine_similarity(CTTensor a, CTTensor b, long axis, CTTensor *out) noexcept {
  RESULT(at::cosine_similarity(ref(a), ref(b), axis));
}

int ct_rfft(CTTensor x, long n, long axis, CTTensor *out) noexcept {
  RESULT(at::fft_rfft(ref(x), n > 0 ? std::optional<int64_t>(n) : std::nullopt, axis));
}
int ct_irfft(CTTensor x, long n, long axis, CTTensor *out) noexcept {
  RESULT(at::fft_irfft(ref(x), n > 0 ? std::optional<int64_t>(n) : std::nullopt, axis));
}
int ct_stft(CTTensor x, long size, long hop, long window_length, CTTensor window, bool center, CTTensor *out) noexcept {
  RESULT(at::stft(ref(x), size, hop, window_length, optional(window), center, "reflect", false, true, true));
}
