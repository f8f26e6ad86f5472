"""Writes kernels.json: Gram matrices of scikit-learn, alignments of tslearn, and multiple kernel learning by LIBSVM.

    pip install numpy scikit-learn tslearn && python make_kernels.py
"""
import collections
import json
import pathlib

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

with open(pathlib.Path(__file__).parent / "kernels.json", "w") as file:
    file.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in cases.items()) + "\n}\n")
