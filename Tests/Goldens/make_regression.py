"""Writes regression.json: least squares with an interaction by statsmodels.

    pip install numpy statsmodels && python make_regression.py
"""
import json
import pathlib

import numpy as np
import statsmodels.api as sm

rng = np.random.default_rng(4)


def fit(design, y):
    model = sm.OLS(y, np.column_stack([np.ones(len(y))] + design)).fit()
    return model, {
        "coefficients": model.params.tolist(), "standardErrors": model.bse.tolist(), "t": model.tvalues.tolist(),
        "p": model.pvalues.tolist(), "rSquared": model.rsquared, "adjustedRSquared": model.rsquared_adj,
        "aic": model.aic, "logLikelihood": model.llf, "residualVariance": model.mse_resid,
    }


def case(a, b, y):
    additive, first = fit([a, b], y)
    _, second = fit([a * b], y)
    full, third = fit([a, b, a * b], y)
    f, p, _ = full.compare_f_test(additive)
    return {"a": a.tolist(), "b": b.tolist(), "y": y.tolist(), "additive": first, "multiplicative": second,
            "full": third, "f": float(f), "fProbability": float(p)}


a, b, noise = rng.normal(size=(3, 60))
far = 1000 + a
cases = {
    "interaction": case(a, b, 1 + 2 * a - b + .7 * a * b + noise),
    "none": case(a, b, 3 - a + .5 * b + 2 * noise),
    "strong": case(a, b, 5 + a * b + .01 * noise),
    # Nearly collinear: the product of a feature far from zero is almost the other feature.
    "ill-conditioned": case(far, b, 2 + .001 * far + b + .5 * a * b + .1 * noise),
    "few": case(a[:5], b[:5], noise[:5]),
    "binary": case(a, b, (a * b + .5 * noise > 0).astype(float)),
}
path = pathlib.Path(__file__).with_name("regression.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
