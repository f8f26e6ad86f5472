// Inner loops in single precision, compiled for several instruction sets; the machine's best are chosen when they are first used.
#pragma once
#include <cstdint>
#include <vector>

namespace ct {

// A matrix in memory: element (i, j) lies at data[i * row + j * column].
struct Matrix {
  const float *data;
  int64_t row, column;
};

// Lines of numbers, `row` apart, whose numbers lie `stride` apart; 0 repeats a line or a number.
template <class T> struct Lines {
  T *data;
  int64_t stride, row;
};
// out[i] = f(a[i], b[i], s) along `rows` lines of n; `out` may be a or b itself. Functions of one number ignore b.
using LineFunction = void (*)(int64_t rows, int64_t n, Lines<float> out, Lines<const float> a, Lines<const float> b, float s);

struct Kernels {
  // c = a b (+ what stands in c, where `adds`) (+ bias, one number a column, unless null). a is [m, k], b [k, n]; c is [m, n]
  // with rows `stride` apart. `scratch` is grown as needed and kept by the caller, so that repeated products allocate nothing.
  void (*multiply)(int64_t m, int64_t n, int64_t k, Matrix a, Matrix b, float *c, int64_t stride, const float *bias, bool adds,
                   std::vector<float> &scratch);

  LineFunction add, product, quotient, copy, scale, shift, reversedDifference, maximum, minimum;
  LineFunction relu, tanh, sigmoid, gelu, silu, exponential, logarithm, squareRoot, absolute, square, reciprocal, sign;
  // The gradient a that arrives, times the derivative at input b (rectifier, gelu, silu) or at output b (tanh, sigmoid).
  LineFunction thresholdGradient, tanhGradient, sigmoidGradient, geluGradient, siluGradient;
  // out[i] += s a[i], and out[i] += s a[i] b[i]; with a stride of 0, out takes the sum.
  LineFunction accumulate, accumulateProduct;

  // Rows of `width` numbers, one behind the other.
  void (*softmax)(int64_t rows, int64_t width, const float *x, float *y);
  void (*logSoftmax)(int64_t rows, int64_t width, const float *x, float *y);
  // The gradient g that arrives at outputs y.
  void (*softmaxGradient)(int64_t rows, int64_t width, const float *g, const float *y, float *out);
  void (*logSoftmaxGradient)(int64_t rows, int64_t width, const float *g, const float *y, float *out);
  // Rows of a matrix times a vector; rows `stride` apart.
  void (*rowProducts)(int64_t rows, int64_t width, const float *x, int64_t stride, const float *v, float *out);
  // 1 / keep with probability keep, else 0: a hash of key and position decides.
  void (*mask)(float *out, uint32_t count, uint64_t key, double keep);
  // Strictly between 0 and 1: the middle of one of 2²³ steps, by the same hash.
  void (*uniform)(float *out, uint32_t count, uint64_t key);
};

const Kernels &kernels();

// A mask that keeps a share, or uniform numbers where `keep` is 0.
inline void draw(float *out, int64_t count, uint64_t key, double keep) {
  if (keep > 0) kernels().mask(out, static_cast<uint32_t>(count), key, keep);
  else kernels().uniform(out, static_cast<uint32_t>(count), key);
}

}  // namespace ct
