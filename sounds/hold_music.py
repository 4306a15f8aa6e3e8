#!/usr/bin/env python3
"""Synthesises sounds/hold.wav: 22 s of calm music that loops without a seam, 8 kHz mu-law mono.

Ours to give away: every sample is computed here. Run it from anywhere; it needs nothing but Python 3.
"""
import math
import pathlib
import struct

RATE = 8000
BARS, BAR_SECONDS = 8, 2.75
SAMPLES = int(RATE * BARS * BAR_SECONDS)
# Eight bars of two-note pads and a plucked line, as semitones from A3 (220 Hz).
PADS = [(0, 7), (-4, 3), (-7, 0), (-2, 5), (0, 7), (3, 10), (-4, 3), (-2, 5)]
PLUCKS = [(12, 16, 19, 16), (8, 12, 15, 12), (5, 9, 12, 9), (10, 14, 17, 14),
          (12, 16, 19, 24), (15, 19, 22, 19), (8, 12, 15, 20), (10, 14, 17, 22)]
PEAK = 0.30


def hertz(semitones):
    return 220.0 * 2.0 ** (semitones / 12.0)


def add(track, start, length, voice):
    """Mixes a voice in; what rings past the end goes on at the start, so the loop has no seam."""
    for i in range(int(length * RATE)):
        track[(int(start * RATE) + i) % SAMPLES] += voice(i / RATE, length)


def pad(freq):
    def voice(t, length):
        swell = math.sin(math.pi * t / length) ** 2
        return 0.5 * swell * (math.sin(2 * math.pi * freq * t) + 0.3 * math.sin(4 * math.pi * freq * t))
    return voice


def pluck(freq):
    def voice(t, _length):
        fade = math.exp(-3.2 * t) * min(1.0, t / 0.008)
        return 0.6 * fade * (math.sin(2 * math.pi * freq * t) + 0.25 * math.sin(6 * math.pi * freq * t))
    return voice


def mulaw(sample):
    """G.711 mu-law of a 16-bit sample."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F)) & 0xFF


def main():
    track = [0.0] * SAMPLES
    for bar, (chord, line) in enumerate(zip(PADS, PLUCKS)):
        start = bar * BAR_SECONDS
        for note in chord:
            add(track, start, BAR_SECONDS * 1.5, pad(hertz(note)))
        for beat, note in enumerate(line):
            add(track, start + beat * BAR_SECONDS / 4, 1.6, pluck(hertz(note)))
    loudest = max(abs(s) for s in track)
    data = bytes(mulaw(int(s / loudest * PEAK * 32767)) for s in track)
    fmt = struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)
    fact = struct.pack("<I", len(data))
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"fact" + struct.pack("<I", 4) + fact
    chunks += b"data" + struct.pack("<I", len(data)) + data
    out = pathlib.Path(__file__).with_name("hold.wav")
    out.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    print(f"{out}: {len(data) / RATE:.1f} s, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
