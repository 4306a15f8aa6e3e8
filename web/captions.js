// Captions: what is said on the line, shown when it is heard. Deaf people read it, and so do tests.

// So many lines stay on the page.
const LINES_MAX = 60;

export class Captions {
  // `list` is an element with role "log".
  constructor(list) {
    this.list = list;
    this.timers = [];
  }

  // A line of its own: what happened, or who said something.
  add(text, language, kind = "said") {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    if (language) {
      line.lang = language;
    }
    this.list.append(line);
    while (this.list.children.length > LINES_MAX) {
      this.list.firstElementChild.remove();
    }
    this.list.scrollTop = this.list.scrollHeight;
  }

  // A program whose first sound is heard in so many seconds.
  begin({ captions, again_from: againFrom, length }, inSeconds) {
    this.cleared();
    const schedule = (from, base) => {
      captions.slice(from).forEach((caption) => this.later(caption, base + caption.at));
      if (againFrom !== null && captions.length > againFrom) {
        const next = base + length;
        const first = captions[againFrom].at;
        this.timers.push(setTimeout(() => schedule(againFrom, -first), next));
      }
    };
    schedule(0, inSeconds * 1000);
  }

  later({ text, language }, inMs) {
    const show = () => (text === null ? this.music() : this.add(text, language));
    this.timers.push(setTimeout(show, inMs));
  }

  music() {
    const last = this.list.lastElementChild;
    if (!last || last.className !== "music") {
      this.add("♪ music", null, "music");
    }
  }

  // What was not heard yet is not shown.
  cleared() {
    this.timers.forEach(clearTimeout);
    this.timers = [];
  }
}
