#ifndef CINDEX_H
#define CINDEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A FAISS index of float32 vectors by inner product.
typedef struct ci_index ci_index;

/// Every function below returns NULL, or a message to be freed with `ci_free`.

/// Indexes `count` vectors of `width` numbers. `links` of a graph's node (hierarchical navigable small world); 0 for
/// exhaustive search.
char *ci_build(const float *vectors, int64_t count, int64_t width, int links, ci_index **out);

/// The `k` vectors of largest inner product with each query, in falling order; −1 where there are fewer. `breadth` is how
/// many candidates a search in a graph keeps.
char *ci_search(const ci_index *index, const float *queries, int64_t count, int64_t k, int breadth, float *scores,
                int64_t *items);

/// The index as bytes, to be freed with `ci_free`.
char *ci_write(const ci_index *index, uint8_t **bytes, size_t *size);

/// Reads what `ci_write` gave; refuses anything but a graph of `count` vectors of `width` numbers whose links all lead to
/// vectors.
char *ci_read(const uint8_t *bytes, size_t size, int64_t count, int64_t width, ci_index **out);

/// A number that depends on all bytes, on their order and on the number before; finds accidents, not forgeries.
uint64_t ci_checksum(const uint8_t *bytes, size_t size, uint64_t before);

void ci_release(ci_index *index);
void ci_free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
