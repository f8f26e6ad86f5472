"""Times Chiasm against its peers, both sides in turn on the same inputs, and writes SPEED.md beside this file.

Run by scripts/bench-speed. Every part first checks that both sides compute the same numbers. A part that is left out
keeps its last figures (.build/speed/), so one part can be measured anew: run.py --parts step,emap --rounds 7
"""

import argparse
import datetime
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file, save_file

import report
from processes import Side, measured, timed

HERE = pathlib.Path(__file__).parent
PYTHON = str(HERE / ".peers/bin/python")
BENCH = str(HERE / ".build/release/chiasm-bench")
CHIASM = os.environ.get("CHIASM", str(HERE.parent / ".build/release/chiasm"))
METHODS = ["early", "late", "additive", "tensor", "low-rank", "gated", "nonlinear"]
JOB = "unimodal,early,late,additive,tensor,low-rank,gated,nonlinear"


def sides():
    """One process each, bound to the same core: they work in turn, never at the same time."""
    return {
        "Chiasm": Side([BENCH]),
        "PyTorch": Side([PYTHON, str(HERE / "peers/pytorch.py")]),
        "JAX": Side([PYTHON, str(HERE / "peers/jaxside.py")]),
    }


def same(what, reference, values, tolerance):
    worst = float(np.max(np.abs(np.asarray(reference) - np.asarray(values))))
    if not worst <= tolerance:
        sys.exit(f"{what}: differs from Chiasm by {worst:.2g}, more than {tolerance:g}; nothing is reported")
    return worst


def in_turn(rounds, contestants, check):
    """Microseconds of every round by name; `check(name, answer, ours)` compares the first round's answers."""
    times = {name: [] for name in contestants}
    for number in range(rounds):
        ours = None
        for name, ask in contestants.items():
            answer = ask()
            ours = ours or answer
            if number == 0:
                check(name, answer, ours)
            times[name].append(answer["microseconds"][0])
    return times


def training_steps(folder, rounds, processes, compile_too):
    """Losses of 20 steps agree to 1e-3 (measured: 2e-5), then the mean duration of a step."""
    rows, worst = {}, 0.0
    problem = processes["PyTorch"].ask(work="compiles")["version"] if compile_too else "left out by --no-compile"
    if problem:
        say(f"without torch.compile: {problem}")
    for method in METHODS:
        say(f"training step, {method}")
        common = dict(work="step", folder=folder, method=method, steps=300)
        contestants = {
            "Chiasm": lambda: processes["Chiasm"].ask(**common),
            "PyTorch": lambda: processes["PyTorch"].ask(variant="eager", **common),
            "PyTorch, fused AdamW": lambda: processes["PyTorch"].ask(variant="fused", **common),
            "JAX jit": lambda: processes["JAX"].ask(**common),
        }
        if not problem:
            contestants["torch.compile"] = lambda: processes["PyTorch"].ask(variant="compile", **common)

        def check(name, answer, ours):
            nonlocal worst
            worst = max(worst, same(f"{method}, {name}", ours["losses"][:20], answer["losses"][:20], 1e-3))

        rows[method] = in_turn(rounds, contestants, check)
    return {"rows": rows, "difference": worst, "without_compile": problem}


def replicas(folder, rounds, processes, count=16):
    """The same for 16 models at once, microseconds per model."""
    rows, worst = {}, 0.0
    for method in METHODS:
        say(f"{count} replicas, {method}")
        single = dict(folder=folder, method=method)
        common = dict(work="replicas", replicas=count, **single)
        contestants = {
            "Chiasm": lambda: processes["Chiasm"].ask(steps=60, **common),
            "PyTorch, a loop over seeds": lambda: processes["PyTorch"].ask(
                work="step", variant="eager", steps=60, **single),
            "torch.func.vmap": lambda: processes["PyTorch"].ask(steps=20, **common),
            "JAX jit + vmap": lambda: processes["JAX"].ask(steps=60, **common),
        }

        def check(name, answer, ours):
            nonlocal worst
            if "loop" not in name:  # one model of the sixteen: its losses are checked with the training step
                worst = max(worst, same(f"{method}, {name}", ours["losses"][:20], answer["losses"][:20], 1e-3))

        rows[method] = in_turn(rounds, contestants, check)
    return {"rows": rows, "difference": worst}


def projection(folder, rounds, processes):
    rows, difference = {}, {}
    for method, modalities in itertools.product(("low-rank", "gated"), (2, 3)):
        row = f"{method}, M = {modalities}"
        say(f"EMAP, {row}")
        common = dict(work="project", folder=folder, method=method, modalities=modalities)

        def check(name, answer, ours):
            if name == "Chiasm":
                return
            a, b = (load_file(f"{folder}/emap-{method}-{modalities}-{side}.safetensors")["projection"]
                    for side in ("chiasm", "pytorch"))
            # Of three modalities, the loop is an estimate: it keeps the others of a sample together.
            difference[row] = float(np.sqrt(np.mean((a - b) ** 2)) / b.std())
            same(f"EMAP, {row}", 0, difference[row], 1e-4 if modalities == 2 else 0.2)

        rows[row] = in_turn(
            min(rounds, 3),
            {name: (lambda name=name: processes[name].ask(**common)) for name in ("Chiasm", "PyTorch")}, check)
    return {"rows": rows, "difference": difference}


MEASURES = {
    "cca": "canonical correlation, 10 000 × 100 and 100, 5 pairs",
    "ksg": "KSG mutual information, 10 000 samples, k = 3",
    "broja-large": "BROJA partial information, 30 × 30 × 2",
    "broja-small": "BROJA partial information, 5 × 5 × 5",
}


def measure_inputs(folder):
    random = np.random.default_rng(0)
    shared = random.normal(size=(10_000, 100))
    x, y = random.normal(size=10_000), random.normal(size=10_000)
    save_file({
        "cca.x": shared + random.normal(size=shared.shape),
        "cca.y": shared @ random.normal(size=(100, 100)) / 10 + random.normal(size=shared.shape),
        "ksg.x": x,
        "ksg.y": 0.6 * x + 0.8 * y,
        "broja-large": random.gamma(0.5, size=(30, 30, 2)),
        "broja-small": random.gamma(0.5, size=(5, 5, 5)),
    }, f"{folder}/measures.safetensors")


def measures(folder, rounds, processes):
    """Both sides agree to 1e-5, which is how exact the cone solver is."""
    measure_inputs(folder)
    peer = Side([PYTHON, str(HERE / "peers/measures.py")])
    rows, worst = {}, 0.0
    for method, row in MEASURES.items():
        say(row)

        def check(name, answer, ours):
            nonlocal worst
            worst = max(worst, same(f"{row}, {name}", ours["losses"], answer["losses"], 1e-5))

        contestants = {
            "Chiasm": lambda: processes["Chiasm"].ask(work="measure", folder=folder, method=method),
            "peer": lambda: peer.ask(work="measure", folder=folder, method=method),
        }
        for ask in contestants.values():
            ask()  # The first call makes what later ones keep.
        rows[row] = in_turn(rounds, contestants, check)
    result = {"rows": rows, "difference": worst, "peers": peer.ask(work="version")["version"]}
    peer.close()
    return result


def kernels(folder, rounds, processes):
    """Correlations agree to 1e-4 and objectives to the gap asked for."""
    peer = Side([PYTHON, str(HERE / "peers/kernels.py")])
    processes["Chiasm"].ask(work="kernel-inputs", folder=folder)
    rows = {}
    for row, method, name in (
            ("kernel CCA, n = 1 000, 5 pairs", "kernel-cca", "cca-zoo"),
            ("kernel CCA of low rank, n = 20 000, 5 pairs", "low-rank", None),
            ("multiple kernel learning, n = 1 000, 20 kernels, weights of norm 1", "mkl", "scikit-learn"),
            ("the same, norm 2", "mkl-norm", None),
            ("a machine on the average of the kernels", "mkl-average", "MKLpy (SVC)"),
            ("weights of norm 1 beside EasyMKL, which learns them by another criterion", "mkl-easy", "MKLpy (EasyMKL)")):
        say(row)
        common = dict(work="kernels", folder=folder, method=method)
        contestants = {"Chiasm": lambda: processes["Chiasm"].ask(**common)}
        if name:
            contestants[name] = lambda: peer.ask(**common)

        def check(name, answer, ours):
            if method == "mkl-average":
                same(f"{row}, {name}", 1, answer["losses"][0] / ours["losses"][0], 2e-4)
            elif method == "mkl-easy":
                same(f"{row}, {name}", ours["losses"], answer["losses"], .05)
            elif method == "mkl":
                same(f"{row}, {name}", 1, answer["losses"][0] / ours["losses"][0], 2e-4)
            elif name != "Chiasm":
                same(f"{row}, {name}", ours["losses"], answer["losses"], 1e-4)

        rows[row] = in_turn(rounds, contestants, check)
    result = {"rows": rows, "peers": peer.ask(work="version")["version"]}
    peer.close()
    return result


def start(rounds):
    commands = {
        "chiasm --help": [CHIASM, "--help"],
        "chiasm methods": [CHIASM, "methods"],
        'python -c "import torch"': [PYTHON, "-c", "import torch"],
    }
    rows = {name: {"wall-clock": [], "processor": []} for name in commands}
    for _ in range(max(rounds, 5)):
        for name, command in commands.items():
            for clock, seconds in zip(rows[name].values(), timed(command)):
                clock.append(1e6 * seconds)
    return {"rows": rows}


def main_job(folder, rounds, seeds, epochs):
    source = pathlib.Path(os.environ.get("CHIASM_SHARED", HERE.parent / "../shared")) / "data/mosi"
    data = f"{folder}/mosi"
    subprocess.run([CHIASM, "import", "mosi", str(source), data], check=True, stdout=subprocess.DEVNULL)
    sizes = ["--methods", JOB, "--seeds", str(seeds), "--epochs", str(epochs)]
    seconds, peaks, means, explained = {}, {}, {}, []
    for number in range(rounds):
        answer = f"{folder}/compare-{number}.json"
        ours = [CHIASM, "compare", data, *sizes, "--patience", str(epochs), "--runs", f"{folder}/runs-{number}",
                "--json", answer, "--quiet"]
        for name, command in {
            "Chiasm": [*ours, "--quick", "--no-utilization"],
            "PyTorch, two processes": [PYTHON, str(HERE / "peers/compare.py"), data, *sizes],
        }.items():
            say(f"compare mosi, round {number + 1}, {name}")
            elapsed, peak, output = measured(command)
            seconds.setdefault(name, []).append(1e6 * elapsed)
            peaks.setdefault(name, []).append(peak)
            if name == "Chiasm":
                methods = json.load(open(answer))["methods"]
                means[name] = {method["name"]: method["metrics"]["accuracy"]["mean"] for method in methods}
            else:
                means[name] = {method: value["mean"] for method, value in json.loads(output).items()}
        say(f"compare mosi, round {number + 1}, Chiasm with what explains the verdict")
        explained.append(measured(ours)[0])
    ours, theirs = means.values()
    if seeds >= 5:
        # Other random numbers on each side: means of the seeds agree as far as chance lets them.
        for method in theirs:
            same(f"accuracy of {method}", ours[method], theirs[method], 0.03)
    return {"rows": {"compare": seconds}, "explained": explained, "peaks": peaks, "means": means, "seeds": seeds, "epochs": epochs}


def say(text):
    print(f"bench-speed: {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", default="step,replicas,emap,measures,kernels,start,compare")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--job-rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out (it takes minutes)")
    options = parser.parse_args()
    kept = HERE / ".build/speed"
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        processes = sides()
        versions = [side.ask(work="version")["version"] for side in processes.values()]
        processes["Chiasm"].ask(work="inputs", folder=folder, replicas=16)
        parts = {
            "step": lambda: training_steps(folder, options.rounds, processes, not options.no_compile),
            "replicas": lambda: replicas(folder, options.rounds, processes),
            "emap": lambda: projection(folder, options.rounds, processes),
            "measures": lambda: measures(folder, options.rounds, processes),
            "kernels": lambda: kernels(folder, options.rounds, processes),
            "start": lambda: start(options.rounds),
            "compare": lambda: main_job(folder, options.job_rounds, options.seeds, options.epochs),
        }
        for name in options.parts.split(","):
            before = os.getloadavg()[0]
            result = parts[name]()
            result |= {"date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"), "load": before, "versions": versions}
            (kept / f"{name}.json").write_text(json.dumps(result))
            results = {path.stem: json.loads(path.read_text()) for path in kept.glob("*.json")}
            (HERE / "SPEED.md").write_text(report.page(results))
        for side in processes.values():
            side.close()
    say(f"wrote {HERE / 'SPEED.md'}")


if __name__ == "__main__":
    main()
