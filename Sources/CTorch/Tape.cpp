// Recording: while a thread records, every operation that reaches the engine's kernels, forward and backward, passes here first.
#include "tape.h"
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <algorithm>
#include <torch/library.h>

namespace ct {
namespace {
// Lies between autograd and the kernels, so that operations arrive taken apart, and derivatives arrive, too. The engine means
// it for pretended tensors in C++, which nothing here uses.
constexpr auto key = c10::DispatchKey::Fake;


void record(const c10::OperatorHandle &operation, c10::DispatchKeySet keys, torch::jit::Stack *stack) {
  const auto next = keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, key);
  Tape *tape = recording();
  Unrecorded off;
  if (!tape || !tape->refusal.empty()) return operation.redispatchBoxed(next, stack);

  const auto &schema = operation.schema();
  const auto name = schema.name();
  for (auto tag : {at::Tag::nondeterministic_seeded, at::Tag::data_dependent_output, at::Tag::dynamic_output_shape})
    if (operation.hasTag(tag)) tape->refuse(name + " depends on values, or draws numbers of its own");
  Entry entry{operation};
  bool writes = false;
  const bool anew = entry.makesAnew();
  entry.fixed = true;
  const auto given = torch::jit::last(*stack, schema.arguments().size());
  for (size_t i = 0; i < given.size(); ++i) {
    Argument argument;
    const auto *alias = schema.arguments()[i].alias_info();
    argument.written = alias && alias->isWrite();
    writes |= argument.written;
    auto see = [&](const at::Tensor &x) {
      argument.tensors.push_back(tape->see(x, Region::constant));
      entry.fixed = entry.fixed && !argument.written && (anew || tape->isConstant(argument.tensors.back()));
      if (const int at = argument.tensors.back().region; argument.written && at >= 0) {
        auto &region = tape->regions[at];
        ++region.writes;
        if (region.kind == Region::parameters || region.kind == Region::input)
          tape->refuse(name + " writes into a parameter or a batch");
        if (region.kind == Region::constant) {
          const char *bytes = static_cast<const char *>(region.storage.data());
          region.snapshot.assign(bytes, bytes + region.bytes);
          region.kind = Region::initialised;
        }
      }
    };
    if (given[i].isTensor()) {
      argument.kind = Argument::view;
      see(given[i].toTensor());
    } else if (given[i].isTensorList()) {
      argument.kind = Argument::views;
      for (const at::Tensor &x : given[i].toTensorList()) see(x);
    } else if (given[i].isOptionalTensorList()) {
      argument.kind = Argument::views;
      for (const std::optional<at::Tensor> &x : given[i].toOptionalTensorVector()) see(x ? *x : at::Tensor());
      tape->refuse(name + " takes a list with gaps");
    } else {
      if (given[i].isList()) argument.value = given[i].deepcopy();
      else argument.value = given[i];
    }
    entry.arguments.push_back(std::move(argument));
  }

  const size_t before = tape->regions.size();
  operation.redispatchBoxed(next, stack);

  auto take = [&](const at::Tensor &x) {
    entry.outputs.push_back(tape->see(x, Region::temporary));
    if (entry.fixed) tape->keep(entry.outputs.back(), x);
  };
  for (const auto &result : torch::jit::last(*stack, schema.returns().size())) {
    if (result.isTensor()) take(result.toTensor());
    else if (result.isTensorList())
      for (const at::Tensor &x : result.toTensorList()) take(x);
    else tape->refuse(name + " gives a value, not a tensor");
  }
  // What made no memory and wrote to none is a view, and what only made memory left it unwritten.
  const bool made = tape->regions.size() > before;
  const bool bare = name.rfind("aten::empty", 0) == 0 || name.rfind("aten::new_empty", 0) == 0;
  if (writes || (made && !bare)) tape->entries.push_back(std::move(entry));
}
}  // namespace

Tape *&recording() {
  thread_local Tape *current = nullptr;
  return current;
}

Unrecorded::Unrecorded() : was(c10::impl::tls_is_dispatch_key_included(key)) {
  if (was) c10::impl::tls_set_dispatch_key_included(key, false);
}
Unrecorded::~Unrecorded() {
  if (was) c10::impl::tls_set_dispatch_key_included(key, true);
}

bool Entry::makesAnew() const {
  static const std::vector<std::string> factories{"aten::zeros", "aten::ones", "aten::full", "aten::new_zeros", "aten::new_ones",
                                                  "aten::new_full", "aten::scalar_tensor", "aten::arange", "aten::eye",
                                                  "aten::linspace"};
  const auto own = name();
  return std::any_of(factories.begin(), factories.end(), [&](const auto &f) { return own.rfind(f, 0) == 0; });
}

std::string Entry::name() const { return operation ? toString(operation->operator_name()) : "random numbers"; }

Tape::Tape(const std::vector<at::Tensor> &given, const at::Tensor &parameters) : inputs(given.size()) {
  auto add = [&](const at::Tensor &x, Region::Kind kind) {
    TORCH_CHECK(x.is_contiguous() && x.device().is_cpu(), "recording needs contiguous inputs on the CPU");
    auto *begin = static_cast<const char *>(x.data_ptr());
    regions.push_back(Region{kind, static_cast<int64_t>(x.nbytes()), x.storage()});
    externals.push_back({begin, begin + x.nbytes(), static_cast<int>(regions.size()) - 1});
  };
  add(parameters, Region::parameters);
  regions.push_back(Region{Region::gradients, static_cast<int64_t>(parameters.nbytes())});
  for (const auto &x : given) add(x, Region::input);
}

View Tape::see(const at::Tensor &x, Region::Kind unknown) {
  View view;
  if (!x.defined()) return view;
  if (!(x.layout() == at::kStrided && x.device().is_cpu() && !x.is_conj() && !x.is_neg() && x.has_storage())) {
    refuse("a tensor is not plain memory of the CPU");
    return view;
  }
  const auto *at = static_cast<const char *>(x.const_data_ptr());
  view.type = x.scalar_type();
  view.sizes = x.sizes().vec();
  view.strides = x.strides().vec();
  view.count = x.numel();
  view.contiguous = x.is_contiguous();
  view.wrapped = x.unsafeGetTensorImpl()->is_wrapped_number();
  for (const auto &external : externals)
    if (at >= external.begin && at < external.end) {
      view.region = external.region;
      view.offset = at - external.begin;
      return view;
    }
  auto *storage = x.storage().unsafeGetStorageImpl();
  auto found = known.find(storage);
  if (found == known.end()) {
    regions.push_back(Region{unknown, static_cast<int64_t>(x.storage().nbytes())});
    if (unknown == Region::constant) regions.back().storage = x.storage();
    regions.back().trace = x.storage().getWeakStorageImpl();
    found = known.emplace(storage, static_cast<int>(regions.size()) - 1).first;
  }
  view.region = found->second;
  view.offset = x.storage_offset() * static_cast<int64_t>(x.itemsize());
  return view;
}

void recordDraw(const at::Tensor &numbers, double keep) {
  Tape *tape = recording();
  if (!tape) return;
  Entry entry;
  entry.outputs.push_back(tape->see(numbers, Region::temporary));
  entry.keep = keep;
  entry.key = tape->keys++;
  tape->entries.push_back(std::move(entry));
}

}  // namespace ct

TORCH_LIBRARY_IMPL(_, Fake, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&ct::record>()); }
