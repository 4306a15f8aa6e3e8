// The assistant's softphone: signed in, ready, rung, in a call, writing up. What she is doing stands in carelane, not
// here: after everything that happens the page asks for it and shows that.

import { Api, remember, remembered } from "./api.js";
import { Captions } from "./captions.js";
import { Hold } from "./hold.js";
import { keypad } from "./keypad.js";
import { Line, Sound } from "./line.js";
import { inLanguage, Note } from "./note.js";
import { Presence } from "./presence.js";
import { Supervise } from "./supervise.js";
import { askedBy, Transfer } from "./transfer.js";

// From one look at carelane to the next; what cannot wait comes by the socket.
const LOOK_EVERY_MS = 2000;
const STATES = {
  logged_out: "Signed out",
  not_ready: "Not ready",
  available: "Ready",
  offered: "A call rings",
  talking: "With a patient",
  wrap_up: "Writing up",
};

// How somebody takes part in a conversation: the assistant is always told.
const HEARS = { listen: "listens in", whisper: "listens in and speaks to you only", barge: "is in this conversation" };

const of = (id) => document.getElementById(id);
const captions = new Captions(of("captions"));
const guides = new Map();
// Callers' numbers, by call: carelane tells them while a call waits.
const callers = new Map();
let api = null;
let agent = null;
let presence = null;
let line = null;
let ringing = null;
let shown = null;
let me = null;
let bell = null;
let clock = null;
let looking = null;

// What is wrong with her microphone or sound: said for as long as the page is open, beside what else goes wrong.
let deaf = "";

const sound = new Sound({
  trouble: (text) => {
    deaf = text;
    showTrouble("");
  },
  levels: ({ heard, spoken }) => {
    of("heard").value = Math.sqrt(heard);
    of("spoken").value = Math.sqrt(spoken);
  },
});
const enableKeys = keypad(of("keypad"), press, () => line !== null);
const note = new Note(of, async () => {
  showTrouble("");
  shown = null;
  await look();
});

const hold = new Hold(of("hold"), of("held"), (begins) => {
  wants("POST", `calls/${me.about.call}/${begins ? "hold" : "resume"}`);
});

const supervise = new Supervise(of("talks"), (call, mode) => {
  wants("POST", `calls/${call}/supervise`, { by: agent, mode });
});

const transfer = new Transfer(of, (what, body) => wants("POST", `calls/${me.about.call}/${what}`, body));

function showTrouble(text) {
  of("trouble").textContent = [text, deaf].filter(Boolean).join(" ");
  of("trouble").hidden = !text && !deaf;
}

function press(key) {
  captions.add(`You pressed ${key}`, null, "event");
  line.press(key);
}

// Asks carelane for something a person wanted; what it refuses is shown.
async function wants(method, path, body) {
  try {
    showTrouble("");
    const told = await api.ask(method, path, body);
    await look();
    return told;
  } catch (error) {
    showTrouble(error.message);
    return null;
  }
}

// ---- signing in ----

async function signIn(id, token) {
  api = new Api(token);
  agent = id;
  await sound.start();
  presence = new Presence(api, agent, sound, {
    connected: () => showTrouble(""),
    broken: () => showTrouble("carelane does not answer. This page tries again every second."),
    replaced: () => signedOut("Your softphone is open in another tab; that one rings now."),
    refused: (error) => signedOut(error.message),
    ring,
    quiet,
    line: openLine,
  });
  remember({ id, token });
  await look();
  looking = setInterval(look, LOOK_EVERY_MS);
}

function signedOut(why) {
  clearInterval(looking);
  remember(null);
  stopBell();
  presence = null;
  me = null;
  supervise.is(null, null);
  show();
  showTrouble(why);
}

// ---- what she is doing ----

async function look() {
  if (!presence) {
    return;
  }
  try {
    const floor = await api.ask("GET", "floor");
    me = floor.agents.find(({ id }) => id === agent);
    await about(floor);
    supervise.is(floor, me);
    show();
  } catch (error) {
    showTrouble(error.message);
  }
}

// The call she is with, or is rung for, with its lane's guide.
async function about(floor) {
  const call = floor.calls.find((found) => found.call === (me && (me.call || (me.supervises && me.supervises.call))));
  const owed = floor.calls.find((found) => found.agent === agent && found.state === "wrap_up");
  me.about = call || owed || null;
  const by = me.about && !me.supervises && me.about.supervised_by;
  me.supervisedBy = by ? `${(floor.agents.find(({ id }) => id === by.agent) || by).name} ${HEARS[by.mode]}` : "";
  me.names = new Map(floor.agents.map(({ id, name }) => [id, name]));
  me.askedBy = askedBy(me.about, agent, me.names);
  if (!me.about || !me.about.lane) {
    return;
  }
  const { practice } = me.about;
  // A colleague who is asked sees the lane that the call would come to.
  const lane = me.askedBy ? me.about.transfer.lane : me.about.lane;
  if (!guides.has(`${practice}/${lane}`)) {
    guides.set(`${practice}/${lane}`, await api.ask("GET", `lanes/${practice}/${lane}`));
  }
  me.guide = guides.get(`${practice}/${lane}`);
  me.lanes = floor.lanes.filter((found) => found.practice === practice).map((found) => found.lane);
  const waits = floor.lanes.flatMap((found) => found.waiting).find((found) => found.call === me.about.call);
  if (waits) {
    callers.set(waits.call, waits.caller);
  }
  me.about.caller = callers.get(me.about.call);
  me.about.askedBy = me.askedBy;
}

function show() {
  const state = me ? me.state : "out";
  document.body.dataset.state = line && state === "wrap_up" ? "wrap_up" : state;
  of("name").textContent = me ? me.name : "Softphone";
  const reason = me && me.reason ? `: ${me.reason}` : "";
  of("state").textContent = me ? STATES[state] + reason : "Signed out";
  of("signin").hidden = Boolean(presence);
  of("desk").hidden = !presence;
  of("ready").disabled = ["available", "offered", "talking", "wrap_up"].includes(state);
  of("away").disabled = state === "not_ready";
  const supervises = Boolean(me && me.supervises);
  const rings = state === "offered" || (supervises && !me.supervises.joined);
  showRing(rings && ringing !== null);
  const answered = me && me.about && me.guide && ["talking", "wrap_up"].includes(me.about.state);
  const works = answered && !supervises && state !== "offered";
  of("supervised").textContent = (me && me.supervisedBy) || "";
  of("supervised").hidden = !me || !me.supervisedBy;
  of("colleague").textContent = me && me.askedBy ? `${me.askedBy} asks you to take this call over. The patient is on hold.` : "";
  of("colleague").hidden = !me || !me.askedBy;
  // Who listens in, or is only asked yet, neither writes up the call nor gives it away.
  of("writing").hidden = supervises || Boolean(me && me.askedBy);
  of("pass").hidden = of("writing").hidden;
  of("recorded").hidden = !me || !me.about || !me.about.recorded;
  of("work").hidden = !works && !line;
  of("idle").hidden = !me || Boolean(works) || Boolean(line) || state === "offered";
  of("idle").textContent = idleWords(state);
  if (works) {
    showWork(me.about, me.guide);
  }
  showDevice();
  document.title = state === "offered" ? "☎ A call rings · carelane" : "Softphone · carelane";
}

function idleWords(state) {
  if (state === "available") {
    return "Calls ring here, also while this tab is in the background.";
  }
  return me && me.softphone ? "Press Ready to be offered calls." : "Waiting until your sound answers…";
}

const minutes = (seconds) => {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
};

function factsOf(call) {
  const is = call.caller_is || {};
  const patient = is.patient && is.patient.name;
  return [
    ["Caller", call.caller === null ? "number not shown" : call.caller],
    ["Language", new Intl.DisplayNames(["en"], { type: "language" }).of(call.language)],
    ["Waiting", call.waited === null || call.waited === undefined ? null : minutes(call.waited)],
    ["Request", call.repeat ? "repeat caller with an open request" : "new request"],
    ["Promised", call.promised && `a callback by ${new Date(call.promised).toLocaleString()}`],
    ["Patient", [patient, ["new", "existing"].includes(is.standing) && `${is.standing} patient`].filter(Boolean).join(", ")],
    ["Reason", is.reason],
    ["Asked by", call.askedBy],
  ].filter(([, text]) => text);
}

function showFacts(list, call) {
  const rows = factsOf(call).flatMap(([name, text]) => {
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    term.textContent = name;
    words.textContent = text;
    return [term, words];
  });
  list.replaceChildren(...rows);
}

// ---- ringing ----

function ring(leg) {
  ringing = leg;
  startBell();
  look();
}

function quiet(leg) {
  if (ringing === leg) {
    ringing = null;
    stopBell();
  }
  look();
}

function showRing(rings) {
  const was = !of("ring").hidden;
  of("ring").hidden = !rings;
  if (!rings || !me.about) {
    return;
  }
  of("ring-urgent").hidden = !me.about.urgent;
  of("ring-lane").textContent = me.guide ? inLanguage(me.guide.name, "en-US") : me.about.lane;
  showFacts(of("ring-facts"), me.about);
  if (!was) {
    of("accept").focus();
  }
}

function startBell() {
  stopBell();
  const once = () => sound.bell();
  once();
  bell = setInterval(once, 3000);
}

function stopBell() {
  clearInterval(bell);
  bell = null;
}

// What is pressed as soon as the line is open: everything the whisper says stands on the screen.
let then = null;

function answer(key) {
  then = key;
  stopBell();
  presence.answer(ringing);
  ringing = null;
  show();
}

// ---- the line ----

function openLine(place) {
  captions.list.replaceChildren();
  line = new Line(sound, place, {
    open: () => {
      startClock();
      if (then) {
        line.press(then);
        then = null;
      }
      look();
    },
    said: (said, inSeconds) => captions.begin(said, inSeconds),
    cleared: () => captions.cleared(),
    over: () => {
      line = null;
      clearInterval(clock);
      captions.cleared();
      captions.add("The line is closed", null, "event");
      look();
    },
  });
  show();
}

function startClock() {
  const began = Date.now();
  clearInterval(clock);
  clock = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    of("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 500);
}

function showDevice() {
  const talks = Boolean(line);
  of("call-state").textContent = talks ? "On the line" : "The line is closed";
  of("mute").disabled = !talks;
  of("hangup").disabled = !talks;
  of("keys").hidden = !talks;
  const passes = talks && me && me.state === "talking";
  const hers = passes && !me.askedBy ? me.about : null;
  hold.is(hers);
  transfer.is(hers, me ? me.names : null);
  of("flag").disabled = !me || !me.about || me.about.urgent;
  enableKeys(talks);
}

// ---- the call and its note ----

function showWork(call, guide) {
  showFacts(of("call-facts"), call);
  if (shown && shown.call === call.call && shown.lane === call.lane) {
    return;
  }
  shown = call;
  of("lane-name").textContent = inLanguage(guide.name, "en-US");
  of("script").textContent = inLanguage(guide.script, call.language);
  of("script").lang = call.language;
  const rules = guide.decision_rules.map((rule) => {
    const item = document.createElement("li");
    item.textContent = inLanguage(rule, call.language);
    return item;
  });
  of("rules").replaceChildren(...rules);
  transfer.lanes(me.lanes.filter((lane) => lane !== call.lane));
  note.begin(api, call.call, guide, agent, call.language);
}

// ---- buttons ----

of("signin").addEventListener("submit", (event) => {
  event.preventDefault();
  showTrouble("");
  signIn(of("agent").value.trim(), of("token").value.trim()).catch((error) => showTrouble(error.message));
  of("token").value = "";
});
of("ready").addEventListener("click", () => wants("PUT", `agents/${agent}/state`, { state: "available" }));
of("away").addEventListener("click", () => wants("PUT", `agents/${agent}/state`, { state: "not_ready" }));
of("leave").addEventListener("click", async () => {
  if (await wants("PUT", `agents/${agent}/state`, { state: "logged_out" })) {
    presence.close();
    signedOut("");
  }
});
of("accept").addEventListener("click", () => answer("1"));
of("listen").addEventListener("click", () => answer(null));
of("decline").addEventListener("click", () => {
  if (me && me.supervises) {
    wants("POST", `calls/${me.supervises.call}/supervise`, { by: agent, mode: "leave" });
  } else {
    answer("2");
  }
});
of("hangup").addEventListener("click", () => line && line.hangUp());
of("mute").addEventListener("click", () => {
  const muted = of("mute").getAttribute("aria-pressed") !== "true";
  sound.mute(muted);
  of("mute").setAttribute("aria-pressed", String(muted));
  of("mute").textContent = muted ? "Muted" : "Mute";
});
of("flag").addEventListener("click", () => wants("POST", `calls/${me.about.call}/urgent`, { by: agent }));

const kept = remembered();
if (kept) {
  of("agent").value = kept.id;
  signIn(kept.id, kept.token).catch((error) => showTrouble(error.message));
} else {
  show();
}
