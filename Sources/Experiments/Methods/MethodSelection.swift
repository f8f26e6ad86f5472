import Encoders
import Fusion
public import Modalities
public import Models
import Tensors

/// One row of a comparison: a method, the modalities it sees and the options that differ from the defaults.
///
/// Written `name[@modality+modality…][:key=value…]`: `late:combine=product`, `unimodal@audio`,
/// `tensor@audio+text:projection=8`.
public struct MethodSelection: Sendable, Codable, Equatable {
  /// The method's registered name.
  public let method: String
  /// Modalities it sees, sorted.
  public let modalities: [String]
  /// Options given, without the defaults.
  public let options: [String: String]
  /// The selection as it was written, in its shortest form: the row's name. Of a value longer than a line can hold, such as
  /// an architecture, it has the beginning and a number made of all of it.
  public let name: String

  public init(method: String, modalities: [String], options: [String: String] = [:], among all: [String]) {
    self.method = method
    self.modalities = modalities.sorted()
    self.options = options
    let subset =
      self.modalities == all.sorted() && method != Method.unimodal.name
      ? "" : "@" + self.modalities.joined(separator: "+")
    name = method + subset + options.sorted { $0.key < $1.key }.map { ":\($0)=\(Self.short($1))" }.joined()
  }

  /// The scale in which it adds its modalities up; nil where it is not additive by construction. Whatever reads one modality
  /// alone is additive.
  ///
  /// - Throws: `UsageError` for an unknown method or option.
  public func additiveScale(task: TaskKind, methods: [Method] = Method.all) throws -> AdditiveScale? {
    let method = try methods.named(method)
    return try (modalities.count == 1 ? Method.unimodal : method)
      .additiveScale(options: modalities.count == 1 ? [:] : options, task: task)
  }

  private static func short(_ value: String) -> String {
    guard value.count > 40 else { return value }
    // FNV-1a, 64 bits.
    let number = value.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return value.prefix(16) + "~" + String(number, radix: 36)
  }

  /// The selections that a comma-separated list stands for; `unimodal` is one per modality, `standard` the methods of
  /// ``standard(modalities:)``, `all` those of ``every(modalities:)``, and an area such as `fusion` its methods.
  ///
  /// - Parameters:
  ///   - list: `unimodal,late:combine=product,tensor`.
  ///   - modalities: those of the data set.
  ///   - methods: those that there are.
  /// - Throws: `UsageError` for an unknown method, modality or option, a value out of range, or the wrong number of
  ///   modalities.
  public static func parse(
    _ list: String, modalities: [String], methods: [Method] = Method.all
  ) throws -> [MethodSelection] {
    var selections: [MethodSelection] = []
    for text in list.split(separator: ",", omittingEmptySubsequences: false) {
      for selection in try parseOne(text.trimming(), modalities, methods) where !selections.contains(selection) {
        selections.append(selection)
      }
    }
    return selections
  }

  /// What a comparison answers with unless asked otherwise: each modality alone, and one fusion of each kind that trains in
  /// moments.
  public static func standard(modalities: [String], methods: [Method] = Method.all) -> [MethodSelection] {
    selections(of: modalities, methods) {
      ["unimodal", "early", "late", "additive", "tensor", "low-rank", "gated", "nonlinear"].contains($0.name)
    }
  }

  /// Every method that takes these modalities, with its defaults.
  public static func every(modalities: [String], methods: [Method] = Method.all) -> [MethodSelection] {
    selections(of: modalities, methods) { _ in true }
  }

  private static func selections(
    of modalities: [String], _ methods: [Method], where isWanted: (Method) -> Bool
  ) -> [MethodSelection] {
    let names = methods.filter { isWanted($0) && ($0.area == "unimodal" || $0.modalities.contains(modalities.count)) }
      .map(\.name)
    return names.flatMap { name in
      name == Method.unimodal.name
        ? modalities.sorted().map { MethodSelection(method: name, modalities: [$0], among: modalities) }
        : [MethodSelection(method: name, modalities: modalities, among: modalities)]
    }
  }

  private static func parseOne(
    _ text: String, _ modalities: [String], _ methods: [Method]
  ) throws -> [MethodSelection] {
    if text == "standard" { return standard(modalities: modalities, methods: methods) }
    if text == "all" { return every(modalities: modalities, methods: methods) }
    if text != Method.unimodal.name, methods.contains(where: { $0.area == text }) {
      return selections(of: modalities, methods) { $0.area == text }
    }
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let head = parts.removeFirst().split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    let method = try methods.named(head[0])
    var options: [String: String] = [:]
    for part in parts {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard pair.count == 2, !pair[0].isEmpty else {
        throw UsageError("method \"\(text)\": \"\(part)\" is not an option; expected key=value")
      }
      guard options.updateValue(pair[1], forKey: pair[0]) == nil else {
        throw UsageError("method \"\(text)\": option \(pair[0]) is given twice")
      }
    }
    _ = try method.values(options)
    var chosen = modalities
    if head.count > 1 {
      chosen = head[1].split(separator: "+", omittingEmptySubsequences: false).map(String.init)
      guard head.count == 2, Set(chosen).count == chosen.count else {
        throw UsageError(
          "method \"\(text)\": expected modalities behind one @, each once, such as "
            + "\(method.name)@\(modalities.sorted().joined(separator: "+"))")
      }
      for name in chosen where !modalities.contains(name) {
        throw UsageError(
          "method \"\(text)\": no modality \"\(name)\"; the data set has \(modalities.sorted().joined(separator: ", "))"
        )
      }
    }
    if method.name == Method.unimodal.name {
      return chosen.sorted().map {
        MethodSelection(method: method.name, modalities: [$0], options: options, among: modalities)
      }
    }
    guard method.modalities.contains(chosen.count) else {
      let (least, most) = (method.modalities.lowerBound, method.modalities.upperBound)
      throw UsageError(
        "method \"\(text)\" takes \(least == most ? "exactly" : "at least") \(least) modalities, found \(chosen.count)"
          + (chosen.count > most
            ? "; name \(most) such as \(method.name)@\(chosen.prefix(most).joined(separator: "+"))" : ""))
    }
    return [MethodSelection(method: method.name, modalities: chosen, options: options, among: modalities)]
  }
}

extension StringProtocol {
  /// Without blanks at either end.
  func trimming() -> String {
    var slice = self[...]
    while let first = slice.first, first.isWhitespace { slice = slice.dropFirst() }
    while let last = slice.last, last.isWhitespace { slice = slice.dropLast() }
    return String(slice)
  }
}
