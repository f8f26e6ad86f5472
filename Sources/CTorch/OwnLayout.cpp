// Filling, copying, joining, cutting.
#include "builders.h"

using namespace ct;

namespace {
Work assign(const View &out, const View *x) {
  if (!x) return {};
  if (out.isFloat() && out.contiguous && x->contiguous && x->sizes == out.sizes)
    return [out, x = *x](const Frame &frame) { std::memmove(frame.at<char>(out), frame.at<char>(x), out.count * sizeof(float)); };
  return elementwise(kernels().copy, out, x, x);
}
Work copied(const Entry &entry) { return assign(entry.outputs[0], view(entry, 0)); }
Work copiedInto(const Entry &entry) { return assign(entry.outputs[0], view(entry, 1)); }
Work zero(const Entry &entry) { return filled(entry.outputs[0], 0); }
Work one(const Entry &entry) { return filled(entry.outputs[0], 1); }
Work fillWithScalar(const Entry &entry) { return filled(entry.outputs[0], number(entry, 1)); }

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
}  // namespace

Builders ct::layoutBuilders() {
  return {
      {"aten::copy_", copiedInto},
      {"aten::clone", copied},
      {"aten::zero_", zero},
      {"aten::zeros", zero},
      {"aten::zeros_like", zero},
      {"aten::new_zeros", zero},
      {"aten::ones_like", one},
      {"aten::ones", one},
      {"aten::fill_.Scalar", fillWithScalar},
      {"aten::cat", concatenated},
      {"aten::stack", stacked},
      {"aten::constant_pad_nd", padded},
      {"aten::slice_backward", sliceGradient},
      {"aten::select_backward", selectGradient},
  };
}
