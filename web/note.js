// The outcome and note of a call: the lane's own fields, and what carelane says is missing.

import { Refused } from "./api.js";

// A text of the flow file in this language, or in any.
export function inLanguage(texts, language) {
  if (typeof texts === "string") {
    return texts;
  }
  return texts[language] || Object.values(texts)[0] || "";
}

const plain = (id) => id.replaceAll("_", " ");

export class Note {
  // `of` finds an element; `closed` is called when the call is closed.
  constructor(of, closed) {
    this.of = of;
    this.closed = closed;
    of("note").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  // Begins the note of a call by its lane's guide.
  begin(api, call, guide, agent, language) {
    Object.assign(this, { api, call, guide, agent });
    this.of("missing").hidden = true;
    const outcomes = guide.outcomes.map(({ id, closes, hands_to: to }) => {
      const left = closes ? "" : ` (work left for ${to || guide.owner})`;
      return new Option(plain(id) + left, id);
    });
    this.of("outcome").replaceChildren(new Option("Choose…", ""), ...outcomes);
    const fields = guide.note_fields.map(({ id, label, required, when }) => {
      const text = document.createElement("textarea");
      text.name = id;
      text.rows = 2;
      const holder = document.createElement("label");
      holder.className = "field";
      // Fields for complaints show when carelane asks for them.
      holder.hidden = (when || []).join() === "complaint";
      holder.append(inLanguage(label, language) + (required ? "" : " (may be empty)"), text);
      return holder;
    });
    this.of("fields").replaceChildren(...fields);
  }

  async submit() {
    const note = {};
    for (const text of this.of("fields").querySelectorAll("textarea")) {
      text.removeAttribute("aria-invalid");
      if (text.value.trim()) {
        note[text.name] = text.value.trim();
      }
    }
    try {
      const outcome = this.of("outcome").value;
      if (!outcome) {
        this.of("outcome").focus();
        throw new Error("Choose how the call ended.");
      }
      await this.api.ask("POST", `calls/${this.call}/close`, { outcome, note, by: this.agent });
      this.of("missing").hidden = true;
      this.closed();
    } catch (error) {
      this.refused(error);
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
    this.of("missing").textContent = lacks.length > 0 ? `${lacks.join(". ")}.` : error.message;
    this.of("missing").hidden = false;
    if (fields.length > 0) {
      fields[0].focus();
    }
  }
}
