"""Writes coordination.json: canonical correlation of several views by textbook formulas in numpy and scipy.

    pip install numpy scipy scikit-learn && python make_coordination.py
"""
import json
import pathlib

import numpy as np
import scipy.linalg
import scipy.stats
from sklearn.datasets import load_linnerud

cases = {}


def pack(array):
    array = np.asarray(array, dtype=float)
    return {"shape": list(array.shape), "values": [float(f"{v:.16g}") for v in array.ravel()]}


def case(name, **arrays):
    cases[name] = {key: pack(value) for key, value in arrays.items()}


linnerud = load_linnerud()
case("linnerud", x=linnerud.data, y=linnerud.target)
rng = np.random.default_rng(8)
n = 60
latent = rng.normal(size=(n, 3))
views = [latent @ rng.normal(size=(3, p)) + s * rng.normal(size=(n, p)) + 5 for p, s in ((4, .5), (6, .8), (3, 1.2))]
case("views", **{f"v{m}": view for m, view in enumerate(views)})

centred = [view - view.mean(0) for view in views]
ends = np.cumsum([0] + [view.shape[1] for view in views])
whole = np.hstack(centred)
a = whole.T @ whole / (n - 1)
blocks = [slice(ends[m], ends[m + 1]) for m in range(3)]


def multiset(shrinkage, own):
    d, numerator = np.zeros_like(a), a.copy()
    for block in blocks:
        d[block, block] = (1 - shrinkage) * a[block, block] + shrinkage * np.eye(block.stop - block.start)
        if not own:
            numerator[block, block] = 0
    values, vectors = scipy.linalg.eigh(numerator, d)
    w = vectors[:, ::-1][:, :3] * np.sqrt(3)
    w *= np.sign([w[blocks[0], j][np.argmax(np.abs(w[blocks[0], j]) * views[0].std(0))] for j in range(3)])
    return values[::-1][:3], w


for name, shrinkage, own in (("multiset", 0, True), ("multiset-shrunk", .2, True), ("multiset-others", .2, False)):
    values, w = multiset(shrinkage, own)
    case(name, values=values, w=w)


def generalized(strengths, ridge):
    total = sum(s * x @ np.linalg.solve(x.T @ x / (n - 1) + ridge * np.eye(x.shape[1]), x.T) / (n - 1)
                for s, x in zip(strengths, centred))
    values, vectors = np.linalg.eigh(total)
    return values[::-1][:3], vectors[:, ::-1][:, :3] * np.sqrt(n - 1)


for name, strengths, ridge in (("generalized", (1, 1, 1), 0), ("generalized-ridge", (1, 2, .5), .7)):
    values, shared = generalized(strengths, ridge)
    case(name, values=values, shared=shared)

case("tails", f=[scipy.stats.f.sf(x, a, b) for x, a, b in ((2.05, 9, 34.2), (.1, 3, 5), (40, 2, 100), (1, 1, 1))],
     chi=[scipy.stats.chi2.sf(x, k) for x, k in ((16.25, 9), (.01, 4), (200, 3), (5, 50))])

with open(pathlib.Path(__file__).parent / "coordination.json", "w") as file:
    file.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in cases.items()) + "\n}\n")
