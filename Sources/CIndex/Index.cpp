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
#include <stdexcept>
#include <string>
#include <vector>

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

/// Front to back through bytes whose counts are checked before anything is done with them.
class Scanner {
 public:
  Scanner(const uint8_t *bytes, size_t size) : next_(bytes), left_(size) {}

  template <typename Value>
  Value value() {
    Value value;
    std::memcpy(&value, take(sizeof(Value)), sizeof(Value));
    return value;
  }

  template <typename Value>
  std::vector<Value> vector() {
    const uint64_t count = value<uint64_t>();
    if (count > left_ / sizeof(Value)) { throw std::runtime_error("the graph is cut short"); }
    std::vector<Value> values(count);
    if (count > 0) { std::memcpy(values.data(), take(count * sizeof(Value)), count * sizeof(Value)); }
    return values;
  }

  bool is_at_end() const { return left_ == 0; }

 private:
  const uint8_t *take(size_t size) {
    if (size > left_) { throw std::runtime_error("the graph is cut short"); }
    const uint8_t *taken = next_;
    next_ += size;
    left_ -= size;
    return taken;
  }

  const uint8_t *next_;
  size_t left_;
};

void require(bool is_right, const char *problem) {
  if (!is_right) { throw std::runtime_error(problem); }
}

void check_header(Scanner &scanner, const char *kind, int64_t count, int64_t width) {
  char found[4];
  for (char &letter : found) { letter = scanner.value<char>(); }
  require(std::memcmp(found, kind, 4) == 0, "not a graph of plain vectors");
  const int64_t found_width = scanner.value<int32_t>(), found_count = scanner.value<int64_t>();
  if (found_count != count || found_width != width) {
    throw std::runtime_error("a graph of " + std::to_string(found_count) + " vectors of width " +
                             std::to_string(found_width) + "; " + std::to_string(count) + " of width " +
                             std::to_string(width) + " expected");
  }
  scanner.value<int64_t>();
  scanner.value<int64_t>();
  require(scanner.value<uint8_t>() == 1, "a graph that is not trained");
  require(scanner.value<int32_t>() == faiss::METRIC_INNER_PRODUCT, "a graph by another measure than inner products");
}

/// Follows FAISS's format (`write_index` of an HNSW index over flat vectors) and makes sure that every link leads to a vector,
/// since a search does not ask.
void check_graph(const uint8_t *bytes, size_t size, int64_t count, int64_t width) {
  Scanner scanner(bytes, size);
  check_header(scanner, "IHNf", count, width);
  scanner.vector<double>();
  const auto places = scanner.vector<int32_t>();
  const auto levels = scanner.vector<int32_t>();
  const auto offsets = scanner.vector<uint64_t>();
  const auto links = scanner.vector<int32_t>();
  const int32_t entry = scanner.value<int32_t>(), highest = scanner.value<int32_t>();
  const int32_t build_breadth = scanner.value<int32_t>(), breadth = scanner.value<int32_t>();
  require(build_breadth > 0 && breadth > 0 && scanner.value<int32_t>() == 1, "a graph that is searched otherwise");
  const int64_t most_levels = int64_t(places.size()) - 1;
  require(most_levels >= 1 && places[0] == 0, "a graph without levels");
  for (int64_t level = 0; level < most_levels; level++) {
    require(places[level] <= places[level + 1] && places[level + 1] <= 1 << 20, "a level with a wrong number of links");
  }
  require(int64_t(levels.size()) == count && int64_t(offsets.size()) == count + 1 && offsets[0] == 0,
          "not a level and a place for each vector");
  for (int64_t node = 0; node < count; node++) {
    require(levels[node] >= 1 && levels[node] <= most_levels, "a vector on no level");
    require(offsets[node + 1] - offsets[node] == uint64_t(places[levels[node]]), "a vector with a wrong number of links");
  }
  require(links.size() == offsets[count], "links of no vector");
  for (int64_t node = 0; node < count; node++) {
    for (int32_t level = 0; level < levels[node]; level++) {
      for (int32_t place = places[level]; place < places[level + 1]; place++) {
        const int32_t link = links[offsets[node] + place];
        require(link >= -1 && link < count && (link < 0 || levels[link] > level), "a link that leads nowhere");
      }
    }
  }
  require(entry >= 0 && entry < count && highest == levels[entry] - 1, "a graph without a way in");
  check_header(scanner, "IxFI", count, width);
  require(int64_t(scanner.vector<float>().size()) == count * width && scanner.is_at_end(),
          "another number of values than the vectors have");
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
    check_graph(bytes, size, count, width);
    faiss::VectorIOReader reader;
    reader.data.assign(bytes, bytes + size);
    std::unique_ptr<faiss::Index> index(faiss::read_index(&reader));
    require(reader.rp == size, "more bytes than the graph has");
    *out = new ci_index{std::move(index), true};
  });
}

extern "C" uint64_t ci_checksum(const uint8_t *bytes, size_t size, uint64_t before) {
  // Words of 8 bytes, multiplied and shifted: one flipped bit changes about half of all.
  uint64_t sum = (before ^ size) * 0x9E3779B97F4A7C15u;
  for (; size >= 8; bytes += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    sum = (sum ^ word) * 0xBF58476D1CE4E5B9u;
    sum ^= sum >> 29;
  }
  for (; size > 0; bytes++, size--) {
    sum = (sum ^ *bytes) * 0xBF58476D1CE4E5B9u;
    sum ^= sum >> 29;
  }
  return sum;
}

extern "C" void ci_release(ci_index *index) { delete index; }
extern "C" void ci_free(void *memory) { std::free(memory); }
