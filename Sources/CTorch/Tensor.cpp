#include "ctorch.h"
#include <ATen/ATen.h>
#include <torch/headeronly/version.h>
extern "C" const char *ct_version(void) { return TORCH_VERSION; }
