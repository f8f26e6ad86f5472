"""Makes metrics.json: random predictions with the scores that scikit-learn (and SciPy, NumPy) give them.

    python3 -m venv venv && venv/bin/pip install numpy scipy scikit-learn==1.9.1
    venv/bin/python Tests/Goldens/make_metrics.py > Tests/Goldens/metrics.json
"""

import json

import numpy as np
from scipy.stats import pearsonr
from sklearn import metrics as m

random = np.random.default_rng(20)


def single_label(n, k, skill, absent=(), digits=6):
    """Probabilities that lean towards the target; classes in `absent` never are a target. Few digits make ties."""
    present = [c for c in range(k) if c not in absent]
    targets = random.choice(present, n, p=random.dirichlet(np.full(len(present), 2.0)))
    logits = random.normal(size=(n, k)) * 1.5
    logits[np.arange(n), targets] += skill
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    probabilities = np.round(probabilities, digits)
    if digits < 6:
        probabilities = np.maximum(probabilities, 10.0**-digits)
        probabilities /= probabilities.sum(1, keepdims=True)
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
    # Of two classes the second; of several the mean of each against the rest, over those that occur.
    one_hot = np.eye(k)[targets]
    columns = [1] if k == 2 else [c for c in range(k) if one_hot[:, c].any()]
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
        "mcc": m.matthews_corrcoef(targets, predicted),
        "auroc": float(np.mean([m.roc_auc_score(one_hot[:, c], probabilities[:, c]) for c in columns])),
        "averagePrecision": float(
            np.mean([m.average_precision_score(one_hot[:, c], probabilities[:, c]) for c in columns])
        ),
        "logLoss": m.log_loss(targets, normalised, labels=range(k)),
        "brier": m.brier_score_loss(targets, normalised if k > 2 else probabilities[:, 1], labels=range(k)),
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


def multilabel(n, k, rate, empty=(), digits=6):
    """Means over labels leave out those that no row has, or all have; null where none is left."""
    targets = random.random((n, k)) < rate
    probabilities = np.round(np.clip(random.normal(0.3 + 0.3 * targets, 0.25), 0.001, 0.999), digits)
    targets[:, list(empty)] = False
    probabilities[:, list(empty)] = 0.1
    predicted = probabilities >= 0.5
    mixed = [c for c in range(k) if 0 < targets[:, c].sum() < n]
    macro = lambda score, answers: float(np.mean([score(targets[:, c], answers[:, c]) for c in mixed])) if mixed else None
    is_mixed = 0 < targets.sum() < targets.size
    return {
        "labels": k,
        "probabilities": probabilities.ravel().tolist(),
        "predicted": predicted.astype(int).ravel().tolist(),
        "targets": targets.astype(int).ravel().tolist(),
        "microF1": m.f1_score(targets, predicted, average="micro", zero_division=0),
        "macroF1": macro(lambda t, p: m.f1_score(t, p, zero_division=0), predicted),
        "mcc": macro(m.matthews_corrcoef, predicted),
        "subsetAccuracy": m.accuracy_score(targets, predicted),
        "macroAUROC": macro(m.roc_auc_score, probabilities),
        "microAUROC": m.roc_auc_score(targets.ravel(), probabilities.ravel()) if is_mixed else None,
        "macroAveragePrecision": macro(m.average_precision_score, probabilities),
        "microAveragePrecision": (
            m.average_precision_score(targets.ravel(), probabilities.ravel()) if is_mixed else None
        ),
        "logLoss": m.log_loss(targets.ravel(), probabilities.ravel(), labels=[False, True]),
        "brier": m.brier_score_loss(targets.ravel(), probabilities.ravel(), labels=[False, True]),
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
                single_label(60, 2, 0.7, digits=1),
                single_label(90, 3, 0.5, digits=1),
            ],
            "regression": [regression(50, 0.3, 0), regression(30, 2.0, 1000, 5), regression(4, 0.1, -2)],
            "multilabel": [
                multilabel(30, 4, 0.3),
                multilabel(20, 6, 0.5, empty=(2,)),
                multilabel(1, 3, 0.9),
                multilabel(40, 5, 0.2, digits=1),
            ],
            "sentiment": [sentiment(120), sentiment(40)],
        },
        separators=(",", ":"),
    )
)
