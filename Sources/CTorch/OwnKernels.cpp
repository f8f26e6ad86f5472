// Which of our kernels does the work of an operation of the engine.
#include "loops.h"
#include <unordered_map>

namespace ct {
namespace {

using Builder = Work (*)(const Entry &);

const View *view(const Entry &entry, size_t at) {
  if (at >= entry.arguments.size() || entry.arguments[at].kind != Argument::view) return nullptr;
  const View &found = entry.arguments[at].tensor();
  return found.isFloat() ? &found : nullptr;
}
double number(const Entry &entry, size_t at, double otherwise = 1) {
  if (at >= entry.arguments.size()) return otherwise;
  const auto &value = entry.arguments[at].value;
  return value.isScalar() ? value.toScalar().toDouble() : otherwise;
}
int64_t integer(const Entry &entry, size_t at) { return entry.arguments[at].value.toInt(); }
int64_t axisOf(int64_t axis, const View &x) { return axis < 0 ? axis + static_cast<int64_t>(x.sizes.size()) : axis; }

Work elementwise(LineFunction line, const View &out, const View *a, const View *b, double s = 0) {
  if (!out.isFloat() || !a || !b) return {};
  auto first = broadcast(*a, out.sizes), second = broadcast(*b, out.sizes);
  if (!first || !second) return {};
  return Loop(line, out, *first, *second, static_cast<float>(s));
}

template <LineFunction Kernels::*line> Work unary(const Entry &entry) {
  return elementwise(kernels().*line, entry.outputs[0], view(entry, 0), view(entry, 0));
}
template <LineFunction Kernels::*line> Work withScalar(const Entry &entry) {
  return elementwise(kernels().*line, entry.outputs[0], view(entry, 0), view(entry, 0), number(entry, 1));
}
template <LineFunction Kernels::*line> Work binary(const Entry &entry) {
  return elementwise(kernels().*line, entry.outputs[0], view(entry, 0), view(entry, 1));
}
template <int sign> Work sum(const Entry &entry) {
  return elementwise(kernels().add, entry.outputs[0], view(entry, 0), view(entry, 1), sign * number(entry, 2));
}
template <int sign> Work sumWithScalar(const Entry &entry) {
  const double s = sign * number(entry, 1) * number(entry, 2);
  return elementwise(kernels().shift, entry.outputs[0], view(entry, 0), view(entry, 0), s);
}
Work quotientByScalar(const Entry &entry) {
  return elementwise(kernels().scale, entry.outputs[0], view(entry, 0), view(entry, 0), 1 / number(entry, 1));
}
Work negation(const Entry &entry) { return elementwise(kernels().scale, entry.outputs[0], view(entry, 0), view(entry, 0), -1); }
Work reversed(const Entry &entry) {
  if (number(entry, 2) != 1) return {};
  return elementwise(kernels().reversedDifference, entry.outputs[0], view(entry, 0), view(entry, 0), number(entry, 1));
}
Work power(const Entry &entry) {
  const double exponent = number(entry, 1);
  const View *x = view(entry, 0);
  if (exponent == 2) return elementwise(kernels().square, entry.outputs[0], x, x);
  if (exponent == 1) return elementwise(kernels().copy, entry.outputs[0], x, x);
  if (exponent == 0.5) return elementwise(kernels().squareRoot, entry.outputs[0], x, x);
  return {};
}
Work threshold(const Entry &entry) {
  return elementwise(kernels().thresholdGradient, entry.outputs[0], view(entry, 0), view(entry, 1), number(entry, 2));
}
bool exactGelu(const Entry &entry, size_t at) {
  return at < entry.arguments.size() && entry.arguments[at].value.isString() &&
         entry.arguments[at].value.toStringRef() == "none";
}
Work gelu(const Entry &entry) { return exactGelu(entry, 1) ? unary<&Kernels::gelu>(entry) : Work(); }
Work geluGradient(const Entry &entry) { return exactGelu(entry, 2) ? binary<&Kernels::geluGradient>(entry) : Work(); }

Work assign(const View &out, const View *x) {
  if (!x) return {};
  if (out.isFloat() && out.contiguous && x->contiguous && x->sizes == out.sizes)
    return [out, x = *x](const Frame &frame) { std::memmove(frame.at<char>(out), frame.at<char>(x), out.count * sizeof(float)); };
  return elementwise(kernels().copy, out, x, x);
}
Work copied(const Entry &entry) { return assign(entry.outputs[0], view(entry, 0)); }
Work copiedInto(const Entry &entry) { return assign(entry.outputs[0], view(entry, 1)); }

Work filled(const View &out, double value) {
  if (!out.isFloat()) return {};
  if (!out.contiguous) {
    // A window of a larger tensor: nothing times itself, and a number.
    return elementwise(
        [](int64_t rows, int64_t n, Lines<float> to, Lines<const float>, Lines<const float>, float s) {
          for (int64_t row = 0; row < rows; ++row)
            for (int64_t i = 0; i < n; ++i) to.data[row * to.row + i * to.stride] = s;
        },
        out, &out, &out, value);
  }
  return [out, value = static_cast<float>(value)](const Frame &frame) {
    std::fill_n(frame.at<float>(out), out.count, value);
  };
}
Work zero(const Entry &entry) { return filled(entry.outputs[0], 0); }
Work one(const Entry &entry) { return filled(entry.outputs[0], 1); }
Work fillWithScalar(const Entry &entry) { return filled(entry.outputs[0], number(entry, 1)); }

Work both(Work first, Work second) {
  if (!first || !second) return {};
  return [first = std::move(first), second = std::move(second)](const Frame &frame) {
    first(frame);
    second(frame);
  };
}

// `out` as a window of the shape of x, in which what is summed to one number lies at one place.
View spreadOver(const View &x, const View &out, const std::vector<int64_t> &axes, int64_t &summed) {
  std::vector<bool> gone(x.sizes.size(), axes.empty());
  for (int64_t axis : axes) gone[axisOf(axis, x)] = true;
  View spread = out;
  spread.sizes = x.sizes;
  spread.strides.assign(x.sizes.size(), 0);
  const bool keeps = out.sizes.size() == x.sizes.size();
  summed = 1;
  for (size_t d = 0, next = 0; d < x.sizes.size(); ++d) {
    if (gone[d]) {
      summed *= x.sizes[d];
      if (keeps) ++next;
    } else {
      spread.strides[d] = out.strides[next++];
    }
  }
  spread.count = x.count;
  return spread;
}
// out[kept axes] = Σ x over the others, or the mean.
Work reduced(const View *x, const View &out, const std::vector<int64_t> &axes, bool mean) {
  if (!x || !out.isFloat()) return {};
  int64_t summed;
  const View spread = spreadOver(*x, out, axes, summed);
  return both(filled(out, 0), elementwise(kernels().accumulate, spread, x, x, mean ? 1 / static_cast<double>(summed) : 1));
}
std::vector<int64_t> axesOf(const Entry &entry) {
  const auto &axes = entry.arguments[1].value;
  return axes.isNone() ? std::vector<int64_t>() : axes.toIntVector();
}
template <bool mean> Work reduceAll(const Entry &entry) { return reduced(view(entry, 0), entry.outputs[0], {}, mean); }
template <bool mean> Work reduceAxes(const Entry &entry) {
  return reduced(view(entry, 0), entry.outputs[0], axesOf(entry), mean);
}

// MARK: - Products

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

// MARK: - Rows

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

// MARK: - Layout

// Several pieces side by side along an axis of the result; `stacks` gives each an axis of its own.
Work joined(const Entry &entry, bool stacks) {
  const View &out = entry.outputs[0];
  if (!out.isFloat() || entry.arguments[0].kind != Argument::views) return {};
  const int64_t axis = axisOf(integer(entry, 1), out);
  std::vector<Work> parts;
  int64_t start = 0;
  for (View piece : entry.arguments[0].tensors) {
    if (!piece.isFloat()) return {};
    if (piece.sizes.size() == 1 && piece.count == 0 && !stacks) continue;  // the engine allows this
    if (stacks) {
      piece.sizes.insert(piece.sizes.begin() + axis, 1);
      piece.strides.insert(piece.strides.begin() + axis, 0);
      piece.contiguous = false;
    }
    const View window = narrowed(out, axis, start, piece.sizes[axis]);
    start += piece.sizes[axis];
    Work part = elementwise(kernels().copy, window, &piece, &piece);
    if (!part) return {};
    parts.push_back(std::move(part));
  }
  return [parts = std::move(parts)](const Frame &frame) {
    for (const auto &part : parts) part(frame);
  };
}
Work concatenated(const Entry &entry) { return joined(entry, false); }
Work stacked(const Entry &entry) { return joined(entry, true); }

Work padded(const Entry &entry) {
  const View *x = view(entry, 0);
  const View &out = entry.outputs[0];
  if (!x || !out.isFloat()) return {};
  const auto pads = entry.arguments[1].value.toIntVector();
  View window = out, source = *x;
  for (size_t i = 0; i < pads.size() / 2; ++i) {
    const auto axis = static_cast<int64_t>(x->sizes.size()) - 1 - static_cast<int64_t>(i);
    const int64_t left = pads[2 * i], right = pads[2 * i + 1];
    // A negative pad cuts.
    const int64_t from = std::max<int64_t>(0, -left), length = x->sizes[axis] - from - std::max<int64_t>(0, -right);
    source = narrowed(source, axis, from, length);
    window = narrowed(window, axis, std::max<int64_t>(0, left), length);
  }
  return both(filled(out, number(entry, 2, 0)), elementwise(kernels().copy, window, &source, &source));
}
// Zeros, and the gradient where the slice was.
Work sliceGradient(const Entry &entry) {
  const View *g = view(entry, 0);
  const View &out = entry.outputs[0];
  if (!g || !out.isFloat() || integer(entry, 5) != 1) return {};
  const int64_t axis = axisOf(integer(entry, 2), out);
  int64_t start = integer(entry, 3);
  if (start < 0) start += out.sizes[axis];
  const View window = narrowed(out, axis, start, g->sizes[axis]);
  return both(filled(out, 0), elementwise(kernels().copy, window, g, g));
}
Work selectGradient(const Entry &entry) {
  const View *g = view(entry, 0);
  const View &out = entry.outputs[0];
  if (!g || !out.isFloat()) return {};
  const int64_t axis = axisOf(integer(entry, 2), out);
  int64_t index = integer(entry, 3);
  if (index < 0) index += out.sizes[axis];
  View piece = *g;
  piece.sizes.insert(piece.sizes.begin() + axis, 1);
  piece.strides.insert(piece.strides.begin() + axis, 0);
  return both(filled(out, 0), elementwise(kernels().copy, narrowed(out, axis, index, 1), &piece, &piece));
}

const std::unordered_map<std::string, Builder> &builders() {
  static const std::unordered_map<std::string, Builder> table{
      {"aten::add.Tensor", sum<1>}, {"aten::add_.Tensor", sum<1>}, {"aten::sub.Tensor", sum<-1>}, {"aten::sub_.Tensor", sum<-1>},
      {"aten::add.Scalar", sumWithScalar<1>}, {"aten::add_.Scalar", sumWithScalar<1>}, {"aten::sub.Scalar", sumWithScalar<-1>},
      {"aten::rsub.Scalar", reversed},
      {"aten::mul.Tensor", binary<&Kernels::product>}, {"aten::mul_.Tensor", binary<&Kernels::product>},
      {"aten::div.Tensor", binary<&Kernels::quotient>}, {"aten::div_.Tensor", binary<&Kernels::quotient>},
      {"aten::mul.Scalar", withScalar<&Kernels::scale>}, {"aten::mul_.Scalar", withScalar<&Kernels::scale>},
      {"aten::div.Scalar", quotientByScalar}, {"aten::div_.Scalar", quotientByScalar}, {"aten::neg", negation},
      {"aten::maximum", binary<&Kernels::maximum>}, {"aten::minimum", binary<&Kernels::minimum>},
      {"aten::relu", unary<&Kernels::relu>}, {"aten::tanh", unary<&Kernels::tanh>}, {"aten::sigmoid", unary<&Kernels::sigmoid>},
      {"aten::gelu", gelu}, {"aten::silu", unary<&Kernels::silu>}, {"aten::exp", unary<&Kernels::exponential>},
      {"aten::log", unary<&Kernels::logarithm>}, {"aten::sqrt", unary<&Kernels::squareRoot>}, {"aten::abs", unary<&Kernels::absolute>},
      {"aten::sgn", unary<&Kernels::sign>}, {"aten::sign", unary<&Kernels::sign>},
      {"aten::reciprocal", unary<&Kernels::reciprocal>}, {"aten::pow.Tensor_Scalar", power},
      {"aten::threshold_backward", threshold}, {"aten::tanh_backward", binary<&Kernels::tanhGradient>},
      {"aten::sigmoid_backward", binary<&Kernels::sigmoidGradient>}, {"aten::gelu_backward", geluGradient},
      {"aten::silu_backward", binary<&Kernels::siluGradient>},
      {"aten::copy_", copiedInto}, {"aten::clone", copied}, 
      {"aten::zero_", zero}, {"aten::zeros", zero}, {"aten::zeros_like", zero}, {"aten::new_zeros", zero},
      {"aten::ones_like", one}, {"aten::ones", one}, {"aten::fill_.Scalar", fillWithScalar},
      {"aten::sum", reduceAll<false>}, {"aten::mean", reduceAll<true>},
      {"aten::sum.dim_IntList", reduceAxes<false>}, {"aten::mean.dim", reduceAxes<true>},
      {"aten::mm", mm}, {"aten::addmm", addmm}, {"aten::bmm", bmm}, {"aten::mv", mv},
      {"aten::_softmax", alongRows<&Kernels::softmax>}, {"aten::_log_softmax", alongRows<&Kernels::logSoftmax>},
      {"aten::_softmax_backward_data", gradientAlongRows<&Kernels::softmaxGradient>},
      {"aten::_log_softmax_backward_data", gradientAlongRows<&Kernels::logSoftmaxGradient>},
      {"aten::nll_loss_forward", negativeLogLikelihood}, {"aten::nll_loss_backward", negativeLogLikelihoodGradient},
      {"aten::cat", concatenated}, {"aten::stack", stacked}, {"aten::constant_pad_nd", padded},
      {"aten::slice_backward", sliceGradient}, {"aten::select_backward", selectGradient},
  };
  return table;
}
}  // namespace

Work productSum(const Entry &product, const Entry &sum) {
  const View *a = view(product, 0), *b = view(product, 1), *x = view(sum, 0);
  const View &out = sum.outputs[0];
  if (!a || !b || !x || !out.isFloat() || x->sizes != product.outputs[0].sizes) return {};
  int64_t summed;
  const View spread = spreadOver(*x, out, axesOf(sum), summed);
  return both(filled(out, 0), elementwise(kernels().accumulateProduct, spread, a, b, 1));
}

Work ownKernel(const Entry &entry) {
  if (!entry.operation) {
    const View out = entry.outputs[0];
    return [out, keep = entry.keep, key = entry.key](const Frame &frame) {
      draw(frame.at<float>(out), out.count, frame.keys[key], keep);
    };
  }
  const auto found = builders().find(entry.name());
  return found == builders().end() ? Work() : found->second(entry);
}

}  // namespace ct
