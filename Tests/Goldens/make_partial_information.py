"""Makes partial-information.json: BROJA by a cone program over exponential cones, I_min lattices by dit; bits.

    python3 -m venv venv && venv/bin/pip install numpy cvxpy clarabel dit==2.3
    venv/bin/python Tests/Goldens/make_partial_information.py > Tests/Goldens/partial-information.json
"""

import itertools
import json
import math

import cvxpy
import dit
import numpy as np
from dit.pid import PID_WB

random = np.random.default_rng(11)


def broja(p):
    """min I_Q(Y; X1, X2) by Clarabel, as sums of relative entropies."""
    a, b, c = p.shape
    q = [[cvxpy.Variable(c, nonneg=True) for _ in range(b)] for _ in range(a)]
    constraints = [sum(q[i][j] for j in range(b)) == p[i].sum(0) for i in range(a)]
    constraints += [sum(q[i][j] for i in range(a)) == p[:, j].sum(0) for j in range(b)]
    value = sum(
        cvxpy.sum(cvxpy.rel_entr(q[i][j], cvxpy.sum(q[i][j]) * np.ones(c))) for i in range(a) for j in range(b))
    problem = cvxpy.Problem(cvxpy.Minimize(value), constraints)
    problem.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9)
    assert problem.status == "optimal", problem.status

    def entropy(table):
        table = np.asarray(table).flatten()
        return -sum(x * math.log(x) for x in table if x > 0)

    least = entropy(p.sum((0, 1))) + problem.value
    one = entropy(p.sum((1, 2))) + entropy(p.sum((0, 1))) - entropy(p.sum(1))
    two = entropy(p.sum((0, 2))) + entropy(p.sum((0, 1))) - entropy(p.sum(0))
    both = entropy(p.sum(2)) + entropy(p.sum((0, 1))) - entropy(p)
    return [x / math.log(2) for x in (one + two - least, least - two, least - one, both - least)]


def table(shape, zeros, whole=False):
    weights = random.integers(0, 4, shape).astype(float) if whole else random.random(shape)
    weights[random.random(shape) < zeros] = 0
    p = weights / weights.sum()
    return {"shape": list(shape), "probabilities": p.flatten().tolist(), "parts": broja(p)}


def lattice(sources, zeros):
    shape = (2,) * sources + (3,)
    weights = random.integers(1, 20, shape)
    weights[random.random(shape) < zeros] = 0
    p = weights / weights.sum()
    outcomes = [o for o in itertools.product(*[range(n) for n in shape]) if p[o] > 0]
    d = dit.Distribution(outcomes, [p[o] for o in outcomes])
    pid = PID_WB(d, [[i] for i in range(sources)], [sources])
    atoms = [
        {"node": [sorted(member) for member in node], "redundancy": float(pid.get_red(node)),
         "atom": float(pid.get_pi(node))}
        for node in pid._lattice]
    return {"shape": list(shape), "probabilities": p.flatten().tolist(), "atoms": atoms}


print(json.dumps({
    "tables": [
        table((3, 3, 3), 0), table((3, 3, 3), 0.4), table((5, 5, 5), 0), table((5, 5, 5), 0.6), table((2, 4, 3), 0.3),
        table((4, 2, 3), 0.3), table((6, 5, 2), 0.7), table((4, 4, 4), 0.5, whole=True), table((3, 6, 2), 0.2, whole=True),
        table((1, 4, 3), 0), table((8, 7, 3), 0.8)],
    "lattices": [lattice(2, 0), lattice(3, 0), lattice(3, 0.5)],
}))
