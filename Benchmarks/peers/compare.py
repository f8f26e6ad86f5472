"""The main job in plain PyTorch: every method with every seed on a data set folder of vectors, in worker processes.

The same as `chiasm compare` as far as the training goes: encoders of width 64, dropout .2, AdamW, clipping at 1, batches
of 32, the epoch that is best on validation, and the accuracy on the test split. No report, no verdict, no latency.
"""

import argparse
import csv
import json
import multiprocessing

import numpy as np


def load(folder):
    """Arrays by modality, normalised with the mean and deviation of the train split; classes; rows of each split."""
    with open(f"{folder}/samples.csv", newline="") as file:
        table = list(csv.DictReader(file))
    splits = {name: np.array([i for i, row in enumerate(table) if row["split"] == name])
              for name in ("train", "validation", "test")}
    target = np.array([row["sentiment"] == "positive" for row in table], np.int64)
    inputs = {}
    for name in ("audio", "text", "video"):
        x = np.load(f"{folder}/{name}.npy").astype(np.float32)
        mean, deviation = x[splits["train"]].mean(0), x[splits["train"]].std(0)
        inputs[name] = (x - mean) / np.where(deviation > 0, deviation, 1)
    return inputs, target, splits


def train(method, names, seed, data, epochs):
    """The test accuracy of the epoch that is best on validation."""
    import torch
    from models import Model

    torch.manual_seed(seed)
    inputs, target, splits = data
    inputs = {name: inputs[name] for name in names}
    model = Model(method, {name: x.shape[1] for name, x in inputs.items()}, dropout=0.2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
    best, kept = (-1.0, 0.0), None

    def predict(split):
        with torch.no_grad():
            logits = model({name: x[splits[split]] for name, x in inputs.items()})
            loss = torch.nn.functional.cross_entropy(logits, target[splits[split]])
        return (logits.argmax(1) == target[splits[split]]).float().mean().item(), -loss.item()

    for _ in range(epochs):
        model.train()
        for rows in splits["train"][torch.randperm(len(splits["train"]))].split(32):
            optimizer.zero_grad()
            loss = model.loss({name: x[rows] for name, x in inputs.items()}, target[rows])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        model.eval()
        score = predict("validation")
        if score > best:
            best, kept = score, {name: x.clone() for name, x in model.state_dict().items()}
    model.load_state_dict(kept)
    return predict("test")[0]


def work(folder, epochs, trials):
    import torch

    torch.set_num_threads(1)
    inputs, target, splits = load(folder)
    data = ({name: torch.from_numpy(x) for name, x in inputs.items()}, torch.from_numpy(target),
            {name: torch.from_numpy(x) for name, x in splits.items()})
    return [(name, train(method, names, seed, data, epochs)) for name, method, names, seed in trials]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--methods", required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    every = ["audio", "text", "video"]
    selections = []
    for method in options.methods.split(","):
        if method == "unimodal":
            selections += [(f"unimodal@{name}", method, [name]) for name in every]
        else:
            selections.append((method, method, every))
    trials = [(*selection, seed) for seed in range(options.seeds) for selection in selections]
    shares = [(options.folder, options.epochs, trials[i::options.processes]) for i in range(options.processes)]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        results = [result for share in pool.starmap(work, shares, chunksize=1) for result in share]
    scores = {name: [score for other, score in results if other == name] for name, _, _ in selections}
    print(json.dumps({name: {"mean": float(np.mean(x)), "std": float(np.std(x, ddof=1)) if len(x) > 1 else 0.0}
                      for name, x in scores.items()}))


if __name__ == "__main__":
    main()
