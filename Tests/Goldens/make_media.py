"""Writes media.json: small sound and picture files with the values that Pillow and libsndfile read from them.

pip install numpy pillow soundfile; python make_media.py
"""

import base64
import io
import json
import pathlib

import numpy
import soundfile
from PIL import Image

random = numpy.random.RandomState(7)


def text(data):
    return base64.b64encode(data).decode()


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def planes(image):
    """[C, H, W] bytes."""
    array = numpy.asarray(image)
    return (array[None] if array.ndim == 2 else array.transpose(2, 0, 1)).ravel().tolist()


def picture(name, data, image):
    colour = image.convert("RGB")
    return {"name": name, "file": text(data), "height": image.height, "width": image.width,
            "rgb": planes(colour), "grey": planes(colour.convert("L"))}


rgb = Image.fromarray(random.randint(0, 256, (6, 5, 3)).astype("uint8"), "RGB")
rgba = Image.fromarray(random.randint(0, 256, (6, 5, 4)).astype("uint8"), "RGBA")
white = Image.new("RGBA", rgba.size, "white")
grey = Image.fromarray(random.randint(0, 256, (3, 4)).astype("uint8"), "L")
smooth = Image.fromarray(
    (128 + 100 * numpy.sin(numpy.arange(16)[:, None] / 5) * numpy.cos(numpy.arange(24)[None] / 7)).astype("uint8"), "L")
pictures = [
    picture("rgb.png", saved(rgb, "PNG"), rgb),
    picture("rgba.png", saved(rgba, "PNG"), Image.alpha_composite(white, rgba)),
    picture("grey.png", saved(grey, "PNG"), grey),
    picture("palette.png", saved(rgb.convert("P"), "PNG"), rgb.convert("P")),
    picture("grey.jpg", saved(smooth, "JPEG", quality=95), Image.open(io.BytesIO(saved(smooth, "JPEG", quality=95)))),
    picture("rgb.bmp", saved(rgb, "BMP"), rgb),
]

time = numpy.arange(160) / 8000
tone = .5 * numpy.sin(2 * numpy.pi * 440 * time)
stereo = numpy.stack([tone, .25 * numpy.cos(2 * numpy.pi * 300 * time)], 1)
sounds = []
for name, options in [("a.wav", {}), ("a.flac", {}), ("float.wav", {"subtype": "FLOAT"}), ("a.aiff", {})]:
    for channels, signal in [("mono", tone), ("stereo", stereo)]:
        buffer = io.BytesIO()
        soundfile.write(buffer, signal, 8000, format=name.split(".")[1], **options)
        read, _ = soundfile.read(io.BytesIO(buffer.getvalue()), always_2d=True)
        sounds.append({"name": f"{channels}-{name}", "file": text(buffer.getvalue()),
                       "samples": [round(float(x), 7) for x in read.mean(1)]})

pathlib.Path(__file__).with_name("media.json").write_text(json.dumps({"pictures": pictures, "sounds": sounds}))
