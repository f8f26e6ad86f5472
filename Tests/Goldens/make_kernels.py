"""Writes kernels.json: Gram matrices of scikit-learn, alignments of tslearn, support vectors of LIBSVM, and the optima of
multiple kernel learning on iris to fifty digits.

    pip install mpmath numpy scikit-learn tslearn && python make_kernels.py
"""
import collections
import json
import pathlib

import mpmath as mp
import numpy as np
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import pairwise
from sklearn.preprocessing import KernelCenterer
from sklearn.svm import SVC, SVR
from tslearn.metrics import gak

cases = {}


def pack(array):
    array = np.asarray(array, dtype=float)
    return {"shape": list(array.shape), "values": [float(f"{v:.16g}") for v in array.ravel()]}


def case(name, **arrays):
    cases[name] = {key: pack(value) for key, value in arrays.items()}


rng = np.random.default_rng(5)
x, y = rng.normal(size=(7, 11)), rng.normal(size=(4, 11))
p, q = rng.dirichlet(np.ones(11), size=7), rng.dirichlet(np.ones(11), size=4)
p[0, :4] = 0
q[1, :6] = 0
case("samples", x=x, y=y, p=p, q=q)
for name, function, options in [
    ("linear", pairwise.linear_kernel, {}),
    ("polynomial", pairwise.polynomial_kernel, dict(degree=3, gamma=.4, coef0=1.5)),
    ("laplacian", pairwise.laplacian_kernel, dict(gamma=.3)),
    ("gaussian", pairwise.rbf_kernel, dict(gamma=.07)),
    ("cosine", pairwise.cosine_similarity, {}),
]:
    case(name, train=function(x, x, **options), test=function(y, x, **options))
case("exponential-dot", train=np.exp(.2 * x @ x.T), test=np.exp(.2 * y @ x.T))
euclid = pairwise.euclidean_distances
case("exponential", train=np.exp(-.3 * euclid(x, x)), test=np.exp(-.3 * euclid(y, x)))
case("chi-squared", train=pairwise.chi2_kernel(p, p, gamma=.8), test=pairwise.chi2_kernel(q, p, gamma=.8))
case("chi-squared-negative", train=pairwise.additive_chi2_kernel(p, p), test=pairwise.additive_chi2_kernel(q, p))
k, t = pairwise.rbf_kernel(x, x, gamma=.07), pairwise.rbf_kernel(y, x, gamma=.07)
centrer = KernelCenterer().fit(k)
case("centred", train=centrer.transform(k), test=centrer.transform(t))

series = [rng.normal(size=(length, 2)).cumsum(0) for length in (5, 9, 12)]
case("series", a=series[0], b=series[1], c=series[2])
case("global-alignment", gram=[[gak(a, b, sigma=1.7) for a in series] for b in series])


def spectrum(a, b, length):
    counts = [collections.Counter(tuple(s[i:i + length]) for i in range(len(s) - length + 1)) for s in (a, b)]
    return sum(counts[0][piece] * counts[1][piece] for piece in counts[0])


texts = ["the cat sat on the mat", "a cat on a mat sat", "résumé: the mat", "no"]
case("spectrum", character=[[spectrum(a, b, 3) for a in texts] for b in texts],
     word=[[spectrum(a.split(), b.split(), 2) for a in texts] for b in texts])

# Support vectors on precomputed kernels.
iris = load_iris()
rows = iris.target != 0
features, labels = iris.data[rows], np.where(iris.target[rows] == 1, 1., -1.)
case("iris", features=features, labels=labels)
gram = pairwise.rbf_kernel(features, features, gamma=.5)
svc = SVC(C=2, kernel="precomputed", tol=1e-10).fit(gram, labels)
sign = 1 if svc.classes_[1] == 1 else -1
alpha = np.zeros(len(labels))
alpha[svc.support_] = svc.dual_coef_[0] * sign
case("svc", decision=svc.decision_function(gram) * sign, alpha=alpha, bias=svc.intercept_ * sign,
     objective=np.abs(alpha).sum() - alpha @ gram @ alpha / 2)
wine = load_wine().data
wine = (wine - wine.mean(0)) / wine.std(0)
target, inputs = wine[:, 0], wine[:, 1:]
gram = pairwise.rbf_kernel(inputs, inputs, gamma=.05)
svr = SVR(C=1.5, epsilon=.2, kernel="precomputed", tol=1e-10).fit(gram, target)
case("svr", inputs=inputs, target=target, prediction=svr.predict(gram), bias=svr.intercept_)

# The sigmoid of decisions, by scikit-learn.
from sklearn.calibration import _SigmoidCalibration
decisions = np.concatenate([rng.normal(1, 1.3, 40), rng.normal(-.7, 1, 25)])
positive = np.arange(65) < 40
sigmoid = _SigmoidCalibration().fit(decisions, positive)
case("platt", decisions=decisions, a=sigmoid.a_, b=sigmoid.b_)

# Multiple kernel learning on iris, each optimum proven: with the samples at 0, at C and between that LIBSVM finds, the rest
# is linear equations and a root of the kernel weights, solved in fifty digits; the duality gap left over shows that the
# samples were told apart rightly. Kernels: four linear ones of a feature each, Gaussian ones of γ = .1, 1, 10, of trace n.
mp.mp.dps = 50
exact = [[mp.mpf(round(10 * value)) / 10 for value in row] for row in features]
everyone = range(len(labels))
sides = [int(label) for label in labels]
squared = [[sum((a - b) ** 2 for a, b in zip(u, v)) for v in exact] for u in exact]
exact_grams = []
for feature in range(4):
    trace = sum(row[feature] ** 2 for row in exact)
    exact_grams.append([[u[feature] * v[feature] * len(labels) / trace for v in exact] for u in exact])
for gamma in (mp.mpf(".1"), 1, 10):
    exact_grams.append([[mp.exp(-gamma * value) for value in row] for row in squared])
grams = np.array(exact_grams, dtype=float)


def summed(weights, i, j):
    return sum(w * k[i][j] for w, k in zip(weights, exact_grams) if w)


def squares_of(beta):
    return [sum(a * b * k[i][j] for i, a in beta.items() for j, b in beta.items()) for k in exact_grams]


class Machine:
    """The machine of C = 1 near some weights: which samples lie at 0, at C and between."""

    def __init__(self, weights):
        svc = SVC(C=1, kernel="precomputed", tol=1e-12).fit(np.tensordot(weights, grams, 1), labels)
        alpha = np.zeros(len(labels))
        alpha[svc.support_] = np.abs(svc.dual_coef_[0])
        self.alpha = alpha
        self.between = [i for i in everyone if 1e-7 < alpha[i] < 1 - 1e-7]
        self.fixed = {i: mp.mpf(sides[i]) for i in everyone if alpha[i] >= 1 - 1e-7}
        # Of two equal samples, one takes what LIBSVM gave it: only their sum is determined.
        for i in list(self.between):
            if any(squared[i][j] == 0 and sides[i] == sides[j] for j in self.between if j < i):
                self.between.remove(i)
                self.fixed[i] = sides[i] * mp.mpf(float(alpha[i]))

    def solve(self, weights):
        size = len(self.between)
        matrix, right = mp.ones(size + 1), mp.matrix(size + 1, 1)
        matrix[size, size] = 0
        for s, i in enumerate(self.between):
            for t, j in enumerate(self.between):
                matrix[s, t] = summed(weights, i, j)
            right[s] = sides[i] - sum(summed(weights, i, j) * b for j, b in self.fixed.items())
        right[size] = -sum(self.fixed.values())
        solution = mp.lu_solve(matrix, right)
        return self.fixed | dict(zip(self.between, solution)), solution[size]

    def primal(self, weights, penalty):
        """Of the optimum's machine; the dual's variables have to be within bounds."""
        beta, bias = self.solve(weights)
        assert all(0 <= sides[i] * b <= 1 for i, b in beta.items())
        scores = [sum(summed(weights, i, j) * b for j, b in beta.items()) for i in everyone]
        own = sum(b * scores[i] for i, b in beta.items()) / 2
        return own + penalty + sum(max(0, 1 - sides[i] * (scores[i] + bias)) for i in everyone)


def optimum(name, machine, weights, dual_penalty, primal_penalty):
    beta, _ = machine.solve(weights)
    dual = sum(sides[i] * b for i, b in beta.items()) - dual_penalty(squares_of(beta))
    gap = machine.primal(weights, primal_penalty) - dual
    assert abs(gap) < mp.mpf(10) ** -30, gap
    case(name, weights=[float(w) for w in weights], objective=float(dual))


even = [mp.mpf(1) / 7] * 7
optimum("mkl-uniform", Machine([1 / 7] * 7), even, lambda q: sum(q) / 14, 0)

# Norm 1: only the last two kernels have weight, and at the optimum their squared norms are equal.
low, high = .5, .65
for _ in range(40):
    near = (low + high) / 2
    machine = Machine([0] * 5 + [near, 1 - near])
    beta = machine.alpha * labels
    low, high = (near, high) if beta @ grams[5] @ beta > beta @ grams[6] @ beta else (low, near)


def two(weight):
    return [0] * 5 + [weight, 1 - weight]


def difference(weight):
    q = squares_of(machine.solve(two(weight))[0])
    return q[5] - q[6]


root = mp.findroot(difference, (mp.mpf(near) - mp.mpf("1e-6"), mp.mpf(near) + mp.mpf("1e-6")), solver="secant",
                   tol=mp.mpf(10) ** -80, verify=False)
optimum("mkl-simple", machine, two(root), lambda q: max(q) / 2, 0)


def norm(values):
    return mp.sqrt(sum(value ** 2 for value in values))


# Norm 2: weights are the squared norms over their length; squared norm 2 with λ = 1: half the squared norms.
for name, rule, dual_penalty, primal_penalty in (
        ("mkl-norm", lambda q: [v / norm(q) for v in q], lambda q: norm(q) / 2, lambda d: 0),
        ("mkl-squared-norm", lambda q: [v / 2 for v in q], lambda q: norm(q) ** 2 / 8, lambda d: norm(d) ** 2 / 2)):
    weights = np.full(7, 7 ** -.5)
    for _ in range(300):
        machine = Machine(weights)
        beta = machine.alpha * labels
        goal = np.array(rule([float(beta @ k @ beta) for k in grams]), dtype=float)
        weights = weights ** (2 / 3) * goal ** (1 / 3)
        if np.abs(goal - weights).max() < 1e-10:
            break
    solution = mp.findroot(lambda *d: [g - w for g, w in zip(rule(squares_of(machine.solve(d)[0])), d)],
                           [mp.mpf(w) for w in weights], tol=mp.mpf(10) ** -80, verify=False)
    optimum(name, machine, list(solution), dual_penalty, primal_penalty(list(solution)))

with open(pathlib.Path(__file__).parent / "kernels.json", "w") as file:
    file.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in cases.items()) + "\n}\n")
