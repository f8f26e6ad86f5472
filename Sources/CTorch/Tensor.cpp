// Engine, handles, properties, creation, random numbers.
#include "support.h"
#include "tape.h"
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/DynamicLibrary.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/Allocator.h>
#include <c10/util/Logging.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <cstdlib>
#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <torch/headeronly/version.h>
#include <sys/mman.h>

using namespace ct;

namespace {
thread_local std::string lastError;

// Counts the bytes of CPU tensors alive that this thread allocated, through the profiler's hook.
struct MemoryTracker final : c10::MemoryReportingInfoBase {
  int64_t current = 0, peak = 0;
  void reportMemoryUsage(void *, int64_t size, size_t, size_t, c10::Device) override {
    current += size;
    if (current > peak) peak = current;
  }
  bool memoryProfilingEnabled() const override { return true; }
};
struct Tracking {
  std::shared_ptr<MemoryTracker> tracker = std::make_shared<MemoryTracker>();
  c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, tracker};
};
}  // namespace

namespace ct {
void remember(const char *message) noexcept {
  try {
    lastError = message;
  } catch (...) {
  }
}
}  // namespace ct

const char *ct_version(void) noexcept { return TORCH_VERSION; }
const char *ct_last_error(void) noexcept { return lastError.c_str(); }
void ct_set_threads(int count) noexcept { at::set_num_threads(count); }
int ct_threads(void) noexcept { return at::get_num_threads(); }
const char *ct_build_description(void) noexcept {
  static const std::string text = [] {
    try {
      return at::show_config();
    } catch (...) {
      return std::string("unknown build");
    }
  }();
  return text.c_str();
}
int ct_load_cuda(const char *path) noexcept {
  return guarded([&] {
    if (!dlopen(path, RTLD_NOW | RTLD_GLOBAL)) throw std::runtime_error(dlerror());
  });
}
int ct_cuda_device_count(void) noexcept {
  try {
    return at::detail::getCUDAHooks().deviceCount();
  } catch (...) {
    return 0;
  }
}

void ct_keep_freed_memory(void) noexcept {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

void *ct_memory_begin(void) noexcept {
  // The allocator warns when memory from before the count is freed; that is as it should be.
  static const bool told = [] {
    if (!std::getenv("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = c10::GLOG_ERROR;
    return true;
  }();
  (void)told;
  return new Tracking;
}
long ct_memory_peak(void *tracker) noexcept { return static_cast<Tracking *>(tracker)->tracker->peak; }
void ct_memory_end(void *tracker) noexcept { delete static_cast<Tracking *>(tracker); }

void ct_release(CTTensor x) noexcept {
  if (x) c10::raw::intrusive_ptr::decref(reinterpret_cast<c10::TensorImpl *>(x));
}
long ct_rank(CTTensor x) noexcept { return ref(x).dim(); }
void ct_shape(CTTensor x, long *out) noexcept {
  auto sizes = ref(x).sizes();
  std::copy(sizes.begin(), sizes.end(), out);
}
long ct_count(CTTensor x) noexcept { return ref(x).numel(); }
int ct_dtype(CTTensor x) noexcept { return static_cast<int>(ref(x).scalar_type()); }
int ct_device_type(CTTensor x) noexcept { return static_cast<int>(ref(x).device().type()); }
int ct_device_index(CTTensor x) noexcept { return ref(x).device().index(); }
bool ct_is_contiguous(CTTensor x) noexcept { return ref(x).is_contiguous(); }
int ct_data(CTTensor x, void **out) noexcept {
  return guarded([&] {
    if (Tape *tape = recording()) tape->refuse("values are read");
    *out = ref(x).data_ptr();
  });
}
int ct_item(CTTensor x, double *out) noexcept { return guarded([&] { *out = ref(x).item().toDouble(); }); }

int ct_from_bytes(const void *bytes, const long *shape, long n, int dtype, CTTensor *out) noexcept {
  RESULT(([&] {
    Unrecorded constant;
    auto x = at::empty(list(shape, n), options(dtype));
    if (x.nbytes() > 0) std::memcpy(x.data_ptr(), bytes, x.nbytes());
    return x;
  }()));
}
int ct_full(const long *shape, long n, double value, int dtype, int kind, int index, CTTensor *out) noexcept {
  RESULT(value == 0 ? at::zeros(list(shape, n), options(dtype, kind, index))
                    : at::full(list(shape, n), value, options(dtype, kind, index)));
}
int ct_zeros_in_large_pages(const long *shape, long n, int dtype, CTTensor *out) noexcept {
  RESULT(([&] {
    Unrecorded constant;
#ifdef MADV_HUGEPAGE
    constexpr size_t page = size_t{2} << 20;
    const int64_t count = c10::multiply_integers(list(shape, n));
    const size_t bytes = static_cast<size_t>(count) * c10::elementSize(type(dtype)), length = (bytes + page - 1) / page * page + page;
    void *start = bytes >= page ? mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : MAP_FAILED;
    if (start != MAP_FAILED) {
      auto *aligned = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(start) + page - 1) / page * page);
      madvise(aligned, length - page, MADV_HUGEPAGE);
      return at::from_blob(aligned, list(shape, n), [start, length](void *) { munmap(start, length); }, options(dtype));
    }
#endif
    return at::zeros(list(shape, n), options(dtype));
  }()));
}
int ct_empty(const long *shape, long n, int dtype, int kind, int index, CTTensor *out) noexcept {
  RESULT(at::empty(list(shape, n), options(dtype, kind, index)));
}
int ct_arange(double start, double end, double step, int dtype, CTTensor *out) noexcept {
  RESULT(at::arange(start, end, step, options(dtype)));
}
int ct_linspace(double start, double end, long steps, int dtype, CTTensor *out) noexcept {
  RESULT(at::linspace(start, end, steps, options(dtype)));
}
int ct_eye(long n, int dtype, CTTensor *out) noexcept { RESULT(at::eye(n, options(dtype))); }
int ct_hann_window(long n, bool periodic, int dtype, CTTensor *out) noexcept {
  RESULT(at::hann_window(n, periodic, options(dtype)));
}

int ct_generator_new(uint64_t seed, CTGenerator *out) noexcept {
  return guarded([&] {
    *out = reinterpret_cast<CTGenerator>(new at::Generator(at::detail::createCPUGenerator(seed)));
  });
}
void ct_generator_release(CTGenerator g) noexcept { delete reinterpret_cast<at::Generator *>(g); }
int ct_generator_state(CTGenerator g, CTTensor *out) noexcept { RESULT(generator(g).get_state()); }
int ct_generator_set_state(CTGenerator g, CTTensor state) noexcept {
  return guarded([&] {
    auto target = generator(g);
    target.set_state(ref(state));
  });
}
int ct_randn(const long *shape, long n, int dtype, CTGenerator g, CTTensor *out) noexcept {
  RESULT(at::randn(list(shape, n), generator(g), options(dtype)));
}
int ct_rand(const long *shape, long n, int dtype, CTGenerator g, CTTensor *out) noexcept {
  RESULT(at::rand(list(shape, n), generator(g), options(dtype)));
}
int ct_randint(long low, long high, const long *shape, long n, CTGenerator g, CTTensor *out) noexcept {
  RESULT(at::randint(low, high, list(shape, n), generator(g), options(static_cast<int>(at::kLong))));
}
int ct_randperm(long count, CTGenerator g, CTTensor *out) noexcept {
  RESULT(at::randperm(count, generator(g), options(static_cast<int>(at::kLong))));
}
int ct_bernoulli(const long *shape, long n, double p, int dtype, CTGenerator g, CTTensor *out) noexcept {
  RESULT(at::empty(list(shape, n), options(dtype)).bernoulli_(p, generator(g)));
}
int ct_multinomial(CTTensor weights, long count, bool replacement, CTGenerator g, CTTensor *out) noexcept {
  RESULT(at::multinomial(ref(weights), count, replacement, generator(g)));
}
int ct_dropout(CTTensor x, double p, CTGenerator g, CTTensor *out) noexcept {
  RESULT(ref(x) * at::empty_like(ref(x), at::MemoryFormat::Contiguous).detach().bernoulli_(1 - p, generator(g)).div_(1 - p));
}
