import Coordination
public import Evaluation
public import Foundation
import Modalities
import Tensors

/// What the program finds on this machine, and what to do about what is missing.
public struct Doctor: Codable, Sendable {
  /// One thing looked at.
  public struct Finding: Codable, Sendable {
    public let what: String
    public let isFine: Bool
    public let found: String
    /// What to do; nil where all is well.
    public let advice: String?
  }

  public let environment: RunEnvironment
  public let findings: [Finding]
  public var isFine: Bool { findings.allSatisfy(\.isFine) }

  /// Looks at the engine, the cores, the programs and fonts that some commands need, and the run store.
  public static func examine(runs: URL, version: String) -> Doctor {
    let environment = RunEnvironment.current(libtorch: Engine.version, chiasm: version)
    var findings = [
      Finding(what: "chiasm", isFine: true, found: "\(version), Swift \(environment.swift)", advice: nil),
      Finding(what: "libtorch", isFine: true, found: "\(Engine.version), \(Engine.threads) threads", advice: nil),
      Finding(
        what: "machine", isFine: true,
        found: "\(environment.operatingSystem), \(environment.processor), \(environment.cores) cores, "
          + "\(environment.memoryBytes >> 30) GiB", advice: nil),
      Finding(
        what: "GPU", isFine: true,
        found: Engine.cudaDeviceCount > 0
          ? "\(Engine.cudaDeviceCount) CUDA devices" : "none in use; everything runs on the CPU",
        advice: nil),
      engineWorks(),
      searchWorks(),
      program("gnuplot", for: "figures of reports", package: "gnuplot-nox"),
    ]
    findings.append(speech())
    findings.append(fonts())
    findings.append(store(runs))
    return Doctor(environment: environment, findings: findings)
  }

  /// One product whose value is known.
  private static func engineWorks() -> Finding {
    let x = Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    let works = x.matmul(x.inverse()).doubles.enumerated().allSatisfy { abs($1 - ($0 % 3 == 0 ? 1 : 0)) < 1e-12 }
    return Finding(
      what: "arithmetic", isFine: works, found: works ? "a matrix times its inverse is the identity" : "wrong result",
      advice: works ? nil : "the libtorch build does not suit this processor; set LIBTORCH to another one")
  }

  /// The nearest of two vectors by either kind of search.
  private static func searchWorks() -> Finding {
    let vectors = Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])
    let works = [CrossModalIndex.Search.exact, .approximate()].allSatisfy { search in
      let query = Tensor([0.2, 1] as [Float], shape: [1, 2])
      let found = try? CrossModalIndex(vectors, search: search).nearest(to: query, count: 1)
      return found?.items.integers == [1]
    }
    return Finding(
      what: "FAISS", isFine: works, found: works ? "finds the nearest vector" : "wrong result",
      advice: works ? nil : "apt-get install --reinstall libfaiss-dev, then build again")
  }

  private static func program(_ name: String, for purpose: String, package: String) -> Finding {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let path = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    return Finding(
      what: name, isFine: path != nil, found: path ?? "not found; used for \(purpose)",
      advice: path == nil ? "apt-get install \(package)" : nil)
  }

  private static func speech() -> Finding {
    do {
      let count = try SpeechSynthesizer.withEngine { $0.variants().count }
      return Finding(what: "espeak-ng", isFine: true, found: "\(count) voice variants", advice: nil)
    } catch {
      return Finding(
        what: "espeak-ng", isFine: false, found: "\(error)", advice: "apt-get install espeak-ng-data")
    }
  }

  private static func fonts() -> Finding {
    do {
      let count = try FontCollection.installed().faceCount
      return Finding(what: "fonts", isFine: true, found: "\(count) faces with digits", advice: nil)
    } catch {
      return Finding(
        what: "fonts", isFine: false, found: "\(error)",
        advice: "apt-get install fonts-dejavu fonts-liberation fonts-freefont-ttf fonts-urw-base35")
    }
  }

  private static func store(_ folder: URL) -> Finding {
    guard FileManager.default.fileExists(atPath: folder.appending(path: RunStore.fileName).path) else {
      return Finding(what: "run store", isFine: true, found: "none yet in \(folder.relativePath)", advice: nil)
    }
    do {
      let count = try RunStore(folder: folder).runs().count
      return Finding(what: "run store", isFine: true, found: "\(count) runs in \(folder.relativePath)", advice: nil)
    } catch {
      return Finding(what: "run store", isFine: false, found: "\(error)", advice: "move \(folder.relativePath) away")
    }
  }
}
