// What came of an item: one more attempt or its close, with the fields that its lane asks for. What is refused is shown
// in carelane's own words, beside the field that lacks something.

import { Refused } from "./api.js";
import { when } from "./items.js";
import { inLanguage } from "./note.js";

const plain = (id) => id.replaceAll("_", " ");

export class Outcome {
  // `done` is called with the item as carelane answers it, and whether it is closed.
  constructor(of, done) {
    Object.assign(this, { of, done, item: null });
    of("note").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit({});
    });
    of("outcome").addEventListener("change", () => this.suit());
    of("anyway").addEventListener("click", () => this.submit({ anyway: true }));
    of("nearest").addEventListener("click", () => this.submit({ promised: this.offered }));
  }

  // The form of an item; what is typed already stays while it is the same one.
  is(api, item, guide, agent) {
    const same = this.item === item.id && this.lane === item.lane;
    Object.assign(this, { api, guide, agent, item: item.id, lane: item.lane, isOwed: item.kind === "note_owed" });
    if (same) {
      return;
    }
    this.say("");
    this.of("promise-at").value = "";
    const outcomes = guide.outcomes.map(({ id, closes }) => new Option(plain(id) + (closes ? "" : " (stays open)"), id));
    this.of("outcome").replaceChildren(new Option("Choose…", ""), ...outcomes);
    const fields = guide.note_fields.map(({ id, label }) => {
      const holder = document.createElement("label");
      const name = document.createElement("span");
      const text = document.createElement("textarea");
      holder.className = "field";
      name.textContent = inLanguage(label, "en-US");
      text.name = id;
      text.rows = 2;
      holder.append(name, text);
      return holder;
    });
    this.of("fields").replaceChildren(...fields);
    this.suit();
  }

  closes() {
    const chosen = this.guide.outcomes.find(({ id }) => id === this.of("outcome").value);
    return chosen ? chosen.closes : null;
  }

  // The fields of what is chosen: an attempt asks for others than a close.
  suit() {
    const closes = this.closes();
    const situation = closes ? "callback" : "attempt";
    for (const field of this.guide.note_fields) {
      const text = this.of("note").elements.namedItem(field.id);
      const asked = field.required || (field.when || []).includes(situation);
      const always = !(field.when && field.when.length > 0);
      // Fields for complaints show when carelane asks for them.
      text.closest("label").hidden = !asked && !always && !text.value;
      text.previousElementSibling.textContent = inLanguage(field.label, "en-US") + (asked ? "" : " (may be empty)");
    }
    this.of("promise").hidden = closes !== false;
    this.of("insist").hidden = true;
    const words = { true: "Close the item", false: "Record the attempt", null: "Choose an outcome" };
    this.of("save").textContent = words[closes];
  }

  say(text) {
    this.of("missing").textContent = text;
    this.of("missing").hidden = !text;
  }

  async submit({ anyway, promised }) {
    const note = {};
    for (const text of this.of("fields").querySelectorAll("textarea")) {
      text.removeAttribute("aria-invalid");
      if (text.value.trim()) {
        note[text.name] = text.value.trim();
      }
    }
    const closes = this.closes();
    if (closes === null) {
      this.say("Choose what came of it.");
      this.of("outcome").focus();
      return;
    }
    const body = { outcome: this.of("outcome").value, note, by: this.agent };
    const typed = this.of("promise-at").value;
    if (!closes && (promised || typed)) {
      body.promised = promised || new Date(typed).toISOString();
      body.anyway = Boolean(anyway);
    }
    // A call's note that is owed closes the call, whatever the outcome.
    const ends = closes || this.isOwed;
    try {
      this.of("save").disabled = true;
      const told = await this.api.ask("POST", `items/${this.item}/${ends ? "close" : "attempts"}`, body);
      this.item = null;
      this.done(told, ends);
    } catch (error) {
      this.refused(error);
    } finally {
      this.of("save").disabled = false;
    }
  }

  refused(error) {
    const missing = error instanceof Refused ? error.missing : [];
    const fields = missing.map((id) => this.of("note").elements.namedItem(id)).filter(Boolean);
    fields.forEach((field) => {
      field.closest("label").hidden = false;
      field.setAttribute("aria-invalid", "true");
    });
    const lacks = missing.map((id) => {
      const field = this.guide.note_fields.find((known) => known.id === id);
      const name = field ? inLanguage(field.label, "en-US") : plain(id);
      return error.why[id] ? `“${name}”: ${error.why[id]}` : `“${name}” is missing`;
    });
    this.say(lacks.length > 0 ? `${lacks.join(". ")}.` : error.message);
    this.offered = error.nearest;
    this.of("insist").hidden = !error.reason;
    this.of("nearest").hidden = !error.nearest;
    if (error.nearest) {
      this.of("nearest").textContent = `Promise ${when(error.nearest)}`;
    }
    if (fields.length > 0) {
      fields[0].focus();
    }
  }
}
