// What changes in carelane, as it changes: its event stream, read with the token of this tab.

// Between two tries to reach carelane again.
const AGAIN_MS = 2000;

export class Changes {
  // `changed` is called after everything that happens, `broken` while carelane cannot be reached.
  constructor(api, changed, broken) {
    Object.assign(this, { api, changed, broken, stop: new AbortController() });
    this.go();
  }

  async go() {
    while (!this.stop.signal.aborted) {
      try {
        await this.read();
      } catch {
        // It tries again, and says so meanwhile.
      }
      if (!this.stop.signal.aborted) {
        this.broken();
        await new Promise((again) => setTimeout(again, AGAIN_MS));
      }
    }
  }

  async read() {
    const stream = await this.api.stream("events", this.stop.signal);
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      text += value;
      const end = text.lastIndexOf("\n\n");
      if (end >= 0) {
        // What it was does not matter: the list is read anew.
        const told = text.slice(0, end);
        text = text.slice(end + 2);
        if (/^event:/m.test(told)) {
          this.changed();
        }
      }
    }
  }

  close() {
    this.stop.abort();
  }
}
