// The audio of a phone, on the browser's audio thread: the microphone as mu-law frames of 20 ms at 8 kHz, and what the
// line sends, played with a small buffer against jitter. It answers pings from this very thread, so an answer proves
// that sound is really being carried. It knows no network: that is line.js.

const RATE = 8000;
const FRAME = 160;
// What is played begins with so much in hand, after every time it ran dry.
const CUSHION = (RATE * 60) / 1000;
// In a conversation no more than this waits to be heard: the rest is dropped, oldest first.
const LIVE_MAX = (RATE * 200) / 1000;
// Half the width of the filter that makes one rate into another, in samples of the slower one, and how finely its curve
// is drawn: 240 is a multiple of what lies between two samples at the usual rates.
const TAPS = 8;
const FINENESS = 240;

const DECODED = new Float32Array(256);
for (let byte = 0; byte < 256; byte++) {
  const bits = ~byte & 0xff;
  const size = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  DECODED[byte] = ((bits & 0x80 ? 0x84 - size : size - 0x84)) / 32768;
}

function encode(value) {
  const clipped = Math.max(-32635, Math.min(32635, Math.round(value * 32767)));
  const sign = clipped < 0 ? 0x80 : 0;
  const size = Math.abs(clipped) + 0x84;
  const exponent = Math.max(0, 31 - Math.clz32(size) - 7);
  const mantissa = (size >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

// Makes samples of one rate into samples of another, piece by piece, through a windowed sinc filter.
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    // The filter lets through what both rates can carry.
    const cut = Math.min(1, to / from) * 0.92;
    this.reach = Math.ceil(TAPS / Math.min(1, to / from));
    this.curve = Float32Array.from({ length: (this.reach + 1) * FINENESS + 1 }, (_, i) => {
      const x = i / FINENESS;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cut) / (Math.PI * x * cut);
      return cut * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (this.reach + 1)));
    });
    this.held = new Float32Array(2 * this.reach);
    this.at = this.reach;
  }

  push(samples, out) {
    const all = new Float32Array(this.held.length + samples.length);
    all.set(this.held);
    all.set(samples, this.held.length);
    let at = this.at;
    for (; at + this.reach < all.length; at += this.step) {
      const middle = Math.floor(at);
      let sum = 0;
      for (let i = middle - this.reach + 1; i <= middle + this.reach; i++) {
        sum += all[i] * this.curve[Math.round(Math.abs(at - i) * FINENESS)];
      }
      out.push(sum);
    }
    const keep = Math.max(0, Math.floor(at) - this.reach);
    this.held = all.slice(keep);
    this.at = at - keep;
  }
}

class Phone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(sampleRate, RATE);
    this.up = new Resampler(RATE, sampleRate);
    this.captured = [];
    this.ready = [];
    this.reset();
    this.muted = false;
    this.live = false;
    this.expected = false;
    this.heardPeak = 0;
    this.spokenPeak = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  reset() {
    // Samples at 8 kHz that wait to be heard; how many were heard before the first of them; marks and where they stand.
    this.queue = [];
    this.head = 0;
    this.played = 0;
    this.queued = 0;
    this.marks = [];
    this.running = false;
  }

  take({ kind, value }) {
    if (kind === "audio") {
      this.enqueue(value);
    } else if (kind === "mark") {
      this.marks.push({ name: value, at: this.queued });
      this.tellMarks();
    } else if (kind === "clear") {
      const marks = this.marks;
      this.live = this.expected;
      this.reset();
      this.ready.length = 0;
      marks.forEach(({ name }) => this.port.postMessage({ kind: "mark", value: name }));
    } else if (kind === "begin") {
      // Where in the sound a program begins: captions are shown by it.
      this.port.postMessage({ kind: "begun", value: (this.queued - this.played) / RATE });
    } else if (kind === "live") {
      // The words before a conversation are heard first; then nothing may come late.
      this.expected = value;
      this.live = false;
    } else if (kind === "muted") {
      this.muted = value;
    } else if (kind === "ping") {
      this.ping = value;
    }
  }

  enqueue(bytes) {
    this.queue.push(bytes);
    this.queued += bytes.length;
    while (this.live && this.queued - this.played > LIVE_MAX && this.queue.length > 1) {
      const dropped = this.queue.shift();
      this.played += dropped.length - this.head;
      this.head = 0;
    }
  }

  tellMarks() {
    while (this.marks.length > 0 && this.marks[0].at <= this.played) {
      this.live = this.expected;
      this.port.postMessage({ kind: "mark", value: this.marks.shift().name });
    }
  }

  // One frame from the queue, or silence while it fills up.
  frame() {
    const samples = new Float32Array(FRAME);
    const waiting = this.queued - this.played;
    if (waiting === 0) {
      this.running = false;
    } else if (waiting >= CUSHION || !this.live || this.running) {
      this.running = true;
    }
    if (!this.running) {
      return samples;
    }
    let at = 0;
    while (at < FRAME && this.queue.length > 0) {
      const bytes = this.queue[0];
      const count = Math.min(FRAME - at, bytes.length - this.head);
      for (let i = 0; i < count; i++) {
        samples[at + i] = DECODED[bytes[this.head + i]];
      }
      at += count;
      this.head += count;
      this.played += count;
      if (this.head === bytes.length) {
        this.queue.shift();
        this.head = 0;
      }
    }
    this.tellMarks();
    return samples;
  }

  process(inputs, outputs) {
    if (this.ping !== undefined) {
      this.port.postMessage({ kind: "pong", value: this.ping });
      this.ping = undefined;
    }
    this.hear(inputs[0] && inputs[0][0], outputs[0][0].length);
    this.speak(outputs[0]);
    this.blocks += 1;
    if (this.blocks % 24 === 0) {
      this.port.postMessage({ kind: "levels", value: { heard: this.heardPeak, spoken: this.spokenPeak } });
      this.heardPeak = 0;
      this.spokenPeak = 0;
    }
    return true;
  }

  // The line never pauses: without a microphone, or muted, it carries silence.
  hear(input, length) {
    const samples = input && !this.muted ? input : new Float32Array(length);
    for (const sample of samples) {
      this.spokenPeak = Math.max(this.spokenPeak, Math.abs(sample));
    }
    this.down.push(samples, this.captured);
    while (this.captured.length >= FRAME) {
      const frame = Uint8Array.from(this.captured.splice(0, FRAME), encode);
      this.port.postMessage({ kind: "frame", value: frame }, [frame.buffer]);
    }
  }

  speak(output) {
    const left = output[0];
    while (this.ready.length < left.length) {
      this.up.push(this.frame(), this.ready);
    }
    left.set(this.ready.splice(0, left.length));
    for (const sample of left) {
      this.heardPeak = Math.max(this.heardPeak, Math.abs(sample));
    }
    output.slice(1).forEach((channel) => channel.set(left));
  }
}

registerProcessor("phone", Phone);
