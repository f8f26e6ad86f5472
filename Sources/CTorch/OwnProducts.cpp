// Matrix products, and what is done to rows: softmax, likelihoods.
#include "builders.h"

using namespace ct;

namespace {
Matrix matrix(const Frame &frame, const View &x, size_t first) {
  return {frame.at<float>(x), x.strides[first], x.strides[first + 1]};
}
Work product(const View &a, const View &b, const View &out, const View *bias) {
  if (!out.contiguous || !out.isFloat()) return {};
  const int64_t m = a.sizes[0], k = a.sizes[1], n = b.sizes[1];
  const bool hasBias = bias;
  View offsets = hasBias ? *bias : a;
  if (hasBias && !(offsets.sizes.size() == 1 && offsets.sizes[0] == n && offsets.contiguous)) return {};
  return [=](const Frame &frame) {
    kernels().multiply(m, n, k, matrix(frame, a, 0), matrix(frame, b, 0), frame.at<float>(out), n,
                       hasBias ? frame.at<float>(offsets) : nullptr, false, *frame.scratch);
  };
}
Work mm(const Entry &entry) {
  const View *a = view(entry, 0), *b = view(entry, 1);
  return a && b ? product(*a, *b, entry.outputs[0], nullptr) : Work();
}
Work addmm(const Entry &entry) {
  const View *bias = view(entry, 0), *a = view(entry, 1), *b = view(entry, 2);
  if (!bias || !a || !b || number(entry, 3) != 1 || number(entry, 4) != 1) return {};
  return product(*a, *b, entry.outputs[0], bias);
}
Work bmm(const Entry &entry) {
  const View *a = view(entry, 0), *b = view(entry, 1);
  const View out = entry.outputs[0];
  if (!a || !b || !out.isFloat() || !out.contiguous) return {};
  const int64_t count = a->sizes[0], m = a->sizes[1], k = a->sizes[2], n = b->sizes[2];
  return [=, a = *a, b = *b](const Frame &frame) {
    for (int64_t i = 0; i < count; ++i) {
      Matrix x = matrix(frame, a, 1), y = matrix(frame, b, 1);
      x.data += i * a.strides[0];
      y.data += i * b.strides[0];
      kernels().multiply(m, n, k, x, y, frame.at<float>(out) + i * m * n, n, nullptr, false, *frame.scratch);
    }
  };
}
Work mv(const Entry &entry) {
  const View *x = view(entry, 0), *v = view(entry, 1);
  const View out = entry.outputs[0];
  if (!x || !v || !out.isFloat() || !out.contiguous || !v->contiguous) return {};
  return [=, x = *x, v = *v](const Frame &frame) {
    if (x.strides[1] == 1)
      return kernels().rowProducts(x.sizes[0], x.sizes[1], frame.at<float>(x), x.strides[0], frame.at<float>(v),
                                   frame.at<float>(out));
    kernels().multiply(1, x.sizes[0], x.sizes[1], {frame.at<float>(v), 0, 1}, {frame.at<float>(x), x.strides[1], x.strides[0]},
                       frame.at<float>(out), x.sizes[0], nullptr, false, *frame.scratch);
  };
}

template <void (*Kernels::*rows)(int64_t, int64_t, const float *, float *)> Work alongRows(const Entry &entry) {
  const View *x = view(entry, 0);
  const View out = entry.outputs[0];
  if (!x || x->sizes.empty() || !x->contiguous || !out.contiguous || !out.isFloat()) return {};
  if (axisOf(integer(entry, 1), *x) != static_cast<int64_t>(x->sizes.size()) - 1 || x->count == 0) return {};
  return [x = *x, out](const Frame &frame) {
    (kernels().*rows)(x.count / x.sizes.back(), x.sizes.back(), frame.at<float>(x), frame.at<float>(out));
  };
}
template <void (*Kernels::*rows)(int64_t, int64_t, const float *, const float *, float *)>
Work gradientAlongRows(const Entry &entry) {
  const View *g = view(entry, 0), *y = view(entry, 1);
  const View out = entry.outputs[0];
  if (!g || !y || y->sizes.empty() || !g->contiguous || !y->contiguous || !out.contiguous || !out.isFloat()) return {};
  if (axisOf(integer(entry, 2), *y) != static_cast<int64_t>(y->sizes.size()) - 1 || y->count == 0) return {};
  return [g = *g, y = *y, out](const Frame &frame) {
    (kernels().*rows)(y.count / y.sizes.back(), y.sizes.back(), frame.at<float>(g), frame.at<float>(y), frame.at<float>(out));
  };
}

// Mean or sum of −log p of the targets; no class weights, no target left out.
struct Likelihood {
  View target;
  int64_t rows, classes;
  bool mean;
};
std::optional<Likelihood> likelihood(const Entry &entry, const View *x, size_t first) {
  const auto &target = entry.arguments[first];
  const int64_t reduction = integer(entry, first + 2);
  if (!x || x->sizes.size() != 2 || !x->contiguous || target.tensor().type != at::kLong || !target.tensor().contiguous ||
      view(entry, first + 1) || (reduction != 1 && reduction != 2))
    return std::nullopt;
  return Likelihood{target.tensor(), x->sizes[0], x->sizes[1], reduction == 1};
}
Work negativeLogLikelihood(const Entry &entry) {
  const View *x = view(entry, 0);
  const auto found = likelihood(entry, x, 1);
  if (!found || !entry.outputs[0].isFloat() || !entry.outputs[1].isFloat()) return {};
  return [x = *x, it = *found, out = entry.outputs[0], total = entry.outputs[1]](const Frame &frame) {
    const auto *target = frame.at<int64_t>(it.target);
    const auto *values = frame.at<float>(x);
    double sum = 0;
    for (int64_t i = 0; i < it.rows; ++i) {
      TORCH_CHECK(target[i] >= 0 && target[i] < it.classes, "a target of class ", target[i], " where there are ", it.classes);
      sum -= values[i * it.classes + target[i]];
    }
    *frame.at<float>(out) = static_cast<float>(it.mean ? sum / static_cast<double>(it.rows) : sum);
    *frame.at<float>(total) = static_cast<float>(it.rows);
  };
}
Work negativeLogLikelihoodGradient(const Entry &entry) {
  const View *g = view(entry, 0), *x = view(entry, 1);
  const auto found = likelihood(entry, x, 2);
  const View out = entry.outputs[0];
  if (!found || !g || g->count != 1 || !out.isFloat() || !out.contiguous) return {};
  return [g = *g, it = *found, out](const Frame &frame) {
    const float share = -*frame.at<float>(g) / (it.mean ? static_cast<float>(it.rows) : 1.0f);
    auto *to = frame.at<float>(out);
    std::fill_n(to, it.rows * it.classes, 0.0f);
    const auto *target = frame.at<int64_t>(it.target);
    for (int64_t i = 0; i < it.rows; ++i) to[i * it.classes + target[i]] = share;
  };
}
}  // namespace

Builders ct::productBuilders() {
  return {
      {"aten::mm", mm},
      {"aten::addmm", addmm},
      {"aten::bmm", bmm},
      {"aten::mv", mv},
      {"aten::_softmax", alongRows<&Kernels::softmax>},
      {"aten::_log_softmax", alongRows<&Kernels::logSoftmax>},
      {"aten::_softmax_backward_data", gradientAlongRows<&Kernels::softmaxGradient>},
      {"aten::_log_softmax_backward_data", gradientAlongRows<&Kernels::logSoftmaxGradient>},
      {"aten::nll_loss_forward", negativeLogLikelihood},
      {"aten::nll_loss_backward", negativeLogLikelihoodGradient},
  };
}
