import Foundation
import Tensors

/// What this process may use of the machine that it runs on.
public struct Machine: Sendable, Equatable {
  /// Those that the process may run on, or fewer where a control group limits its time.
  public var cores: Int
  /// Cores that others left alone during the last minute; at least one.
  public var idleCores: Int
  /// Memory that can still be taken, in bytes: the least that the system, every control group above and the limit of the
  /// process leave; nil where nothing says so.
  public var availableBytes: Int?

  /// - Parameters:
  ///   - cores: that may be used.
  ///   - idleCores: nil for all.
  ///   - availableBytes: of memory; nil where that is unknown.
  public init(cores: Int, idleCores: Int? = nil, availableBytes: Int? = nil) {
    self.cores = cores
    self.idleCores = idleCores ?? cores
    self.availableBytes = availableBytes
  }

  /// As it is at this moment.
  public static var current: Machine {
    let root = URL(filePath: "/", directoryHint: .isDirectory)
    let machine = Machine(
      root: root, cores: ProcessInfo.processInfo.activeProcessorCount, addressSpace: limitOfAddressSpace)
    return startsThreads ? machine : Machine(cores: 1, availableBytes: machine.availableBytes)
  }

  /// Whether the system lets this process have another thread: not in a container with a limit of processes, or where there
  /// is little address space. The engine's own threads, which cannot be refused, then must not be asked for either.
  public static var startsThreads: Bool {
    guard let thread = WorkerThread({}) else { return false }
    thread.join()
    return true
  }

  /// Address space without which nothing is begun: below it, what the engine, the run store and threads ask for is refused in
  /// places that cannot say so.
  static let leastAddressSpace = 512 << 20

  /// In one line, that a limit of address space leaves too little to work in, and what would do; nil where it does not.
  public static var lackOfAddressSpace: String? {
    guard let limit = limitOfAddressSpace else { return nil }
    let files = SystemFiles(root: URL(filePath: "/", directoryHint: .isDirectory))
    return lackOfAddressSpace(limit: limit, mapped: files.mappedBytes ?? 0)
  }

  static func lackOfAddressSpace(limit: Int, mapped: Int) -> String? {
    guard limit - mapped < leastAddressSpace else { return nil }
    // ulimit counts kibibytes; rounded up to a number that one would type.
    let needed = (mapped + 2 * leastAddressSpace) / 1024 / 100_000 * 100_000 + 100_000
    return
      "the limit of address space (ulimit -v \(limit / 1024)) leaves \(max(0, limit - mapped) >> 20) MiB beside the program's "
      + "own libraries, expected at least \(leastAddressSpace >> 20) MiB: no threads can be started in that; "
      + "ulimit -v \(needed) is enough"
  }

  /// What `ulimit -v` says, in bytes; nil for no limit.
  private static var limitOfAddressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    // No limit is the largest number.
    return limit.rlim_cur < 1 << 60 ? Int(limit.rlim_cur) : nil
  }

  /// Reads `proc` and `sys` below `root`, control groups of version 1 and 2; `addressSpace` is the most that the process
  /// may map.
  init(root: URL, cores: Int, addressSpace: Int? = nil) {
    let files = SystemFiles(root: root)
    let groups = files.groups
    let unmapped = addressSpace.map { max(0, $0 - (files.mappedBytes ?? 0)) }
    // Each core means a thread with a stack and an arena of memory of its own.
    let mapped = unmapped.map { max(1, ($0 - Self.leastAddressSpace / 2) / (192 << 20)) }
    let quotas = groups.compactMap(files.cores).map { Int($0.rounded(.up)) }
    let allowed = max(1, (quotas + [mapped ?? cores]).reduce(cores, min))
    self.cores = allowed
    idleCores = max(1, min(allowed, cores - Int(files.load.rounded())))
    availableBytes = ([files.availableBytes, unmapped] + groups.map(files.bytesLeft)).compactMap { $0 }.min()
  }
}

/// The files in which Linux says what it has and what it allows.
private struct SystemFiles {
  let root: URL

  /// Folders of the control groups that the process is in, and of those above; not all of them have to exist.
  var groups: [String] {
    (text("proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line -> [String] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      // Version 2 has one hierarchy and no name; version 1 has one for each of its controllers.
      let mounts = parts[1].isEmpty ? ["", "/unified"] : parts[1].split(separator: ",").map { "/\($0)" }
      let path = parts[2].split(separator: "/")
      return mounts.flatMap { mount in
        (0...path.count).map { "sys/fs/cgroup\(mount)/" + path.prefix($0).joined(separator: "/") }
      }
    }
  }

  /// Threads that ran or wanted to, on average over a minute.
  var load: Double { text("proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0 }

  /// Memory that a new program could take without swapping.
  var availableBytes: Int? { number(after: "MemAvailable:", in: "proc/meminfo").map { $0 << 10 } }

  /// What the process has mapped, whether it uses it or not.
  var mappedBytes: Int? {
    text("proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
  }

  /// Cores' worth of time of a group.
  func cores(_ group: String) -> Double? {
    // "200000 100000", or "max 100000".
    let both = text("\(group)/cpu.max")?.split(whereSeparator: \.isWhitespace).map { Double($0) }
    let quota = both?.first ?? number("\(group)/cpu.cfs_quota_us").map(Double.init)
    let period = both?.last ?? number("\(group)/cpu.cfs_period_us").map(Double.init)
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return quota / period
  }

  /// Bytes that a group has left; files that it read and could drop count as free.
  func bytesLeft(_ group: String) -> Int? {
    guard let limit = number("\(group)/memory.max") ?? number("\(group)/memory.limit_in_bytes"),
      // No limit in version 1 is the largest number of pages.
      limit < 1 << 60,
      let used = number("\(group)/memory.current") ?? number("\(group)/memory.usage_in_bytes")
    else { return nil }
    let droppable =
      number(after: "total_inactive_file", in: "\(group)/memory.stat")
      ?? number(after: "inactive_file", in: "\(group)/memory.stat") ?? 0
    return max(0, limit - used + droppable)
  }

  private func text(_ path: String) -> String? {
    try? String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private func number(_ path: String) -> Int? {
    text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// The number behind the first word `key` that begins a line.
  private func number(after key: String, in path: String) -> Int? {
    for line in (text(path) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 1, words[0] == key { return Int(words[1]) }
    }
    return nil
  }
}
