// Which of our kernels does the work of an operation of the engine.
#include "builders.h"
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
}  // namespace

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
