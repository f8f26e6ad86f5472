"""Writes layers.json: inputs, weights and outputs of PyTorch layers in float64, under the names Chiasm gives them.

    pip install torch==2.13.0 && python make_layers.py
"""
import json
import pathlib

import torch
from torch import nn

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)
cases = {}


def pack(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.15g}") for v in tensor.detach().flatten().tolist()]}


def case(name, state, inputs, outputs):
    cases[name] = {kind: {key: pack(value) for key, value in group.items()}
                   for kind, group in (("state", state), ("inputs", inputs), ("outputs", outputs))}


def randomise(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.4)
    return module


def state(module, prefix=""):
    return {prefix + name: value for name, value in module.state_dict().items()}


layer, x = randomise(nn.Linear(3, 4)), torch.randn(2, 5, 3)
case("linear", state(layer), {"x": x}, {"y": layer(x)})

layer, x = randomise(nn.Embedding(6, 3)), torch.tensor([[0, 5, 2], [2, 2, 1]])
case("embedding", state(layer), {"x": x}, {"y": layer(x)})

layer, x = randomise(nn.LayerNorm(4)), torch.randn(2, 3, 4)
case("layerNorm", state(layer), {"x": x}, {"y": layer(x)})

layer, x = randomise(nn.GroupNorm(2, 4)), torch.randn(2, 4, 3)
case("groupNorm", state(layer), {"x": x}, {"y": layer(x)})

layer, x1, x2, x3 = randomise(nn.BatchNorm1d(3)), torch.randn(4, 3, 5), torch.randn(2, 3, 5), torch.randn(2, 3, 5)
y1, y2 = layer(x1), layer(x2)
case("batchNorm", {"weight": layer.weight, "bias": layer.bias}, {"x1": x1, "x2": x2, "x3": x3},
     {"y1": y1, "y2": y2, "y3": layer.eval()(x3), "mean": layer.running_mean, "variance": layer.running_var})

layer, x = randomise(nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2)), torch.randn(2, 4, 9)
case("convolution1D", state(layer), {"x": x}, {"y": layer(x)})

layer, x = randomise(nn.Conv2d(2, 3, 3, stride=2, padding=1)), torch.randn(2, 2, 6, 5)
case("convolution2D", state(layer), {"x": x}, {"y": layer(x)})

for name, kind in (("lstm", nn.LSTM), ("gru", nn.GRU)):
    layer = randomise(kind(3, 4, num_layers=2, bidirectional=True, batch_first=True))
    x, lengths = torch.randn(3, 5, 3), torch.tensor([3, 5, 1])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    states, last = layer(packed)
    states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
    last = last[0] if name == "lstm" else last
    names = {"weight_ih": "inputWeight", "weight_hh": "stateWeight", "bias_ih": "inputBias", "bias_hh": "stateBias"}
    weights = {}
    for key, value in layer.state_dict().items():
        direction = "backward" if key.endswith("_reverse") else "forward"
        part, number = key.removesuffix("_reverse").rsplit("_l", 1)
        weights[f"{direction}.{number}.{names[part]}"] = value
    full, full_last = layer(x)
    full_last = full_last[0] if name == "lstm" else full_last
    case(name, weights, {"x": x, "lengths": lengths},
         {"states": states, "last": torch.cat([last[-2], last[-1]], 1), "fullStates": full,
          "fullLast": torch.cat([full_last[-2], full_last[-1]], 1)})


def attention_state(module, prefix=""):
    weight, bias = module.in_proj_weight.chunk(3), module.in_proj_bias.chunk(3)
    result = {}
    for part, name in enumerate(("query", "key", "value")):
        result[f"{prefix}{name}.weight"], result[f"{prefix}{name}.bias"] = weight[part], bias[part]
    result[f"{prefix}output.weight"], result[f"{prefix}output.bias"] = module.out_proj.weight, module.out_proj.bias
    return result


layer = randomise(nn.MultiheadAttention(6, 2, batch_first=True))
x, context = torch.randn(2, 3, 6), torch.randn(2, 4, 6)
mask = torch.tensor([[True, True, False, True], [True, False, False, False]])
case("attention", attention_state(layer), {"x": x, "context": context, "mask": mask},
     {"self": layer(x, x, x)[0], "cross": layer(x, context, context, key_padding_mask=~mask)[0]})

layer = nn.TransformerEncoder(
    nn.TransformerEncoderLayer(6, 2, dim_feedforward=8, dropout=0, activation="gelu", batch_first=True, norm_first=True),
    2, norm=nn.LayerNorm(6), enable_nested_tensor=False)
randomise(layer)
x, mask = torch.randn(2, 4, 6), torch.tensor([[True, True, True, False], [True, True, True, True]])
weights = {}
for number, block in enumerate(layer.layers):
    prefix = f"layers.{number}."
    weights |= attention_state(block.self_attn, prefix + "attention.")
    weights |= state(block.norm1, prefix + "attentionNorm.") | state(block.norm2, prefix + "feedForwardNorm.")
    weights |= state(block.linear1, prefix + "feedForward.layers.0.") | state(block.linear2, prefix + "feedForward.layers.1.")
weights |= state(layer.norm, "norm.")
case("transformerEncoder", weights, {"x": x, "mask": mask},
     {"y": layer(x), "masked": layer(x, src_key_padding_mask=~mask) * mask[..., None]})

for name, function in (("relu", nn.ReLU()), ("gelu", nn.GELU()), ("tanh", nn.Tanh()), ("sigmoid", nn.Sigmoid()),
                       ("silu", nn.SiLU()), ("identity", nn.Identity())):
    x = torch.linspace(-3, 3, 7)
    case(name, {}, {"x": x}, {"y": function(x)})

path = pathlib.Path(__file__).with_name("layers.json")
path.write_text("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in cases.items()) + "\n}\n")
