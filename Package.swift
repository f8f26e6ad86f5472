// swift-tools-version: 6.2
import Foundation
import PackageDescription

// libtorch comes from the `torch` wheel, unpacked by scripts/bootstrap under .libtorch/; LIBTORCH names another prefix
// that holds include/ and lib/.
let libtorch = ProcessInfo.processInfo.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.libtorch/torch"

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// What only some commands need: `swift build` and `swift test` should not pay for it.
func asked(for name: String) -> Bool { ProcessInfo.processInfo.environment[name] != nil }

/// A library target of ours, with its tests beside it; `testing` is what only they need.
func room(
  _ name: String, _ dependencies: [Target.Dependency], testing: [Target.Dependency] = [],
  settings: [SwiftSetting] = []
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, swiftSettings: swift + settings),
    .testTarget(
      name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies + testing, swiftSettings: swift),
  ]
}

/// What `Chiasm` re-exports. Programs name these targets, too: a build does not look through a re-export, and would keep
/// objects that were compiled against an older layout of their types.
let library = [
  "Analyses", "Coordination", "Encoders", "Evaluation", "Experiments", "Fusion", "InformationTheory", "Jobs",
  "Kernels", "Layers", "Modalities", "Models", "Quantification", "Reports", "Tensors", "Training",
]
let program = (["Chiasm"] + library).map { Target.Dependency(stringLiteral: $0) }

/// Of targets with solvers, resamples and searches in plain loops: without optimisation the tests would take minutes more.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "chiasm",
  products: [
    .library(name: "Chiasm", targets: ["Chiasm"]),
    .executable(name: "chiasm", targets: ["chiasm-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ]
    // `make docs` sets it.
    + (asked(for: "CHIASM_DOCS")
      ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")] : []),
  targets: [
    .target(
      name: "CTorch",
      cxxSettings: [
        .unsafeFlags([
          "-std=c++20", "-O2", "-fno-math-errno", "-Wno-unused-parameter", "-I\(libtorch)/include",
          "-I\(libtorch)/include/torch/csrc/api/include",
        ])
      ],
      linkerSettings: [
        .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
        .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
      ]),
    .target(
      name: "CMedia",
      cSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: ["avformat", "avcodec", "swscale", "swresample", "avutil", "z"].map { .linkedLibrary($0) }),
    .target(name: "CKernels", cxxSettings: [.unsafeFlags(["-std=c++20", "-O3", "-fno-math-errno"])]),
    // FAISS multiplies matrices with what libtorch brings; LAPACK fills in what that lacks.
    .target(
      name: "CIndex", dependencies: ["CTorch"],
      cxxSettings: [.unsafeFlags(["-std=c++20", "-O2"])],
      linkerSettings: [
        .linkedLibrary("faiss"), .unsafeFlags(["-l:libgomp.so.1"]), .linkedLibrary("lapack"), .linkedLibrary("blas"),
      ]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSpeech", providers: [.apt(["libespeak-ng-dev"])]),
    .systemLibrary(name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
  ]
    + room("Tensors", ["CTorch", "CZlib"])
    + room("Kernels", ["CKernels", "Tensors"])
    + room(
      "Coordination",
      [
        "CIndex", "CKernels", "Encoders", "InformationTheory", "Kernels", "Layers", "Modalities", "Models", "Tensors",
        "Training",
      ])
    + room("Layers", ["Tensors"])
    + room("Training", ["Layers", "Tensors"], settings: optimised)
    + room("InformationTheory", [], settings: optimised)
    + room(
      "Modalities",
      [
        "Tensors", "CMedia", "CZlib", "CSpeech", "CFreeType", "InformationTheory",
        .product(name: "Yams", package: "Yams"),
      ], settings: optimised)
    + room("Encoders", ["Layers", "Modalities", "Tensors"])
    + room("Models", ["Encoders", "Layers", "Modalities", "Tensors", "Training"], settings: optimised)
    + room(
      "Fusion", ["Encoders", "InformationTheory", "Kernels", "Layers", "Modalities", "Models", "Tensors", "Training"])
    // Results as values and what is decided of them: no run folder, no registry of methods, no model.
    + room(
      "Evaluation", ["InformationTheory", "Modalities", "Models", "Tensors", "Training"], testing: ["Reports"],
      settings: optimised)
    + room(
      "Analyses", ["Evaluation", "InformationTheory", "Modalities", "Models", "Quantification", "Tensors"],
      settings: optimised)
    // Words, tables and pictures are made last: what is trained and measured imports none of them.
    + room(
      "Reports", ["Analyses", "Evaluation", "Modalities", "Models", "Quantification", "Tensors", "Training"])
    + room("Quantification", ["InformationTheory", "Layers", "Modalities", "Models", "Tensors", "Training"])
    + room(
      "Experiments",
      [
        "Analyses", "Coordination", "Encoders", "Evaluation", "Fusion", "InformationTheory", "Kernels", "Layers",
        "Modalities", "Models", "Quantification", "Tensors", "Training",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Yams", package: "Yams"),
      ], testing: ["Reports"], settings: optimised)
    // What a command does once its arguments are read; a dashboard does the same.
    + room(
      "Jobs",
      [
        "Analyses", "Evaluation", "Experiments", "Modalities", "Models", "Quantification", "Reports", "Tensors",
        "Training",
      ]) + [
      .target(
        name: "Chiasm",
        dependencies: library.map { Target.Dependency(stringLiteral: $0) }, swiftSettings: swift),
      .executableTarget(
        name: "chiasm-cli",
        dependencies: program + [.product(name: "ArgumentParser", package: "swift-argument-parser")],
        swiftSettings: swift),
      .testTarget(name: "CommandLineTests", dependencies: ["chiasm-cli", "Chiasm"], swiftSettings: swift),
    ]
    // `make examples` sets it.
    + (asked(for: "CHIASM_EXAMPLES")
      ? ["Comparison", "Data", "Fusion", "Quantification"].map { name in
        .executableTarget(
          name: "example-\(name.lowercased())", dependencies: program, path: "Examples/\(name)",
          swiftSettings: swift)
      } : [])
    // scripts/calibrate sets it: whether what a comparison claims holds on data whose truth is known.
    + (asked(for: "CHIASM_CALIBRATE")
      ? [
        .executableTarget(
          name: "chiasm-calibrate", dependencies: program, path: "Benchmarks/Sources/chiasm-calibrate",
          swiftSettings: swift)
      ] : []),
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
