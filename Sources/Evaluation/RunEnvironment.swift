import Foundation

/// The machine and the software of a run: what a reader needs to judge its timings.
public struct RunEnvironment: Codable, Sendable, Equatable {
  /// "Debian GNU/Linux 12 (bookworm)".
  public var operatingSystem: String
  public var kernel: String
  /// "x86_64", "aarch64".
  public var architecture: String
  public var processor: String
  /// Cores that this process may use.
  public var cores: Int
  public var memoryBytes: Int
  /// Version of the compiler that built the program, major and minor.
  public var swift: String
  public var libtorch: String
  public var chiasm: String

  public init(
    operatingSystem: String, kernel: String, architecture: String, processor: String, cores: Int, memoryBytes: Int,
    swift: String, libtorch: String, chiasm: String
  ) {
    self.operatingSystem = operatingSystem
    self.kernel = kernel
    self.architecture = architecture
    self.processor = processor
    self.cores = cores
    self.memoryBytes = memoryBytes
    self.swift = swift
    self.libtorch = libtorch
    self.chiasm = chiasm
  }

  /// The machine that this process runs on; the versions that only the caller knows are given.
  public static func current(libtorch: String, chiasm: String) -> RunEnvironment {
    var names = utsname()
    uname(&names)
    return RunEnvironment(
      operatingSystem: value(of: "PRETTY_NAME", separator: "=", in: "/etc/os-release")
        ?? ProcessInfo.processInfo.operatingSystemVersionString,
      kernel: text(names.release), architecture: text(names.machine),
      processor: value(of: "model name", separator: ":", in: "/proc/cpuinfo") ?? "unknown",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      memoryBytes: Int(clamping: ProcessInfo.processInfo.physicalMemory), swift: swiftVersion, libtorch: libtorch,
      chiasm: chiasm)
  }

  /// The value of the first line `key … separator value` of a file, without quotes.
  static func value(of key: String, separator: Character, in path: String) -> String? {
    guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
      return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }
    return nil
  }

  private static func text<Tuple>(_ tuple: Tuple) -> String {
    withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static var swiftVersion: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
