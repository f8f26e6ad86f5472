// A tape made ready to run again and again: memory laid out once, every operation a call with its arguments at hand.
#pragma once
#include "tape.h"
#include <functional>

namespace ct {

// What a run works with: where each region begins, the keys of its dropout masks, memory for packing.
struct Frame {
  char *const *bases;
  const uint64_t *keys;
  std::vector<float> *scratch;
  template <class T> T *at(const View &view) const { return reinterpret_cast<T *>(bases[view.region] + view.offset); }
};
using Work = std::function<void(const Frame &)>;

// The work of an operation by a kernel of ours; none where there is none for these arguments.
Work ownKernel(const Entry &entry);
// The work of a product whose sum over some axes is all that is wanted, without the product.
Work productSum(const Entry &product, const Entry &sum);

class Plan {
 public:
  // Takes the tape; `gradients` are those of the parameters that lie `offsets` bytes from the row's beginning. Of a
  // computation without derivatives there is no loss, and its value takes the place of the gradients.
  Plan(Tape &&tape, const View &loss, const std::vector<View> &gradients, const std::vector<int64_t> &offsets,
       const std::vector<int64_t> &sizes);
  double run(const std::vector<char *> &inputs, void *parameters, void *gradients, const uint64_t *keys);

  size_t inputs() const { return inputCount; }
  long keys() const { return keyCount; }
  // How many numbers a row of gradients has at least.
  int64_t written() const { return writtenCount; }
  const std::vector<int64_t> &inputBytes() const { return bytesOfInputs; }
  // One line for each operation that the engine still does.
  std::string description() const;

 private:
  void fold();
  void join();
  void layOut(const View &loss);

  std::vector<Region> regions;
  std::vector<Entry> entries;
  std::unordered_map<size_t, Entry> products;  // of which the entry takes the sum
  std::vector<Work> work;
  std::vector<std::string> foreign;
  std::vector<char *> bases;
  std::vector<int64_t> bytesOfInputs;
  at::Tensor memory;
  std::vector<float> scratch;
  View loss;
  size_t inputCount;
  int64_t writtenCount = 0;
  long keyCount;
};

}  // namespace ct
