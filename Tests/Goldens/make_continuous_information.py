"""Makes continuous-information.json: estimates of scikit-learn, dcor and numpy that continuous estimators must reproduce.

    python3 -m venv venv && venv/bin/pip install numpy scipy scikit-learn dcor
    venv/bin/python Tests/Goldens/make_continuous_information.py > Tests/Goldens/continuous-information.json
"""

import json

import dcor
import numpy as np
from scipy.special import digamma
from sklearn.feature_selection._mutual_info import _compute_mi_cc, _compute_mi_cd
from sklearn.preprocessing import KBinsDiscretizer

random = np.random.default_rng(5)


def unclipped(estimate, *arguments):
    """scikit-learn clips at 0: these samples are dependent enough not to notice."""
    value = float(estimate(*arguments))
    assert value > 0
    return value


def naive(x, y, z, k):
    """Frenzel and Pompe's conditional mutual information by all distances."""
    def distances(*parts):
        return np.max([np.abs(p[:, None] - p[None, :]).max(-1) for p in parts], 0)

    joint = distances(x, y, z)
    radius = np.sort(joint, 1)[:, k]
    def inside(*parts):
        return digamma((distances(*parts) < radius[:, None]).sum(1))

    return float(digamma(k) - np.mean(inside(x, z) + inside(y, z) - inside(z)))


x = random.normal(size=300)
y = x * random.normal(size=300) + 0.3 * random.normal(size=300)
z = random.normal(size=(300, 2)) + x[:, None] * [1, 0]
c = (x + random.normal(size=300) > 0.2).astype(int) + 2 * (random.random(300) < 0.2)
skewed = np.round(np.exp(x), 2)
print(json.dumps({
    "x": x.tolist(), "y": y.tolist(), "z": z.flatten().tolist(), "classes": c.tolist(), "skewed": skewed.tolist(),
    "ksg1": {str(k): unclipped(_compute_mi_cc, x, y, k) for k in (1, 3, 10)},
    "ross": {str(k): unclipped(_compute_mi_cd, x, c, k) for k in (1, 3, 10)},
    "conditional": {str(k): naive(x[:, None], y[:, None], z, k) for k in (3, 7)},
    "equalWidth": KBinsDiscretizer(7, encode="ordinal", strategy="uniform").fit_transform(
        skewed[:, None]).flatten().astype(int).tolist(),
    "quantile": KBinsDiscretizer(7, encode="ordinal", strategy="quantile", quantile_method="linear").fit_transform(
        skewed[:, None]).flatten().astype(int).tolist(),
    "distanceCorrelation": float(dcor.distance_correlation(x, y)),
    "distanceCovarianceSquared": float(dcor.distance_covariance_sqr(z, x)),
    "unbiasedDistanceCorrelationSquared": float(dcor.u_distance_correlation_sqr(x, z)),
}))
