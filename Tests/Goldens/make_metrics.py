"""Makes metrics.json: random predictions with the scores that scikit-learn (and SciPy, NumPy) give them.

    python3 -m venv venv && venv/bin/pip install numpy scipy scikit-learn==1.9.1
    venv/bin/python Tests/Goldens/make_metrics.py > Tests/Goldens/metrics.json
"""

import json

import numpy as np
from scipy.stats import pearsonr
from sklearn import metrics as m

random = np.random.default_rng(20)


def single_label(n, k, skill, absent=()):
    """Probabilities that lean towards the target; classes in `absent` never are a target."""
    present = [c for c in range(k) if c not in absent]
    targets = random.choice(present, n, p=random.dirichlet(np.full(len(present), 2.0)))
    logits = random.normal(size=(n, k)) * 1.5
    logits[np.arange(n), targets] += skill
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    probabilities = np.round(probabilities, 6)
    predicted = probabilities.argmax(1)

    confidence = probabilities.max(1)
    edges = np.linspace(0, 1, 16)
    bins = np.digitize(confidence, edges, right=True) - 1
    calibration = sum(
        (bins == b).mean() * abs((predicted == targets)[bins == b].mean() - confidence[bins == b].mean())
        for b in range(15)
        if (bins == b).any()
    )
    normalised = probabilities / probabilities.sum(1, keepdims=True)
    return {
        "classes": k,
        "probabilities": probabilities.ravel().tolist(),
        "targets": targets.tolist(),
        "predicted": predicted.tolist(),
        "confusion": m.confusion_matrix(targets, predicted, labels=range(k)).ravel().tolist(),
        "accuracy": m.accuracy_score(targets, predicted),
        "balancedAccuracy": m.balanced_accuracy_score(targets, predicted),
        "macroF1": m.f1_score(targets, predicted, average="macro", zero_division=0),
        "weightedF1": m.f1_score(targets, predicted, average="weighted", zero_division=0),
        "logLoss": m.log_loss(targets, normalised, labels=range(k)),
        "calibrationError": calibration,
    }


def regression(n, noise, offset, scale=1.0):
    targets = np.round(random.normal(size=n) * scale + offset, 4)
    predicted = np.round(targets * 0.8 + random.normal(size=n) * noise + 0.1, 4)
    return {
        "predicted": predicted.tolist(),
        "targets": targets.tolist(),
        "mae": m.mean_absolute_error(targets, predicted),
        "mse": m.mean_squared_error(targets, predicted),
        "rmse": m.root_mean_squared_error(targets, predicted),
        "r2": m.r2_score(targets, predicted),
        "pearson": pearsonr(targets, predicted)[0],
    }


def multilabel(n, k, rate, empty=()):
    targets = random.random((n, k)) < rate
    predicted = targets ^ (random.random((n, k)) < 0.2)
    for label in empty:
        targets[:, label] = predicted[:, label] = False
    return {
        "labels": k,
        "predicted": predicted.astype(int).ravel().tolist(),
        "targets": targets.astype(int).ravel().tolist(),
        "microF1": m.f1_score(targets, predicted, average="micro", zero_division=0),
        "macroF1": m.f1_score(targets, predicted, average="macro", zero_division=0),
        "subsetAccuracy": m.accuracy_score(targets, predicted),
    }


def sentiment(n):
    """As the field's published evaluation code computes them."""
    targets = np.round(random.uniform(-3, 3, n) * 3) / 3
    targets[random.random(n) < 0.15] = 0
    predicted = np.round(targets + random.normal(size=n), 2)
    predicted[::9] = np.round(predicted[::9]) + 0.5
    predicted[::13] = 0
    polar = targets != 0
    level = lambda x: np.round(np.clip(x, -3, 3))
    return {
        "predicted": predicted.tolist(),
        "targets": targets.tolist(),
        "has0Accuracy": m.accuracy_score(targets >= 0, predicted >= 0),
        "has0F1": m.f1_score(targets >= 0, predicted >= 0, average="weighted"),
        "non0Accuracy": m.accuracy_score(targets[polar] > 0, predicted[polar] > 0),
        "non0F1": m.f1_score(targets[polar] > 0, predicted[polar] > 0, average="weighted"),
        "accuracy7": m.accuracy_score(level(targets).astype(int), level(predicted).astype(int)),
    }


print(
    json.dumps(
        {
            "singleLabel": [
                single_label(40, 2, 1.0),
                single_label(60, 3, 0.0),
                single_label(80, 10, 3.0, absent=(4, 7)),
                single_label(5, 6, 1.0, absent=(0,)),
            ],
            "regression": [regression(50, 0.3, 0), regression(30, 2.0, 1000, 5), regression(4, 0.1, -2)],
            "multilabel": [multilabel(30, 4, 0.3), multilabel(20, 6, 0.5, empty=(2,)), multilabel(1, 3, 0.9)],
            "sentiment": [sentiment(120), sentiment(40)],
        },
        separators=(",", ":"),
    )
)
