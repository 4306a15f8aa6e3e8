// The worklist: what is open, whose it is, and one item to work on. What is so stands in carelane, not here: after
// everything that happens the page asks for it and shows that.

import { Api, remember, remembered } from "./api.js";
import { Changes } from "./events.js";
import { ItemCard } from "./item.js";
import { Items } from "./items.js";
import { Outcome } from "./outcome.js";

// What is due becomes overdue without any event.
const LOOK_EVERY_MS = 30_000;
// Events come in bursts; one look is enough for them.
const SETTLES_MS = 200;

const of = (id) => document.getElementById(id);
const plain = (id) => id.replaceAll("_", " ");
const guides = new Map();
let api = null;
let agent = null;
let changes = null;
let looking = null;
let settling = null;
let open = null;

const items = new Items(of("views"), of("items"), of("none"), (id) => choose(id));
const card = new ItemCard(of, (method, what, body) => wants(method, what, body));
const outcome = new Outcome(of, (item, closed) => {
  const unsaid = (item && item.unsaid) || [];
  const left = closed && unsaid.length > 0 ? ` Not ticked as said: ${unsaid.map(plain).join(", ")}.` : "";
  const kept = (item && item.due_kept) ? ` ${item.due_kept}.` : "";
  tell(closed ? `Closed.${left}` : `The attempt is recorded.${kept}`);
  open = closed ? null : open;
  look();
});

function tell(text) {
  of("state").textContent = text;
}

function trouble(text) {
  of("trouble").textContent = text;
  of("trouble").hidden = !text;
}

// Asks something about the open item; what carelane refuses is shown.
async function wants(method, what, body) {
  try {
    trouble("");
    const by = what === "owner" ? {} : { by: agent };
    await api.ask(method, `items/${open}/${what}`, { ...body, ...by });
  } catch (error) {
    trouble(error.message);
  }
  await look();
}

async function choose(id) {
  open = id;
  items.choose(id);
  trouble("");
  await look();
  if (open === id) {
    of("title").focus();
  }
}

// ---- what is open ----

async function look() {
  if (!api) {
    return;
  }
  try {
    const [floor, list] = await Promise.all([api.ask("GET", "floor"), api.ask("GET", "items")]);
    const me = floor.agents.find(({ id }) => id === agent);
    if (!me) {
      throw new Error("There is no such assistant: look at your id.");
    }
    of("name").textContent = `Callbacks · ${me.name}`;
    items.are(list.items, me, new Set(floor.agents.map(({ id }) => id)));
    await showItem(floor, me, list.items);
  } catch (error) {
    trouble(error.message);
    if (error.status === 401) {
      signedOut();
    }
  }
}

async function showItem(floor, me, list) {
  const id = open;
  // Closed by somebody else meanwhile: then there is nothing to do.
  if (!id || !list.some((item) => item.id === id)) {
    of("item").hidden = true;
    return;
  }
  const item = await api.ask("GET", `items/${id}`);
  const key = `${item.practice}/${item.lane}`;
  if (!guides.has(key)) {
    guides.set(key, await api.ask("GET", `lanes/${key}`));
  }
  if (open !== id) {
    return;
  }
  const groups = [...new Set(floor.agents.flatMap((found) => found.groups))].sort();
  const people = floor.agents.map((found) => ({ id: found.id, name: found.name }));
  card.is(item, guides.get(key), [...groups.map((group) => ({ id: group, name: `group ${group}` })), ...people], me);
  outcome.is(api, item, guides.get(key), agent);
  of("item").hidden = false;
}

function changed() {
  trouble("");
  clearTimeout(settling);
  settling = setTimeout(look, SETTLES_MS);
}

// ---- signing in ----

async function signIn(id, token) {
  api = new Api(token);
  agent = id;
  // A wrong token or id is told before anything is shown.
  const floor = await api.ask("GET", "floor");
  if (!floor.agents.some((found) => found.id === id)) {
    throw new Error("There is no such assistant: look at your id.");
  }
  remember({ id, token });
  tell("Signed in. The list follows what happens.");
  of("signin").hidden = true;
  of("leave").hidden = false;
  of("panes").hidden = false;
  items.view = "all";
  changes = new Changes(api, changed, () => trouble("carelane does not answer. This page tries again."));
  looking = setInterval(look, LOOK_EVERY_MS);
  await look();
}

function signedOut() {
  clearInterval(looking);
  remember(null);
  if (changes) {
    changes.close();
  }
  [api, changes, open] = [null, null, null];
  of("signin").hidden = false;
  of("leave").hidden = true;
  of("panes").hidden = true;
  of("name").textContent = "Callbacks";
  // Nothing of a patient stays in a page that nobody is signed in to.
  of("items").replaceChildren();
  of("item").hidden = true;
  of("facts").replaceChildren();
  of("title").textContent = "";
  tell("Signed out");
}

of("signin").addEventListener("submit", (event) => {
  event.preventDefault();
  trouble("");
  signIn(of("agent").value.trim(), of("token").value.trim()).catch((error) => trouble(error.message));
  of("token").value = "";
});
of("leave").addEventListener("click", signedOut);

const kept = remembered();
if (kept) {
  of("agent").value = kept.id;
  signIn(kept.id, kept.token).catch((error) => trouble(error.message));
}
