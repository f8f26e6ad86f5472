#include "loops.h"
#include <algorithm>

namespace ct {

std::optional<View> broadcast(const View &view, const std::vector<int64_t> &sizes) {
  View wide = view;
  if (view.sizes.size() > sizes.size()) return std::nullopt;
  const size_t missing = sizes.size() - view.sizes.size();
  wide.sizes = sizes;
  wide.strides.assign(sizes.size(), 0);
  for (size_t d = missing; d < sizes.size(); ++d) {
    const int64_t own = view.sizes[d - missing];
    if (own != sizes[d] && own != 1) return std::nullopt;
    wide.strides[d] = own == 1 ? 0 : view.strides[d - missing];
  }
  return wide;
}

View narrowed(const View &view, int64_t axis, int64_t start, int64_t length) {
  View part = view;
  part.offset += start * view.strides[axis] * static_cast<int64_t>(c10::elementSize(view.type));
  part.count = view.sizes[axis] == 0 ? 0 : view.count / view.sizes[axis] * length;
  part.sizes[axis] = length;
  part.contiguous = false;
  return part;
}

Loop::Loop(LineFunction line, const View &out, const View &a, const View &b, float s) : line(line), out(out), a(a), b(b), s(s) {
  for (size_t d = 0; d < out.sizes.size(); ++d)
    if (out.sizes[d] != 1) axes.push_back({out.sizes[d], out.strides[d], a.strides[d], b.strides[d]});
  // The axis along which most lie densely comes last, long ones before short ones.
  auto cost = [](const Axis &axis) { return std::abs(axis.out) * 4 + std::abs(axis.a) + std::abs(axis.b); };
  std::stable_sort(axes.begin(), axes.end(), [&](const Axis &x, const Axis &y) { return cost(x) > cost(y); });
  std::vector<Axis> merged;
  for (const auto &axis : axes) {
    if (!merged.empty()) {
      auto &last = merged.back();
      if (last.out == axis.out * axis.size && last.a == axis.a * axis.size && last.b == axis.b * axis.size) {
        last = {last.size * axis.size, axis.out, axis.a, axis.b};
        continue;
      }
    }
    merged.push_back(axis);
  }
  axes = std::move(merged);
  // A kernel takes lines, and rows of lines.
  while (axes.size() < 2) axes.insert(axes.begin(), {1, 1, 1, 1});
  isEmpty = std::any_of(axes.begin(), axes.end(), [](const Axis &axis) { return axis.size == 0; });
}

void Loop::walk(size_t depth, float *to, const float *x, const float *y) const {
  const Axis &axis = axes[depth];
  if (depth + 2 < axes.size()) {
    for (int64_t i = 0; i < axis.size; ++i) walk(depth + 1, to + i * axis.out, x + i * axis.a, y + i * axis.b);
    return;
  }
  const Axis &last = axes[depth + 1];
  line(axis.size, last.size, {to, last.out, axis.out}, {x, last.a, axis.a}, {y, last.b, axis.b}, s);
}

void Loop::operator()(const Frame &frame) const {
  if (!isEmpty) walk(0, frame.at<float>(out), frame.at<float>(a), frame.at<float>(b));
}

}  // namespace ct
