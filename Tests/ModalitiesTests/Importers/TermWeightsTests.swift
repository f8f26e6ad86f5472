import Foundation
import Testing

@testable import Modalities

@Suite struct TermWeightsTests {
  static let texts = ["Red apple, red skin.", "A green apple", "Milk: 3 dl, 15 % fat"]

  @Test func splitsWords() {
    #expect(TermWeights.words(of: Self.texts[0]) == ["red", "apple", "red", "skin"])
    #expect(TermWeights.words(of: Self.texts[2]) == ["milk", "dl", "15", "fat"])
    #expect(TermWeights.words(of: "Crème—brûlée d'Or") == ["crème", "brûlée", "or"])
    #expect(TermWeights.words(of: " .,– ").isEmpty)
  }

  @Test func weighsAsTheFormulaSays() {
    let weights = TermWeights(fittedTo: Self.texts)
    #expect(weights.words == ["15", "apple", "dl", "fat", "green", "milk", "red", "skin"])
    // Of three texts, two have "apple" and one each has "red" (twice) and "skin".
    let (apple, single) = (log(4.0 / 3) + 1, log(4.0 / 2) + 1)
    let length = (apple * apple + 4 * single * single + single * single).squareRoot()
    let expected = [0, apple, 0, 0, 0, 0, 2 * single, single].map { $0 / length }
    #expect(zip(weights.vector(Self.texts[0]), expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func leavesOutWhatWasNotFitted() {
    let weights = TermWeights(fittedTo: Self.texts, minimumTexts: 2)
    #expect(weights.words == ["apple"])
    #expect(weights.vector("a blue apple") == [1])
    #expect(weights.vector("plum") == [0])
  }
}
