import CFreeType
import Foundation
import Tensors

/// Single characters of outline fonts as small grey pictures, through FreeType.
final class GlyphRenderer {
  /// One face of a font file.
  struct Face: Hashable, Sendable {
    let file: String
    let index: Int
    let family: String
    let style: String
    var name: String { "\(family) \(style)" }
  }

  /// How a character is drawn.
  struct Pose: Equatable, Sendable {
    /// Height of the drawn character in pixels.
    var height = 20.0
    /// Width over the face's own width.
    var stretch = 1.0
    /// Radians, anticlockwise.
    var rotation = 0.0
    /// Pixels to the right per pixel upwards.
    var shear = 0.0
    /// Pixels added to every stroke.
    var stroke = 0.0
    /// Pixels from the centre of the picture.
    var right = 0.0
    var up = 0.0
  }

  private let library: FT_Library
  private var open: (face: Face, handle: FT_Face)?

  init() {
    var library: FT_Library?
    guard FT_Init_FreeType(&library) == 0, let library else { preconditionFailure("FreeType cannot be started") }
    self.library = library
  }

  deinit {
    if let open { FT_Done_Face(open.handle) }
    FT_Done_FreeType(library)
  }

  /// The outline faces of a font file that have all of `characters`; none where it is not a font.
  func faces(in file: String, having characters: String) -> [Face] {
    var faces: [Face] = []
    var index = 0
    var count = 1
    while index < count {
      var handle: FT_Face?
      guard FT_New_Face(library, file, FT_Long(index), &handle) == 0, let handle else { break }
      defer { FT_Done_Face(handle) }
      count = min(handle.pointee.num_faces, 64)
      let isOutline = handle.pointee.face_flags & 1 != 0  // FT_FACE_FLAG_SCALABLE
      let isText = FT_Select_Charmap(handle, FT_ENCODING_UNICODE) == 0
      if isOutline, isText, let family = handle.pointee.family_name,
        characters.unicodeScalars.allSatisfy({ FT_Get_Char_Index(handle, FT_ULong($0.value)) != 0 })
      {
        let style = handle.pointee.style_name.map { String(cString: $0) } ?? "Regular"
        faces.append(Face(file: file, index: index, family: String(cString: family), style: style))
      }
      index += 1
    }
    return faces
  }

  /// A character as `[height, width]` values in 0 (ground) … 1 (ink), its box centred and then moved by the pose.
  /// - Throws: `InputError` where the face cannot be read or the character leaves no ink.
  func render(
    _ character: Unicode.Scalar, face: Face, pose: Pose = Pose(), height: Int = 28, width: Int = 28
  ) throws -> [Float] {
    func check(_ code: FT_Error, _ what: String) throws {
      if code != 0 { throw InputError(file: face.file, "\(what) (FreeType error \(code))") }
    }
    let handle = try handle(of: face)
    // Drawn large and scaled down as an outline, so that all faces come out at the same height.
    try check(FT_Set_Pixel_Sizes(handle, 0, 256), "cannot be sized")
    let flags = FT_Int32(FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP)
    try check(FT_Load_Char(handle, FT_ULong(character.value), flags), "cannot draw \"\(character)\"")
    let glyph = handle.pointee.glyph
    guard let glyph, glyph.pointee.format == FT_GLYPH_FORMAT_OUTLINE else {
      throw InputError(file: face.file, "has no outline for \"\(character)\"")
    }
    var outline = glyph.pointee.outline
    let box = self.box(&outline)
    guard box.height > 0, box.width > 0 else { throw InputError(file: face.file, "\"\(character)\" leaves no ink") }
    let scale = 64 * pose.height / box.height
    func transform(_ xx: Double, _ xy: Double, _ yx: Double, _ yy: Double) {
      func fixed(_ value: Double) -> FT_Fixed { FT_Fixed((value * 65536).rounded()) }
      var matrix = FT_Matrix(xx: fixed(xx), xy: fixed(xy), yx: fixed(yx), yy: fixed(yy))
      FT_Outline_Transform(&outline, &matrix)
    }
    transform(scale * pose.stretch, scale * pose.shear, 0, scale)
    if pose.stroke != 0 { try check(FT_Outline_Embolden(&outline, FT_Pos(pose.stroke * 64)), "cannot be emboldened") }
    transform(cos(pose.rotation), -sin(pose.rotation), sin(pose.rotation), cos(pose.rotation))
    let drawn = self.box(&outline)
    FT_Outline_Translate(
      &outline, FT_Pos((32 * Double(width) + 64 * pose.right - drawn.left - drawn.width / 2).rounded()),
      FT_Pos((32 * Double(height) + 64 * pose.up - drawn.bottom - drawn.height / 2).rounded()))

    var pixels = [UInt8](repeating: 0, count: height * width)
    let code = pixels.withUnsafeMutableBufferPointer { pixels in
      var bitmap = FT_Bitmap()
      bitmap.rows = UInt32(height)
      bitmap.width = UInt32(width)
      bitmap.pitch = Int32(width)
      bitmap.buffer = pixels.baseAddress
      bitmap.num_grays = 256
      bitmap.pixel_mode = UInt8(FT_PIXEL_MODE_GRAY.rawValue)
      return FT_Outline_Get_Bitmap(library, &outline, &bitmap)
    }
    try check(code, "cannot draw \"\(character)\"")
    guard pixels.contains(where: { $0 > 127 }) else {
      throw InputError(file: face.file, "\"\(character)\" leaves no ink")
    }
    return pixels.map { Float($0) / 255 }
  }

  /// Bounds in 1/64 pixel.
  private func box(_ outline: inout FT_Outline) -> (left: Double, bottom: Double, width: Double, height: Double) {
    var box = FT_BBox()
    FT_Outline_Get_CBox(&outline, &box)
    return (Double(box.xMin), Double(box.yMin), Double(box.xMax - box.xMin), Double(box.yMax - box.yMin))
  }

  private func handle(of face: Face) throws -> FT_Face {
    if let open {
      if open.face == face { return open.handle }
      FT_Done_Face(open.handle)
      self.open = nil
    }
    var handle: FT_Face?
    let code = FT_New_Face(library, face.file, FT_Long(face.index), &handle)
    guard code == 0, let handle else {
      throw InputError(file: face.file, "cannot be read as a font (FreeType error \(code))")
    }
    FT_Select_Charmap(handle, FT_ENCODING_UNICODE)
    open = (face, handle)
    return handle
  }
}
