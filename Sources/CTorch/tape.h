// What one run of a computation did, operation by operation, in terms of places that can be filled anew.
#pragma once
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <string>
#include <unordered_map>
#include <vector>

namespace ct {

// A piece of memory that tensors of a recording lie in.
struct Region {
  enum Kind {
    parameters,  // the row of the arena, another one at every run
    gradients,   // the row of gradients, likewise
    input,       // a tensor of the batch, likewise
    temporary,   // written during the run before it is read
    constant,    // made outside, or from constants alone; only read
    initialised  // made outside, but written during the run: starts from its `snapshot` every time
  };
  Kind kind;
  int64_t bytes = 0;
  c10::Storage storage{};  // keeps addresses apart while recording, and constants alive
  std::vector<char> snapshot{};
  int writes = 0;  // operations that write into it after it was made
};

// A strided window of a region; `region` is -1 for a tensor that is absent.
struct View {
  int region = -1;
  int64_t offset = 0, count = 0;  // bytes; elements
  std::vector<int64_t> sizes, strides;
  at::ScalarType type = at::kFloat;
  bool contiguous = true, wrapped = false;  // wrapped: a number of the program, which does not widen a tensor's type
  bool isFloat() const { return region >= 0 && type == at::kFloat; }
};

struct Argument {
  enum Kind { other, view, views } kind = other;
  c10::IValue value{};  // of kind `other`
  std::vector<View> tensors{};
  bool written = false;
  const View &tensor() const { return tensors[0]; }
};

struct Entry {
  std::optional<c10::OperatorHandle> operation;  // none: random numbers are drawn
  std::vector<Argument> arguments;
  std::vector<View> outputs;
  double keep = 0;  // a mask of dropout that keeps this share; 0: uniform numbers
  long key = -1;
  std::string name() const;
};

class Tape {
 public:
  Tape(const std::vector<at::Tensor> &inputs, const at::Tensor &parameters);
  View see(const at::Tensor &x, Region::Kind unknown);
  void refuse(const std::string &why) {
    if (refusal.empty()) refusal = why;
  }

  std::vector<Region> regions;
  std::vector<Entry> entries;
  std::string refusal;  // why the computation cannot be replayed; empty: it can
  long keys = 0;        // of random numbers drawn
  size_t inputs;

 private:
  struct Extent {
    const char *begin, *end;
    int region;
  };
  std::vector<Extent> externals;
  std::unordered_map<c10::StorageImpl *, int> known;
};

// The tape that this thread writes, if any.
Tape *&recording();
// While it lives, this thread's operations are not recorded.
struct Unrecorded {
  Unrecorded();
  ~Unrecorded();

 private:
  bool was;
};
// Notes that `numbers` were drawn (see `Entry::keep`).
void recordDraw(const at::Tensor &numbers, double keep);

}  // namespace ct
