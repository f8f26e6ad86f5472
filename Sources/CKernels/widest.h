#ifndef CKERNELS_WIDEST_H
#define CKERNELS_WIDEST_H

// Compiled for several vector widths; the loader picks what the processor has.
#if defined(__x86_64__)
#define CK_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CK_WIDEST
#endif

#endif
