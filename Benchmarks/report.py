"""Makes SPEED.md of the figures."""

import platform
import statistics

OPEN = [
    ("training step of MAG and MBT", "are there; their peers are not written yet"),
    ("training step of MulT", "fusion not written yet"),
    ("dynamic time warping; CTC and prefix beam search", "no alignment yet"),
]


def page(results):
    text = ["# Speed", ""]
    text += [
        "Written by `scripts/bench-speed` (part of `make bench`); do not edit. Medians of the rounds, lowest and highest in",
        "brackets; × is the peer's median over Chiasm's, above 1 where Chiasm is faster. Both sides took turns on the same",
        "inputs, initial weights and batches, after a check that they compute the same numbers. Steps, projections and",
        "analyses are processor time of one core, the main job is wall-clock time.",
        "",
        f"Machine: {processor()}, {cores()} cores, {platform.system()} {platform.release()}. "
        f"{', '.join(next(iter(results.values()))['versions'])}, Python {platform.python_version()}.",
        "",
    ]
    for name, write in PARTS.items():
        if name in results:
            result = results[name]
            text += write(result) + ["", f"Measured {result['date']}; load average before: {result['load']:.1f}.", ""]
    text += ["## Open", "", "Rows of the performance goals that are not measured yet:", ""]
    text += [f"- {row}: {why}" for row, why in OPEN]
    return "\n".join(text) + "\n"


def step(result):
    return [
        "## One training step, microseconds",
        "",
        "Batch 32, inputs 300, 74 and 47 wide, encoders of width 64, dropout 0, gathering, AdamW, clipping, one core.",
        f"Losses of the first 20 steps differ by at most {result['difference']:.0e} between any two sides. "
        "Goals: ≥ 3 × PyTorch eager, ≥ 1 × JAX."
        + (f" Without torch.compile: {result['without_compile']}." if result.get("without_compile") else ""),
        "",
    ] + table("method", result["rows"])


def replicas(result):
    return [
        "## The same for 16 seeds, microseconds per model and step",
        "",
        "Each model with initial weights and batches of its own. Mean losses of the first 20 steps differ by at most "
        f"{result['difference']:.0e}. Goals: ≥ 10 × the PyTorch loop, ≥ 1 × JAX.",
        "",
    ] + table("method", result["rows"])


def emap(result):
    difference = result["difference"]
    return [
        "## EMAP, 2 000 samples, seconds",
        "",
        "The peer is the definition as a double loop, one batch of 2 000 for each sample. Of a fusion that only multiplies and",
        "adds what each modality contributes (low-rank), Chiasm evaluates the mean contributions instead of all combinations,",
        "which is exact for any M. Of the others (gated) it forms all combinations up to four million, else 64 random ones a",
        "sample. For M = 3 the loop keeps the other two modalities of a sample together, which is an estimate. Results differ,",
        "in deviations, by " + ", ".join(f"{value:.0e} ({row})" for row, value in difference.items()) + ". Goal: ≥ 10 ×.",
        "",
    ] + table("fusion", result["rows"], unit=1e6, digits=3)


def measures(result):
    return [
        "## Analyses that are one call, milliseconds",
        "",
        f"Peers: numpy (Cholesky and SVD), scikit-learn, CVXPY with Clarabel ({result['peers']}). Results differ by at most "
        f"{result['difference']:.0e}. Goals: numpy, scikit-learn, ≥ 20 × CVXPY.",
        "",
    ] + table("analysis", result["rows"], unit=1e3, digits=2)


def kernels(result):
    return [
        "## Kernels, milliseconds",
        "",
        f"Processor time of the whole work on one core ({result['peers']}). Kernel CCA forms its Gram matrices, too. scikit-learn's",
        "multiple kernel learning is LIBSVM's machines in turn with closed steps of the kernel weights, to the same relative",
        "duality gap of 1e-4; Chiasm keeps the kernels in float32. MKLpy has no such learner: its machine on the average kernel is",
        "checked against ours to that gap, and EasyMKL, which learns weights by another criterion, is only to tell the samples",
        "apart about as well (shares within .05). Goals: ≥ 20 ×; low rank below 10 s; ≥ 5 ×.",
        "",
    ] + table("work", result["rows"], unit=1e3, digits=1)


def start(result):
    return [
        "## Start, seconds", "", "Goal: ≤ 0.25 s. On a machine that others keep busy only the processor time tells.", "",
    ] + table("command", result["rows"], unit=1e6, digits=3, compare=False)


def compare(result):
    ours, theirs = result["means"].values()
    lines = [
        "## The main job: compare on CMU-MOSI, seconds",
        "",
        f"{len(theirs)} models (8 methods) × {result['seeds']} seeds × {result['epochs']} epochs, no early stopping, both "
        "on all cores. Chiasm's time includes the additive projection, bootstrap intervals and the report, which the peer "
        "does without; `--quick --no-utilization` leaves out what explains the verdict. Goal: ≥ 8 ×.",
        "",
    ] + table("job", result["rows"], unit=1e6, digits=1)
    peaks = {name: statistics.median(values) / 2**20 for name, values in result["peaks"].items()}
    (_, mine), (_, other) = peaks.items()
    lines += [
        "",
        f"With what explains the verdict (use of the modalities, information, missing modalities, contributions, interactions), too: "
        f"{statistics.median(result['explained']):.1f} s.",
        "",
        f"Peak memory (proportional set size of all processes): Chiasm {mine:.0f} MiB, PyTorch {other:.0f} MiB: "
        f"{mine / other:.2f} of it. Goal: ≤ 0.5.",
        "",
        "Mean test accuracy, Chiasm and peer: "
        + ", ".join(f"{name} {ours[name]:.3f}/{theirs[name]:.3f}" for name in theirs) + ".",
    ]
    return lines


PARTS = {"step": step, "replicas": replicas, "emap": emap, "measures": measures, "kernels": kernels,
         "start": start, "compare": compare}


def table(head, rows, unit=1.0, digits=0, compare=True):
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = ["| " + " | ".join([head, *columns]) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        ours = statistics.median(row[columns[0]])
        cells = []
        for column in columns:
            if column not in row:
                cells.append("")
                continue
            values = [value / unit for value in row[column]]
            cell = f"{statistics.median(values):.{digits}f} [{min(values):.{digits}f}–{max(values):.{digits}f}]"
            if compare and column != columns[0] and columns[0] == "Chiasm":
                cell += f" **{statistics.median(row[column]) / ours:.1f} ×**"
            cells.append(cell)
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return lines


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")


def cores():
    import os

    return len(os.sched_getaffinity(0))
