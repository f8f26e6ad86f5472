import Foundation
import Tensors

/// The colours of a figure by what they mean; the page's style sheet says what they look like, by day and by night.
enum Ink: String, CaseIterable {
  case ink, muted, grid, paper, unimodal, fusion

  /// The colour that stands for it inside gnuplot.
  var code: String { "'#0102" + String(format: "%02x'", index + 1) }

  private var index: Int { Ink.allCases.firstIndex(of: self) ?? 0 }

  init?(blue: Int) {
    guard Ink.allCases.indices.contains(blue - 1) else { return nil }
    self = Ink.allCases[blue - 1]
  }
}

/// A gnuplot script under construction, in pixels of a canvas, and the picture it becomes.
struct FigureScript {
  let width: Double
  let height: Double
  private(set) var lines: [String]
  private var texts = [String]()
  private var labels = 0

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
    lines = [
      "set terminal svg noenhanced size \(Int(width)),\(Int(height)) dynamic rounded font 'sans,12'",
      "set encoding utf8",
      "set border 0",
      "set key off",
      "set tics nomirror scale 0 textcolor rgb \(Ink.muted.code) font ',11'",
      "set style fill transparent solid 0.16 noborder",
    ]
  }

  mutating func add(_ line: String) { lines.append(line) }

  /// A placeholder, quoted for the script, that becomes the text in the picture.
  mutating func text(_ text: String) -> String {
    texts.append(text)
    return "'{{\(texts.count - 1)}}'"
  }

  /// Places the axes of the next plot, in pixels from the top left corner of the canvas.
  mutating func frame(left: Double, top: Double, right: Double, bottom: Double) {
    add("set lmargin at screen \(number(left / width))")
    add("set rmargin at screen \(number(right / width))")
    add("set tmargin at screen \(number(1 - top / height))")
    add("set bmargin at screen \(number(1 - bottom / height))")
  }

  /// A text at pixels from the top left corner of the canvas.
  mutating func label(
    _ text: String, x: Double, y: Double, align: String = "left", ink: Ink = .ink, size: Double = 12,
    rotate: Int = 0
  ) {
    labels += 1
    add(
      "set label \(labels) \(self.text(text)) at screen \(number(x / width)),\(number(1 - y / height)) \(align) front "
        + (rotate == 0 ? "" : "rotate by \(rotate) ") + "textcolor rgb \(ink.code) font ',\(number(size))'")
  }

  /// Takes the labels so far off the plots that follow (multiplot).
  mutating func clearLabels() {
    add("unset label")
    labels = 0
  }

  /// Rows of numbers as a named data block.
  mutating func data(_ name: String, _ rows: [[Double]]) {
    add("$\(name) << EOD")
    for row in rows { add(row.map(number).joined(separator: " ")) }
    add("EOD")
  }

  /// Draws the figure.
  ///
  /// - Parameter name: prefixes the ids in the picture, so that several can stand in one page.
  /// - Throws: `InputError` when gnuplot fails.
  func svg(_ gnuplot: Gnuplot, name: String, title: String) throws -> String {
    var svg = try gnuplot.run(lines.joined(separator: "\n") + "\n")
    guard let start = svg.range(of: "<g id=\"gnuplot_canvas\">") else { return svg }
    svg = String(svg[start.lowerBound...])
    // Filters for text boxes and a white background are of no use here; most groups are empty.
    svg.replace(/<filter[\s\S]*?<\/filter>/, with: "")
    svg.replace(/<rect x="0" y="0"[^>]*\/>/, with: "")
    svg.replace(/<title>[^<]*<\/title>/, with: "")
    svg.replace(/<g [^>]*>\s*<\/g>/, with: "")
    svg.replace(/\ font-family="[^"]*"/, with: "")
    svg.replace(/rgb\(\s*1,\s*2,\s*(\d+)\)/) { match in
      Int(match.output.1).flatMap(Ink.init(blue:)).map { "var(--\($0.rawValue))" } ?? "currentColor"
    }
    svg.replace(/([ :](?:id=['"]|href='#))/) { "\($0.output.1)\(name)-" }
    svg.replace(/\s*\n\s*/, with: "\n")
    svg.replace(/\{\{(\d+)\}\}/) { match in Int(match.output.1).map { HTML.escape(texts[$0]) } ?? "" }
    return "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" xmlns=\"http://www.w3.org/2000/svg\" "
      + "xmlns:xlink=\"http://www.w3.org/1999/xlink\" role=\"img\" aria-label=\"\(HTML.escape(title))\">\n" + svg
  }

  func number(_ value: Double) -> String { String(format: "%.6g", value) }
}

/// Text inside a page.
enum HTML {
  /// Running text: a line does not end between a number and its sign of percent.
  static func prose(_ text: String) -> String { escape(text).replacingOccurrences(of: " %", with: "\u{A0}%") }

  /// A document with the look of the report.
  ///
  /// - Parameters:
  ///   - title: text.
  ///   - body: markup.
  static func page(title: String, _ body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escape(title))</title>
    <style>
    \(ReportStyle.css)
    </style>
    </head>
    <body>
    <main>
    \(body)
    </main>
    </body>
    </html>

    """
  }

  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.shown(keepingLines: true).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
