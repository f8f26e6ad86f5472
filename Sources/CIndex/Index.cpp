#include "cindex.h"

#include <faiss/AutoTune.h>
#include <faiss/Index.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>

struct ci_index {
  std::unique_ptr<faiss::Index> index;
  bool is_graph;
};

namespace {

template <typename Body>
char *guarded(Body body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const std::exception &error) {
    return strdup(error.what());
  } catch (...) {
    return strdup("an error without a message");
  }
}

}  // namespace

extern "C" char *ci_build(const float *vectors, int64_t count, int64_t width, int links, ci_index **out) {
  return guarded([&] {
    // By its description, for the headers of graphs ask for a compiler with OpenMP.
    const std::string description = links > 0 ? "HNSW" + std::to_string(links) + ",Flat" : "Flat";
    std::unique_ptr<faiss::Index> index(
        faiss::index_factory(int(width), description.c_str(), faiss::METRIC_INNER_PRODUCT));
    index->add(count, vectors);
    *out = new ci_index{std::move(index), links > 0};
  });
}

extern "C" char *ci_search(const ci_index *index, const float *queries, int64_t count, int64_t k, int breadth,
                           float *scores, int64_t *items) {
  return guarded([&] {
    if (index->is_graph) { faiss::ParameterSpace().set_index_parameter(index->index.get(), "efSearch", breadth); }
    index->index->search(count, queries, k, scores, items);
  });
}

extern "C" char *ci_write(const ci_index *index, uint8_t **bytes, size_t *size) {
  return guarded([&] {
    faiss::VectorIOWriter writer;
    faiss::write_index(index->index.get(), &writer);
    *bytes = static_cast<uint8_t *>(std::malloc(writer.data.size()));
    if (!*bytes) { throw std::bad_alloc(); }
    std::memcpy(*bytes, writer.data.data(), writer.data.size());
    *size = writer.data.size();
  });
}

extern "C" char *ci_read(const uint8_t *bytes, size_t size, int64_t count, int64_t width, ci_index **out) {
  return guarded([&] {
    // Other kinds of index are not even parsed.
    if (size < 4 || std::memcmp(bytes, "IHNf", 4) != 0) { throw std::runtime_error("not a graph of plain vectors"); }
    faiss::VectorIOReader reader;
    reader.data.assign(bytes, bytes + size);
    std::unique_ptr<faiss::Index> index(faiss::read_index(&reader));
    if (reader.rp != size) { throw std::runtime_error("more bytes than the graph has"); }
    if (index->ntotal != count || index->d != width || index->metric_type != faiss::METRIC_INNER_PRODUCT) {
      throw std::runtime_error("a graph of " + std::to_string(index->ntotal) + " vectors of width " +
                               std::to_string(index->d) + "; " + std::to_string(count) + " of width " +
                               std::to_string(width) + " expected");
    }
    *out = new ci_index{std::move(index), true};
  });
}

extern "C" void ci_release(ci_index *index) { delete index; }
extern "C" void ci_free(void *memory) { std::free(memory); }
