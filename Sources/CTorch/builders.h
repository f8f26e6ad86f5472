// Finding, for operations of the engine, kernels of ours that do their work.
#pragma once
#include "loops.h"
#include <utility>

namespace ct {

// The work of an operation; none where its arguments are not of a kind that the kernel takes.
using Builder = Work (*)(const Entry &);
using Builders = std::vector<std::pair<const char *, Builder>>;

Builders arithmeticBuilders();
Builders productBuilders();
Builders layoutBuilders();

// The argument at a position, where it is a tensor in single precision.
inline const View *view(const Entry &entry, size_t at) {
  if (at >= entry.arguments.size() || entry.arguments[at].kind != Argument::view) return nullptr;
  const View &found = entry.arguments[at].tensor();
  return found.isFloat() ? &found : nullptr;
}
inline double number(const Entry &entry, size_t at, double otherwise = 1) {
  if (at >= entry.arguments.size()) return otherwise;
  const auto &value = entry.arguments[at].value;
  return value.isScalar() ? value.toScalar().toDouble() : otherwise;
}
inline int64_t integer(const Entry &entry, size_t at) { return entry.arguments[at].value.toInt(); }
inline int64_t axisOf(int64_t axis, const View &x) { return axis < 0 ? axis + static_cast<int64_t>(x.sizes.size()) : axis; }

Work elementwise(LineFunction line, const View &out, const View *a, const View *b, double s = 0);
Work filled(const View &out, double value);
Work both(Work first, Work second);

}  // namespace ct
