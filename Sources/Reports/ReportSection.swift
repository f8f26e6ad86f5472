/// A part of the page with its title, to which the contents lead.
struct ReportSection {
  /// What links lead to.
  let id: String
  /// Markup.
  let title: String
  let body: String

  /// - Parameters:
  ///   - title: markup; also what links lead to, where there is no place.
  ///   - body: markup.
  ///   - place: that sentences link to.
  ///   - name: what links lead to, where titles differ from page to page.
  init(_ title: String, _ body: String, id place: LinkedText.Place? = nil, name: String? = nil) {
    self.title = title
    self.body = body
    id = place?.rawValue ?? (name ?? title).lowercased().map { $0.isLetter || $0.isNumber ? "\($0)" : "-" }.joined()
  }

  var html: String { "<section id=\"\(id)\">\n<h2>\(title)</h2>\n\(body)\n</section>" }
}

extension [ReportSection] {
  /// Links to the sections.
  var contents: String {
    "<nav><ul>" + map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" }.joined() + "</ul></nav>"
  }
}

/// Markup that several sections use.
enum Markup {
  /// What repeats a picture or is looked up by few, to be opened.
  static func folded(_ summary: String, _ body: String, isOpen: Bool = false) -> String {
    "<details\(isOpen ? " open" : "")><summary>\(summary)</summary>\n\(body)\n</details>"
  }

  /// A table of texts.
  ///
  /// - Parameters:
  ///   - header: none where empty.
  ///   - rows: texts.
  ///   - numbers: columns that are aligned to the right.
  ///   - styles: classes of the rows, none where there are fewer.
  static func table(_ header: [String], _ rows: [[String]], numbers: Set<Int>, styles: [String] = []) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { index, cell in
        "<\(tag)\(numbers.contains(index) ? " class=\"n\"" : "")>\(HTML.escape(cell))</\(tag)>"
      }.joined()
    }
    let head = header.isEmpty ? "" : "<thead><tr>\(cells(header, "th"))</tr></thead>"
    let body = rows.enumerated().map { index, row in
      "<tr\(index < styles.count ? " class=\"\(styles[index])\"" : "")>\(cells(row, "td"))</tr>"
    }
    return "<div class=\"scroll\"><table>\(head)<tbody>\n\(body.joined(separator: "\n"))\n</tbody></table></div>"
  }
}
