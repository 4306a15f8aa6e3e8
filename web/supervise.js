// Listening in: the conversations that she may hear, how she takes part in one, and how she leaves it. Who may, and
// whether she may now, carelane says; here is only shown what it tells.

const MODES = { listen: "Listen", whisper: "Whisper", barge: "Join in" };

export class Supervise {
  constructor(card, wants) {
    this.card = card;
    this.wants = wants;
    this.shown = "";
  }

  // What carelane says of the floor, and of her.
  is(floor, me) {
    const part = me && me.supervises;
    const free = me && !me.call;
    const talks = free ? this.conversations(floor, me, part) : [];
    this.card.hidden = talks.length === 0;
    // Only what changed is built again: a button must not vanish under the finger.
    const now = JSON.stringify([talks.map(({ call, title }) => [call, title]), part]);
    if (now !== this.shown) {
      this.shown = now;
      const list = this.card.querySelector("ul");
      list.replaceChildren(...talks.map((talk) => this.row(talk, part)));
    }
  }

  conversations(floor, me, part) {
    const hers = new Set(me.may_supervise || []);
    const names = new Map(floor.agents.map((agent) => [agent.id, agent]));
    const mayHear = (call) => {
      const agent = names.get(call.agent);
      return agent && agent.id !== me.id && agent.groups.some((group) => hers.has(group));
    };
    const talking = floor.calls.filter((call) => call.state === "talking" && mayHear(call));
    const open = talking.filter((call) => (part ? part.call === call.call : !call.supervised_by));
    return open.map((call) => ({
      call: call.call,
      title: `${names.get(call.agent).name}, ${call.lane}${call.recorded ? ", recorded" : ""}`,
    }));
  }

  row(talk, part) {
    const row = document.createElement("li");
    const title = document.createElement("span");
    title.textContent = talk.title;
    row.append(title);
    const mine = part && part.call === talk.call;
    for (const [mode, words] of mine ? Object.entries(MODES) : [["listen", MODES.listen]]) {
      const button = this.button(words, `${mode}-${talk.call}`, () => this.wants(talk.call, mode));
      if (mine) {
        button.setAttribute("aria-pressed", String(part.mode === mode));
      }
      row.append(button);
    }
    if (mine) {
      row.append(this.button("Leave", `leave-${talk.call}`, () => this.wants(talk.call, "leave"), "stop"));
    }
    return row;
  }

  button(words, id, press, style) {
    const button = document.createElement("button");
    button.type = "button";
    button.id = id;
    button.textContent = words;
    button.className = style || "";
    button.addEventListener("click", press);
    return button;
  }
}
