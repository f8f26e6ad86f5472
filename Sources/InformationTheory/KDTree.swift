/// A k-d tree (Bentley, 1975) over points under the maximum norm, for neighbours and counts of its own points.
///
/// Rows are halved at the median of the widest column until few are left; every node knows the box of its rows.
struct KDTree {
  private static let leafSize = 8
  let count: Int
  let width: Int
  /// Rows in the order of the leaves.
  private var rows: [Int]
  /// Their coordinates, row-major.
  private var coordinates: [Double]
  /// Lower then upper bounds per node, `[nodes, 2, width]`; the children of node n are 2n + 1 and 2n + 2.
  private var boxes: [Double]

  init(_ points: Points) {
    (count, width) = (points.count, points.width)
    rows = Array(0..<points.count)
    var nodes = 1
    var largest = points.count
    while largest > Self.leafSize {
      largest = (largest + 1) / 2
      nodes = 2 * nodes + 1
    }
    boxes = [Double](repeating: 0, count: nodes * 2 * points.width)
    coordinates = points.values
    points.values.withUnsafeBufferPointer { values in
      rows.withUnsafeMutableBufferPointer { rows in
        boxes.withUnsafeMutableBufferPointer { boxes in
          let builder = Builder(values: values.baseAddress!, rows: rows, boxes: boxes.baseAddress!, width: width)
          builder.split(node: 0, low: 0, high: points.count)
        }
      }
    }
    for (position, row) in rows.enumerated() {
      for column in 0..<width { coordinates[position * width + column] = points.values[row * width + column] }
    }
  }

  /// Calls `body` with each row, the rows of its k nearest other points and their distances, nearest first.
  ///
  /// - Complexity: O(N log N) for a fixed number of columns.
  func forEachNeighbourhood(
    _ k: Int,
    _ body: (_ row: Int, _ neighbours: UnsafeBufferPointer<Int>, _ distances: UnsafeBufferPointer<Double>)
      -> Void
  ) {
    precondition(k > 0 && k < count, "\(k) neighbours among \(count) points")
    withSearch { search in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { distances in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: k) { found in
          for position in 0..<count {
            for index in 0..<k { (distances[index], found[index]) = (.infinity, 0) }
            let query = Neighbourhood(search, position, k, distances.baseAddress!, found.baseAddress!)
            query.visit(node: 0, low: 0, high: count)
            for index in 0..<k { found[index] = rows[found[index]] }
            body(rows[position], UnsafeBufferPointer(found), UnsafeBufferPointer(distances))
          }
        }
      }
    }
  }

  /// For each row, how many other points are nearer than its radius (or, unless `isStrict`, as near as it).
  func counts(within radii: [Double], isStrict: Bool) -> [Int] {
    precondition(radii.count == count, "\(radii.count) radii for \(count) points")
    var result = [Int](repeating: 0, count: count)
    withSearch { search in
      for position in 0..<count {
        let row = rows[position]
        let radius = isStrict ? radii[row] : radii[row].nextUp
        // A point is at distance 0 from itself.
        let itself = radius > 0 ? 1 : 0
        result[row] = search.count(position, nearerThan: radius, node: 0, low: 0, high: count) - itself
      }
    }
    return result
  }

  /// How many other points are equal to each of the rows whose radius is 0.
  func equalCounts(radii: [Double]) -> [Int: Int] {
    guard radii.contains(0) else { return [:] }
    let counts = counts(within: radii.map { $0 == 0 ? .leastNonzeroMagnitude : 0 }, isStrict: true)
    return radii.indices.reduce(into: [:]) { if radii[$1] == 0 { $0[$1] = counts[$1] } }
  }

  private func withSearch(_ body: (Search) -> Void) {
    coordinates.withUnsafeBufferPointer { coordinates in
      boxes.withUnsafeBufferPointer { boxes in
        body(Search(coordinates: coordinates.baseAddress!, boxes: boxes.baseAddress!, width: width))
      }
    }
  }

  private struct Builder {
    let values: UnsafePointer<Double>
    let rows: UnsafeMutableBufferPointer<Int>
    let boxes: UnsafeMutablePointer<Double>
    let width: Int

    func split(node: Int, low: Int, high: Int) {
      let box = boxes + node * 2 * width
      var (widest, extent) = (0, -1.0)
      for column in 0..<width {
        var (least, most) = (Double.infinity, -Double.infinity)
        for index in low..<high {
          let value = values[rows[index] * width + column]
          if value < least { least = value }
          if value > most { most = value }
        }
        (box[column], box[width + column]) = (least, most)
        if most - least > extent { (widest, extent) = (column, most - least) }
      }
      guard high - low > KDTree.leafSize else { return }
      let middle = (low + high) / 2
      select(middle, widest, low, high - 1)
      split(node: 2 * node + 1, low: low, high: middle)
      split(node: 2 * node + 2, low: middle, high: high)
    }

    /// Hoare's quickselect: afterwards nothing left of `wanted` is larger than it, nothing right of it smaller.
    private func select(_ wanted: Int, _ column: Int, _ first: Int, _ last: Int) {
      var (low, high) = (first, last)
      while low < high {
        let pivot = values[rows[(low + high) / 2] * width + column]
        var (i, j) = (low, high)
        while i <= j {
          while values[rows[i] * width + column] < pivot { i += 1 }
          while values[rows[j] * width + column] > pivot { j -= 1 }
          if i <= j {
            rows.swapAt(i, j)
            i += 1
            j -= 1
          }
        }
        if wanted <= j { high = j } else if wanted >= i { low = i } else { return }
      }
    }
  }

  private struct Search {
    let coordinates: UnsafePointer<Double>
    let boxes: UnsafePointer<Double>
    let width: Int

    @inline(__always)
    func distance(_ point: UnsafePointer<Double>, toBox node: Int) -> Double {
      let box = boxes + node * 2 * width
      var distance = 0.0
      for column in 0..<width {
        let value = point[column]
        distance = max(distance, box[column] - value, value - box[width + column])
      }
      return distance
    }

    @inline(__always)
    func distance(_ point: UnsafePointer<Double>, to position: Int) -> Double {
      let other = coordinates + position * width
      var distance = 0.0
      for column in 0..<width { distance = max(distance, abs(point[column] - other[column])) }
      return distance
    }

    func count(_ position: Int, nearerThan radius: Double, node: Int, low: Int, high: Int) -> Int {
      let point = coordinates + position * width
      guard distance(point, toBox: node) < radius else { return 0 }
      if high - low > KDTree.leafSize {
        let box = boxes + node * 2 * width
        var farthest = 0.0
        for column in 0..<width {
          farthest = max(farthest, point[column] - box[column], box[width + column] - point[column])
        }
        if farthest < radius { return high - low }
        let middle = (low + high) / 2
        return count(position, nearerThan: radius, node: 2 * node + 1, low: low, high: middle)
          + count(position, nearerThan: radius, node: 2 * node + 2, low: middle, high: high)
      }
      var count = 0
      for other in low..<high where distance(point, to: other) < radius { count += 1 }
      return count
    }
  }

  private struct Neighbourhood {
    let search: Search
    let position: Int
    let k: Int
    let distances: UnsafeMutablePointer<Double>
    let found: UnsafeMutablePointer<Int>
    let point: UnsafePointer<Double>

    init(
      _ search: Search, _ position: Int, _ k: Int, _ distances: UnsafeMutablePointer<Double>,
      _ found: UnsafeMutablePointer<Int>
    ) {
      (self.search, self.position, self.k, self.distances, self.found) = (search, position, k, distances, found)
      point = search.coordinates + position * search.width
    }

    func visit(node: Int, low: Int, high: Int) {
      if high - low <= KDTree.leafSize {
        for other in low..<high where other != position {
          let distance = search.distance(point, to: other)
          if distance < distances[k - 1] { insert(other, distance) }
        }
        return
      }
      let middle = (low + high) / 2
      let (left, right) = (
        search.distance(point, toBox: 2 * node + 1), search.distance(point, toBox: 2 * node + 2)
      )
      // Rows of equal distance go to the side that holds the point itself.
      let leftFirst = left < right || (left == right && position < middle)
      if leftFirst && left < distances[k - 1] { visit(node: 2 * node + 1, low: low, high: middle) }
      if right < distances[k - 1] { visit(node: 2 * node + 2, low: middle, high: high) }
      if !leftFirst && left < distances[k - 1] { visit(node: 2 * node + 1, low: low, high: middle) }
    }

    private func insert(_ other: Int, _ distance: Double) {
      var place = k - 1
      while place > 0 && distances[place - 1] > distance {
        (distances[place], found[place]) = (distances[place - 1], found[place - 1])
        place -= 1
      }
      (distances[place], found[place]) = (distance, other)
    }
  }
}

/// How many points of one variable lie within a radius of each: sorted numbers for one column, a tree for more.
struct NeighbourCounts {
  private enum Index {
    case sorted([Double])
    case tree(KDTree)
  }

  private let points: Points
  private let index: Index

  init(_ points: Points) {
    self.points = points
    index = points.width == 1 ? .sorted(points.values.sorted()) : .tree(KDTree(points))
  }

  /// For each row, how many other points are nearer than its radius (or, unless `isStrict`, as near as it).
  func counts(within radii: [Double], isStrict: Bool) -> [Int] {
    switch index {
    case .tree(let tree): return tree.counts(within: radii, isStrict: isStrict)
    case .sorted(let sorted):
      return sorted.withUnsafeBufferPointer { sorted in
        points.values.withUnsafeBufferPointer { values in
          radii.indices.map { row in
            let (value, radius) = (values[row], isStrict ? radii[row] : radii[row].nextUp)
            guard radius > 0 else { return 0 }
            // Differences, not sums, are compared: a neighbour at exactly the radius must not slip in by rounding.
            var (low, high) = (0, sorted.count)
            while low < high {
              let middle = (low + high) >> 1
              if value - sorted[middle] < radius { high = middle } else { low = middle + 1 }
            }
            let first = low
            high = sorted.count
            while low < high {
              let middle = (low + high) >> 1
              if sorted[middle] - value < radius { low = middle + 1 } else { high = middle }
            }
            return low - first - 1
          }
        }
      }
    }
  }
}
