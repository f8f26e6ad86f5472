"""JAX's side of the timings: one jitted training step, and the same under vmap over replicas."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file

from protocol import Clock, serve

MODALITIES = ["audio", "text", "video"]


def version(folder):
    return {"version": f"JAX {jax.__version__}"}


def linear(p, name, x):
    y = x @ p[f"{name}.weight"].T
    return y + p[f"{name}.bias"] if f"{name}.bias" in p else y


def encode(p, inputs):
    return [jax.nn.relu(linear(p, f"encoders.{name}.layers.0", inputs[name])) for name in MODALITIES]


def network(p, x, depth):
    for layer in range(depth):
        x = jax.nn.relu(linear(p, f"fusion.layers.{layer}", x))
    return x


def tensor(p, encoded):
    ones = jnp.ones((encoded[0].shape[0], 1), encoded[0].dtype)
    extended = [jnp.concatenate([linear(p, f"fusion.projections.{m}", x), ones], 1) for m, x in enumerate(encoded)]
    fused = extended[0]
    for x in extended[1:]:
        fused = (fused[:, :, None] * x[:, None, :]).reshape(fused.shape[0], -1)
    return linear(p, "fusion.output", fused)


def low_rank(p, encoded):
    product = 1.0
    for m, x in enumerate(encoded):
        product = product * linear(p, f"fusion.factors.{m}", x)
    return product.reshape(-1, 32, 8) @ p["fusion.weights"] + p["fusion.bias"]


def gated(p, encoded):
    hidden = jnp.stack([jnp.tanh(linear(p, f"fusion.projections.{m}", x)) for m, x in enumerate(encoded)], 1)
    gates = jax.nn.sigmoid(linear(p, "fusion.gates.0", jnp.concatenate(encoded, 1)).reshape(-1, len(encoded), 64))
    return (gates * hidden).sum(1)


FUSIONS = {
    "additive": lambda p, e: sum(linear(p, f"fusion.projections.{m}", x) for m, x in enumerate(e)),
    "tensor": tensor,
    "low-rank": low_rank,
    "gated": gated,
    "nonlinear": lambda p, e: network(p, jnp.concatenate(e, 1), 2),
}


def cross_entropy(logits, target):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), target[:, None], 1).mean()


def loss_of(method, p, inputs, target):
    if method == "early":
        fused = network(p, jnp.concatenate([inputs[name] for name in MODALITIES], 1), 1)
    elif method == "late":
        logits = [linear(p, f"fusion.predictors.{m}", x) for m, x in enumerate(encode(p, inputs))]
        return sum(cross_entropy(x, target) for x in logits)
    else:
        fused = FUSIONS[method](p, encode(p, inputs))
    return cross_entropy(linear(p, "head", fused), target)


def training_step(method, state, data, target, rows):
    """Gather, gradient, clipping to norm 1, AdamW: PyTorch's formulas."""
    p, first, second, t = state
    inputs = {name: x[rows] for name, x in data.items()}
    loss, g = jax.value_and_grad(functools.partial(loss_of, method))(p, inputs, target[rows])
    norm = jnp.sqrt(sum((x**2).sum() for x in jax.tree.leaves(g)))
    scale = jnp.minimum(1.0, 1.0 / (norm + 1e-6))
    t = t + 1
    g = jax.tree.map(lambda x: x * scale, g)
    first = jax.tree.map(lambda m, x: 0.9 * m + 0.1 * x, first, g)
    second = jax.tree.map(lambda v, x: 0.999 * v + 0.001 * x * x, second, g)
    c1, c2 = 1 - 0.9**t, 1 - 0.999**t

    def update(w, m, v):
        return w * (1 - 1e-3 * 1e-2) - 1e-3 * (m / c1) / (jnp.sqrt(v / c2) + 1e-8)

    return (jax.tree.map(update, p, first, second), first, second, t), loss


@functools.cache
def compiled(method, count):
    one = functools.partial(training_step, method)
    return jax.jit(one if count is None else jax.vmap(one, in_axes=(0, None, None, 0)), donate_argnums=0)


@functools.cache
def samples(folder):
    tensors = load_file(f"{folder}/samples.safetensors")
    data = {name: jnp.asarray(tensors[name]) for name in MODALITIES}
    return data, jnp.asarray(tensors["target"].astype(np.int32)), tensors["order"].astype(np.int32)


def run(folder, method, steps, count):
    data, target, order = samples(folder)
    states = [load_file(f"{folder}/{method}-{replica}.safetensors") for replica in range(count or 1)]
    p = {name: jnp.stack([s[name] for s in states]) if count else jnp.asarray(states[0][name]) for name in states[0]}
    zeros = functools.partial(jax.tree.map, jnp.zeros_like)
    state = (p, zeros(p), zeros(p), jnp.zeros(count or (), jnp.float32))
    step = compiled(method, count)
    losses, clock = [], Clock(steps)
    ahead = np.arange(count) if count else 0
    for number in range(steps):
        clock.tick(number, finish=lambda: jax.block_until_ready(state))
        state, loss = step(state, data, target, order[(number + ahead) % len(order)])
        losses.append(loss)
    jax.block_until_ready(state)
    elapsed = clock.stop() / (count or 1)
    return {"microseconds": [elapsed], "losses": [float(loss.mean()) for loss in losses]}


def step(folder, method, steps):
    return run(folder, method, steps, None)


def replicas(folder, method, steps, replicas):
    return run(folder, method, steps, replicas)


if __name__ == "__main__":
    serve({"version": version, "step": step, "replicas": replicas})
