import CTorch

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable, Codable {
  case uint8, int8, int16, int32, int64, float16, float32, float64, complex64, complex128, bool, bfloat16

  /// The engine's number for the type (`c10::ScalarType`).
  var code: Int32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .int16: 2
    case .int32: 3
    case .int64: 4
    case .float16: 5
    case .float32: 6
    case .float64: 7
    case .complex64: 9
    case .complex128: 10
    case .bool: 11
    case .bfloat16: 15
    }
  }

  init?(code: Int32) {
    guard let match = DType.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .int16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64, .complex64: 8
    case .complex128: 16
    }
  }

  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .float32, .float64, .bfloat16: true
    default: false
    }
  }
}

/// A Swift type that is stored in tensors as it is.
public protocol TensorScalar: BitwiseCopyable {
  /// The element type that holds `Self`.
  static var dtype: DType { get }
}

extension Float: TensorScalar { public static var dtype: DType { .float32 } }
extension Double: TensorScalar { public static var dtype: DType { .float64 } }
extension Int: TensorScalar { public static var dtype: DType { .int64 } }
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension Int16: TensorScalar { public static var dtype: DType { .int16 } }
extension Int8: TensorScalar { public static var dtype: DType { .int8 } }
extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }
extension Bool: TensorScalar { public static var dtype: DType { .bool } }

/// Where a tensor lives.
public struct Device: Hashable, Sendable, CustomStringConvertible {
  let kind: Int32
  let index: Int32

  /// Main memory.
  public static let cpu = Device(kind: 0, index: 0)
  /// The CUDA device of that number; needs `Engine.loadCUDA()`.
  public static func cuda(_ index: Int = 0) -> Device { Device(kind: 1, index: Int32(index)) }

  public var description: String { kind == 0 ? "cpu" : kind == 1 ? "cuda:\(index)" : "device\(kind):\(index)" }
}
