'use strict';
// A media-stream server as one writes it in Node: the package `ws`, one timer a call that corrects itself. Each call's
// frames are parsed and decoded, and every 20 ms a frame of music goes out; what comes from a call of a pair is sent to
// the other. It does what benches/streams/minimal.rs does.
const { WebSocketServer } = require('ws');

const FRAME = 160;
const FRAME_MS = 20;
const [host, port] = process.env.CARELANE_LISTEN.split(':');
const music = Buffer.from(Array.from({ length: FRAME * 500 }, (_, at) => (Math.imul(at, 2654435761) >>> 24) & 0xff));

// The calls of pairs, by their numbers: a pair has an even one and the next.
const lines = new Map();

function say(call, payload) {
  call.socket.send(JSON.stringify({ event: 'media', streamSid: call.sid, media: { payload } }));
}

function play(call) {
  const tick = () => {
    const payload = music.toString('base64', call.at, call.at + FRAME);
    call.at = (call.at + FRAME) % music.length;
    say(call, payload);
    call.due += FRAME_MS;
    call.timer = setTimeout(tick, Math.max(0, call.due - performance.now()));
  };
  call.due = performance.now();
  tick();
}

function hear(call, text) {
  const told = JSON.parse(text);
  if (told.event === 'media' && call.partner !== null) {
    const partner = lines.get(call.partner);
    if (partner) say(partner, told.media.payload);
  } else if (told.event === 'media') {
    call.energy = 0;
    for (const byte of Buffer.from(told.media.payload, 'base64')) call.energy += byte & 0x7f;
  } else if (told.event === 'start') {
    call.sid = told.start.streamSid;
    if (told.start.customParameters.token === 'paired') {
      const number = parseInt(told.start.callSid.slice(2), 16);
      lines.set(number, call);
      call.partner = number ^ 1;
    } else {
      play(call);
    }
  }
}

const server = new WebSocketServer({ host, port: Number(port), perMessageDeflate: false, backlog: 4096 });
server.on('connection', (socket) => {
  const call = { socket, sid: '', at: 0, energy: 0, timer: null, due: 0, partner: null };
  socket.on('message', (text) => hear(call, text));
  socket.on('close', () => clearTimeout(call.timer));
  socket.on('error', () => clearTimeout(call.timer));
});
