/// Text some of whose words lead to where they come from.
///
/// ```swift
/// let text: LinkedText = "\(single) gains \("11.2 points", from: .gain)"
/// text.plain      // in a terminal
/// ```
struct LinkedText: Equatable, ExpressibleByStringInterpolation {
  /// A place in a report.
  enum Place: String, CaseIterable {
    case leaderboard, gain, information, measures
  }

  struct Part: Equatable {
    var text: String
    var place: Place?
  }

  private(set) var parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }
  init(stringLiteral text: String) { self.init([Part(text: text, place: nil)]) }
  init(stringInterpolation interpolation: StringInterpolation) { self.init(interpolation.parts) }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [Part] = []
    init(literalCapacity: Int, interpolationCount: Int) {}
    mutating func appendLiteral(_ text: String) { parts.append(Part(text: text, place: nil)) }
    mutating func appendInterpolation(_ text: String) { appendLiteral(text) }
    mutating func appendInterpolation(_ number: Int) { appendLiteral("\(number)") }
    mutating func appendInterpolation(_ text: LinkedText) { parts += text.parts }
    /// A number, and where it is to be found.
    mutating func appendInterpolation(_ text: String, from place: Place) {
      parts.append(Part(text: text, place: place))
    }
  }

  var plain: String { parts.map(\.text).joined() }

  /// With links inside the page.
  var html: String {
    parts.map { part in
      let text = HTML.prose(part.text)
      return part.place.map { "<a href=\"#\($0.rawValue)\">\(text)</a>" } ?? text
    }.joined()
  }

  static func + (first: LinkedText, second: LinkedText) -> LinkedText { LinkedText(first.parts + second.parts) }

  /// With the first letter large.
  var capitalised: LinkedText {
    guard let first = parts.first else { return self }
    return LinkedText(
      [Part(text: first.text.prefix(1).uppercased() + first.text.dropFirst(), place: first.place)] + parts.dropFirst())
  }
}
