import Foundation
import Tensors

/// The installed outline fonts whose digits can be read as digits, by design family.
public struct FontCollection: Sendable {
  /// Faces by family, sorted by name.
  let families: [[GlyphRenderer.Face]]
  /// Faces whose digits can be read.
  public var faceCount: Int { families.reduce(0) { $0 + $1.count } }

  static let smallestFaceCount = 12
  static let smallestFamilyCount = 6

  /// Searches the folders that fonts are installed in.
  /// - Throws: `InputError` naming the packages to install where there are too few.
  public static func installed() throws -> FontCollection {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? "/"
    let data = (environment["XDG_DATA_DIRS"] ?? "/usr/local/share:/usr/share").split(separator: ":").map(String.init)
    let own = environment["XDG_DATA_HOME"] ?? home + "/.local/share"
    var folders = ["/usr/share/fonts", "/usr/local/share/fonts", own + "/fonts", home + "/.fonts"]
    folders += data.map { $0 + "/fonts" }
    return try FontCollection(folders: folders)
  }

  init(folders: [String]) throws {
    let renderer = GlyphRenderer()
    var seen: Set<String> = []
    var faces: [GlyphRenderer.Face] = []
    for file in Self.fontFiles(in: folders) {
      // The same face is often installed in two formats.
      for face in renderer.faces(in: file, having: "0123456789") where seen.insert(face.name).inserted {
        faces.append(face)
      }
    }
    let readable = try Self.readable(faces, renderer)
    families = Dictionary(grouping: readable) { Self.design($0.family) }.sorted { $0.key < $1.key }
      .map { $0.value.sorted { ($0.name, $0.file) < ($1.name, $1.file) } }
    guard faceCount >= Self.smallestFaceCount, families.count >= Self.smallestFamilyCount else {
      throw InputError(
        """
        found \(faceCount) usable font faces of \(families.count) families; at least \(Self.smallestFaceCount) of \
        \(Self.smallestFamilyCount) are needed: apt-get install fonts-dejavu fonts-liberation fonts-freefont-ttf \
        fonts-urw-base35
        """)
    }
  }

  private static func fontFiles(in folders: [String]) -> [String] {
    var files: Set<String> = []
    for folder in folders {
      for path in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
        if ["ttf", "otf", "ttc", "otc"].contains(URL(filePath: path).pathExtension.lowercased()) {
          files.insert(URL(filePath: folder).appending(path: path).standardizedFileURL.path)
        }
      }
    }
    return files.sorted()
  }

  /// The family without the words that tell cuts of one design apart: DejaVu Sans Condensed is DejaVu Sans.
  static func design(_ family: String) -> String {
    let cuts: Set<String> = [
      "Condensed", "Narrow", "Light", "Medium", "Black", "Bold", "Thin", "Book", "SemiBold", "ExtraLight",
      "ExtraBold", "Extra", "Semi", "Heavy", "Mono", "Display", "Demi", "Cond", "Hairline",
    ]
    let words = family.split(separator: " ").map(String.init)
    let kept = words.filter { !cuts.contains($0) }
    return (kept.isEmpty ? words : kept).joined(separator: " ")
  }

  /// The faces of whose ten digits at least eight are nearest to their own mean over all faces: leaves out symbol fonts
  /// that draw something else where digits belong.
  private static func readable(
    _ faces: [GlyphRenderer.Face], _ renderer: GlyphRenderer
  ) throws -> [GlyphRenderer.Face] {
    let drawn: [(face: GlyphRenderer.Face, digits: [[Float]])] = faces.compactMap { face in
      let pose = GlyphRenderer.Pose(height: 10)
      let digits = "0123456789".unicodeScalars.compactMap {
        try? renderer.render($0, face: face, pose: pose, height: 14, width: 14)
      }
      return digits.count == 10 ? (face, digits) : nil
    }
    guard !drawn.isEmpty else { return [] }
    let means = (0..<10).map { digit in
      (0..<14 * 14).map { pixel in drawn.reduce(0) { $0 + $1.digits[digit][pixel] } / Float(drawn.count) }
    }
    func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    return drawn.filter { entry in
      let right = (0..<10).filter { digit in
        let distances = means.map { distance($0, entry.digits[digit]) }
        return distances.allSatisfy { $0 >= distances[digit] }
      }
      return right.count >= 8
    }.map(\.face)
  }
}
