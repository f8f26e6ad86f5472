public import Encoders
import Layers
public import Tensors

/// A convolutional LSTM that reads the raw inputs of all modalities in its first layer: patches of pictures as a map, and of
/// sequences a few frames a step (Barnum et al., 2020, On the Benefits of Early Fusion in Multimodal Representation
/// Learning).
///
/// The state is a map of `channels` on a grid. At every step, a picture adds a convolution of its patches to all gates, the
/// same each time; a sequence adds a linear map, for each place of the grid, of the frames of that step; a vector adds the
/// same at every step. As in the paper, the layer at which modalities meet can be chosen: below it every modality has a
/// convolutional LSTM of its own, and if they meet behind the last layer, it is late fusion by the same means. Where no
/// modality is a picture, the grid is a single place, and the whole an LSTM over frames side by side.
///
/// Sequences without a common clock are stretched evenly over the same number of steps. The representation is a rectified
/// linear map of the last state. An absent modality adds nothing to the gates, and the states of its own layers are cleared.
///
/// It differs from the paper in sizes, in that frames of sound enter through a linear map, and has no peepholes.
public struct VeryEarlyFusion: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  let grid: Int
  let steps: Int
  let entries: [Entry]
  /// For each layer one cell a modality until they meet, from then on one for all.
  let cells: [[ConvolutionalLSTM]]
  /// For each layer but the first, what brings the states of the one before to the gates of each cell.
  let links: [[Convolution2D]]
  let readout: Linear
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of a step of each modality: of a patch, a frame or a vector.
  ///   - arePictures: whose steps are the patches of a picture, `grid`² of them.
  ///   - areSequences: whose steps are an order in time.
  ///   - grid: places of the state along either side; 1 without pictures.
  ///   - steps: steps in time.
  ///   - window: frames of a sequence that enter at one step.
  ///   - depth: layers, at least 1.
  ///   - fusionLayer: layers before the modalities meet: 0 (very early) to `depth` (late).
  public init(
    widths: [Int], arePictures: [Bool], areSequences: [Bool], grid: Int = 7, steps: Int = 12, window: Int = 2,
    channels: Int = 16, depth: Int = 1, fusionLayer: Int = 0, output: Int = 64, dropout: Double = 0,
    generator: Generator
  ) {
    precondition((0...depth).contains(fusionLayer) && depth > 0, "fusion from layer \(fusionLayer) of \(depth)")
    precondition(grid > 0 && steps > 0 && window > 0, "grid \(grid), steps \(steps), window \(window)")
    self.widths = widths
    self.grid = grid
    self.steps = steps
    outputSize = output
    let kernel = grid == 1 ? 1 : 3
    entries = widths.indices.map { modality in
      Entry(
        width: widths[modality], isPicture: arePictures[modality], window: areSequences[modality] ? window : nil,
        channels: channels, grid: grid, kernel: kernel, generator: generator)
    }
    func count(_ layer: Int) -> Int { layer < fusionLayer ? widths.count : 1 }
    cells = (0..<depth).map { layer in
      (0..<count(layer)).map { _ in ConvolutionalLSTM(channels: channels, kernel: kernel, generator: generator) }
    }
    links = (1..<max(1, depth)).map { layer in
      (0..<count(layer)).map { _ in
        Convolution2D(
          count(layer - 1) / count(layer) * channels, 4 * channels, kernel: kernel, padding: kernel / 2, bias: false,
          generator: generator)
      }
    }
    readout = Linear(count(depth - 1) * channels * grid * grid, output, generator: generator)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    let added = zip(entries, inputs).map { $0($1, grid: grid, steps: steps) }
    /// What some modalities add to the gates at each step.
    func gates(_ modalities: [Int]) -> [Tensor] {
      (0..<steps).map { step in sum(modalities.map { added[$0][added[$0].count == 1 ? 0 : step] }) }
    }
    var maps = cells[0].indices.map { cell in
      cells[0][cell](gates(cells[0].count == 1 ? Array(inputs.indices) : [cell]))
    }
    for (cells, links) in zip(cells.dropFirst(), links) {
      maps = joined(cleared(maps, inputs), for: cells.count)
      maps = cells.indices.map { number in
        let all = links[number](Tensor.concatenated(maps[number]))
        return cells[number](all.split(all.shape[0] / steps))
      }
    }
    let last = joined(cleared(maps.map { [$0[steps - 1]] }, inputs), for: 1)[0][0]
    return readout(dropout(last.flattened(from: 1, to: 3))).relu()
  }

  /// The states with zeros for modalities that are absent, where each has states of its own.
  private func cleared(_ maps: [[Tensor]], _ inputs: [Steps]) -> [[Tensor]] {
    guard maps.count == inputs.count else { return maps }
    return zip(maps, inputs).map { maps, input in
      let present = input.mask.any(axis: 1).reshaped([-1, 1, 1, 1])
      return maps.map { Tensor.where(present, $0, Tensor(0, dtype: $0.dtype)) }
    }
  }

  /// The states side by side, step by step, where one cell reads those of all modalities.
  private func joined(_ maps: [[Tensor]], for cells: Int) -> [[Tensor]] {
    guard cells < maps.count else { return maps }
    return [maps[0].indices.map { step in Tensor.concatenated(maps.map { $0[step] }, axis: 1) }]
  }
}

extension VeryEarlyFusion {
  /// The way of one modality into the gates of the first layer. It has no offset: what is absent adds nothing.
  struct Entry: Module {
    let convolution: Convolution2D?
    let linear: Linear?
    /// Frames that enter at one step; nil where the modality is the same at all steps.
    let window: Int?

    init(
      width: Int, isPicture: Bool, window: Int?, channels: Int, grid: Int, kernel: Int, generator: Generator
    ) {
      self.window = window
      convolution =
        isPicture
        ? Convolution2D(
          width, 4 * channels, kernel: kernel, padding: kernel / 2, bias: false, generator: generator) : nil
      linear =
        isPicture
        ? nil : Linear((window ?? 1) * width, 4 * channels * grid * grid, bias: false, generator: generator)
    }

    /// What it adds, `[B, 4C, grid, grid]`, at each step, or once for all steps.
    func callAsFunction(_ input: Steps, grid: Int, steps: Int) -> [Tensor] {
      let (batch, width) = (input.values.shape[0], input.values.shape[2])
      if let convolution {
        return [convolution(input.values.transposed(1, 2).reshaped([batch, width, grid, grid]))]
      }
      let frames = window.map { input.resampled(to: steps * $0).reshaped([batch, steps, $0 * width]) } ?? input.values
      return linear!(frames).reshaped([batch, frames.shape[1], -1, grid, grid]).unbind(axis: 1)
    }
  }
}

extension FusionRegistry {
  static let veryEarly = FusionDescription(
    "very-early", summary: "a convolutional LSTM on raw patches and frames, fused in its first layer",
    paper: "Barnum et al., 2020, On the Benefits of Early Fusion in Multimodal Representation Learning",
    options: [
      MethodOption(
        "grid", default: 7, in: 1...64, help: "places of the state, and patches of a picture, along either side"),
      MethodOption("steps", default: 12, in: 1...1024, help: "steps that sequences are stretched over"),
      MethodOption("window", default: 2, in: 1...64, help: "frames of a sequence that enter at one step"),
      MethodOption(
        "channels", default: .automatic, in: 1...1024,
        help: "channels of the state; auto is 16, or output without pictures"),
      MethodOption("depth", default: 1, in: 1...16, help: "layers"),
      MethodOption(
        "fuse", default: 0, in: 0...16, help: "layers before the modalities meet: 0 (very early) to depth (late)"),
      output,
    ],
    readsSteps: true, patchGrid: { try $0.integer("grid") }
  ) { request, values, generator in
    let hasPictures = request.arePictures.contains(true)
    let (depth, output) = try (values.integer("depth"), values.integer("output"))
    return VeryEarlyFusion(
      widths: request.widths, arePictures: request.arePictures, areSequences: request.areSequences,
      grid: hasPictures ? try values.integer("grid") : 1, steps: try values.integer("steps"),
      window: try values.integer("window"),
      channels: values.text("channels") == "auto"
        ? (hasPictures ? 16 : output) : try values.integer("channels"),
      depth: depth, fusionLayer: try values.integer("fuse", in: 0...depth), output: output,
      dropout: try values.number("dropout"), generator: generator)
  }
}
