// swift-tools-version: 6.2
import PackageDescription

// Chiasm's side of the timings; peers/ holds the other one, run.py asks both in turn.
let package = Package(
  name: "chiasm-benchmarks",
  dependencies: [.package(name: "chiasm", path: "..")],
  targets: [
    .executableTarget(
      name: "chiasm-bench",
      dependencies: [.product(name: "Chiasm", package: "chiasm")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")])
  ],
  swiftLanguageModes: [.v6]
)
