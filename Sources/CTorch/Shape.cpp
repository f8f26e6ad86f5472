// Shape, views, indexing, gathering.
#include "support.h"

using namespace ct;

int ct_reshape(CTTensor x, const long *shape, long n, CTTensor *out) noexcept { RESULT(at::reshape(ref(x), list(shape, n))); }
int ct_view(CTTensor x, const long *shape, long n, CTTensor *out) noexcept { RESULT(ref(x).view(list(shape, n))); }
int ct_expand(CTTensor x, const long *shape, long n, CTTensor *out) noexcept { RESULT(ref(x).expand(list(shape, n))); }
int ct_transpose(CTTensor x, long a, long b, CTTensor *out) noexcept { RESULT(at::transpose(ref(x), a, b)); }
int ct_permute(CTTensor x, const long *axes, long n, CTTensor *out) noexcept { RESULT(at::permute(ref(x), list(axes, n))); }
int ct_flatten(CTTensor x, long from, long to, CTTensor *out) noexcept { RESULT(at::flatten(ref(x), from, to)); }
int ct_narrow(CTTensor x, long axis, long start, long length, CTTensor *out) noexcept {
  RESULT(at::narrow(ref(x), axis, start, length));
}
int ct_slice(CTTensor x, long axis, long start, long end, long step, CTTensor *out) noexcept {
  RESULT(at::slice(ref(x), axis, start, end, step));
}
int ct_select(CTTensor x, long axis, long index, CTTensor *out) noexcept { RESULT(at::select(ref(x), axis, index)); }
int ct_split(CTTensor x, const long *sizes, long n, long axis, CTTensor *outs) noexcept {
  return guarded([&] {
    auto parts = at::split_with_sizes(ref(x), list(sizes, n), axis);
    for (size_t i = 0; i < parts.size(); ++i) outs[i] = own(std::move(parts[i]));
  });
}
int ct_unbind(CTTensor x, long axis, CTTensor *outs) noexcept {
  return guarded([&] {
    auto parts = at::unbind(ref(x), axis);
    for (size_t i = 0; i < parts.size(); ++i) outs[i] = own(std::move(parts[i]));
  });
}
int ct_flip(CTTensor x, const long *axes, long n, CTTensor *out) noexcept { RESULT(at::flip(ref(x), list(axes, n))); }
int ct_roll(CTTensor x, long shift, long axis, CTTensor *out) noexcept { RESULT(at::roll(ref(x), shift, axis)); }
int ct_repeat(CTTensor x, const long *counts, long n, CTTensor *out) noexcept { RESULT(ref(x).repeat(list(counts, n))); }
int ct_repeat_interleave(CTTensor x, long count, long axis, CTTensor *out) noexcept {
  RESULT(at::repeat_interleave(ref(x), count, axis));
}
int ct_unfold(CTTensor x, long axis, long size, long step, CTTensor *out) noexcept {
  RESULT(ref(x).unfold(axis, size, step));
}
int ct_pad(CTTensor x, const long *pads, long n, const char *mode, double value, CTTensor *out) noexcept {
  RESULT(at::pad(ref(x), list(pads, n), mode, std::string_view(mode) == "constant" ? std::optional<double>(value) : std::nullopt));
}
int ct_contiguous(CTTensor x, CTTensor *out) noexcept { RESULT(ref(x).contiguous()); }
int ct_to_dtype(CTTensor x, int dtype, CTTensor *out) noexcept { RESULT(ref(x).to(type(dtype))); }
int ct_to_device(CTTensor x, int kind, int index, CTTensor *out) noexcept {
  RESULT(ref(x).to(device(kind, kind == 0 ? -1 : index)));
}
int ct_cat(const CTTensor *xs, long n, long axis, CTTensor *out) noexcept { RESULT(at::cat(tensors(xs, n), axis)); }
int ct_stack(const CTTensor *xs, long n, long axis, CTTensor *out) noexcept { RESULT(at::stack(tensors(xs, n), axis)); }
int ct_diagonal(CTTensor x, long offset, long a, long b, CTTensor *out) noexcept {
  RESULT(at::diagonal(ref(x), offset, a, b));
}
int ct_diag_embed(CTTensor x, CTTensor *out) noexcept { RESULT(at::diag_embed(ref(x))); }
int ct_triu(CTTensor x, long diagonal, CTTensor *out) noexcept { RESULT(at::triu(ref(x), diagonal)); }
int ct_tril(CTTensor x, long diagonal, CTTensor *out) noexcept { RESULT(at::tril(ref(x), diagonal)); }

int ct_index_select(CTTensor x, long axis, CTTensor indices, CTTensor *out) noexcept {
  RESULT(at::index_select(ref(x), axis, ref(indices)));
}
int ct_gather(CTTensor x, long axis, CTTensor indices, CTTensor *out) noexcept {
  RESULT(at::gather(ref(x), axis, ref(indices)));
}
int ct_scatter(CTTensor x, long axis, CTTensor indices, CTTensor source, CTTensor *out) noexcept {
  RESULT(at::scatter(ref(x), axis, ref(indices), ref(source)));
}
int ct_scatter_add(CTTensor x, long axis, CTTensor indices, CTTensor source, CTTensor *out) noexcept {
  RESULT(at::scatter_add(ref(x), axis, ref(indices), ref(source)));
}
int ct_index_add(CTTensor x, long axis, CTTensor indices, CTTensor source, CTTensor *out) noexcept {
  RESULT(at::index_add(ref(x), axis, ref(indices), ref(source)));
}
int ct_index_put(CTTensor x, CTTensor rows, CTTensor values, CTTensor *out) noexcept {
  RESULT(at::index_put(ref(x), {std::optional<at::Tensor>(ref(rows))}, ref(values)));
}
int ct_one_hot(CTTensor x, long classes, CTTensor *out) noexcept { RESULT(at::one_hot(ref(x), classes)); }
int ct_bucketize(CTTensor x, CTTensor boundaries, bool right, CTTensor *out) noexcept {
  RESULT(at::bucketize(ref(x), ref(boundaries), false, right));
}
