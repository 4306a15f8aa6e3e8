// Presence: a socket by which carelane knows that this page can be heard, and rings it. Round trips go through the sound
// itself, and their answers need no timer of the page: a tab in the background answers as well.

// Between two tries to reach carelane again.
const AGAIN_MS = 1000;

// `on` has: connected(), ring(leg), quiet(leg), line(place), broken(), replaced(), refused(error).
export class Presence {
  constructor(api, agent, sound, on) {
    this.api = api;
    this.agent = agent;
    this.sound = sound;
    this.on = on;
    this.closed = false;
    // While this is held a browser does not freeze the page.
    navigator.locks.request(`carelane-softphone-${agent}`, { mode: "shared" }, () => {
      return new Promise((release) => (this.release = release));
    });
    this.connect();
  }

  async connect() {
    try {
      const { ticket, line } = await this.api.ask("POST", `agents/${encodeURIComponent(this.agent)}/softphone`);
      this.open(ticket, line);
    } catch (error) {
      if (error.status >= 400 && error.status < 500) {
        this.close();
        this.on.refused(error);
      } else {
        this.again();
      }
    }
  }

  open(ticket, line) {
    const address = new URL(line, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.onopen = () => socket.send(JSON.stringify({ event: "start", ticket }));
    socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    socket.onclose = ({ reason }) => {
      if (this.socket !== socket || this.closed) {
        return;
      }
      if (reason === "replaced") {
        this.close();
        this.on.replaced();
      } else {
        this.again();
      }
    };
    this.socket = socket;
  }

  again() {
    if (!this.closed) {
      this.on.broken();
      setTimeout(() => !this.closed && this.connect(), AGAIN_MS);
    }
  }

  say(message) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  take(message) {
    if (message.event === "ping") {
      this.sound.ping(message.ping, () => this.say({ event: "pong", ping: message.ping }));
    } else if (message.event === "ring") {
      this.say({ event: "ringing", leg: message.leg });
      this.on.ring(message.leg);
    } else if (message.event === "quiet") {
      this.on.quiet(message.leg);
    } else if (message.event === "line") {
      this.on.line(message);
    } else if (message.event === "ready") {
      this.on.connected();
    }
  }

  answer(leg) {
    this.say({ event: "answer", leg });
  }

  close() {
    this.closed = true;
    if (this.release) {
      this.release();
    }
    if (this.socket) {
      this.socket.close(1000);
    }
  }
}
