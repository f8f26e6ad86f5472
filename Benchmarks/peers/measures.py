"""What the analyses that are one call are timed against: numpy, scikit-learn, CVXPY."""

import os
import time

# Both sides have one core; threads would only be in each other's way.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import cvxpy
import numpy as np
from safetensors.numpy import load_file
from scipy.linalg import solve_triangular
from sklearn.feature_selection._mutual_info import _compute_mi_cc

from protocol import serve


def version(folder):
    import sklearn

    return {"version": f"numpy {np.__version__}, scikit-learn {sklearn.__version__}, CVXPY {cvxpy.__version__}"}


def cca(x, y):
    """Correlations of the first five pairs: Cholesky factors of both covariances, SVD of the whitened cross-covariance."""
    x, y = x - x.mean(0), y - y.mean(0)
    a, b = np.linalg.cholesky(x.T @ x), np.linalg.cholesky(y.T @ y)
    whitened = solve_triangular(a, solve_triangular(b, y.T @ x, lower=True).T, lower=True)
    u, s, v = np.linalg.svd(whitened)
    # The directions, too: an analysis without them is of no use.
    solve_triangular(a.T, u[:, :5]), solve_triangular(b.T, v[:5].T)
    return s[:5]


def broja(table):
    """Redundancy, unique and synergy in nats, by the exponential cone programme of Makkeh et al., 2018."""
    table = table / table.sum()
    first, second, labels = table.shape
    q = cvxpy.Variable((first * second, labels), nonneg=True)
    total = cvxpy.sum(q, axis=1, keepdims=True) @ np.ones((1, labels))
    margins = [
        np.kron(np.eye(first), np.ones((1, second))) @ q == table.sum(1),
        np.kron(np.ones((1, first)), np.eye(second)) @ q == table.sum(0),
    ]
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(cvxpy.rel_entr(q, total))), margins)
    problem.solve(solver="CLARABEL")

    def information(joint):
        """Between rows and columns."""
        expected = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
        there = joint > 0
        return float((joint[there] * np.log(joint[there] / expected[there])).sum())

    label = table.sum((0, 1))
    least = problem.value - float((label[label > 0] * np.log(label[label > 0])).sum())
    whole = information(table.reshape(first * second, labels))
    one, other = information(table.sum(1)), information(table.sum(0))
    return one + other - least, least - other, least - one, whole - least


def measure(folder, method):
    tensors = load_file(f"{folder}/measures.safetensors")
    begin = time.process_time()
    if method == "cca":
        numbers = cca(tensors["cca.x"], tensors["cca.y"])
    elif method == "ksg":
        numbers = [_compute_mi_cc(tensors["ksg.x"], tensors["ksg.y"], 3)]
    else:
        numbers = broja(tensors[method])
    elapsed = 1e6 * (time.process_time() - begin)
    return {"microseconds": [elapsed], "losses": [float(number) for number in numbers]}


if __name__ == "__main__":
    serve({"version": version, "measure": measure})
