// One item: who waits for what, what was promised, what is said, and what its lane's people are told.

import { numberOf, when } from "./items.js";
import { inLanguage } from "./note.js";

const plain = (id) => id.replaceAll("_", " ");

// The words for a promise: who gave it, and whether somebody insisted on it.
export function promiseWords(promise) {
  const who = promise.source === "prompt" ? "A prompt" : promise.by || "An assistant";
  const insisted = promise.anyway ? ", though nobody was planned for it" : "";
  return `${who} promised a call by ${when(promise.at)}${insisted}.`;
}

export class ItemCard {
  // `wants` asks carelane for something and shows the item anew.
  constructor(of, wants) {
    this.of = of;
    this.wants = wants;
    of("claim").addEventListener("click", () => wants("POST", "claim", {}));
    of("give").addEventListener("click", () => wants("PUT", "owner", { owner: of("owner").value }));
    of("referral-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const missing = [...of("documents").querySelectorAll("input:checked")].map((box) => box.value);
      wants("PUT", "referral", { status: of("referral-status").value, missing });
    });
  }

  is(item, guide, owners, me) {
    const { of } = this;
    of("urgent").hidden = !item.urgent;
    of("title").textContent = `${inLanguage(guide.name, "en-US")}: ${numberOf(item)}`;
    of("next").textContent = item.overdue ? `${item.next_action} (overdue)` : item.next_action;
    of("promised").hidden = !item.promise;
    of("promised").textContent = item.promise ? promiseWords(item.promise) : "";
    this.list(of("facts"), this.factsOf(item));
    of("claim").hidden = item.owner === me.id;
    of("owner").replaceChildren(...owners.map(({ id, name }) => new Option(name, id, false, id === item.owner)));
    of("recovery").hidden = !item.recovery_script;
    of("recovery-words").textContent = item.recovery_script ? inLanguage(item.recovery_script, item.language) : "";
    of("recovery-words").lang = item.language;
    this.script(item);
    this.referral(item, guide);
    this.sheet(item, guide);
  }

  factsOf(item) {
    const is = item.caller_is;
    const patient = is.patient || {};
    const born = patient.date_of_birth ? `, born ${patient.date_of_birth}` : "";
    const chain = item.chain || {};
    const messages = item.messages.map((message) => `${message.duration || 0} s, ${plain(message.state)}`);
    return [
      ["Due", when(item.due_at)],
      ["Owner", item.owner],
      ["Patient", patient.name && patient.name + born],
      ["Standing", is.standing === "unknown" ? "new or existing: not known yet" : `${is.standing} patient`],
      ["Language", new Intl.DisplayNames(["en"], { type: "language" }).of(item.language)],
      ["Reason", is.reason && plain(is.reason)],
      ["Wants to be called", is.preferred_window],
      ["May discuss", is.may_discuss === true ? "yes" : is.may_discuss === false ? "no: with the patient only" : null],
      ["Attempts", item.attempts ? `${item.attempts}, the last: ${plain(item.last_outcome || "")}` : "none yet"],
      ["Called again", item.repeats ? `${item.repeats} times` : null],
      ["Messages", messages.length > 0 ? messages.join("; ") : null],
      ["Stage", chain.stage && `${plain(chain.stage)}, ${chain.number} of ${chain.of} of ${plain(chain.chain)}`],
      ["Then", chain.next && plain(chain.next)],
      ["Perhaps the same as", item.maybe_same],
    ].filter(([, text]) => text);
  }

  list(list, rows) {
    const parts = rows.flatMap(([name, text]) => {
      const term = document.createElement("dt");
      const words = document.createElement("dd");
      term.textContent = name;
      words.textContent = text;
      return [term, words];
    });
    list.replaceChildren(...parts);
  }

  script(item) {
    this.of("script").hidden = item.script.length === 0;
    const rows = item.script.map(({ step, text, said_at: saidAt, said_by: saidBy }) => {
      const row = document.createElement("li");
      const label = document.createElement("label");
      const box = document.createElement("input");
      const words = document.createElement("span");
      box.type = "checkbox";
      box.id = `said-${step}`;
      box.checked = Boolean(saidAt);
      // What was said cannot be unsaid.
      box.disabled = Boolean(saidAt) || item.status !== "open";
      box.addEventListener("change", () => this.wants("POST", "script", { step }));
      words.textContent = inLanguage(text, item.language);
      words.lang = item.language;
      label.append(box, words);
      if (saidAt) {
        const hint = document.createElement("span");
        hint.className = "hint";
        hint.textContent = `said ${when(saidAt)}${saidBy ? ` by ${saidBy}` : ""}`;
        label.append(hint);
      }
      row.append(label);
      return row;
    });
    this.of("steps").replaceChildren(...rows);
  }

  referral(item, guide) {
    const { of } = this;
    const known = item.referral;
    of("referral").hidden = guide.documents.length === 0;
    of("referral-say").hidden = !known;
    of("referral-after").hidden = !known;
    if (known) {
      of("referral-say").textContent = inLanguage(known.say, item.language);
      of("referral-say").lang = item.language;
      of("referral-after").textContent = `Say it only once ${known.say_after}.`;
      of("referral-status").value = known.status;
    }
    const boxes = guide.documents.map(({ id, label }) => {
      const row = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = id;
      box.checked = Boolean(known && known.missing.includes(id));
      row.append(box, inLanguage(label, "en-US"));
      return row;
    });
    of("documents").replaceChildren(of("documents").querySelector("legend"), ...boxes);
  }

  sheet(item, guide) {
    const { sheet } = guide;
    this.of("sheet").hidden = !sheet;
    if (!sheet) {
      return;
    }
    const { standing } = item.caller_is;
    const words = (texts) => (texts ? inLanguage(texts, "en-US") : null);
    this.list(this.of("sheet-facts"), [
      ["Goal", words(sheet.goal)],
      ...(standing === "existing" ? [] : [["New patient", words(sheet.path.new)]]),
      ...(standing === "new" ? [] : [["Existing patient", words(sheet.path.existing)]]),
      ...Object.entries(sheet.exceptions).map(([name, text]) => [plain(name), words(text)]),
    ].filter(([, text]) => text));
  }
}
