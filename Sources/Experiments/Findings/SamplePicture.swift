import Foundation
import Modalities
import Tensors

/// Small pictures of samples for a page: pictures as they are, sound and other sequences as time from left to right and
/// features from bottom to top.
struct SamplePicture {
  /// Longest side in pixels.
  static let largest = 64
  let dataset: Dataset

  /// Pictures of the modalities that can be shown, as `data:` addresses; nil where there are none.
  func pictures(of sample: Int) -> [String: String]? {
    let pictures = dataset.names.reduce(into: [String: String]()) { result, name in
      if let png = png(name, sample) { result[name] = "data:image/png;base64," + png.base64EncodedString() }
    }
    return pictures.isEmpty ? nil : pictures
  }

  private func png(_ name: String, _ sample: Int) -> Data? {
    guard let data = dataset.modalities[name], data.present?[sample] ?? true else { return nil }
    let input = data.gather([sample])
    let shape = Array(input.values.shape.dropFirst())
    let values = input.values.floats
    // Values by channel, row from the top, and column.
    let (channels, height, width): (Int, Int, Int)
    let value: (Int, Int, Int) -> Float
    if shape.count == 3, [1, 3].contains(shape[0]) {
      (channels, height, width) = (shape[0], shape[1], shape[2])
      value = { values[($0 * shape[1] + $1) * shape[2] + $2] }
    } else if shape.count == 2, data.lengths != nil {
      (channels, height, width) = (1, shape[1], shape[0])
      value = { values[$2 * shape[1] + shape[1] - 1 - $1] }
    } else {
      return nil
    }
    guard let low = values.min(), let high = values.max(), low.isFinite, high > low else { return nil }
    // A pixel is the mean of those it stands for.
    let (rows, columns) = (min(height, Self.largest), min(width, Self.largest))
    var pixels: [UInt8] = []
    for row in 0..<rows {
      for column in 0..<columns {
        for channel in 0..<channels {
          let (top, bottom) = (row * height / rows, (row + 1) * height / rows)
          let (left, right) = (column * width / columns, (column + 1) * width / columns)
          var sum: Float = 0
          for y in top..<bottom { for x in left..<right { sum += value(channel, y, x) } }
          let mean = sum / Float((bottom - top) * (right - left))
          pixels.append(UInt8(max(0, min(255, (255 * (mean - low) / (high - low)).rounded()))))
        }
      }
    }
    return try? MediaFile.png(pixels, height: rows, width: columns, channels: channels)
  }
}
