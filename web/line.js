// A line: the sound of this browser on one side, a websocket to carelane on the other. The messages are those of a
// carrier's media stream. It knows no button and no word on the page: whoever opens it is told what happens.

const OUR_STREAM = "browser";
// Without an answer of the audio thread for so long the sound does not run.
const START_WITHIN_MS = 3000;

// What is wrong with the microphone or the sound, for people.
const TROUBLES = {
  NotAllowedError: "The browser may not use the microphone. You can listen and press keys. To be heard, allow it beside the address.",
  NotFoundError: "There is no microphone. You can listen and press keys.",
  NotReadableError: "The microphone is used by another program. Close that, or listen and press keys.",
  SecurityError: "Microphones work at a secure address only: use this machine's own, or one with a certificate.",
};

function troubleOf(error) {
  return TROUBLES[error.name] || "The microphone cannot be used. You can listen and press keys.";
}

function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// The browser's sound: one for a page, for as long as it is open. `on` has: trouble(text), levels({heard, spoken}).
export class Sound {
  constructor(on) {
    this.on = on;
    this.pings = new Map();
    this.line = null;
  }

  // Begins to play and to hear; must follow a press of a button. A microphone is asked for, and done without.
  async start() {
    if (this.context) {
      await this.context.resume();
      return;
    }
    const context = new AudioContext({ latencyHint: "interactive" });
    const folder = new URL(".", import.meta.url);
    await context.audioWorklet.addModule(new URL("worklet.js", folder));
    this.node = new AudioWorkletNode(context, "phone", { outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => this.told(data);
    this.node.connect(context.destination);
    this.context = context;
    await context.resume();
    await this.listen();
    if (!(await this.answers(START_WITHIN_MS))) {
      this.on.trouble("The browser plays no sound here. Look whether an output device is connected.");
    }
  }

  async listen() {
    const wish = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    try {
      if (!navigator.mediaDevices) {
        throw new DOMException("no secure address", "SecurityError");
      }
      this.microphone = await navigator.mediaDevices.getUserMedia({ audio: wish });
      this.context.createMediaStreamSource(this.microphone).connect(this.node);
      this.microphone.getAudioTracks()[0].addEventListener("ended", () => {
        this.on.trouble("The microphone was taken away. You can listen and press keys.");
      });
    } catch (error) {
      this.on.trouble(troubleOf(error));
    }
  }

  // Does the audio thread answer within this time?
  answers(within) {
    const number = Math.random();
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.pings.delete(number);
        resolve(false);
      }, within);
      this.ping(number, () => {
        clearTimeout(late);
        resolve(true);
      });
    });
  }

  // Calls back as soon as the audio thread has answered; without any timer of the page.
  ping(number, answered) {
    if (!this.node) {
      return;
    }
    this.pings.set(number, answered);
    this.tell("ping", number);
  }

  tell(kind, value) {
    if (this.node) {
      this.node.port.postMessage({ kind, value });
    }
  }

  mute(muted) {
    this.tell("muted", muted);
  }

  // One ring: two tones, as long as a phone's.
  bell() {
    if (!this.context) {
      return;
    }
    const now = this.context.currentTime;
    const loudness = this.context.createGain();
    loudness.connect(this.context.destination);
    loudness.gain.setValueAtTime(0, now);
    loudness.gain.linearRampToValueAtTime(0.15, now + 0.02);
    loudness.gain.setValueAtTime(0.15, now + 0.9);
    loudness.gain.linearRampToValueAtTime(0, now + 1);
    for (const pitch of [440, 480]) {
      const tone = this.context.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(loudness);
      tone.start(now);
      tone.stop(now + 1);
    }
  }

  told({ kind, value }) {
    if (kind === "levels") {
      this.on.levels(value);
    } else if (kind === "pong") {
      const answered = this.pings.get(value);
      this.pings.delete(value);
      if (answered) {
        answered();
      }
    } else if (this.line) {
      this.line.heard(kind, value);
    }
  }
}

// One call's connection. `on` has: said(captions, inSeconds), cleared(), open(), over(wasClean).
export class Line {
  constructor(sound, { call, ticket, stream }, on) {
    this.sound = sound;
    this.on = on;
    this.ended = false;
    const address = new URL(stream, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(address);
    this.socket.onopen = () => this.begin(call, ticket);
    this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    this.socket.onclose = ({ wasClean, code }) => this.over(wasClean && code === 1000);
    sound.tell("clear");
    sound.tell("live", false);
    sound.line = this;
  }

  begin(call, ticket) {
    const format = { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 };
    const start = { streamSid: OUR_STREAM, callSid: call, mediaFormat: format, customParameters: { token: ticket } };
    this.send({ event: "start", start });
    this.on.open();
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ streamSid: OUR_STREAM, ...message }));
    }
  }

  press(digit) {
    this.send({ event: "dtmf", dtmf: { digit } });
  }

  hangUp() {
    this.send({ event: "stop" });
    this.socket.close(1000);
    this.over(true);
  }

  // From the line.
  take(message) {
    if (message.event === "media") {
      this.sound.tell("audio", fromBase64(message.media.payload));
    } else if (message.event === "mark") {
      this.sound.tell("mark", message.mark.name);
    } else if (message.event === "clear") {
      this.sound.tell("clear");
      this.on.cleared();
    } else if (message.event === "said") {
      this.captions = message.said;
      this.sound.tell("live", message.said.live);
      this.sound.tell("begin");
    }
  }

  // From the sound.
  heard(kind, value) {
    if (kind === "frame") {
      this.send({ event: "media", media: { payload: toBase64(value) } });
    } else if (kind === "mark") {
      this.send({ event: "mark", mark: { name: value } });
    } else if (kind === "begun") {
      this.on.said(this.captions, value);
    }
  }

  over(wasClean) {
    if (this.ended) {
      return;
    }
    this.ended = true;
    if (this.sound.line === this) {
      this.sound.line = null;
      this.sound.tell("clear");
    }
    this.on.over(wasClean);
  }
}
