import Coordination
import Fusion
public import Models

extension Method {
  /// Every method there is: the baseline, then those of each room.
  public static let all: [Method] = [unimodal] + fusion + coordination
}
