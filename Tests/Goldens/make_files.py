"""Writes the small files that the tests in Tests/TensorsTests/Files read, with the packages that define the formats.

  pip install numpy safetensors
  python Tests/Goldens/make_files.py

Made with numpy 2.4.6 and safetensors 0.8.0. Every value below stands again in the Swift tests.
"""
import gzip
import pathlib
import warnings
import zipfile

import numpy as np
import safetensors
from numpy.lib import format as npy

folder = pathlib.Path(__file__).resolve().parent / "files"
folder.mkdir(exist_ok=True)

values = {
    "b1": [True, False, False, True, True, False],
    "i1": [-128, -1, 0, 1, 2, 127],
    "i2": [-(2**15), -1, 0, 1, 2, 2**15 - 1],
    "i4": [-(2**31), -1, 0, 1, 2, 2**31 - 1],
    "i8": [-(2**63), -1, 0, 1, 2, 2**63 - 1],
    "u1": [0, 1, 2, 3, 254, 255],
    "u2": [0, 1, 2, 3, 2**16 - 2, 2**16 - 1],
    "u4": [0, 1, 2, 3, 2**32 - 2, 2**32 - 1],
    "u8": [0, 1, 2, 3, 2**63 - 2, 2**63 - 1],
    "f2": [0, -1.5, 65504, 2.0**-24, np.inf, -np.inf],
    "f4": [0, -1.5, 3.25e38, 2.0**-149, np.inf, -np.inf],
    "f8": [0, -1.5, 1.5e308, 2.0**-1074, np.inf, -np.inf],
    "c8": [0, -1.5, 2.5j, 1 + 2j, -3 - 4j, 0.125],
    "c16": [0, -1.5, 2.5j, 1 + 2j, -3 - 4j, 0.125],
}

# Every type in both byte orders and both memory orders, stored and deflated.
arrays = {}
for code, numbers in values.items():
    for order, byte_order in [("C", "<"), ("C", ">"), ("F", "<"), ("F", ">")]:
        name = f"{code}-{order}-{'little' if byte_order == '<' else 'big'}"
        arrays[name] = np.array(numbers, byte_order + code).reshape(2, 3).copy(order=order)
np.savez_compressed(folder / "types.npz", **arrays)
few = {name: arrays[name] for name in ["f4-C-little", "i2-F-big", "b1-C-little"]}
few["scalar"] = np.float64(0.25)
few["none"] = np.zeros((0, 7), np.int32)
few["größe"] = np.arange(3, dtype=np.int64)
np.savez(folder / "stored.npz", **few)

# The 64-bit zip structures without a file of 4 GiB: Python's threshold for them, lowered.
limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 64
np.savez(folder / "zip64.npz", a=np.arange(6, dtype="<f8").reshape(2, 3), b=np.float32(2))
zipfile.ZIP64_LIMIT = limit

# Single arrays: the three versions of the header, and the memory layouts.
cube = np.arange(24, dtype="<f4").reshape(2, 3, 4)
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(folder / f"version{version[0]}.npy", "wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        npy.write_array(file, cube, version=version)
np.save(folder / "fortran.npy", np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)))
np.save(folder / "scalar.npy", np.float64(0.25))
np.save(folder / "vector.npy", np.arange(1000, dtype="<i8")[:12])
np.save(folder / "none.npy", np.zeros((0, 7), np.int32))
np.save(folder / "object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
np.save(folder / "text.npy", np.array(["a", "bc"]))
np.save(folder / "records.npy", np.array([(1, 2.0)], dtype=[("x", "<i4"), ("y", "<f4")]))
np.save(folder / "unsigned.npy", np.array([0, 2**64 - 1], "<u8"))

# Safetensors of every type; bfloat16 is the upper half of float32.
kinds = {
    "b1": "BOOL", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64",
    "f2": "F16", "f4": "F32", "f8": "F64", "c8": "C64",
}
names = {
    "BOOL": "bool", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64", "U8": "uint8", "U16": "uint16",
    "U32": "uint32", "U64": "uint64", "F16": "float16", "F32": "float32", "F64": "float64", "C64": "complex64",
}


kept = []


def entry(array, dtype):
    array = np.require(array, requirements="C")
    kept.append(array)  # the specification holds only its address
    return safetensors.TensorSpec(
        dtype=dtype, shape=array.shape, data_ptr=array.ctypes.data, data_len=array.nbytes)


def write(file, tensors, metadata=None):
    (folder / file).write_bytes(safetensors.serialize(tensors, metadata))


tensors = {code: entry(arrays[f"{code}-C-little"], names[kind]) for code, kind in kinds.items()}
half = np.array([0, -1.5, 2.0**127, 2.0**-126, np.inf, -np.inf], "<f4").view("<u2")[1::2].reshape(2, 3)
tensors["bf16"] = entry(half, "bfloat16")
tensors["scalar"] = entry(np.array(0.25, "<f8"), "float64")
tensors["none"] = entry(np.zeros((0, 7), "<i4"), "int32")
write("types.safetensors", tensors, {"format": "pt"})
# Only types that tensors have, so that writing what was read gives the same file.
same = {name: entry_ for name, entry_ in tensors.items() if name not in ["u2", "u4", "u8"]}
same['layers.0.weight "ü"\n'] = entry(np.arange(5, dtype="<f4"), "float32")
write("same.safetensors", same, {"note": 'a "quoted" line\n\x01 – ü'})

# gzip: two members, as `cat a.gz b.gz` makes them.
text = b"".join(b"%d\n" % number for number in range(2000))
members = [gzip.compress(part, mtime=0) for part in (text[:5000], text[5000:])]
(folder / "numbers.gz").write_bytes(b"".join(members))

for path in sorted(folder.iterdir()):
    print(f"{path.stat().st_size:7d} {path.name}")
