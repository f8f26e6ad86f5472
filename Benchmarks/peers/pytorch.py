"""PyTorch's side of the timings: eager, eager with the fused optimiser, torch.compile, torch.func.vmap."""

import functools
import time

import torch
from safetensors.torch import load_file, save_file
from torch.func import functional_call, grad_and_value, vmap

from models import Model
from protocol import Clock, serve

torch.set_num_threads(1)
MODALITIES = ["audio", "text", "video"]
SETTINGS = dict(lr=1e-3, weight_decay=1e-2)


def version(folder):
    return {"version": f"PyTorch {torch.__version__}"}


def compiles(folder):
    """Empty where torch.compile works here, else why not."""
    try:
        torch.compile(lambda x: (x * 2).sum())(torch.ones(3, requires_grad=True)).backward()
        return {"version": ""}
    except Exception as error:
        return {"version": str(error).strip().splitlines()[0]}


@functools.cache
def samples(folder):
    tensors = load_file(f"{folder}/samples.safetensors")
    return {name: tensors[name] for name in MODALITIES}, tensors["target"], tensors["order"]


@functools.cache
def prepared(folder, method, compiled):
    inputs, _, _ = samples(folder)
    model = Model(method, {name: x.shape[1] for name, x in inputs.items()})
    return model, torch.compile(model.loss) if compiled else model.loss


def step(folder, method, steps, variant):
    inputs, target, order = samples(folder)
    model, loss_of = prepared(folder, method, variant == "compile")
    model.load_state_dict(load_file(f"{folder}/{method}-0.safetensors"))
    # None is what users get who say nothing: on the CPU, one parameter after the other.
    optimizer = torch.optim.AdamW(model.parameters(), fused=None if variant == "eager" else True, **SETTINGS)
    parameters = list(model.parameters())
    losses, clock = [], Clock(steps)
    for number in range(steps):
        clock.tick(number)
        rows = order[number % len(order)]
        optimizer.zero_grad()
        loss = loss_of({name: x[rows] for name, x in inputs.items()}, target[rows])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
    return {"microseconds": [clock.stop()], "losses": losses}


def replicas(folder, method, steps, replicas):
    """All replicas in one step through vmap; replica r is r batches ahead in the same order."""
    inputs, target, order = samples(folder)
    model, _ = prepared(folder, method, False)
    states = [load_file(f"{folder}/{method}-{replica}.safetensors") for replica in range(replicas)]
    stacked = {name: torch.stack([state[name] for state in states]) for name in states[0]}
    optimizer = torch.optim.AdamW(stacked.values(), fused=True, **SETTINGS)

    def loss_of(parameters, batch, labels):
        return functional_call(model, parameters, (batch, labels), tie_weights=False)

    model.forward = model.loss
    gradients = vmap(grad_and_value(loss_of))
    losses, clock, ahead = [], Clock(steps), torch.arange(replicas)
    for number in range(steps):
        clock.tick(number)
        rows = order[(number + ahead) % len(order)]
        found, loss = gradients(stacked, {name: x[rows] for name, x in inputs.items()}, target[rows])
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in found.values()]).norm(dim=0)
        scale = (1.0 / (norms + 1e-6)).clamp(max=1.0)
        for name, parameter in stacked.items():
            parameter.grad = found[name].mul_(scale.view(-1, *[1] * (parameter.dim() - 1)))
        optimizer.step()
        losses.append(loss.mean().item())
    del model.forward
    return {"microseconds": [clock.stop() / replicas], "losses": losses}


def project(folder, method, modalities):
    """EMAP by its definition: every sample's modality with all samples' others, one batch for each sample."""
    tensors = load_file(f"{folder}/emap-{method}-{modalities}.safetensors")
    names = MODALITIES[:modalities]
    encoded = [tensors[name] for name in names]
    model = Model(method, {name: 64 for name in names})
    model.load_state_dict({key[6:]: x for key, x in tensors.items() if key.startswith("model.")})
    model.eval()
    count = len(encoded[0])
    start = time.process_time()
    with torch.inference_mode():
        mean = None
        total = torch.zeros(count, 2, dtype=torch.float64)
        if modalities == 2:
            columns = torch.zeros(count, 2, dtype=torch.float64)
            for i in range(count):
                values = model.head(model.fusion([encoded[0][i].expand(count, -1), encoded[1]])).double()
                total[i] = values.mean(0)
                columns += values / count
            mean = total.mean(0)
            total += columns
        else:
            for moved in range(modalities):
                for i in range(count):
                    mixed = [x[i].expand(count, -1) if m == moved else x for m, x in enumerate(encoded)]
                    total[i] += model.head(model.fusion(mixed)).double().mean(0)
            mean = total.mean(0) / modalities
        projection = total - (modalities - 1) * mean
    elapsed = 1e6 * (time.process_time() - start)
    save_file({"projection": projection}, f"{folder}/emap-{method}-{modalities}-pytorch.safetensors")
    return {"microseconds": [elapsed], "losses": []}


if __name__ == "__main__":
    with torch.enable_grad():
        serve({"version": version, "compiles": compiles, "step": step, "replicas": replicas, "project": project})
