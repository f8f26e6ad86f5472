#include "plan.h"
#include <algorithm>
#include <ATen/core/grad_mode.h>
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
    writtenCount = std::max(writtenCount, (offsets[i] + bytes) / static_cast<int64_t>(sizeof(float)));
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
  join();
  layOut(loss);
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry &entry = entries[i];
    if (products.count(i)) {
      work.push_back(productSum(products.at(i), entry));
      continue;
    }
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

// What is made from constants alone is made once: it was, while recording. Unless it is written to afterwards.
void Plan::fold() {
  std::vector<Entry> left;
  for (auto &entry : entries) {
    bool fixed = entry.fixed;
    for (const auto &argument : entry.arguments)
      for (const auto &view : argument.tensors)
        fixed = fixed && (view.region < 0 || entry.makesAnew() || regions[view.region].kind == Region::constant);
    for (const auto &output : entry.outputs)
      fixed = fixed && (output.region < 0 || (regions[output.region].storage && regions[output.region].writes == 0));
    if (!fixed) {
      left.push_back(std::move(entry));
      continue;
    }
    for (const auto &output : entry.outputs)
      if (output.region >= 0) regions[output.region].kind = Region::constant;
  }
  entries = std::move(left);
}

// Products that are only summed, as in the gradient of anything that was broadcast, are never written down.
void Plan::join() {
  std::vector<int> uses(regions.size(), 0);
  auto writes = [](const Entry &entry, int region) {
    return std::any_of(entry.arguments.begin(), entry.arguments.end(), [&](const Argument &argument) {
      return argument.written && argument.kind == Argument::view && argument.tensor().region == region;
    });
  };
  for (const auto &entry : entries)
    eachView(entry, [&](const View &view, bool) {
      if (view.region >= 0) ++uses[view.region];
    });
  if (loss.region >= 0) ++uses[loss.region];
  // The sum that takes the product at `i`, unless what the product is made of changes before.
  auto sumOf = [&](size_t i) -> size_t {
    const int made = entries[i].outputs[0].region;
    if (uses[made] != 2 || regions[made].kind != Region::temporary) return 0;
    for (size_t j = i + 1; j < entries.size(); ++j) {
      const bool isSum = entries[j].name() == "aten::sum.dim_IntList";
      if (isSum && entries[j].arguments[0].tensor().region == made) return productSum(entries[i], entries[j]) ? j : 0;
      for (const auto &factor : entries[i].arguments)
        if (factor.kind == Argument::view && writes(entries[j], factor.tensor().region)) return 0;
    }
    return 0;
  };
  std::vector<std::optional<Entry>> taken(entries.size());
  std::vector<bool> gone(entries.size(), false);
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i].name() == "aten::mul.Tensor")
      if (const size_t j = sumOf(i)) {
        taken[j] = std::move(entries[i]);
        gone[i] = true;
      }
  std::vector<Entry> left;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (gone[i]) continue;
    if (taken[i]) products.emplace(left.size(), std::move(*taken[i]));
    left.push_back(std::move(entries[i]));
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
    if (life.first < 0 || now < life.first) life.first = now;
    life.last = std::max(life.last, now);
  };
  for (size_t now = 0; now < entries.size(); ++now)
    eachView(entries[now], [&](const View &view, bool) {
      if (view.region >= 0) touch(view.region, static_cast<int64_t>(now));
    });
  for (const auto &[now, product] : products)
    eachView(product, [&](const View &view, bool) {
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
  // From the engine, which counts it and begins it at a line.
  memory = at::empty({total}, at::kByte);
  auto *start = static_cast<char *>(memory.data_ptr());
  bases.assign(regions.size(), nullptr);
  for (const auto &life : lives) {
    auto &region = regions[life.region];
    if (region.kind == Region::constant) bases[life.region] = static_cast<char *>(region.storage.mutable_data());
    else region.storage = {};
    region.trace.reset();
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
  if (loss.region < 0) return 0;
  return loss.type == at::kFloat ? *frame.at<float>(loss) : *frame.at<double>(loss);
}

std::string Plan::description() const {
  std::string text = std::to_string(work.size()) + " operations, " + std::to_string(foreign.size()) + " by the engine";
  for (const auto &name : foreign) text += "\n" + name;
  return text;
}

}  // namespace ct
