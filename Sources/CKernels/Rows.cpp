#include "support.h"

namespace ck {

CK_WIDEST void add_row(const float *row, double factor, size_t n, double *score) {
  for (size_t i = 0; i < n; ++i) { score[i] += factor * double(row[i]); }
}

CK_WIDEST void add_row(const double *row, double factor, size_t n, double *score) {
  for (size_t i = 0; i < n; ++i) { score[i] += factor * row[i]; }
}

CK_WIDEST void add_difference(const float *row_i, const float *row_j, double factor, size_t n, double *score) {
  for (size_t i = 0; i < n; ++i) { score[i] += factor * (double(row_i[i]) - double(row_j[i])); }
}

CK_WIDEST void add_difference(const double *row_i, const double *row_j, double factor, size_t n, double *score) {
  for (size_t i = 0; i < n; ++i) { score[i] += factor * (row_i[i] - row_j[i]); }
}

}  // namespace ck
