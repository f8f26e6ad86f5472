import Analyses
import Evaluation
import Foundation
import Modalities
import Tensors
import Testing
import Training
import Yams

@testable import Experiments

/// Run folders as a stranger could send them: every value of every file replaced by others, one at a time. Reading and using
/// what came of it is refused with the file, or works; it never ends the program.
@Suite struct DamagedRunTests {
  /// Everything that a tree of values becomes by one change.
  private static func changed(_ value: Any) -> [Any] {
    let others: [Any] = [NSNull(), -1, 0, 3, Int.max, 1e300, -1e300, "", "x", [Any](), [String: Any]()]
    var results = others
    if let list = value as? [Any] {
      results += list.isEmpty ? [] : [list + [list[0]], Array(list.dropLast())]
      // The first and the last stand for all of a long list.
      for index in Set([0, list.count - 1]) where list.indices.contains(index) {
        results += changed(list[index]).map { change in
          var list = list
          list[index] = change
          return list
        }
      }
    } else if let table = value as? [String: Any] {
      // In an order that is the same in every process, or every run would try other forms.
      for (key, member) in table.sorted(by: { $0.key < $1.key }) {
        results.append(table.filter { $0.key != key })
        results += changed(member).map { table.merging([key: $0]) { $1 } }
      }
    }
    return results
  }

  private static func tree(_ file: URL) throws -> Any {
    let text = try String(contentsOf: file, encoding: .utf8)
    guard file.pathExtension != "json" else {
      return try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }
    return try #require(try Yams.load(yaml: text))
  }

  private static func write(_ tree: Any, to file: URL) throws {
    let data =
      file.pathExtension == "json"
      ? try JSONSerialization.data(withJSONObject: tree, options: .fragmentsAllowed)
      : Data(try Yams.dump(object: (tree as? NSNull) == nil ? tree : "").utf8)
    try data.write(to: file)
  }

  /// Runs `body` on every damaged form of a file; what it throws has to name the file, where one is named.
  ///
  /// - Parameter most: about how many forms to try.
  /// - Returns: how many forms there were, and how many of them were refused.
  private func damage(_ file: URL, most: Int = 120, _ body: () throws -> Void) throws -> (all: Int, refused: Int) {
    let original = try Data(contentsOf: file)
    defer { try? original.write(to: file) }
    var (all, refused) = (0, 0)
    let forms = try Self.changed(Self.tree(file))
    // Every so-manyth, so that a suite takes seconds; 0 for all of them.
    let step = most == 0 ? 1 : max(1, forms.count / most)
    for (number, tree) in forms.enumerated() where number % step == 0 {
      // Numbers that JSON or YAML has no text for.
      guard (try? Self.write(tree, to: file)) != nil else { continue }
      all += 1
      do {
        try body()
      } catch let error as InputError {
        refused += 1
        #expect(error.file?.isEmpty == false, "\(error)")
        #expect(!"\(error)".contains("\n"))
      }
    }
    return (all, refused)
  }

  private func trained(_ method: String, in folder: URL) throws -> (PreparedDataset, RunFolder) {
    let data = try ExampleData.signs(xor: false, samples: 60)
    var training = TrainingOptions()
    training.epochs = 1
    let run = RunFolder(folder.appending(path: method))
    _ = try TrialRunner(data).run(
      TrialConfiguration(
        MethodSelection.parse(method, modalities: data.dataset.names)[0], training: training, seed: 1, on: data),
      in: run)
    return (data, run)
  }

  @Test(arguments: ["late", "tensor", "kernel-cca", "mkl"]) func configurations(_ method: String) throws {
    try ExampleData.inTemporaryFolder { folder in
      let (data, run) = try trained(method, in: folder)
      for file in [run.configuration, run.dataset] {
        let (all, refused) = try damage(file) {
          _ = try ModelUse(TrainedModel.load(run)).embed(data.dataset)
        }
        #expect(all > 50 && refused > all / 4, "\(refused) of \(all)")
      }
      _ = try ModelUse(TrainedModel.load(run)).embed(data.dataset)
    }
  }

  @Test(arguments: ["late", "cca", "kernel-cca", "mkl"]) func weights(_ method: String) throws {
    try ExampleData.inTemporaryFolder { folder in
      let (data, run) = try trained(method, in: folder)
      let (tensors, notes) = try Safetensors.read(run.model)
      func refused(_ tensors: [String: Tensor], _ notes: [String: String]) throws {
        try Safetensors.write(tensors, metadata: notes, to: run.model)
        do {
          _ = try ModelUse(TrainedModel.load(run)).embed(data.dataset)
        } catch let error as InputError {
          #expect(error.file?.isEmpty == false || error.problem.contains("not finite"), "\(error)")
        }
      }
      for (name, tensor) in tensors {
        try refused(tensors.filter { $0.key != name }, notes)
        let others: [Tensor] = [
          .zeros([]), .zeros([0]), .zeros([1, 1, 1, 1]), tensor.reshaped([-1, 1]), .zeros(tensor.shape, dtype: .uint8),
          .full(tensor.shape, .nan, dtype: tensor.dtype), .full(tensor.shape, 1e30, dtype: tensor.dtype),
          Tensor.concatenated([tensor.reshaped([-1]), tensor.reshaped([-1])]),
        ]
        for other in others { try refused(tensors.merging([name: other]) { $1 }, notes) }
      }
      for key in notes.keys {
        try refused(tensors, notes.filter { $0.key != key })
        for other in ["", "[]", "{}", "-1", "[{}]", "null"] { try refused(tensors, notes.merging([key: other]) { $1 }) }
      }
    }
  }

  @Test func classesThatAreThereTwice() throws {
    try ExampleData.inTemporaryFolder { folder in
      let (_, run) = try trained("early", in: folder)
      let text = try String(contentsOf: run.configuration, encoding: .utf8)
      try Data(text.replacing("- different", with: "- same").utf8).write(to: run.configuration)
      let error = #expect(throws: InputError.self) { try TrainedModel.load(run) }
      #expect(error?.file?.hasSuffix("early/config.yaml") == true && error?.place == "classes", "\(error!)")
    }
  }

  @Test func selfReferringConfigurations() throws {
    try ExampleData.inTemporaryFolder { folder in
      let (_, run) = try trained("early", in: folder)
      var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
      for level in 1...9 {
        let names = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
        bomb += "? &a\(level) [\(names)]\n: x\n"
      }
      try Data(bomb.utf8).write(to: run.configuration)
      let error = #expect(throws: InputError.self) { try TrainedModel.load(run) }
      #expect(error?.file?.hasSuffix("config.yaml") == true && error?.problem.contains("aliases") == true)
    }
  }

  @Test func comparisons() throws {
    try ExampleData.inTemporaryFolder { folder in
      let data = try ExampleData.signs(xor: false, samples: 60)
      var training = TrainingOptions()
      training.epochs = 1
      let plan = ComparisonPlan(
        dataset: "copies", fingerprint: data.fingerprint,
        selections: try MethodSelection.parse("unimodal,late", modalities: data.dataset.names), seeds: [0],
        training: training, quick: true)
      let run = RunFolder(folder)
      _ = try ComparisonRunner(plan, in: run, on: data).run()
      func read() throws { _ = try ComparisonReader.read([run]) }
      try read()
      let planFile = ComparisonRunner.planFile(run)
      let trial = plan.folder(of: plan.trials[2], in: run).trial
      for file in [run.comparison, planFile] {
        let (all, refused) = try damage(file, read)
        #expect(all > 50 && refused > all / 3, "\(refused) of \(all) of \(file.lastPathComponent)")
      }
      let (all, refused) = try damage(trial, read)
      #expect(all > 20 && refused > all / 3, "\(refused) of \(all)")
      // A comparison that is resumed reads its plan and its finished trials.
      _ = try damage(trial, most: 8) {
        let plan = try run.read(ComparisonPlan.self, from: planFile)
        _ = try ComparisonRunner(plan, in: run, on: data).run()
      }
    }
  }

  @Test func measurements() throws {
    let curve = #"{"levels":[0,1],"scores":[0.9,0.5],"higherIsBetter":true}"#
    let estimate = #"{"mean":0.5,"ci95":[0.4,0.6]}"#
    let method =
      #"{"method":"late","modalities":["a","b"],"seeds":1,"curve":\#(curve),"intervals":[[0.8,1],[0.4,0.6]],"#
      + #""area":\#(estimate),"loss":\#(estimate)}"#
    let robustness =
      #"{"dataset":"d","metric":"accuracy","split":"test","samples":9,"draws":1,"seed":1,"leftOut":[],"#
      + #""conditions":[{"perturbation":"noise","modalities":["a"],"levels":[0,1],"unit":"σ","methods":[\#(method)]}]}"#
    let matrix = "[[0,1],[1,0]]"
    let heterogeneity =
      #"{"dataset":"d","modalities":{"names":["a","b"],"losses":\#(matrix),"transfers":\#(matrix),"#
      + #""distances":\#(matrix),"deviations":\#(matrix),"unit":"nats","samples":9}}"#
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      func check<Result: Decodable & CheckedResult>(_ text: String, _ type: Result.Type, _ file: URL) throws {
        try Data(text.utf8).write(to: file)
        _ = try run.read(type, from: file)
        let (all, refused) = try damage(file) { _ = try run.read(type, from: file) }
        #expect(all > 100 && refused > all / 3, "\(refused) of \(all)")
      }
      try check(robustness, RobustnessResult.self, run.robustness)
      try check(heterogeneity, HeterogeneityResult.self, run.heterogeneity)
      for (old, new) in [("[[0,1],[1,0]]", "[[0,1],[1]]"), (#"["a","b"]"#, #"["a","a"]"#)] {
        try Data(heterogeneity.replacing(old, with: new).utf8).write(to: run.heterogeneity)
        #expect(throws: InputError.self) { try run.read(HeterogeneityResult.self, from: run.heterogeneity) }
      }
    }
  }
}
