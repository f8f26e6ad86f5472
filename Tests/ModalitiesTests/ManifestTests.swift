import Foundation
import Tensors
import Testing

@testable import Modalities

private let digits = """
  name: spoken-digits
  licence: CC BY-SA 4.0
  task: classification
  target: digit
  classes: [0, 1, 2, yes, no]
  group: speaker
  modalities:
    image: {kind: image, column: image_path, size: [28, 28], channels: 1}
    audio: {kind: audio, column: wav_path, rate: 8000, features: logmel, bands: 40}
    text:  {kind: vector, file: text.npy}
    motion: {kind: sequence, file: all.npz, array: motion, maximum_length: 100}
  metric: accuracy
  """

@Suite struct ManifestTests {
  @Test func readsTheExample() throws {
    let manifest = try Manifest.parse(digits)
    #expect(manifest.name == "spoken-digits")
    #expect(manifest.task == .classification)
    #expect(manifest.classes == ["0", "1", "2", "yes", "no"])
    #expect(manifest.modalityNames == ["audio", "image", "motion", "text"])
    #expect(
      manifest.modalities["audio"]
        == ModalitySpecification(kind: .audio, column: "wav_path", rate: 8000, features: .logmel, bands: 40))
    #expect(
      manifest.modalities["image"]
        == ModalitySpecification(kind: .image, column: "image_path", size: [28, 28], channels: 1))
    #expect(
      manifest.modalities["motion"]
        == ModalitySpecification(kind: .sequence, file: "all.npz", array: "motion", maximumLength: 100))
  }

  @Test func fillsInDefaults() throws {
    let manifest = try Manifest.parse(
      """
      name: x
      task: none
      modalities:
        a: {kind: audio, column: a, rate: 16000, features: mfcc}
        b: {kind: image, column: b, size: [8, 9]}
      """)
    #expect(manifest.modalities["a"]?.bands == 40)
    #expect(manifest.modalities["a"]?.coefficients == 13)
    #expect(manifest.modalities["b"]?.channels == 3)
  }

  @Test func writesWhatItReads() throws {
    var manifest = try Manifest.parse(digits)
    manifest.name = "007: \"quoted\" # not a comment"
    manifest.citation = "Zoë & Łukasz,\nsecond line, 2024"
    manifest.licence = "null"
    manifest.information = InformationContent(
      redundancy: 0.5, unique: ["audio": 1, "image": 0, "motion": 0.25, "text": 2], synergy: 0)
    #expect(try Manifest.parse(manifest.yaml()) == manifest)
    #expect(try manifest.yaml().hasSuffix("}\n"))
    let folder = try TemporaryFolder()
    try manifest.write(to: folder.file("dataset.yaml"))
    #expect(try Manifest.read(folder.file("dataset.yaml")) == manifest)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["dataset.yaml"])
  }

  @Test(arguments: [
    ("name: [", "dataset.yaml: line 2: is not YAML: did not find expected node content"),
    ("a: b: c", "dataset.yaml: line 1: is not YAML: mapping values are not allowed in this context"),
    ("\u{1}", "dataset.yaml: is not YAML: control characters are not allowed"),
    ("", "dataset.yaml: must be a mapping with name, task and modalities, found nothing"),
    ("- a", "dataset.yaml: must be a mapping with name, task and modalities, found a list"),
    ("some text", "dataset.yaml: must be a mapping with name, task and modalities, found \"some text\""),
    ("name: a\nname: b", "dataset.yaml: line 1: the key \"name\" appears twice"),
  ])
  func refusesWhatIsNotAManifest(yaml: String, message: String) {
    #expect { try Manifest.parse(yaml) } throws: { error in
      #expect("\(error)" == message)
      return error is InputError
    }
  }

  /// The example with one line replaced.
  @Test(arguments: [
    (
      "metric: accuracy", "metrik: accuracy",
      "line 12: unknown key \"metrik\"; known keys: name, licence, citation, task, target, separator, "
        + "classes, group, modalities, metric, information"
    ),
    ("name: spoken-digits", "licence: 1", "line 1: the key \"licence\" appears twice"),
    ("name: spoken-digits", "metric: 1", "line 1: the key \"metric\" appears twice"),
    ("name: spoken-digits", "", "name is missing"),
    ("name: spoken-digits", "name:", "line 1: name must be text, found nothing"),
    ("name: spoken-digits", "name: ~", "line 1: name must be text, found \"~\""),
    ("name: spoken-digits", "name: {a: b}", "line 1: name must be text, found a mapping"),
    (
      "task: classification", "task: classify",
      "line 3: task is \"classify\"; expected one of classification, regression, multilabel, retrieval, none"
    ),
    ("target: digit", "", "target is missing"),
    ("target: digit", "target: split", "line 4: target cannot be the column \"split\""),
    ("task: classification", "task: regression", "line 5: classes has no meaning for task regression"),
    ("classes: [0, 1, 2, yes, no]", "classes: 3", "line 5: classes must be a list, found \"3\""),
    ("classes: [0, 1, 2, yes, no]", "classes: [a]", "line 5: classes must name at least 2 classes, found 1"),
    ("classes: [0, 1, 2, yes, no]", "classes: [a, b, a]", "line 5: classes names \"a\" twice"),
    (
      "classes: [0, 1, 2, yes, no]", "classes: [a, [b]]",
      "line 5: classes must be a list of texts, found a list in it"
    ),
    ("rate: 8000, ", "", "line 9: modalities.audio.rate is missing"),
    (
      "rate: 8000", "rate: fast",
      "line 9: modalities.audio.rate must be a whole number from 1000 to 192000, found \"fast\""
    ),
    (
      "rate: 8000", "rate: 0",
      "line 9: modalities.audio.rate must be a whole number from 1000 to 192000, found \"0\""
    ),
    (
      "features: logmel", "features: chroma",
      "line 9: modalities.audio.features is \"chroma\"; expected one of logmel, mfcc, waveform"
    ),
    (
      "features: logmel", "features: waveform",
      "line 9: modalities.audio.bands has no meaning for features waveform"
    ),
    ("column: wav_path, ", "", "line 9: modalities.audio.column is missing"),
    ("size: [28, 28], ", "", "line 8: modalities.image.size is missing"),
    (
      "size: [28, 28]", "size: [28]", "line 8: modalities.image.size must be [height, width], each from 1 to 4096"
    ),
    (
      "size: [28, 28]", "size: [28, 0]",
      "line 8: modalities.image.size must be [height, width], each from 1 to 4096"
    ),
    ("channels: 1", "channels: 2", "line 8: modalities.image.channels must be 1 or 3, found \"2\""),
    (
      "{kind: vector, file: text.npy}", "{kind: vector}", "line 10: modalities.text needs file or column"
    ),
    (
      "{kind: vector, file: text.npy}", "{kind: vector, file: a.npy, column: b}",
      "line 10: modalities.text has both file and column; only one can say where the samples are"
    ),
    (
      "{kind: vector, file: text.npy}", "{kind: vector, file: a.npy, array: b}",
      "line 10: modalities.text.array is the member of an .npz or .safetensors file; there is no such file"
    ),
    (
      "{kind: vector, file: text.npy}", "{kind: vector, file: a.npy, size: [1, 2]}",
      "line 10: unknown key \"size\" in modalities.text of kind vector; known keys: kind, column, file, array, header"
    ),
    (
      "{kind: vector, file: text.npy}", "{kind: tensor, file: a.npy}",
      "line 10: modalities.text.kind is \"tensor\"; expected one of vector, sequence, image, audio"
    ),
    ("{kind: vector, file: text.npy}", "text.npy", "line 10: modalities.text must be a mapping, found \"text.npy\""),
    (
      "text:  {", "\"../text\":  {",
      "line 10: modality \"../text\": a name is made of letters, digits, \"-\" and \"_\""
    ),
    ("column: wav_path", "column: digit", "modalities.audio.column cannot be the column \"digit\""),
    (
      "metric: accuracy", "information: {redundancy: 1, unique: {}, synergy: -1, unit: bits}",
      "line 12: information.synergy must be a number of at least 0, found \"-1\""
    ),
  ])
  func refusesOneWrongLine(line: String, replacement: String, message: String) {
    let yaml = digits.replacingOccurrences(of: line, with: replacement)
    #expect(yaml != digits)
    #expect { try Manifest.parse(yaml) } throws: { error in
      #expect("\(error)" == "dataset.yaml: \(message)")
      return error is InputError
    }
  }

  @Test func notesEveryBreach() {
    let violations = Violations()
    let yaml = "nam: x\ntask: guess\nmodalities: {a: {kind: image, column: c, colour: red}}"
    #expect(Manifest.parse(yaml, file: "dataset.yaml", violations: violations) == nil)
    #expect(violations.all.count == 5)
  }

  @Test func refusesAMissingOrOversizedFile() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InputError(file: "dataset.yaml", "no such file or folder")) {
      try Manifest.read(folder.file("dataset.yaml"))
    }
    try folder.write(String(repeating: "#", count: 2 << 20), to: "dataset.yaml")
    #expect(throws: InputError(file: "dataset.yaml", "2097152 bytes; at most 1048576 expected")) {
      try Manifest.read(folder.file("dataset.yaml"))
    }
    try folder.write(Data([0x6E, 0xFF, 0xFE]), to: "dataset.yaml")
    #expect(throws: InputError(file: "dataset.yaml", TextEncoding.problem)) {
      try Manifest.read(folder.file("dataset.yaml"))
    }
  }

  /// Deep nesting and aliases of aliases must end in an error, not in exhausted memory or stack.
  @Test func survivesHostileNesting() {
    #expect(throws: InputError.self) { try Manifest.parse(String(repeating: "[", count: 500_000)) }
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(throws: InputError.self) { try Manifest.parse(bomb) }
    // As a key, where a reader would compare all of it with other keys.
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (level, name) in zip("abcdefghijkl", "bcdefghijklm") {
      bomb += "\(name): &\(name) [\([String](repeating: "*\(level)", count: 9).joined(separator: ","))]\n"
    }
    let problem = "aliases (*f) of aliases stand for too much; write out what is meant"
    #expect(throws: InputError(file: "dataset.yaml", at: "line 7", problem)) {
      try Manifest.parse(bomb + "? *m\n: 1\n")
    }
  }

  /// Aliases that a person writes are read.
  @Test func readsAliases() throws {
    let manifest = try Manifest.parse(
      """
      name: R&D, not *bold*
      task: none
      modalities:
        a: &picture {kind: image, column: a, size: [8, 9]}
        b: *picture
        c: *picture
      """)
    #expect(manifest.modalities["b"]?.size == [8, 9])
    #expect(manifest.name == "R&D, not *bold*")
  }

  /// A name is its text, whatever other readers of YAML take it for.
  @Test(arguments: ["on", "'on'", "1", "'1'", "null", "'null'", "\"yes\"", "1e3", "off", "'2'"])
  func namesOfModalitiesAreTexts(_ name: String) throws {
    let manifest = try Manifest.parse("name: n\ntask: none\nmodalities: {\(name): {kind: vector, file: a.npy}}")
    let text = name.trimmingCharacters(in: ["'", "\""])
    #expect(manifest.modalityNames == [text])
    #expect(try Manifest.parse(manifest.yaml()) == manifest)
  }

  @Test(arguments: [
    (
      "task: none\nmodalities: {on: {kind: vector, file: a}, 'on': {kind: vector, file: b}}",
      "line 3: the key \"on\" appears twice"
    ),
    (
      "task: none\nseparator: ;\nmodalities: {a: {kind: vector, file: a}}",
      "line 3: separator stands between the labels of task multilabel; the task is none"
    ),
    (
      "task: regression\ntarget: [a, b]\nmodalities: {a: {kind: vector, file: a}}",
      "line 3: target is a list of columns, which only task multilabel can have; name one column"
    ),
    ("task: multilabel\ntarget: [a, a]\nmodalities: {a: {kind: vector, file: a}}", "line 3: target names \"a\" twice"),
    ("task: multilabel\ntarget: []\nmodalities: {a: {kind: vector, file: a}}", "line 3: target names no column"),
    (
      "task: multilabel\ntarget: [a, b]\nclasses: [a, b]\nmodalities: {a: {kind: vector, file: a}}",
      "line 4: classes has no meaning where target is a list of columns"
    ),
    (
      "task: multilabel\ntarget: t\nseparator: ;\nclasses: [a;b, c]\nmodalities: {a: {kind: vector, file: a}}",
      "line 5: classes names \"a;b\", which holds the separator \";\""
    ),
    (
      "task: none\nmodalities: {a: {kind: vector, file: a.npy, header: none}}",
      "line 3: modalities.a.header is of .csv and .tsv tables; \"a.npy\" is none"
    ),
    (
      "task: none\nmodalities: {a: {kind: vector, file: a.csv, header: no}}",
      "line 3: modalities.a.header is \"no\"; expected one of none, row"
    ),
  ])
  func refusesLabelsAndHeaders(yaml: String, message: String) {
    #expect { try Manifest.parse("name: n\n" + yaml) } throws: { error in
      #expect("\(error)" == "dataset.yaml: \(message)")
      return error is InputError
    }
  }

  @Test func readsLabelsAndHeaders() throws {
    let manifest = try Manifest.parse(
      """
      name: n
      task: multilabel
      target: t
      separator: " "
      modalities: {a: {kind: sequence, column: a, header: none}}
      """)
    #expect(manifest.separator == " " && manifest.modalities["a"]?.header == .absent)
    #expect(try Manifest.parse(manifest.yaml()) == manifest)
    let columns = try Manifest.parse(
      "name: n\ntask: multilabel\ntarget: [a, 'on']\nmodalities: {v: {kind: vector, file: v.csv, header: row}}")
    #expect(columns.targetColumns == ["a", "on"] && columns.target == nil)
    #expect(columns.modalities["v"]?.header == .names)
    #expect(try Manifest.parse(columns.yaml()) == columns)
  }
}
