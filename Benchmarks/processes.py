"""Processes under measurement."""

import json
import os
import pathlib
import resource
import subprocess
import threading
import time


class Side:
    """A process that answers one JSON line for each it is asked; bound to the first core."""

    def __init__(self, command):
        core = min(os.sched_getaffinity(0))
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}))

    def ask(self, **request):
        self.process.stdin.write(json.dumps({"folder": "", **request}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args}: ended while asked for {request}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(command):
    """Seconds from start to end of a command whose output does not matter, and seconds of processor time."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    elapsed, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(command):
    """Seconds, peak bytes of the whole process tree, and standard output.

    Memory is the sum of proportional set sizes, sampled: pages that processes share count once.
    """
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    begin, peak, done = time.perf_counter(), 0, threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, sum(proportional(pid) for pid in tree(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    elapsed = time.perf_counter() - begin
    done.set()
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} … failed with status {process.returncode}")
    return elapsed, peak, output


def tree(root):
    found = [root]
    for pid in found:
        try:
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def proportional(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
