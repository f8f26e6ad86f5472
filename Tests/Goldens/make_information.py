"""Makes information.json: discrete information measures by dit, and estimates from samples by infomeasure.

    python3 -m venv venv && venv/bin/pip install numpy dit==2.3 infomeasure==0.6.3
    venv/bin/python Tests/Goldens/make_information.py > Tests/Goldens/information.json
"""

import itertools
import json

import dit
import infomeasure
import numpy as np

random = np.random.default_rng(7)


def table(shape, zeros):
    """A random joint table of four variables, some of its cells 0, and its measures in bits."""
    weights = random.integers(1, 50, shape)
    weights[random.random(shape) < zeros] = 0
    p = weights / weights.sum()
    names = "abcd"
    outcomes = list(itertools.product(*[range(n) for n in shape]))
    kept = [(outcome, p[outcome]) for outcome in outcomes if p[outcome] > 0]
    d = dit.Distribution([outcome for outcome, _ in kept], [value for _, value in kept])
    v = dit.multivariate
    return {
        "shape": list(shape),
        "probabilities": p.flatten().tolist(),
        "entropy": float(dit.shannon.entropy(d)),
        "entropy02": float(v.entropy(d, [[0, 2]])),
        "conditionalEntropy01given3": float(v.entropy(d, [[0, 1]], [3])),
        "mutual0and13": float(v.coinformation(d, [[0], [1, 3]])),
        "mutual0and1given2": float(v.coinformation(d, [[0], [1]], [2])),
        "coInformation012": float(v.coinformation(d, [[0], [1], [2]])),
        "interaction012": float(v.interaction_information(d, [[0], [1], [2]])),
        "coInformation0123": float(v.coinformation(d)),
        "interaction0123": float(v.interaction_information(d)),
        "totalCorrelation": float(v.total_correlation(d)),
    }


def sample(n):
    """Dependent observations of three variables, and estimates in nats."""
    z = random.integers(0, 3, n)
    x = (z + random.integers(0, 4, n)) // 2
    y = (z + x + random.integers(0, 3, n)) // 2
    result = {"x": x.tolist(), "y": y.tolist(), "z": z.tolist()}
    for name, approach in [("plugIn", "discrete"), ("millerMadow", "miller_madow")]:
        options = {"approach": approach, "base": "e"}
        result[name] = {
            "entropyX": float(infomeasure.entropy(x, **options)),
            "mutualXY": float(infomeasure.mutual_information(x, y, **options)),
            "mutualXYgivenZ": float(infomeasure.conditional_mutual_information(x, y, cond=z, **options)),
        }
    return result


print(json.dumps({
    "tables": [table((3, 4, 2, 2), 0), table((2, 3, 5, 2), 0.4), table((2, 2, 2, 2), 0.5)],
    "samples": [sample(n) for n in (5, 30, 200)],
}))
