import Foundation
import Testing

@testable import Evaluation

@Suite("Format")
struct FormatTests {
  @Test(
    arguments: [
      (0.123456, "0.123"), (9.87, "9.870"), (12.341, "12.34"), (123.44, "123.4"), (1234.4, "1234"),
      (1_234_567, "1234567"), (12_345_678, "1.23e7"), (4.08e38, "4.08e38"), (0.0123, "0.0123"), (0.00123, "0.00123"),
      (0.000123, "0.000123"), (0.0000123, "1.23e-5"), (-5.54e-6, "−5.54e-6"), (-0.0456, "−0.0456"), (0, "0"),
      (0.0999996, "0.100"), (9.9996, "10.00"), (1e-300, "1.00e-300"), (.infinity, "inf"),
    ] as [(Double, String)])
  func significantDigitsAreSignificant(_ value: Double, _ text: String) {
    #expect(Format.significant(value) == text)
  }

  /// Three digits tell a number to half a percent at any scale.
  @Test(arguments: -40...40)
  func noScaleLosesThem(_ exponent: Int) throws {
    for digits in [1.0, 1.234, 4.567, 9.994] {
      let value = digits * pow(10, Double(exponent))
      let read = try #require(Double(Format.significant(value)))
      #expect(abs(read / value - 1) <= 0.005, "\(value)")
    }
  }

  @Test func moreDigitsAreShownWhereAsked() {
    #expect(Format.significant(0.87654321, digits: 4) == "0.8765")
    #expect(Format.significant(12.345678, digits: 4) == "12.346")
    #expect(Format.significant(0.000012346, digits: 4) == "1.235e-5")
  }

  @Test func changesHaveTheirSign() {
    #expect(Format.change(0.0213, .accuracy) == "+2.1")
    #expect(Format.change(-0.0213, .accuracy) == "−2.1")
    #expect(Format.change(0.0001, .accuracy) == "0.0")
    #expect(Format.change(2.5e-7, .mae) == "+2.50e-7")
  }
}
