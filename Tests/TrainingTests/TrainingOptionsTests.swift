import Foundation
import Testing
import Training

/// Runs of earlier versions keep options and epochs as JSON.
@Suite struct TrainingOptionsTests {
  private static let stored = """
    {"balance":"blending","balancedClasses":true,"batchSize":16,"decaysVectors":true,"epochs":7,"gradientClip":1,\
    "learningRate":0.001,"measuresUtilization":false,"optimizer":"adamw","patience":10,\
    "schedule":{"cosine":{"warmUp":0.1}},"weightDecay":0.01}
    """

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private func decoded<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  @Test func optionsAreReadAndWrittenAsBefore() throws {
    var options: TrainingOptions = try decoded(Self.stored)
    #expect(options.accumulation == 1 && options.balancer == "blending" && options.measuresEpochs == false)
    #expect(options.epochs == 7 && options.schedule == .cosine(warmUp: 0.1))
    #expect(try json(options) == Self.stored)
    #expect(try !json(TrainingOptions()).contains("accumul"))
    options.accumulation = 4
    let again: TrainingOptions = try decoded(json(options))
    #expect(again == options && again.accumulation == 4)
    options.accumulation = 1
    #expect(try options == decoded(Self.stored))
  }

  @Test func epochsAreReadAndWrittenAsBefore() throws {
    let stored = """
      {"epoch":2,"learningRate":0.5,"seconds":1.5,"trainLoss":0.25,"utilization":{"audio":0.5},\
      "validationLoss":0.75,"validationScore":0.125}
      """
    let record: EpochRecord = try decoded(stored)
    #expect(record.measurements == ["audio": 0.5] && record.trainLoss == 0.25)
    #expect(try json(record) == stored)
  }
}
