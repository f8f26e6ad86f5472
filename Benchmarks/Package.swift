// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "chiasm-benchmarks",
  dependencies: [.package(name: "chiasm", path: "..")],
  targets: [
    // Chiasm's side of the timings; peers/ holds the other one, run.py asks both in turn.
    .executableTarget(
      name: "chiasm-bench", dependencies: [.product(name: "Chiasm", package: "chiasm")], swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
