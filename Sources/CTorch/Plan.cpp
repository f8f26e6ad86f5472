#include "plan.h"
#include "support.h"
#include <algorithm>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace ct {
namespace {
constexpr int64_t line = 64;

at::Tensor tensor(const Frame &frame, const View &view) {
  if (view.region < 0) return {};
  auto x = at::for_blob(frame.at<void>(view), view.sizes).strides(view.strides).options(at::TensorOptions(view.type)).make_tensor();
  if (view.wrapped) x.unsafeGetTensorImpl()->set_wrapped_number(true);
  return x;
}

// The engine's own kernel, on tensors made around the places; what it makes anew is copied to where it belongs.
void callEngine(const Entry &entry, const std::vector<bool> &copies, const Frame &frame) {
  torch::jit::Stack stack;
  for (const auto &argument : entry.arguments) {
    if (argument.kind == Argument::other) {
      stack.push_back(argument.value);
    } else if (argument.kind == Argument::view) {
      stack.emplace_back(tensor(frame, argument.tensor()));
    } else {
      std::vector<at::Tensor> list;
      for (const auto &view : argument.tensors) list.push_back(tensor(frame, view));
      stack.emplace_back(std::move(list));
    }
  }
  entry.operation->callBoxed(&stack);
  size_t next = 0;
  auto take = [&](const at::Tensor &x) {
    if (copies[next] && x.defined()) tensor(frame, entry.outputs[next]).copy_(x);
    ++next;
  };
  for (const auto &result : stack) {
    if (result.isTensor()) take(result.toTensor());
    else
      for (const at::Tensor &x : result.toTensorList()) take(x);
  }
}

template <class Visit> void eachView(const Entry &entry, Visit visit) {
  for (const auto &argument : entry.arguments)
    for (const auto &view : argument.tensors) visit(view, argument.written);
  for (const auto &view : entry.outputs) visit(view, true);
}
}  // namespace

Plan::Plan(Tape &&tape, const View &theLoss, const std::vector<View> &gradients, const std::vector<int64_t> &offsets,
           const std::vector<int64_t> &sizes)
    : regions(std::move(tape.regions)), entries(std::move(tape.entries)), loss(theLoss), inputCount(tape.inputs),
      keyCount(tape.keys) {
  for (size_t i = 0; i < inputCount; ++i) bytesOfInputs.push_back(regions[2 + i].bytes);
  fold();
  // A gradient that fills a temporary is written to its row from the start; others are copied there at the end.
  std::vector<int64_t> row(regions.size(), -1);
  for (size_t i = 0; i < gradients.size(); ++i) {
    const View &g = gradients[i];
    const auto bytes = sizes[i] * static_cast<int64_t>(sizeof(float));
    TORCH_CHECK(g.region < 0 || (g.isFloat() && g.count == sizes[i]), "a gradient is not of its parameter's size and type");
    if (g.region >= 0 && g.contiguous && g.offset == 0 && regions[g.region].kind == Region::temporary &&
        regions[g.region].bytes == bytes && row[g.region] < 0) {
      row[g.region] = offsets[i];
      continue;
    }
    Entry entry;
    View to = g;
    to.region = 1;
    to.offset = offsets[i];
    to.count = sizes[i];
    to.contiguous = true;
    if (g.region < 0) {
      entry.operation = c10::Dispatcher::singleton().findSchemaOrThrow("aten::zero_", "");
      to.sizes = {sizes[i]};
      to.strides = {1};
      entry.arguments.push_back(Argument{Argument::view, {}, {to}, true});
    } else {
      to.strides.assign(to.sizes.size(), 1);
      for (size_t d = to.sizes.size(); d-- > 1;) to.strides[d - 1] = to.strides[d] * to.sizes[d];
      entry.operation = c10::Dispatcher::singleton().findSchemaOrThrow("aten::copy_", "");
      entry.arguments = {Argument{Argument::view, {}, {to}, true}, Argument{Argument::view, {}, {g}, false},
                         Argument{Argument::other, c10::IValue(false), {}, false}};
    }
    entry.outputs.push_back(to);
    entries.push_back(std::move(entry));
  }
  auto move = [&](View &view) {
    if (view.region >= 0 && row[view.region] >= 0) {
      view.offset += row[view.region];
      view.region = 1;
    }
  };
  for (auto &entry : entries) {
    for (auto &argument : entry.arguments)
      for (auto &view : argument.tensors) move(view);
    for (auto &view : entry.outputs) move(view);
  }
  layOut(loss);
  for (const auto &entry : entries) {
    if (Work own = ownKernel(entry)) {
      work.push_back(std::move(own));
      continue;
    }
    foreign.push_back(entry.name());
    std::vector<bool> copies;
    for (const auto &output : entry.outputs) {
      bool isArgument = false;
      for (const auto &argument : entry.arguments)
        for (const auto &view : argument.tensors) isArgument |= argument.written && view.region == output.region;
      copies.push_back(!isArgument);
    }
    work.push_back([&entry, copies](const Frame &frame) { callEngine(entry, copies, frame); });
  }
}

// What is made from constants alone is made once: it was, while recording.
void Plan::fold() {
  auto isConstant = [&](const View &view) { return view.region < 0 || regions[view.region].kind == Region::constant; };
  static const std::vector<std::string> factories{"aten::zeros", "aten::ones", "aten::full", "aten::new_zeros", "aten::new_ones",
                                                  "aten::new_full", "aten::scalar_tensor", "aten::arange", "aten::eye",
                                                  "aten::linspace"};
  std::vector<Entry> left;
  for (auto &entry : entries) {
    // zeros_like and its kind look at their argument's shape alone.
    bool fixed = entry.operation.has_value();
    const auto name = entry.operation ? entry.operation->schema().name() : "";
    const bool factory = std::any_of(factories.begin(), factories.end(), [&](const auto &f) { return name.rfind(f, 0) == 0; });
    for (const auto &argument : entry.arguments)
      for (const auto &view : argument.tensors) fixed = fixed && !argument.written && (factory || isConstant(view));
    for (const auto &output : entry.outputs)
      fixed = fixed && (output.region < 0 ||
                        (regions[output.region].kind == Region::temporary && regions[output.region].writes == 0));
    if (!fixed) {
      left.push_back(std::move(entry));
      continue;
    }
    for (const auto &output : entry.outputs)
      if (output.region >= 0) regions[output.region].kind = Region::constant;
  }
  entries = std::move(left);
}

// Gives every temporary a place that no other one uses while it is needed.
void Plan::layOut(const View &result) {
  struct Life {
    int region;
    int64_t bytes, first, last, offset;
  };
  std::vector<Life> lives(regions.size());
  for (size_t i = 0; i < regions.size(); ++i) lives[i] = {static_cast<int>(i), 0, -1, -1, 0};
  auto touch = [&](int region, int64_t now) {
    auto &life = lives[region];
    if (life.first < 0) life.first = now;
    life.last = now;
  };
  for (size_t now = 0; now < entries.size(); ++now)
    eachView(entries[now], [&](const View &view, bool) {
      if (view.region >= 0) touch(view.region, static_cast<int64_t>(now));
    });
  if (result.region >= 0) touch(result.region, static_cast<int64_t>(entries.size()));
  std::vector<Life *> waiting;
  for (auto &life : lives) {
    auto &region = regions[life.region];
    if (region.kind == Region::initialised && life.first >= 0) life.first = 0;  // filled before the first operation
    if ((region.kind == Region::temporary || region.kind == Region::initialised) && life.first >= 0) {
      life.bytes = (region.bytes + line - 1) / line * line;
      waiting.push_back(&life);
    }
  }
  // Largest first, each as low as it fits among those that live at the same time.
  std::sort(waiting.begin(), waiting.end(), [](auto *a, auto *b) { return a->bytes > b->bytes || (a->bytes == b->bytes && a->first < b->first); });
  std::vector<Life *> placed;
  int64_t total = 0;
  for (Life *life : waiting) {
    int64_t at = 0;
    for (Life *other : placed)  // sorted by offset
      if (other->first <= life->last && life->first <= other->last && other->offset < at + life->bytes &&
          at < other->offset + other->bytes)
        at = other->offset + other->bytes;
    life->offset = at;
    total = std::max(total, at + life->bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), life, [](auto *a, auto *b) { return a->offset < b->offset; }), life);
  }
  memory.reset(new char[total + line]);
  char *start = memory.get() + (line - reinterpret_cast<uintptr_t>(memory.get()) % line) % line;
  bases.assign(regions.size(), nullptr);
  for (const auto &life : lives) {
    auto &region = regions[life.region];
    if (region.kind == Region::constant) bases[life.region] = static_cast<char *>(region.storage.mutable_data());
    else region.storage = {};
    if (life.bytes > 0) bases[life.region] = start + life.offset;
  }
}

double Plan::run(const std::vector<char *> &inputs, void *parameters, void *gradients, const uint64_t *keys) {
  at::NoGradGuard off;
  Unrecorded quiet;
  bases[0] = static_cast<char *>(parameters);
  bases[1] = static_cast<char *>(gradients);
  for (size_t i = 0; i < inputs.size(); ++i) bases[2 + i] = inputs[i];
  for (size_t i = 0; i < regions.size(); ++i)
    if (regions[i].kind == Region::initialised && bases[i]) std::memcpy(bases[i], regions[i].snapshot.data(), regions[i].bytes);
  const Frame frame{bases.data(), keys, &scratch};
  for (const auto &step : work) step(frame);
  return loss.type == at::kFloat ? *frame.at<float>(loss) : *frame.at<double>(loss);
}

std::string Plan::description() const {
  std::string text = std::to_string(work.size()) + " operations, " + std::to_string(foreign.size()) + " by the engine";
  for (const auto &name : foreign) text += "\n" + name;
  return text;
}

}  // namespace ct

using namespace ct;

// MARK: - C ABI

struct CTPlanOpaque {
  Plan plan;
};
struct CTTapeOpaque {
  Tape tape;
};

int ct_record_begin(const CTTensor *inputs, long n, CTTensor parameters, CTTape *out) noexcept {
  return guarded([&] {
    TORCH_CHECK(!recording(), "this thread records already");
    auto *tape = new CTTapeOpaque{Tape(tensors(inputs, n), ref(parameters).detach())};
    recording() = &tape->tape;
    c10::impl::tls_set_dispatch_key_included(c10::DispatchKey::Fake, true);
    *out = tape;
  });
}

int ct_record_end(CTTape raw, CTTensor loss, const CTTensor *leaves, const long *offsets, long n, CTTensor *gradients,
                  CTPlan *out) noexcept {
  std::unique_ptr<CTTapeOpaque> owner(raw);
  *out = nullptr;
  const int status = guarded([&] {
    Tape &tape = owner->tape;
    std::vector<View> views;
    std::vector<int64_t> starts, sizes;
    auto found = torch::autograd::grad({ref(loss)}, tensors(leaves, n), {}, false, false, true);
    for (long i = 0; i < n; ++i) {
      views.push_back(tape.see(found[i], Region::constant));
      starts.push_back(offsets[i] * static_cast<int64_t>(sizeof(float)));
      sizes.push_back(ref(leaves[i]).numel());
    }
    const View result = tape.see(ref(loss), Region::constant);
    recording() = nullptr;
    c10::impl::tls_set_dispatch_key_included(c10::DispatchKey::Fake, false);
    for (long i = 0; i < n; ++i) gradients[i] = found[i].defined() ? own(found[i].contiguous()) : own(at::zeros_like(ref(leaves[i])));
    if (result.count != 1 || (result.type != at::kFloat && result.type != at::kDouble)) tape.refuse("the loss is not one number");
    if (!tape.refusal.empty()) return remember(tape.refusal.c_str());
    *out = new CTPlanOpaque{Plan(std::move(tape), result, views, starts, sizes)};
  });
  recording() = nullptr;
  c10::impl::tls_set_dispatch_key_included(c10::DispatchKey::Fake, false);
  return status;
}

int ct_plan_run(CTPlan plan, const CTTensor *inputs, long n, long rows, CTTensor parameters, CTTensor gradients,
                const uint64_t *keys, long count, double *losses) noexcept {
  return guarded([&] {
    Plan &p = plan->plan;
    TORCH_CHECK(static_cast<size_t>(n) == p.inputs() && count == p.keys() * rows, "a plan of ", p.inputs(), " inputs and ", p.keys(),
                " keys got ", n, " and ", count, " for ", rows, " models");
    for (CTTensor row : {parameters, gradients})
      TORCH_CHECK(ref(row).is_contiguous() && ref(row).scalar_type() == at::kFloat && ref(row).numel() % rows == 0,
                  "rows of parameters and gradients are contiguous single precision");
    std::vector<char *> places;
    for (long i = 0; i < n; ++i) {
      const auto &x = ref(inputs[i]);
      const int64_t expected = p.inputBytes()[i] * rows;
      TORCH_CHECK(x.is_contiguous() && static_cast<int64_t>(x.nbytes()) == expected, "input ", i, " has ", x.nbytes(),
                  " bytes, the plan expects ", expected);
      places.push_back(static_cast<char *>(x.data_ptr()));
    }
    const int64_t width = ref(parameters).numel() / rows;
    for (long row = 0; row < rows; ++row) {
      losses[row] = p.run(places, ref(parameters).data_ptr<float>() + row * width,
                          ref(gradients).data_ptr<float>() + row * width, keys + row * p.keys());
      for (long i = 0; i < n; ++i) places[i] += p.inputBytes()[i];
    }
  });
}
long ct_plan_keys(CTPlan plan) noexcept { return plan->plan.keys(); }
const char *ct_plan_description(CTPlan plan) noexcept {
  thread_local std::string text;
  text = plan->plan.description();
  return text.c_str();
}
void ct_plan_release(CTPlan plan) noexcept { delete plan; }
