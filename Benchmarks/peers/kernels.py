"""The peers of the rows about kernels: cca-zoo, MKLpy and scikit-learn, in float64 on the same inputs."""

import functools
import os
import time
from importlib import metadata

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import cca_zoo
import numpy as np
import sklearn
from safetensors.numpy import load_file
from sklearn.metrics.pairwise import rbf_kernel

from protocol import serve


@functools.cache
def inputs(folder):
    return load_file(f"{folder}/kernels.safetensors")


def version(folder):
    return {"version": f"cca-zoo {cca_zoo.__version__}, MKLpy {metadata.version('MKLpy')}, scikit-learn {sklearn.__version__}"}


def kernel_cca(folder):
    from cca_zoo.nonparametric import KCCA

    x, y = inputs(folder)["kernel.x"], inputs(folder)["kernel.y"]

    def run():
        u, v = KCCA(n_components=5, shrinkage=.1, kernel="rbf", gamma=.02).fit_transform([x, y])
        return [np.corrcoef(u[:, k], v[:, k])[0, 1] for k in range(5)]

    return run


def mkl_inputs(folder):
    """Twenty Gaussian kernels of one feature each, of trace n, and the labels."""
    x, y = inputs(folder)["mkl.x"], inputs(folder)["mkl.y"]
    grams = []
    for column in range(x.shape[1]):
        k = rbf_kernel(x[:, column:column + 1], gamma=.5)
        grams.append(k * len(k) / np.trace(k))
    return np.array(grams), y


def average_mkl(folder):
    """MKLpy's wrapper of scikit-learn's machine on the average kernel: the machine of weights that are not learned."""
    import torch
    from MKLpy.algorithms import AverageMKL
    from sklearn.svm import SVC

    torch.set_num_threads(1)
    grams, y = mkl_inputs(folder)
    kernels, labels = [torch.tensor(k) for k in grams], torch.tensor(y)

    def run():
        machine = AverageMKL(learner=SVC(C=1, tol=1e-5)).fit(kernels, labels).learner
        alpha = machine.dual_coef_[0]
        k = grams.mean(0)[np.ix_(machine.support_, machine.support_)]
        return [np.abs(alpha).sum() - alpha @ k @ alpha / 2]

    return run


def easy_mkl(folder):
    """EasyMKL, whose weights follow from one machine in closed form: another criterion than a margin at cost C, so only how
    well both tell the samples apart can be compared."""
    import torch
    from MKLpy.algorithms import EasyMKL
    from sklearn.svm import SVC

    torch.set_num_threads(1)
    grams, y = mkl_inputs(folder)
    kernels, labels = [torch.tensor(k) for k in grams], torch.tensor(y)

    def run():
        model = EasyMKL(lam=.1, learner=SVC(C=1)).fit(kernels, labels)
        return [float((np.asarray(model.predict(kernels)) == y).mean())]

    return run


def simple_mkl(folder):
    """SimpleMKL's problem with scikit-learn's machines: closed steps of the weights until the gap is 1e-4."""
    from sklearn.svm import SVC

    grams, y = mkl_inputs(folder)

    def run():
        weights = np.full(len(grams), 1 / len(grams))
        for _ in range(2000):
            machine = SVC(C=1, kernel="precomputed", tol=1e-5).fit(np.tensordot(weights, grams, 1), y)
            beta = machine.dual_coef_[0]
            chosen = machine.support_
            squares = np.array([beta @ k[np.ix_(chosen, chosen)] @ beta for k in grams])
            dual = np.abs(beta).sum() - squares.max() / 2
            # Without the machine's own gap, which its tolerance keeps far smaller.
            gap = (squares.max() - weights @ squares) / 2
            if gap <= 1e-4 * dual:
                break
            weights = weights * np.sqrt(squares)
            weights /= weights.sum()
        return [dual, gap / dual]

    return run


WORK = {"kernel-cca": kernel_cca, "mkl": simple_mkl, "mkl-average": average_mkl, "mkl-easy": easy_mkl}


@functools.cache
def prepared(folder, method):
    return WORK[method](folder)


def kernels(folder, method):
    run = prepared(folder, method)
    start = time.process_time()
    values = run()
    return {"losses": [float(value) for value in values], "microseconds": [1e6 * (time.process_time() - start)]}


if __name__ == "__main__":
    serve({"version": version, "kernels": kernels})
