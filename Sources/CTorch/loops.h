// Lines of kernels over windows of any shape and strides.
#pragma once
#include "kernels.h"
#include "plan.h"

namespace ct {

// What is done to every element of `out`, from the elements of `a` and `b` that broadcasting pairs with it; axes that lie
// behind each other in all three are walked as one.
class Loop {
 public:
  Loop(LineFunction line, const View &out, const View &a, const View &b, float s);
  void operator()(const Frame &frame) const;

 private:
  LineFunction line;
  View out, a, b;
  float s;
  struct Axis {
    int64_t size, out, a, b;
  };
  std::vector<Axis> axes;  // outermost first; the last one is the line, the one before it counts lines
  bool isEmpty = false;
  void walk(size_t depth, float *to, const float *x, const float *y) const;
};

// `view` with axes of size 1, or strides of 0, added so that it has `sizes`; nothing where it does not broadcast so.
std::optional<View> broadcast(const View &view, const std::vector<int64_t> &sizes);
View narrowed(const View &view, int64_t axis, int64_t start, int64_t length);

}  // namespace ct
