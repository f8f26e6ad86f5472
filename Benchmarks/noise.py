"""Table and figure of what `chiasm quantify RUN robustness --json` writes.

    python3 Benchmarks/noise.py robustness.json figure.svg > table.md

The table has, for every condition, a row a method and a column a level, with 95 % intervals; the figure a panel a
condition, drawn by gnuplot. Python's standard library is all it needs.
"""

import json
import subprocess
import sys

# Okabe and Ito's colours, which colour-blind readers tell apart.
COLOURS = ["#00689f", "#c04f00", "#009e73", "#7a4988", "#8a8d93", "#b8860b"]


def title(condition):
    return f"{condition['perturbation']} on {' and '.join(condition['modalities'])}"


def concerned(condition):
    """Methods that read what is perturbed, in the order of their names."""
    methods = [m for m in condition["methods"] if set(m["modalities"]) & set(condition["modalities"])]
    return sorted(methods, key=lambda method: (len(method["modalities"]) == 1, method["method"]))


def percent(value):
    return f"{100 * value:.1f}"


def bounds(interval):
    return (interval["low"], interval["high"]) if isinstance(interval, dict) else tuple(interval)


def table(condition):
    levels = [f"{level:g}" for level in condition["levels"]]
    lines = [f"| {title(condition)} | " + " | ".join(levels) + " | mean |", "|---" * (len(levels) + 2) + "|"]
    for method in concerned(condition):
        cells = []
        for score, interval in zip(method["curve"]["scores"], method["intervals"]):
            low, high = bounds(interval)
            cells.append(f"{percent(score)} [{percent(low)}, {percent(high)}]")
        low, high = bounds(method["area"]["ci95"])
        cells.append(f"{percent(method['area']['mean'])} [{percent(low)}, {percent(high)}]")
        lines.append(f"| `{method['method']}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figure(result, path):
    conditions = result["conditions"]
    names = sorted({method["method"] for condition in conditions for method in condition["methods"]})
    width = 40 + 330 * len(conditions)
    script = [
        f"set terminal svg noenhanced size {width},360 dynamic rounded font 'sans,13' background '#ffffff'",
        f"set output '{path}'", f"set multiplot layout 1,{len(conditions)}", "set border 3", "set tics nomirror out",
        "set yrange [0:100]", "set grid ytics lt 1 lc rgb '#e3e2dc'",
    ]
    # A name stands in the first panel that has it.
    named = set()
    for number, condition in enumerate(conditions):
        plots = []
        for method in concerned(condition):
            block = f"$d{number}_{names.index(method['method'])}"
            script.append(f"{block} << EOD")
            for level, score, interval in zip(condition["levels"], method["curve"]["scores"], method["intervals"]):
                low, high = bounds(interval)
                script.append(f"{level} {100 * score} {100 * low} {100 * high}")
            script.append("EOD")
            colour = COLOURS[names.index(method["method"]) % len(COLOURS)]
            dash = 2 if len(method["modalities"]) == 1 else 1
            label = "notitle" if method["method"] in named else f"title '{method['method']}'"
            named.add(method["method"])
            style = f"lw 2 dt {dash} lc rgb '{colour}'"
            plots.append(f"{block} using 1:2 with linespoints pt 7 ps 0.5 {style} {label}")
            bar = f"{block} using 1:3:(0):($4-$3) with vectors nohead lt 1 lw 1.2 lc rgb '{colour}' notitle"
            plots.append(bar)
        script += [
            f"set title '{title(condition)}'", "set xlabel 'deviation of the noise, in those of the features'",
            f"set ylabel '{'test ' + result['metric'] + ', %' if number == 0 else ''}'",
            f"set xrange [-0.1:{condition['levels'][-1] + 0.1}]", "set key bottom left reverse Left samplen 2",
            "plot " + ", ".join(plots),
        ]
    script.append("unset multiplot")
    subprocess.run(["gnuplot", "-"], input="\n".join(script) + "\n", text=True, check=True)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        robustness = json.load(file)
    figure(robustness, sys.argv[2])
    print("\n\n".join(table(condition) for condition in robustness["conditions"]))
