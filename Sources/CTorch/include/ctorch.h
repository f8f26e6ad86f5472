// C ABI over libtorch. Every call that can fail returns 0 on success and 1 on failure (then ct_last_error() holds the
// engine's message for this thread); results go to out-parameters, and every returned handle is owned by the caller.
// A CTTensor is a borrowed c10::TensorImpl*; NULL stands for "absent" where a parameter is marked optional.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CT_NOEXCEPT noexcept
extern "C" {
#else
#define CT_NOEXCEPT
#endif

typedef struct CTTensorOpaque *CTTensor;
typedef struct CTGeneratorOpaque *CTGenerator;
typedef struct CTTapeOpaque *CTTape;
typedef struct CTPlanOpaque *CTPlan;

// A step of Adam, counted from 1; weight decay acts on the first `decaying` numbers of a row.
typedef struct CTAdam {
  double beta1, beta2, epsilon, decay;
  long step, decaying;
  bool decoupled;
} CTAdam;

#define CT_UNARY_OPERATIONS(X) \
  X(neg) X(exp) X(expm1) X(log) X(log1p) X(log2) X(sqrt) X(rsqrt) X(square) X(abs) X(sign) X(sin) X(cos) X(tan) \
  X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(sigmoid) X(relu) X(silu) X(softplus) X(log_sigmoid) X(erf) \
  X(erfinv) X(lgamma) X(digamma) X(floor) X(ceil) X(round) X(reciprocal) X(isfinite) X(isnan) X(logical_not) \
  X(detach) X(clone) X(sum) X(mean) X(max) X(min) X(prod) X(all) X(any) X(median) X(nonzero) X(trace) X(inverse) \
  X(logdet) X(det) X(linalg_cholesky) X(linalg_pinv) X(linalg_eigvalsh) X(linalg_svdvals) X(argsort) X(real) X(imag) X(conj_physical)

#define CT_BINARY_OPERATIONS(X) \
  X(add) X(sub) X(mul) X(div) X(pow) X(remainder) X(maximum) X(minimum) X(atan2) X(eq) X(ne) X(lt) X(le) X(gt) X(ge) \
  X(logical_and) X(logical_or) X(matmul) X(bmm) X(outer) X(kron) X(linalg_solve) X(logaddexp)

#define CT_SCALAR_OPERATIONS(X) X(add) X(sub) X(rsub) X(mul) X(div) X(pow) X(remainder) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)

#define CT_AXIS_OPERATIONS(X) X(cumsum) X(cumprod) X(softmax) X(log_softmax) X(unsqueeze) X(squeeze) X(logcumsumexp)

#define CT_REDUCTIONS(X) X(sum) X(mean) X(logsumexp) X(amax) X(amin)

#define CT_DECLARE_UNARY(name) int ct_##name(CTTensor x, CTTensor *out) CT_NOEXCEPT;
#define CT_DECLARE_BINARY(name) int ct_##name(CTTensor a, CTTensor b, CTTensor *out) CT_NOEXCEPT;
#define CT_DECLARE_SCALAR(name) int ct_##name##_scalar(CTTensor x, double s, CTTensor *out) CT_NOEXCEPT;
#define CT_DECLARE_AXIS(name) int ct_##name(CTTensor x, long axis, CTTensor *out) CT_NOEXCEPT;
#define CT_DECLARE_REDUCTION(name) \
  int ct_##name##_axes(CTTensor x, const long *axes, long n, bool keep, CTTensor *out) CT_NOEXCEPT;
CT_UNARY_OPERATIONS(CT_DECLARE_UNARY)
CT_BINARY_OPERATIONS(CT_DECLARE_BINARY)
CT_SCALAR_OPERATIONS(CT_DECLARE_SCALAR)
CT_AXIS_OPERATIONS(CT_DECLARE_AXIS)
CT_REDUCTIONS(CT_DECLARE_REDUCTION)

// Engine
const char *ct_version(void) CT_NOEXCEPT;
const char *ct_last_error(void) CT_NOEXCEPT;
void ct_set_threads(int count) CT_NOEXCEPT;
int ct_threads(void) CT_NOEXCEPT;
const char *ct_build_description(void) CT_NOEXCEPT;
int ct_load_cuda(const char *path) CT_NOEXCEPT;
int ct_cuda_device_count(void) CT_NOEXCEPT;

// Keeps what is freed for the next allocation instead of handing it back to the system.
void ct_keep_freed_memory(void) CT_NOEXCEPT;

// Memory of tensors allocated by this thread between begin and end; nested use is not supported.
void *ct_memory_begin(void) CT_NOEXCEPT;
long ct_memory_peak(void *tracker) CT_NOEXCEPT;
void ct_memory_end(void *tracker) CT_NOEXCEPT;

// Handles and properties
void ct_release(CTTensor x) CT_NOEXCEPT;
long ct_rank(CTTensor x) CT_NOEXCEPT;
void ct_shape(CTTensor x, long *out) CT_NOEXCEPT;
long ct_count(CTTensor x) CT_NOEXCEPT;
int ct_dtype(CTTensor x) CT_NOEXCEPT;
int ct_device_type(CTTensor x) CT_NOEXCEPT;
int ct_device_index(CTTensor x) CT_NOEXCEPT;
bool ct_is_contiguous(CTTensor x) CT_NOEXCEPT;
int ct_data(CTTensor x, void **out) CT_NOEXCEPT;
int ct_item(CTTensor x, double *out) CT_NOEXCEPT;

// Creation
int ct_from_bytes(const void *bytes, const long *shape, long n, int dtype, CTTensor *out) CT_NOEXCEPT;
int ct_full(const long *shape, long n, double value, int dtype, int device, int index, CTTensor *out) CT_NOEXCEPT;
// Zeros on the CPU in memory that the system may hold in pages of 2 MiB, where they fill one.
int ct_zeros_in_large_pages(const long *shape, long n, int dtype, CTTensor *out) CT_NOEXCEPT;
int ct_empty(const long *shape, long n, int dtype, int device, int index, CTTensor *out) CT_NOEXCEPT;
int ct_arange(double start, double end, double step, int dtype, CTTensor *out) CT_NOEXCEPT;
int ct_linspace(double start, double end, long steps, int dtype, CTTensor *out) CT_NOEXCEPT;
int ct_eye(long n, int dtype, CTTensor *out) CT_NOEXCEPT;
int ct_hann_window(long n, bool periodic, int dtype, CTTensor *out) CT_NOEXCEPT;

// Random numbers
int ct_generator_new(uint64_t seed, CTGenerator *out) CT_NOEXCEPT;
void ct_generator_release(CTGenerator g) CT_NOEXCEPT;
int ct_generator_state(CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_generator_set_state(CTGenerator g, CTTensor state) CT_NOEXCEPT;
int ct_randn(const long *shape, long n, int dtype, CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_rand(const long *shape, long n, int dtype, CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_randint(long low, long high, const long *shape, long n, CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_randperm(long count, CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_bernoulli(const long *shape, long n, double p, int dtype, CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_multinomial(CTTensor weights, long count, bool replacement, CTGenerator g, CTTensor *out) CT_NOEXCEPT;
int ct_dropout(CTTensor x, double p, CTGenerator g, CTTensor *out) CT_NOEXCEPT;

// Elementwise
int ct_gelu(CTTensor x, CTTensor *out) CT_NOEXCEPT;
int ct_elu(CTTensor x, double alpha, CTTensor *out) CT_NOEXCEPT;
int ct_leaky_relu(CTTensor x, double slope, CTTensor *out) CT_NOEXCEPT;
int ct_clamp(CTTensor x, double low, double high, CTTensor *out) CT_NOEXCEPT;
int ct_where(CTTensor condition, CTTensor a, CTTensor b, CTTensor *out) CT_NOEXCEPT;
int ct_masked_fill(CTTensor x, CTTensor mask, double value, CTTensor *out) CT_NOEXCEPT;
int ct_masked_select(CTTensor x, CTTensor mask, CTTensor *out) CT_NOEXCEPT;
int ct_lerp(CTTensor a, CTTensor b, CTTensor weight, CTTensor *out) CT_NOEXCEPT;

// Shape
int ct_reshape(CTTensor x, const long *shape, long n, CTTensor *out) CT_NOEXCEPT;
int ct_view(CTTensor x, const long *shape, long n, CTTensor *out) CT_NOEXCEPT;
int ct_expand(CTTensor x, const long *shape, long n, CTTensor *out) CT_NOEXCEPT;
int ct_transpose(CTTensor x, long a, long b, CTTensor *out) CT_NOEXCEPT;
int ct_permute(CTTensor x, const long *axes, long n, CTTensor *out) CT_NOEXCEPT;
int ct_flatten(CTTensor x, long from, long to, CTTensor *out) CT_NOEXCEPT;
int ct_narrow(CTTensor x, long axis, long start, long length, CTTensor *out) CT_NOEXCEPT;
int ct_slice(CTTensor x, long axis, long start, long end, long step, CTTensor *out) CT_NOEXCEPT;
int ct_select(CTTensor x, long axis, long index, CTTensor *out) CT_NOEXCEPT;
int ct_split(CTTensor x, const long *sizes, long n, long axis, CTTensor *outs) CT_NOEXCEPT;
int ct_unbind(CTTensor x, long axis, CTTensor *outs) CT_NOEXCEPT;
int ct_flip(CTTensor x, const long *axes, long n, CTTensor *out) CT_NOEXCEPT;
int ct_roll(CTTensor x, long shift, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_repeat(CTTensor x, const long *counts, long n, CTTensor *out) CT_NOEXCEPT;
int ct_repeat_interleave(CTTensor x, long count, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_unfold(CTTensor x, long axis, long size, long step, CTTensor *out) CT_NOEXCEPT;
int ct_pad(CTTensor x, const long *pads, long n, const char *mode, double value, CTTensor *out) CT_NOEXCEPT;
int ct_contiguous(CTTensor x, CTTensor *out) CT_NOEXCEPT;
int ct_to_dtype(CTTensor x, int dtype, CTTensor *out) CT_NOEXCEPT;
int ct_to_device(CTTensor x, int device, int index, CTTensor *out) CT_NOEXCEPT;
int ct_cat(const CTTensor *tensors, long n, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_stack(const CTTensor *tensors, long n, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_diagonal(CTTensor x, long offset, long a, long b, CTTensor *out) CT_NOEXCEPT;
int ct_diag_embed(CTTensor x, CTTensor *out) CT_NOEXCEPT;
int ct_triu(CTTensor x, long diagonal, CTTensor *out) CT_NOEXCEPT;
int ct_tril(CTTensor x, long diagonal, CTTensor *out) CT_NOEXCEPT;

// Indexing
int ct_index_select(CTTensor x, long axis, CTTensor indices, CTTensor *out) CT_NOEXCEPT;
int ct_gather(CTTensor x, long axis, CTTensor indices, CTTensor *out) CT_NOEXCEPT;
int ct_scatter(CTTensor x, long axis, CTTensor indices, CTTensor source, CTTensor *out) CT_NOEXCEPT;
int ct_scatter_add(CTTensor x, long axis, CTTensor indices, CTTensor source, CTTensor *out) CT_NOEXCEPT;
int ct_index_add(CTTensor x, long axis, CTTensor indices, CTTensor source, CTTensor *out) CT_NOEXCEPT;
int ct_index_put(CTTensor x, CTTensor rows, CTTensor values, CTTensor *out) CT_NOEXCEPT;
int ct_one_hot(CTTensor x, long classes, CTTensor *out) CT_NOEXCEPT;
int ct_bucketize(CTTensor x, CTTensor boundaries, bool right, CTTensor *out) CT_NOEXCEPT;

// Reductions
int ct_var_axes(CTTensor x, const long *axes, long n, bool unbiased, bool keep, CTTensor *out) CT_NOEXCEPT;
int ct_all_axis(CTTensor x, long axis, bool keep, CTTensor *out) CT_NOEXCEPT;
int ct_any_axis(CTTensor x, long axis, bool keep, CTTensor *out) CT_NOEXCEPT;
int ct_max_axis(CTTensor x, long axis, bool keep, CTTensor *values, CTTensor *indices) CT_NOEXCEPT;
int ct_min_axis(CTTensor x, long axis, bool keep, CTTensor *values, CTTensor *indices) CT_NOEXCEPT;
int ct_argmax(CTTensor x, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_argmin(CTTensor x, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_sort(CTTensor x, long axis, bool descending, CTTensor *values, CTTensor *indices) CT_NOEXCEPT;
int ct_topk(CTTensor x, long k, long axis, bool largest, CTTensor *values, CTTensor *indices) CT_NOEXCEPT;
int ct_norm_axes(CTTensor x, double order, const long *axes, long n, bool keep, CTTensor *out) CT_NOEXCEPT;
int ct_quantile(CTTensor x, double q, long axis, bool keep, CTTensor *out) CT_NOEXCEPT;
int ct_bincount(CTTensor x, CTTensor weights /* optional */, long minimum, CTTensor *out) CT_NOEXCEPT;
int ct_cdist(CTTensor a, CTTensor b, double p, CTTensor *out) CT_NOEXCEPT;

// Linear algebra
int ct_einsum(const char *equation, const CTTensor *tensors, long n, CTTensor *out) CT_NOEXCEPT;
int ct_qr(CTTensor x, CTTensor *q, CTTensor *r) CT_NOEXCEPT;
int ct_svd(CTTensor x, bool full, CTTensor *u, CTTensor *s, CTTensor *vh) CT_NOEXCEPT;
int ct_eigh(CTTensor x, CTTensor *values, CTTensor *vectors) CT_NOEXCEPT;
int ct_triangular_solve(CTTensor a, CTTensor b, bool upper, bool left, bool unitriangular, CTTensor *out) CT_NOEXCEPT;
int ct_cholesky_solve(CTTensor b, CTTensor factor, CTTensor *out) CT_NOEXCEPT;
int ct_lstsq(CTTensor a, CTTensor b, CTTensor *out) CT_NOEXCEPT;

// Network operations
int ct_linear(CTTensor x, CTTensor weight, CTTensor bias /* optional */, CTTensor *out) CT_NOEXCEPT;
int ct_addmm(CTTensor bias, CTTensor a, CTTensor b, CTTensor *out) CT_NOEXCEPT;
int ct_conv(CTTensor x, CTTensor weight, CTTensor bias /* optional */, const long *stride, const long *padding,
            const long *dilation, long dimensions, long groups, bool transposed, CTTensor *out) CT_NOEXCEPT;
int ct_max_pool(CTTensor x, const long *size, const long *stride, const long *padding, long dimensions, CTTensor *out) CT_NOEXCEPT;
int ct_avg_pool(CTTensor x, const long *size, const long *stride, const long *padding, long dimensions, CTTensor *out) CT_NOEXCEPT;
int ct_adaptive_avg_pool(CTTensor x, const long *size, long dimensions, CTTensor *out) CT_NOEXCEPT;
int ct_layer_norm(CTTensor x, const long *shape, long n, CTTensor weight, CTTensor bias, double eps, CTTensor *out) CT_NOEXCEPT;
int ct_group_norm(CTTensor x, long groups, CTTensor weight, CTTensor bias, double eps, CTTensor *out) CT_NOEXCEPT;
int ct_batch_norm(CTTensor x, CTTensor weight, CTTensor bias, CTTensor mean, CTTensor variance, bool training,
                  double momentum, double eps, CTTensor *out) CT_NOEXCEPT;
int ct_embedding(CTTensor weight, CTTensor indices, CTTensor *out) CT_NOEXCEPT;
int ct_attention(CTTensor q, CTTensor k, CTTensor v, CTTensor mask /* optional */, bool causal, CTTensor *out) CT_NOEXCEPT;
// parameters: per layer and direction: weight_ih, weight_hh[, bias_ih, bias_hh]; states [layers * directions, B, H]
int ct_lstm(CTTensor x, CTTensor h0, CTTensor c0, const CTTensor *parameters, long n, bool biases, long layers,
            bool bidirectional, CTTensor *out, CTTensor *h, CTTensor *c) CT_NOEXCEPT;
int ct_gru(CTTensor x, CTTensor h0, const CTTensor *parameters, long n, bool biases, long layers, bool bidirectional,
           CTTensor *out, CTTensor *h) CT_NOEXCEPT;

// Losses; reduction: 0 none, 1 mean, 2 sum
int ct_cross_entropy(CTTensor logits, CTTensor target, CTTensor weight /* optional */, int reduction,
                     double smoothing, CTTensor *out) CT_NOEXCEPT;
int ct_nll(CTTensor logp, CTTensor target, CTTensor weight /* optional */, int reduction, CTTensor *out) CT_NOEXCEPT;
int ct_mse(CTTensor x, CTTensor target, int reduction, CTTensor *out) CT_NOEXCEPT;
int ct_l1(CTTensor x, CTTensor target, int reduction, CTTensor *out) CT_NOEXCEPT;
int ct_huber(CTTensor x, CTTensor target, int reduction, double delta, CTTensor *out) CT_NOEXCEPT;
int ct_bce_logits(CTTensor x, CTTensor target, CTTensor weight /* optional */, int reduction, CTTensor *out) CT_NOEXCEPT;
int ct_kl_div(CTTensor logp, CTTensor target, int reduction, CTTensor *out) CT_NOEXCEPT;
int ct_cosine_similarity(CTTensor a, CTTensor b, long axis, CTTensor *out) CT_NOEXCEPT;

// Fourier transforms
int ct_rfft(CTTensor x, long n /* 0: as long as x */, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_irfft(CTTensor x, long n, long axis, CTTensor *out) CT_NOEXCEPT;
int ct_stft(CTTensor x, long size, long hop, long window_length, CTTensor window, bool center, CTTensor *out) CT_NOEXCEPT;

// Autograd
bool ct_requires_grad(CTTensor x) CT_NOEXCEPT;
int ct_set_requires_grad(CTTensor x, bool flag) CT_NOEXCEPT;
int ct_grad(CTTensor x, CTTensor *out /* NULL where none */) CT_NOEXCEPT;
int ct_set_grad(CTTensor x, CTTensor gradient /* optional */) CT_NOEXCEPT;
int ct_backward(CTTensor x, CTTensor gradient /* optional */, bool retain, bool create) CT_NOEXCEPT;
int ct_backward_into(CTTensor x, const CTTensor *leaves, const CTTensor *buffers, long n) CT_NOEXCEPT;
int ct_gradients(const CTTensor *outputs, long n, const CTTensor *inputs, long m, const CTTensor *seeds /* optional */,
                 bool retain, bool create, bool allow_unused, CTTensor *outs) CT_NOEXCEPT;
bool ct_grad_enabled(void) CT_NOEXCEPT;
void ct_set_grad_enabled(bool flag) CT_NOEXCEPT;

// In place
int ct_zero_(CTTensor x) CT_NOEXCEPT;
int ct_fill_(CTTensor x, double value) CT_NOEXCEPT;
int ct_copy_(CTTensor x, CTTensor source) CT_NOEXCEPT;
int ct_add_(CTTensor x, CTTensor y, double alpha) CT_NOEXCEPT;
int ct_mul_(CTTensor x, double s) CT_NOEXCEPT;
int ct_mul_tensor_(CTTensor x, CTTensor y) CT_NOEXCEPT;

// Lanes: until popped, operations of this thread on wrapped tensors run for all lanes at once (functorch's vmap).
// Wrapping hides the first axis, [count, ...] to [...]; unwrapping shows it again, repeating what is the same for all.
int ct_lanes_push(long count, long *level) CT_NOEXCEPT;
int ct_lanes_pop(void) CT_NOEXCEPT;
int ct_lanes_wrap(CTTensor x, long level, CTTensor *out) CT_NOEXCEPT;
int ct_lanes_unwrap(CTTensor x, long level, long count, CTTensor *out) CT_NOEXCEPT;

int ct_generator_next(CTGenerator g, uint64_t *out) CT_NOEXCEPT;
// Masks of dropout [models, shape...]: 1 / keep with probability keep, else 0. Where keep is 0: uniform numbers between 0 and 1.
// Element i of a model is a function of its key and i alone, so it does not depend on threads, on the other models, or on
// how many there are.
int ct_draw(const uint64_t *keys, long models, const long *shape, long n, double keep, int dtype, CTTensor *out) CT_NOEXCEPT;

// Fused optimiser steps over one parameter tensor; `step` is a float32 scalar tensor that the call increments.
int ct_fused_adam_(CTTensor p, CTTensor g, CTTensor m, CTTensor v, CTTensor step, double lr, double beta1, double beta2,
                   double decay, double eps, bool decoupled) CT_NOEXCEPT;
int ct_fused_sgd_(CTTensor p, CTTensor g, CTTensor momentum_buffer /* optional */, double decay, double momentum,
                  double lr, double dampening, bool nesterov, bool first) CT_NOEXCEPT;
// Gradients of many models, one tensor [rows, ...] per parameter: the Euclidean norm of each model's.
int ct_row_norms(const CTTensor *gradients, long n, long rows, double *out) CT_NOEXCEPT;
// One Adam step on every row of [rows, width] by its own learning rate; the gradients, one tensor [rows, ...] per parameter
// in the order in which they lie in a row, are first multiplied by the row's scale. Weight decay acts on the parameters in
// the first `decaying` columns. `step` counts from 1.
int ct_adam_rows_(CTTensor p, CTTensor m, CTTensor v, const CTTensor *gradients, long n, const double *scales,
                  const double *rates, CTAdam adam) CT_NOEXCEPT;

// Recording a computation and its derivatives, to run them again on other values of the same shapes. What is done between
// begin and end is done as always, and noted. `parameters` is a vector in which the leaves lie, `offsets` elements from its
// beginning; inputs are contiguous. `end` gives the leaves' gradients, and a plan, or NULL with the reason in ct_last_error()
// where the computation cannot be replayed.
int ct_record_begin(const CTTensor *inputs, long n, CTTensor parameters, CTTape *out) CT_NOEXCEPT;
int ct_record_end(CTTape tape, CTTensor loss, const CTTensor *leaves, const long *offsets, long n, CTTensor *gradients,
                  CTPlan *out) CT_NOEXCEPT;
// The same for a computation without derivatives; running its plan writes `value` where gradients would go.
int ct_record_end_value(CTTape tape, CTTensor value, CTPlan *out) CT_NOEXCEPT;
// For each of `rows` models, whose parameters and gradients are rows of matrices and whose inputs lie one behind the other:
// writes the gradients of all leaves and the loss. `keys` are those of the dropout masks, `count` in all.
int ct_plan_run(CTPlan plan, const CTTensor *inputs, long n, long rows, CTTensor parameters, CTTensor gradients,
                const uint64_t *keys, long count, double *losses) CT_NOEXCEPT;
// The same, and moves each model by Adam while its gradients are at hand; they are scaled down to a norm of `limit` before,
// unless that is 0. Gives the norms before.
int ct_plan_train(CTPlan plan, const CTTensor *inputs, long n, long rows, CTTensor parameters, CTTensor gradients,
                  const uint64_t *keys, long count, CTTensor mean, CTTensor square, const double *rates, double limit, CTAdam adam,
                  double *losses, double *norms) CT_NOEXCEPT;
long ct_plan_keys(CTPlan plan) CT_NOEXCEPT;
const char *ct_plan_description(CTPlan plan) CT_NOEXCEPT;
void ct_plan_release(CTPlan plan) CT_NOEXCEPT;

#ifdef __cplusplus
}
#endif
