#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What is summed over the features of two rows.
enum ck_pairwise_kind {
  CK_MANHATTAN = 0,      ///< |x − y|
  CK_CHI_SQUARED = 1,    ///< (x − y)² / (x + y), 0 where both are 0
  CK_INTERSECTION = 2,   ///< min(x, y)
  CK_ADDITIVE_CHI = 3,   ///< 2xy / (x + y), 0 where both are 0
  CK_EUCLIDEAN = 4,      ///< (x − y)²
};

/// out[i][j] = Σ_d over rows i of a `[rows_a, width]` and j of b `[rows_b, width]`; rows of `out` are `stride` apart.
void ck_pairwise(int kind, const double *a, const double *b, size_t rows_a, size_t rows_b, size_t width, double *out,
                 size_t stride);

/// The logarithm of the global alignment kernel of two series `[length, width]`; `scratch` holds 2 · (length_b + 1).
double ck_global_alignment(const double *a, const double *b, size_t length_a, size_t length_b, size_t width,
                           double sigma, double *scratch);

/// How a number type of kernel matrices is named.
enum ck_precision { CK_FLOAT32 = 0, CK_FLOAT64 = 1 };

/// A support vector problem in the form min ½ Σ a_t a_s y_t y_s K(t, s) + Σ p_t a_t, 0 ≤ a_t ≤ c_t, Σ y_t a_t = 0.
///
/// Variable t belongs to sample `t % samples`: `variables` is `samples` (classification) or twice as many (regression).
struct ck_problem {
  size_t samples;
  size_t variables;
  const double *y;  ///< ±1 per variable
  const double *p;  ///< linear term per variable
  const double *c;  ///< upper bound per variable
};

/// Σ weight · kernel of matrices `[samples, samples]`, whose rows are put together when they are needed.
typedef struct ck_sum ck_sum;

/// The matrices have to stay where they are; those of weight 0 are not read. `diagonal` is that of the sum.
ck_sum *ck_sum_create(int precision, const void *const *kernels, const double *weights, size_t count,
                      const double *diagonal, size_t samples);
void ck_sum_free(ck_sum *sum);

/// Sequential minimal optimisation on a sum of matrices, from the feasible `alpha`.
///
/// `score` holds Σ_s y_s a_s K(i, s), before and at return. Returns the number of steps, negative where the limit was
/// reached.
int64_t ck_svm_solve(const struct ck_problem *problem, ck_sum *sum, double tolerance, int64_t limit, double *alpha,
                     double *score);

/// The bias in the middle of what the optimality conditions allow.
double ck_svm_bias(const struct ck_problem *problem, const double *alpha, const double *score);

/// score_i += Σ_s coefficient_s K(i, s) over the samples whose coefficient is not zero.
void ck_add_product(int precision, const void *kernel, size_t samples, const double *coefficient, double *score);

/// How the squared norms q_k = αᵀH_kα of the kernels enter the dual.
enum ck_regulariser {
  CK_NORM = 0,          ///< ½ (Σ q_k^s)^(1/s): the weights have p-norm at most 1
  CK_SQUARED_NORM = 1,  ///< 1/(8λ) (Σ q_k^s)^(2/s): λ/2 ‖d‖_p² is added to the primal (Vishwanathan et al., 2010)
};

/// Sequential minimal optimisation of Σ −p_t a_t − Φ(q) on several matrices at once.
///
/// `scores` `[count, samples]` and `weights` `[count]` are written. 1/p + 1/s = 1. Returns steps as `ck_svm_solve` does.
int64_t ck_mkl_solve(const struct ck_problem *problem, int precision, const void *const *kernels, size_t count,
                     int regulariser, double conjugate, double lambda, double tolerance, int64_t limit, double *alpha,
                     double *scores, double *weights);

/// out = Σ_k weight_k K_k over `elements` numbers from `offset` on.
void ck_combine(int precision, const void *const *kernels, size_t count, const double *weights, size_t offset,
                size_t elements, void *out);

/// Rows of one of several views of the same samples, one behind the other.
struct ck_view {
  const void *data;
  size_t width;
  int precision;
};

/// Adds `rows` samples to the mean and the sums of squares and products of centred columns of all views side by side.
///
/// `mean` holds that of `seen` samples before; rows of `sums` are `stride` apart, see `ck_scatter_stride`. Of `sums` only
/// what lies on and right of the diagonal is meant; numbers left of it may change.
void ck_scatter(const struct ck_view *views, size_t count, size_t rows, double seen, double *mean, double *sums,
                size_t stride);

/// Adds to a mean and sums those that other samples gave.
void ck_scatter_merge(size_t width, size_t stride, double seen, double *mean, double *sums, double other_seen,
                      const double *other_mean, const double *other_sums);

/// Columns, and as many rows, that `sums` of `width` columns has to have.
size_t ck_scatter_stride(size_t width);

#ifdef __cplusplus
}
#endif

#endif
