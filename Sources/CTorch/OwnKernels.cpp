// Which of our kernels does the work of an operation of the engine.
#include "builders.h"
#include <ATen/Parallel.h>
#include <unordered_map>

namespace ct {
namespace {
const std::unordered_map<std::string, Builder> &builders() {
  static const auto table = [] {
    std::unordered_map<std::string, Builder> all;
    for (const auto &some : {arithmeticBuilders(), productBuilders(), layoutBuilders()}) all.insert(some.begin(), some.end());
    return all;
  }();
  return table;
}

// Whether it has enough to do for several threads, which the engine's kernels share and ours do not.
bool isLarge(const Entry &entry) {
  int64_t most = 0;
  for (const auto &argument : entry.arguments)
    for (const auto &view : argument.tensors) most = std::max(most, view.count);
  for (const auto &output : entry.outputs) most = std::max(most, output.count);
  return most >= int64_t{1} << 19;
}
}  // namespace

Work ownKernel(const Entry &entry) {
  if (!entry.operation) {
    const View out = entry.outputs[0];
    return [out, keep = entry.keep, key = entry.key](const Frame &frame) {
      draw(frame.at<float>(out), out.count, frame.keys[key], keep);
    };
  }
  if (isLarge(entry) && at::get_num_threads() > 1) return {};
  const auto found = builders().find(entry.name());
  return found == builders().end() ? Work() : found->second(entry);
}

}  // namespace ct
