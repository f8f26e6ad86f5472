import Experiments
import Fusion
import Modalities
import Models
import Tensors
import Testing

@Suite struct MethodSelectionTests {
  private let modalities = ["video", "audio", "text"]

  @Test func unimodalIsOnePerModality() throws {
    #expect(
      try MethodSelection.parse("unimodal", modalities: modalities).map(\.name)
        == ["unimodal@audio", "unimodal@text", "unimodal@video"])
  }

  @Test(arguments: [
    "late:combine=product", "tensor@audio+text:projection=8", "unimodal@audio", "gated", "low-rank:output=16:rank=4",
  ])
  func namesReadBack(_ text: String) throws {
    let selection = try MethodSelection.parse(text, modalities: modalities)
    #expect(selection.map(\.name) == [text])
  }

  @Test func repeatedOnesCountOnce() throws {
    #expect(try MethodSelection.parse("late, late,unimodal,unimodal@text", modalities: modalities).count == 4)
  }

  @Test(arguments: [
    ("fuse", "unknown method \"fuse\"; expected one of unimodal, early"),
    ("late@smell", "no modality \"smell\"; the data set has audio, text, video"),
    ("tensor@audio", "takes at least 2 modalities, found 1"),
    ("cca", "method \"cca\" takes exactly 2 modalities, found 3; name 2 such as cca@video+audio"),
    ("tensor@audio+audio", "expected modalities behind one @, each once, such as tensor@audio+text+video"),
    ("tensor@audio@text", "expected modalities behind one @, each once"),
    ("unimodal@", "no modality \"\"; the data set has audio, text, video"),
    ("late:combine=product:combine=average", "option combine is given twice"),
    ("late:combine", "\"combine\" is not an option; expected key=value"),
    ("late:colour=red", "method late has no option \"colour\""),
    ("", "unknown method \"\""),
  ])
  func refusals(_ text: String, _ message: String) {
    let error = #expect(throws: UsageError.self) { try MethodSelection.parse(text, modalities: modalities) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("additive", AdditiveScale.logits), ("early:depth=0", .logits), ("early", nil),
    ("late:combine=average", .probabilities),
    ("late:combine=product", .logits), ("tensor", nil), ("unimodal@text", .logits), ("cca@audio+text", .logits),
    ("mkl", .logits), ("composite-kernel", .logits),
  ])
  func whatAddsUpIsKnown(_ text: String, _ scale: AdditiveScale?) throws {
    let selection = try MethodSelection.parse(text, modalities: modalities)[0]
    #expect(try selection.additiveScale(task: .classification) == scale)
    #expect(try selection.additiveScale(task: .multilabel) == scale)
    #expect(try selection.additiveScale(task: .regression) == scale.map { _ in .values })
  }

  @Test func allIsEveryMethodThatFits() throws {
    let names = Set(try MethodSelection.parse("all", modalities: modalities).map(\.method))
    #expect(names == Set(Method.all.filter { $0.name == "unimodal" || $0.modalities.upperBound >= 3 }.map(\.name)))
    let pair = Set(try MethodSelection.parse("all", modalities: ["audio", "text"]).map(\.method))
    #expect(pair == Set(Method.all.map(\.name)))
    let alone = Set(try MethodSelection.parse("all", modalities: ["text"]).map(\.method))
    #expect(alone == Set(Method.all.filter { $0.modalities.lowerBound == 1 }.map(\.name)))
    #expect(alone.isSuperset(of: ["unimodal", "mkl", "mid-transformer"]) && !alone.contains("late"))
  }

  @Test func anAreaIsEveryMethodOfIt() throws {
    let fusions = try MethodSelection.parse("unimodal,fusion", modalities: modalities)
    #expect(Set(fusions.map(\.method)) == Set(Method.all.filter { $0.area != "coordination" }.map(\.name)))
  }

  @Test func standardIsOneOfEachKind() throws {
    let standard = try MethodSelection.parse("standard", modalities: modalities)
    #expect(standard == MethodSelection.standard(modalities: modalities) && standard.count == 10)
  }
}
