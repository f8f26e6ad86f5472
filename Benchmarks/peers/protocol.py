"""One JSON request a line on standard input, one JSON answer a line on standard output, as chiasm-bench speaks it."""

import json
import os
import sys
import time


def serve(handlers):
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        answer = handlers[request.pop("work")](**request)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class Clock:
    """Mean microseconds a step, the first fifth of the steps left out."""

    def __init__(self, steps):
        self.warm_up, self.steps = steps // 5, steps

    def tick(self, step, finish=None):
        """Called before each step."""
        if step == self.warm_up:
            if finish is not None:
                finish()
            self.start = time.perf_counter()

    def stop(self):
        return 1e6 * (time.perf_counter() - self.start) / (self.steps - self.warm_up)
