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
  c10::Storage storage{};  // of constants, and of what may turn out to be one
  // While recording: that another storage does not come to lie at its address. Its memory may go.
  std::optional<c10::weak_intrusive_ptr<c10::StorageImpl>> trace{};
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
  bool fixed = false;  // takes nothing but constants
  double keep = 0;     // a mask of dropout that keeps this share; 0: uniform numbers
  long key = -1;
  std::string name() const;
  // Whether it looks at the shape of what it is given, if at anything.
  bool makesAnew() const;
};

class Tape {
 public:
  Tape(const std::vector<at::Tensor> &inputs, const at::Tensor &parameters);
  View see(const at::Tensor &x, Region::Kind unknown);
  bool isConstant(const View &view) const {
    if (view.region < 0) return true;
    // A temporary whose values were kept is made of constants.
    const auto &region = regions[view.region];
    return region.kind == Region::constant || (region.kind == Region::temporary && region.storage);
  }
  // Holds on to the values of a temporary.
  void keep(const View &view, const at::Tensor &x) {
    if (view.region >= 0 && regions[view.region].kind == Region::temporary) regions[view.region].storage = x.storage();
  }
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
