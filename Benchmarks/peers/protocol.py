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
    """Mean microseconds of processor time a step, the first fifth of the steps left out.

    On an idle machine that is the time of one core; on a busy one it leaves out the time that others had it.
    """

    def __init__(self, steps):
        self.warm_up, self.steps = steps // 5, steps

    def tick(self, step, finish=None):
        """Called before each step."""
        if step == self.warm_up:
            if finish is not None:
                finish()
            self.start = time.process_time()

    def stop(self):
        return 1e6 * (time.process_time() - self.start) / (self.steps - self.warm_up)
