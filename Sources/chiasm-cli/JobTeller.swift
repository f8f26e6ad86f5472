import Chiasm
import Foundation
import Synchronization

/// Shows what a job says: stages as lines on standard error; and has signals stop it.
final class JobTeller: Sendable {
  private let output: OutputOptions
  private let lines = Mutex<[String: ProgressLine]>([:])

  init(_ output: OutputOptions) { self.output = output }

  func tell(_ event: JobEvent) {
    switch event {
    case .began(let stage): _ = line(stage)
    case .advanced(let stage, let done, let total, let unit, let note):
      line(stage).update(done, of: total, unit: unit, note: note)
    case .finished(let stage, let done, let total, let note):
      remove(stage)?.finish(done, of: total, unit: nil, note: note)
    case .stopped(let stage): remove(stage)?.end()
    case .subject(let text): output.show(text)
    case .note(let text): output.note(text)
    case .warning(let text): if !output.quiet { Console.warn(text) }
    case .cancellable: _ = Interruption()
    case .working(let run, let store, let interrupted):
      Interruption.beforeEnding { [self] in
        end(saying: interrupted.description)
        _ = try? store.update(run.id) { if $0.status == .running { $0.status = .interrupted } }
        AtomicFile.removeLeftovers(in: store.url(of: run))
      }
    case .making(let folder):
      _ = Interruption()
      Interruption.beforeEnding { [self] in
        end(saying: "interrupted; \(folder.relativePath) was not made")
        FolderReplacement.abandon(folder)
      }
    case .released: Interruption.beforeEnding(nil)
    }
  }

  private func line(_ stage: String) -> ProgressLine {
    lines.withLock { lines in
      let line = lines[stage] ?? ProgressLine(stage, style: output.quiet ? .quiet : .automatic)
      lines[stage] = line
      return line
    }
  }

  private func remove(_ stage: String) -> ProgressLine? { lines.withLock { $0.removeValue(forKey: stage) } }

  private func end(saying text: String) {
    for line in lines.withLock({ $0.values }) { line.end() }
    StandardError.show("chiasm: \(text.shown())\n", patience: 100)
  }
}
