// Element by element, and sums over axes.
#include "builders.h"

using namespace ct;

Work ct::elementwise(LineFunction line, const View &out, const View *a, const View *b, double s) {
  if (!out.isFloat() || !a || !b) return {};
  auto first = broadcast(*a, out.sizes), second = broadcast(*b, out.sizes);
  if (!first || !second) return {};
  return Loop(line, out, *first, *second, static_cast<float>(s));
}

Work ct::filled(const View &out, double value) {
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

Work ct::both(Work first, Work second) {
  if (!first || !second) return {};
  return [first = std::move(first), second = std::move(second)](const Frame &frame) {
    first(frame);
    second(frame);
  };
}

namespace {
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
}  // namespace

Work ct::productSum(const Entry &product, const Entry &sum) {
  const View *a = view(product, 0), *b = view(product, 1), *x = view(sum, 0);
  const View &out = sum.outputs[0];
  if (!a || !b || !x || !out.isFloat() || x->sizes != product.outputs[0].sizes) return {};
  int64_t summed;
  const View spread = spreadOver(*x, out, axesOf(sum), summed);
  return both(filled(out, 0), elementwise(kernels().accumulateProduct, spread, a, b, 1));
}

Builders ct::arithmeticBuilders() {
  return {
      {"aten::add.Tensor", sum<1>},
      {"aten::add_.Tensor", sum<1>},
      {"aten::sub.Tensor", sum<-1>},
      {"aten::sub_.Tensor", sum<-1>},
      {"aten::add.Scalar", sumWithScalar<1>},
      {"aten::add_.Scalar", sumWithScalar<1>},
      {"aten::sub.Scalar", sumWithScalar<-1>},
      {"aten::rsub.Scalar", reversed},
      {"aten::mul.Tensor", binary<&Kernels::product>},
      {"aten::mul_.Tensor", binary<&Kernels::product>},
      {"aten::div.Tensor", binary<&Kernels::quotient>},
      {"aten::div_.Tensor", binary<&Kernels::quotient>},
      {"aten::mul.Scalar", withScalar<&Kernels::scale>},
      {"aten::mul_.Scalar", withScalar<&Kernels::scale>},
      {"aten::div.Scalar", quotientByScalar},
      {"aten::div_.Scalar", quotientByScalar},
      {"aten::neg", negation},
      {"aten::maximum", binary<&Kernels::maximum>},
      {"aten::minimum", binary<&Kernels::minimum>},
      {"aten::relu", unary<&Kernels::relu>},
      {"aten::tanh", unary<&Kernels::tanh>},
      {"aten::sigmoid", unary<&Kernels::sigmoid>},
      {"aten::gelu", gelu},
      {"aten::silu", unary<&Kernels::silu>},
      {"aten::exp", unary<&Kernels::exponential>},
      {"aten::log", unary<&Kernels::logarithm>},
      {"aten::sqrt", unary<&Kernels::squareRoot>},
      {"aten::abs", unary<&Kernels::absolute>},
      {"aten::sgn", unary<&Kernels::sign>},
      {"aten::sign", unary<&Kernels::sign>},
      {"aten::reciprocal", unary<&Kernels::reciprocal>},
      {"aten::pow.Tensor_Scalar", power},
      {"aten::threshold_backward", threshold},
      {"aten::tanh_backward", binary<&Kernels::tanhGradient>},
      {"aten::sigmoid_backward", binary<&Kernels::sigmoidGradient>},
      {"aten::gelu_backward", geluGradient},
      {"aten::silu_backward", binary<&Kernels::siluGradient>},
      {"aten::sum", reduceAll<false>},
      {"aten::mean", reduceAll<true>},
      {"aten::sum.dim_IntList", reduceAxes<false>},
      {"aten::mean.dim", reduceAxes<true>},
  };
}
