"""Writes audio.json: log-mel energies and cepstral coefficients by librosa of a signal that a formula gives.

pip install librosa; python make_audio.py     (made with librosa 0.11.0, scipy 1.x)
"""

import json
import pathlib

import librosa
import numpy
import scipy.fft
import scipy.signal

CASES = [
    dict(name="torchaudio's conventions", rate=8000, window=200, hop=80, size=256, bands=40, htk=True, norm=None,
         taper="hann", pad="reflect", emphasis=0),
    dict(name="librosa's conventions", rate=16000, window=400, hop=160, size=512, bands=64, htk=False, norm="slaney",
         taper="hann", pad="constant", emphasis=0),
    dict(name="inside, hamming, pre-emphasis", rate=8000, window=256, hop=100, size=256, bands=23, htk=True,
         norm="slaney", taper="hamming", pad=None, emphasis=.97, lowest=60, highest=3800),
    dict(name="rectangular, slaney scale", rate=8000, window=128, hop=128, size=512, bands=20, htk=False, norm=None,
         taper="boxcar", pad="reflect", emphasis=0, lowest=100),
]


def signal(rate):
    """A rising tone, a fixed one and something like noise; 0.15 s."""
    i = numpy.arange(int(.15 * rate))
    t = i / rate
    noise = numpy.sin(12.9898 * i * i) * .05
    return .4 * numpy.sin(2 * numpy.pi * (300 * t + 4000 * t * t)) + .2 * numpy.sin(2 * numpy.pi * 1100 * t) + noise


results = []
for case in CASES:
    x = signal(case["rate"])
    if case["emphasis"]:
        x = scipy.signal.lfilter([1, -case["emphasis"]], [1], x)
    mel = librosa.feature.melspectrogram(
        y=x, sr=case["rate"], n_fft=case["size"], win_length=case["window"], hop_length=case["hop"],
        window=case["taper"], center=case["pad"] is not None, pad_mode=case["pad"] or "constant", power=2,
        n_mels=case["bands"], htk=case["htk"], norm=case["norm"], fmin=case.get("lowest", 0),
        fmax=case.get("highest", case["rate"] / 2))
    energies = numpy.log(numpy.maximum(mel, 1e-10)).T
    results.append({**case, "frames": len(energies), "logMel": [round(float(v), 5) for v in energies.ravel()],
                    "mfcc": [round(float(v), 4) for v in scipy.fft.dct(energies, norm="ortho")[:, :13].ravel()],
                    "plain": [round(float(v), 4) for v in scipy.fft.dct(energies)[:2, :13].ravel()]})

pathlib.Path(__file__).with_name("audio.json").write_text(json.dumps(results))
