"""Writes media.json: small sound and picture files with the values that Pillow and libsndfile read from them.

pip install numpy pillow soundfile; python make_media.py
"""

import base64
import io
import json
import pathlib

import numpy
import soundfile
from PIL import Image, ImageOps

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

deep = Image.fromarray(random.randint(0, 256, (6, 5)).astype("uint16") * 257)
for name, image, kind, options in [
    ("lossless.webp", rgb, "WEBP", {"lossless": True}), ("rgb.gif", rgb.convert("P"), "GIF", {}),
    ("rgb.ppm", rgb, "PPM", {}), ("raw.tif", rgb, "TIFF", {}), ("lzw.tif", rgb, "TIFF", {"compression": "tiff_lzw"}),
    ("deflate.tif", grey, "TIFF", {"compression": "tiff_adobe_deflate"}),
    ("packbits.tif", rgb.convert("P"), "TIFF", {"compression": "packbits"})]:
    pictures.append(picture(name, saved(image, kind, **options), image))
pictures.append(picture("alpha.tif", saved(rgba, "TIFF"), Image.alpha_composite(white, rgba)))
pictures.append(picture("deep.tif", saved(deep, "TIFF"),
                        Image.fromarray((numpy.asarray(deep) // 257).astype("uint8"), "L")))
exif = Image.Exif()
exif[274] = 6
for name, kind, options in [("turned.webp", "WEBP", {"lossless": True}), ("turned.png", "PNG", {}),
                            ("turned.tif", "TIFF", {})]:
    data = saved(rgb, kind, exif=exif, **options)
    pictures.append(picture(name, data, ImageOps.exif_transpose(Image.open(io.BytesIO(data)))))

time = numpy.arange(160) / 8000
tone = .5 * numpy.sin(2 * numpy.pi * 440 * time)
stereo = numpy.stack([tone, .25 * numpy.cos(2 * numpy.pi * 300 * time)], 1)
sounds = []
for name, options in [("a.wav", {}), ("a.flac", {}), ("float.wav", {"subtype": "FLOAT"}), ("a.aiff", {}), ("a.au", {}),
                      ("a.caf", {}), ("a.w64", {}), ("a.rf64", {}), ("ulaw.wav", {"subtype": "ULAW"})]:
    for channels, signal in [("mono", tone), ("stereo", stereo)]:
        buffer = io.BytesIO()
        soundfile.write(buffer, signal, 8000, format=name.split(".")[1], **options)
        read, _ = soundfile.read(io.BytesIO(buffer.getvalue()), always_2d=True)
        sounds.append({"name": f"{channels}-{name}", "file": text(buffer.getvalue()),
                       "samples": [round(float(x), 7) for x in read.mean(1)]})

# MP3 files of a third of a second each, to be joined: what changes on the way is what is read differently.
parts = []
for rate, channels in [(8000, 1), (8000, 2), (16000, 1)]:
    signal = .5 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(rate // 3) / rate)
    buffer = io.BytesIO()
    soundfile.write(buffer, numpy.stack([signal] * channels, 1), rate, format="MP3")
    parts.append({"name": f"{rate}-{channels}", "file": text(buffer.getvalue()), "samples": []})

pathlib.Path(__file__).with_name("media.json").write_text(json.dumps({"pictures": pictures, "sounds": sounds, "parts": parts}))
