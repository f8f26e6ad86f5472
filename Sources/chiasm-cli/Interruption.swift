import Chiasm
import Dispatch
import Foundation

/// Turns Ctrl-C and SIGTERM into a request to stop at the next step; a second one ends the program at once.
final class Interruption {
  let cancellation = Cancellation()
  private var sources: [any DispatchSourceSignal] = []

  init() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [cancellation] in
        if cancellation.isCancelled { Main.end(130) }
        cancellation.cancel()
      }
      source.resume()
      sources.append(source)
    }
  }
}
