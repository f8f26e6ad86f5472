#include "support.h"

namespace ck {
namespace {

typedef double Eight __attribute__((vector_size(64)));

// Sums of 8 · VECTORS columns stay in registers while all rows pass.
template <int VECTORS, bool ADDS, typename T, typename Out>
[[gnu::always_inline]] inline void strip(const T *const *rows, const double *factors, size_t count, size_t first,
                                         Out *out) {
  Eight sums[VECTORS];
  for (int v = 0; v < VECTORS; ++v) {
    for (int l = 0; l < 8; ++l) { sums[v][l] = ADDS ? double(out[first + 8 * v + l]) : 0; }
  }
  for (size_t row = 0; row < count; ++row) {
    const T *from = rows[row] + first;
    const double factor = factors[row];
    for (int v = 0; v < VECTORS; ++v) {
      typedef T Part __attribute__((vector_size(8 * sizeof(T)), aligned(alignof(T))));
      sums[v] += factor * __builtin_convertvector(*reinterpret_cast<const Part *>(from + 8 * v), Eight);
    }
  }
  for (int v = 0; v < VECTORS; ++v) {
    for (int l = 0; l < 8; ++l) { out[first + 8 * v + l] = Out(sums[v][l]); }
  }
}

template <bool ADDS, typename T, typename Out>
[[gnu::always_inline]] inline void sum(const T *const *rows, const double *factors, size_t count, size_t n, Out *out) {
  size_t i = 0;
  for (; i + 64 <= n; i += 64) { strip<8, ADDS>(rows, factors, count, i, out); }
  for (; i + 8 <= n; i += 8) { strip<1, ADDS>(rows, factors, count, i, out); }
  for (; i < n; ++i) {
    double value = ADDS ? double(out[i]) : 0;
    for (size_t row = 0; row < count; ++row) { value += factors[row] * double(rows[row][i]); }
    out[i] = Out(value);
  }
}

// A few rows at a time: of more, the processor no longer foresees what is read next.
template <typename T>
[[gnu::always_inline]] inline void add(const T *const *rows, const double *factors, size_t count, size_t n,
                                       double *score) {
  constexpr size_t some = 16;
  for (size_t row = 0; row < count; row += some) {
    sum<true>(rows + row, factors + row, std::min(some, count - row), n, score);
  }
}

}  // namespace

CK_WIDEST void combine_rows(const float *const *rows, const double *factors, size_t count, size_t n, float *out) {
  sum<false>(rows, factors, count, n, out);
}
CK_WIDEST void combine_rows(const float *const *rows, const double *factors, size_t count, size_t n, double *out) {
  sum<false>(rows, factors, count, n, out);
}
CK_WIDEST void combine_rows(const double *const *rows, const double *factors, size_t count, size_t n, double *out) {
  sum<false>(rows, factors, count, n, out);
}

CK_WIDEST void add_rows(const float *const *rows, const double *factors, size_t count, size_t n, double *score) {
  add(rows, factors, count, n, score);
}
CK_WIDEST void add_rows(const double *const *rows, const double *factors, size_t count, size_t n, double *score) {
  add(rows, factors, count, n, score);
}

CK_WIDEST void add_difference(const float *row_i, const float *row_j, double factor, size_t n, double *score) {
  for (size_t i = 0; i < n; ++i) { score[i] += factor * (double(row_i[i]) - double(row_j[i])); }
}

CK_WIDEST void add_difference(const double *row_i, const double *row_j, double factor, size_t n, double *score) {
  for (size_t i = 0; i < n; ++i) { score[i] += factor * (row_i[i] - row_j[i]); }
}

}  // namespace ck
