import Foundation

/// The research copies of public data sets beside the repository; tests that need them are skipped without.
enum SharedData {
  static let url: URL = {
    if let path = ProcessInfo.processInfo.environment["CHIASM_SHARED"] {
      return URL(fileURLWithPath: path).appendingPathComponent("data")
    }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/data")
  }()

  static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
  }

  static func folder(_ name: String) -> URL { url.appendingPathComponent(name) }
}
