// Recording and replaying, as the C ABI offers them.
#include "plan.h"
#include "rows.h"
#include "support.h"
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/autograd.h>

using namespace ct;

struct CTPlanOpaque {
  Plan plan;
};
struct CTTapeOpaque {
  Tape tape;
};

namespace {
void stopRecording() {
  recording() = nullptr;
  c10::impl::tls_set_dispatch_key_included(c10::DispatchKey::Fake, false);
}
}  // namespace

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
    stopRecording();
    for (long i = 0; i < n; ++i) gradients[i] = found[i].defined() ? own(found[i].contiguous()) : own(at::zeros_like(ref(leaves[i])));
    if (result.count != 1 || (result.type != at::kFloat && result.type != at::kDouble)) tape.refuse("the loss is not one number");
    if (!tape.refusal.empty()) return remember(tape.refusal.c_str());
    *out = new CTPlanOpaque{Plan(std::move(tape), result, views, starts, sizes)};
  });
  stopRecording();
  return status;
}

int ct_record_end_value(CTTape raw, CTTensor value, CTPlan *out) noexcept {
  std::unique_ptr<CTTapeOpaque> owner(raw);
  *out = nullptr;
  const int status = guarded([&] {
    Tape &tape = owner->tape;
    const View result = tape.see(ref(value), Region::constant);
    stopRecording();
    if (!result.isFloat()) tape.refuse("the value is not of single precision");
    if (!tape.refusal.empty()) return remember(tape.refusal.c_str());
    *out = new CTPlanOpaque{Plan(std::move(tape), View(), {result}, {0}, {result.count})};
  });
  stopRecording();
  return status;
}

namespace {
// Calls `body` with number, parameters and gradients of each model after its gradients were computed.
template <class Body>
void eachRow(Plan &plan, const CTTensor *inputs, long n, long rows, CTTensor parameters, CTTensor gradients,
             const uint64_t *keys, long count, double *losses, Body body) {
  TORCH_CHECK(static_cast<size_t>(n) == plan.inputs() && count == plan.keys() * rows, "a plan of ", plan.inputs(),
              " inputs and ", plan.keys(), " keys got ", n, " and ", count, " for ", rows, " models");
  for (CTTensor row : {parameters, gradients})
    TORCH_CHECK(ref(row).is_contiguous() && ref(row).scalar_type() == at::kFloat && ref(row).numel() % rows == 0,
                "rows of parameters and gradients are contiguous single precision");
  std::vector<char *> places;
  for (long i = 0; i < n; ++i) {
    const auto &x = ref(inputs[i]);
    const int64_t expected = plan.inputBytes()[i] * rows;
    TORCH_CHECK(x.is_contiguous() && static_cast<int64_t>(x.nbytes()) == expected, "input ", i, " has ", x.nbytes(),
                " bytes, the plan expects ", expected);
    places.push_back(static_cast<char *>(x.data_ptr()));
  }
  const int64_t width = ref(parameters).numel() / rows, written = ref(gradients).numel() / rows;
  TORCH_CHECK(written >= plan.written(), "a plan that writes ", plan.written(), " numbers got room for ", written);
  for (long row = 0; row < rows; ++row) {
    float *p = ref(parameters).data_ptr<float>() + row * width, *g = ref(gradients).data_ptr<float>() + row * written;
    losses[row] = plan.run(places, p, g, keys + row * plan.keys());
    for (long i = 0; i < n; ++i) places[i] += plan.inputBytes()[i];
    body(row, width, p, g);
  }
}
}  // namespace

int ct_plan_run(CTPlan plan, const CTTensor *inputs, long n, long rows, CTTensor parameters, CTTensor gradients,
                const uint64_t *keys, long count, double *losses) noexcept {
  return guarded([&] {
    eachRow(plan->plan, inputs, n, rows, parameters, gradients, keys, count, losses, [](long, int64_t, float *, float *) {});
  });
}

int ct_plan_train(CTPlan plan, const CTTensor *inputs, long n, long rows, CTTensor parameters, CTTensor gradients,
                  const uint64_t *keys, long count, CTTensor mean, CTTensor square, const double *rates, double limit, CTAdam adam,
                  double *losses, double *norms) noexcept {
  return guarded([&] {
    for (CTTensor moment : {mean, square})
      TORCH_CHECK(ref(moment).is_contiguous() && ref(moment).sizes() == ref(parameters).sizes() &&
                      ref(moment).scalar_type() == at::kFloat,
                  "moments of another shape than the parameters");
    const AdamStep step(adam);
    eachRow(plan->plan, inputs, n, rows, parameters, gradients, keys, count, losses, [&](long row, int64_t width, float *p, float *g) {
      norms[row] = norm(g, width);
      const double scale = limit > 0 ? std::min(1.0, limit / (norms[row] + 1e-6)) : 1.0;
      float *m = ref(mean).data_ptr<float>() + row * width, *v = ref(square).data_ptr<float>() + row * width;
      const int64_t split = adam.decaying;
      ct::adam(p, g, m, v, split, scale, rates[row], adam.decay, step);
      ct::adam(p + split, g + split, m + split, v + split, width - split, scale, rates[row], 0, step);
    });
  });
}
long ct_plan_keys(CTPlan plan) noexcept { return plan->plan.keys(); }
const char *ct_plan_description(CTPlan plan) noexcept {
  thread_local std::string text;
  text = plan->plan.description();
  return text.c_str();
}
void ct_plan_release(CTPlan plan) noexcept { delete plan; }
