// Norms and Adam over the numbers of one model.
#pragma once
#include "ctorch.h"
#include <cstdint>

namespace ct {

// What a step of Adam is the same for, in all models.
struct AdamStep {
  double beta1, beta2, epsilon, correction1, correction2;
  bool decoupled;
  explicit AdamStep(const CTAdam &adam);
};

double norm(const float *g, int64_t n);
// Moves parameters p with moments m and v against `scale` times the gradient g.
void adam(float *p, const float *g, float *m, float *v, int64_t n, double scale, double rate, double decay, const AdamStep &step);

}  // namespace ct
