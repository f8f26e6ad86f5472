import Foundation

extension StringProtocol {
  /// The text as it may be shown to a person: names come from data sets and run folders of strangers, and must neither move
  /// the cursor, colour or rename the terminal, nor turn the direction of what stands around them.
  ///
  /// Controls (C0, C1), separators of lines and paragraphs and marks of writing direction become U+FFFD. What joins letters
  /// and emoji stays.
  ///
  /// - Parameter keepingLines: whether line feeds and tabs stay, for texts of several lines.
  public func shown(keepingLines: Bool = false) -> String {
    guard unicodeScalars.contains(where: { $0.isDangerousToShow }) else { return String(self) }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let stays = !scalar.isDangerousToShow || keepingLines && (scalar == "\n" || scalar == "\t")
      result.append(stays ? scalar : "\u{FFFD}")
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var isDangerousToShow: Bool {
    switch value {
    case 0x20...0x7E: false
    // Marks of direction: Arabic letter mark, left-to-right and right-to-left mark, embeddings, overrides, isolates.
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default:
      switch properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
  }
}

/// Standard error, for what is only shown: a terminal that was closed, a full disk or a reader that went away is no reason to
/// end a training.
public enum StandardError {
  /// Writes a text, or what of it can be written; never waits for long, never fails.
  ///
  /// - Parameter patience: milliseconds to wait for a reader that does not keep up with a pipe.
  public static func show(_ text: String, patience: Int32 = 0) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      var place = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
      // A full pipe would hold the caller until somebody reads.
      guard poll(&place, 1, patience) == 1, place.revents & Int16(POLLOUT) != 0 else { return }
      // A pipe that is ready takes so much at once.
      let written = bytes.prefix(Int(PIPE_BUF)).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written > 0 { bytes = bytes.dropFirst(written) } else if errno != EINTR { return }
    }
  }
}
