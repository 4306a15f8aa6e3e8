// The patient's phone: one call at a time to the practice. Only the demo serves it a line.

import { Captions } from "./captions.js";
import { keypad } from "./keypad.js";
import { Line, Sound } from "./line.js";

const of = (id) => document.getElementById(id);
const captions = new Captions(of("captions"));
let line = null;
let muted = false;
let clock = null;

const sound = new Sound({
  trouble: showTrouble,
  levels: ({ heard, spoken }) => {
    of("heard").value = Math.sqrt(heard);
    of("spoken").value = Math.sqrt(spoken);
  },
});

const enableKeys = keypad(of("keypad"), (key) => {
  captions.add(`You pressed ${key}`, null, "event");
  line.press(key);
}, () => line !== null);

function showTrouble(text) {
  of("trouble").textContent = text;
  of("trouble").hidden = !text;
}

function show(state, inCall) {
  of("state").textContent = state;
  document.body.dataset.call = inCall ? "on" : "off";
  of("call").disabled = inCall;
  of("hangup").disabled = !inCall;
  of("mute").disabled = !inCall;
  of("from").disabled = inCall;
  enableKeys(inCall && line !== null);
}

function startClock() {
  const began = Date.now();
  const tick = () => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    of("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  tick();
  clock = setInterval(tick, 500);
}

async function placeCall() {
  const body = JSON.stringify({ from: of("from").value.trim() });
  const headers = { "content-type": "application/json" };
  const answer = await fetch("phone/calls", { method: "POST", headers, body });
  const told = await answer.json();
  if (!answer.ok) {
    throw new Error(told.detail);
  }
  return told;
}

async function call() {
  showTrouble("");
  show("Calling…", true);
  try {
    await sound.start();
    const place = await placeCall();
    line = new Line(sound, place, {
      open: () => {
        show("In a call", true);
        startClock();
      },
      said: (said, inSeconds) => captions.begin(said, inSeconds),
      cleared: () => captions.cleared(),
      over,
    });
  } catch (error) {
    over(false);
    showTrouble(error instanceof TypeError ? "carelane does not answer. Is it running?" : error.message);
  }
}

function over(wasClean) {
  line = null;
  clearInterval(clock);
  captions.cleared();
  captions.add("The call is over", null, "event");
  show(wasClean ? "The call is over" : "The call broke off", false);
  of("call").focus();
}

of("call").addEventListener("click", call);
of("hangup").addEventListener("click", () => line && line.hangUp());
of("mute").addEventListener("click", () => {
  muted = !muted;
  sound.mute(muted);
  of("mute").setAttribute("aria-pressed", String(muted));
  of("mute").textContent = muted ? "Muted" : "Mute";
});
show("Ready to call", false);
