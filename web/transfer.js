// Giving a call to another lane: at once, or after a word with whoever takes it. How far a warm transfer is, carelane
// says; here is only shown what it tells, to the assistant who asks and to the colleague who is asked.

// What the assistant who asks is told, by the transfer's state.
const ASKS = {
  asking: () => "Nobody is free yet. Your patient is on hold.",
  ringing: (name) => `${name} is being rung. Your patient is on hold.`,
  talking: (name) => `You are talking with ${name}. Your patient is on hold and hears neither of you.`,
  unanswered: () => "Nobody took the call over. Your patient is on hold.",
  colleague_left: () => "Your colleague is gone. Your patient is on hold.",
};

export class Transfer {
  // `of` finds an element; `wants(path, body)` asks carelane for something about her call.
  constructor(of, wants) {
    this.of = of;
    this.call = null;
    of("give").addEventListener("click", () => wants("transfer", { lane: of("transfer").value }));
    of("ask").addEventListener("click", () => wants("transfer", { lane: of("transfer").value, warm: true }));
    of("complete").addEventListener("click", () => wants("transfer/complete"));
    of("cancel").addEventListener("click", () => wants("transfer/cancel"));
  }

  // The lanes that a call may be given to; what was chosen stays chosen.
  lanes(ids) {
    const list = this.of("transfer");
    if ([...list.options].map(({ value }) => value).join() !== ids.join()) {
      list.replaceChildren(...ids.map((lane) => new Option(lane.replaceAll("_", " "), lane)));
    }
  }

  // What carelane says of her call; nothing while she cannot give one away.
  is(call, names) {
    const asked = call && call.transfer;
    const open = Boolean(asked) && ["asking", "ringing", "talking"].includes(asked.state);
    const told = this.of("asked");
    told.hidden = !asked;
    told.textContent = asked ? `${ASKS[asked.state](names.get(asked.agent) || "A colleague")} (${asked.lane.replaceAll("_", " ")})` : "";
    // One lane is asked at a time.
    for (const id of ["transfer", "give", "ask"]) {
      this.of(id).disabled = !call || open;
    }
    this.of("complete").hidden = !asked;
    this.of("complete").disabled = !asked || asked.state !== "talking";
    this.of("cancel").hidden = !asked;
  }
}

// The colleague who is asked to take a call over: whose it is still. Empty for everybody else.
export function askedBy(call, agent, names) {
  const asked = call && call.transfer;
  return asked && asked.agent === agent && call.agent !== agent ? names.get(call.agent) || call.agent : "";
}
