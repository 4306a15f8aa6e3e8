"""Media streams measured by streamdouble, a client that carelane's authors did not write.

`.ci/streams` runs it: `python tests/stream_listener.py BINARY`. It starts the binary, rings by signed webhook as a carrier
does, and connects the stream that the document asks for, with its ticket. Then it listens: when the first sound comes,
whether the greeting is whole, whether waiting music has gaps, and how soon a key silences what is played. Whoever calls
never hears a gap that the carrier's buffer fills, so gaps are counted twice: as they are heard, and as messages arrive.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from streamdouble.chaos import Impairments
from streamdouble.protocol import StreamIdentity
from streamdouble.scenario import Dtmf, Hangup, Scenario, Wait, WaitFor
from streamdouble.session import Session, SessionConfig

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT, AUTH_TOKEN, API_TOKEN = "AC0123456789abcdef0123456789abcdef", "streamdouble-auth-token", "streamdouble-api-token"
NUMBER = "+15550100100"
GREETING = [
    "Riverside Family Medicine, this is the phone assistant.",
    "If this is an emergency, hang up and dial 911.",
    "Para español, oprima el 9.",
    "For appointments, press 1. Insurance or bills, 2. Referrals, 3. Records, 4. A nurse or medical question, 5. "
    "Hours, directions or anything else, 6. For a person at any time, 0.",
]
IN_LINE = [
    "You are in line for appointments. An assistant takes your call when it is your turn.",
    "To be called back instead of waiting, press 7.",
]

# What is demanded, in milliseconds.
FIRST_SOUND_MAX = 300
GAP_MAX = 40
BARGE_IN_MAX = 100
# Messages may now and then arrive later on a busy machine; what is heard may not have a single gap.
LATE_ARRIVALS_MAX = 0.02

failures = []


def check(what, holds, found):
    print(f"  {'ok  ' if holds else 'FAIL'}  {what}: {found}", flush=True)
    if not holds:
        failures.append(what)


class Rest(BaseHTTPRequestHandler):
    """The carrier's REST API, as far as a waiting caller needs it: it agrees to everything."""

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        called = self.path.split("?")[0].removesuffix(".json").rsplit("/", 1)[-1]
        listing = self.command == "GET" and called == "Calls"
        found = {"calls": [], "next_page_uri": None} if listing else {"sid": called, "status": "in-progress"}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        """Nobody reads it."""


class Carelane:
    """The binary, with a carrier's REST API and the demo's files."""

    def __init__(self, binary, folder):
        rest = ThreadingHTTPServer(("127.0.0.1", 0), Rest)
        threading.Thread(target=rest.serve_forever, daemon=True).start()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        self.log = open(folder / "carelane.log", "wb")
        settings = {
            "CARELANE_LISTEN": self.address,
            "CARELANE_PUBLIC_URL": f"http://{self.address}",
            "CARELANE_DATA": str(folder / "data"),
            "CARELANE_FLOWS": str(ROOT / "flows"),
            "CARELANE_SOUNDS": str(ROOT / "sounds"),
            "CARELANE_CARRIER": "twilio",
            "CARELANE_MEDIA": "stream",
            "CARELANE_OPEN": "always",
            "CARELANE_API_TOKEN": API_TOKEN,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_BASE": "http://127.0.0.1:%d" % rest.server_address[1],
        }
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen([binary, "serve"], env=environment | settings, stdout=self.log, stderr=self.log)

    def request(self, method, path, body=None, headers=None):
        request = urllib.request.Request(f"http://{self.address}{path}", body, headers or {}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def wait(self):
        for _ in range(300):
            try:
                return self.request("GET", "/readyz")
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit("carelane is not ready:\n" + Path(self.log.name).read_text())

    def api(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/json"}
        return self.request(method, f"/api/v1/{path}", body and json.dumps(body).encode(), headers)

    def post(self, path, call, more):
        """A signed webhook of this call; its document."""
        form = {"CallSid": call, "AccountSid": ACCOUNT, "From": "+15550130042", "To": NUMBER, **more}
        text = f"http://{self.address}{path}" + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), text.encode(), hashlib.sha1)).decode()
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, urllib.parse.urlencode(form).encode(), headers)

    def ring(self):
        """A new call: the stream that it is to open, its ticket, and who it is."""
        who = StreamIdentity(account_sid=ACCOUNT)
        document = self.post("/voice/incoming", who.call_sid, {"CallStatus": "ringing", "Direction": "inbound"})
        url = re.search(r'<Stream [^>]*url="([^"]+)"', document)
        ticket = re.search(r'<Parameter name="token" value="([^"]+)"', document)
        if not url or not ticket:
            raise SystemExit(f"the document asks for no stream: {document}")
        return url.group(1), ticket.group(1), who


async def listen(carelane, name, steps, impairments=None):
    """One call that does these things; what it heard."""
    url, ticket, who = carelane.ring()
    config = SessionConfig(
        custom_parameters={"token": ticket}, quiet_period_s=0.1, max_drain_s=0.5, impairments=impairments or Impairments()
    )
    print(f"{name}", flush=True)
    session = Session(url, scenario=Scenario(name, steps), config=config, identity=who)
    result = await session.run()
    carelane.post("/voice/status", who.call_sid, {"CallStatus": "completed"})
    check("no violation of the protocol", not result.violations and not result.unknown_events, len(result.violations))
    return result


def at(result, kind):
    return [event.at for event in result.events_of(kind)]


def sound(text):
    """The bytes of a sentence as they are sent: in whole frames."""
    listed = json.loads((ROOT / "sounds/manifest.json").read_text())
    file = next(entry["file"] for entry in listed if entry["text"] == text)
    return mulaw(ROOT / "sounds" / file)


def mulaw(file):
    wav = file.read_bytes()
    begin = wav.index(b"data") + 8
    audio = wav[begin : begin + int.from_bytes(wav[begin - 4 : begin], "little")]
    return audio + b"\xff" * (-len(audio) % 160)


def heard_gaps(events):
    """How long nothing was to be heard between two messages, in milliseconds, if the carrier plays them in order."""
    gaps, ends = [], None
    for event in events:
        if ends is not None:
            gaps.append(max(0.0, event.at - ends) * 1000)
        ends = max(event.at, ends or event.at) + event.detail["bytes"] / 8000
    return gaps


async def greeting(carelane):
    result = await listen(carelane, "the greeting", [WaitFor("mark", 60)])
    first = (at(result, "first_audio")[0] - at(result, "stream_started")[0]) * 1000
    check(f"first sound within {FIRST_SOUND_MAX} ms", first < FIRST_SOUND_MAX, f"{first:.0f} ms")
    whole = b"".join(map(sound, GREETING))
    check("the greeting is heard whole", result.audio_received == whole, f"{len(result.audio_received) / 8000:.2f} s")
    worst = max(heard_gaps(result.events_of("media_received")))
    check("without a gap", worst == 0, f"{worst:.0f} ms")
    check("its mark comes after it", len(at(result, "mark_echoed")) == 1, f"{len(at(result, 'mark_received'))} marks")


async def waiting(carelane):
    steps = [WaitFor("audio"), Wait(1.5), Dtmf("1"), Wait(75)]
    result = await listen(carelane, "a key in the greeting, then a minute in the line", steps)
    pressed, cleared = at(result, "sent_dtmf")[0], at(result, "clear_received")
    check("a key throws away what is left", len(cleared) == 1, f"{len(cleared)} clear")
    took = (cleared[0] - pressed) * 1000 if cleared else float("inf")
    check(f"within {BARGE_IN_MAX} ms", took < BARGE_IN_MAX, f"{took:.0f} ms")
    cleared = cleared[0] if cleared else pressed
    events = [event for event in result.events_of("media_received") if event.at > cleared]
    before = sum(event.detail["bytes"] for event in result.events_of("media_received") if event.at < cleared)
    after, words = result.audio_received[before:], b"".join(map(sound, IN_LINE))
    check("the first words in the line are whole", after.startswith(words), f"{len(words) / 8000:.2f} s")
    music = mulaw(ROOT / "sounds/hold.wav")
    check("music follows, and again", after[len(words) :].startswith(music * 2), f"{len(after) / 8000:.1f} s in all")
    worst = max(heard_gaps(events))
    check(f"no gap of {GAP_MAX} ms is heard", worst < GAP_MAX, f"{worst:.0f} ms in {events[-1].at - events[0].at:.0f} s")
    times = [event.at for event in events]
    gaps = sorted((later - earlier) * 1000 for earlier, later in zip(times, times[1:]))
    late = sum(gap > GAP_MAX for gap in gaps) / len(gaps)
    found = f"{late:.2%} of {len(gaps)}; the longest {gaps[-1]:.0f} ms, the middle {gaps[len(gaps) // 2]:.0f} ms"
    check(f"messages arrive within {GAP_MAX} ms of each other", late <= LATE_ARRIVALS_MAX, found)


async def bad_line(carelane):
    steps = [WaitFor("audio"), Wait(1), Dtmf("9"), Wait(1), Dtmf("1"), Wait(3), Hangup()]
    result = await listen(carelane, "a bad line that breaks off", steps, Impairments(loss=0.2, jitter_ms=60))
    check("keys are heard", len(at(result, "clear_received")) >= 2, f"{len(at(result, 'clear_received'))} clears")


def accounts(carelane):
    print("afterwards", flush=True)
    ledger = json.loads(carelane.api("GET", "floor"))["ledger"]
    check("every call is accounted for", ledger["inbound"] == 3 and ledger["unaccounted"] == 0, ledger)
    check("carelane is well", bool(carelane.request("GET", "/healthz")), "healthz")


async def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        carelane = Carelane(binary, Path(folder))
        try:
            carelane.wait()
            # Somebody is there, and not ready: callers wait.
            carelane.api("PUT", "agents/rosa/state", {"state": "not_ready"})
            await greeting(carelane)
            await waiting(carelane)
            await bad_line(carelane)
            accounts(carelane)
        finally:
            carelane.process.terminate()
            carelane.process.wait(30)
    if failures:
        raise SystemExit("streamdouble: " + "; ".join(failures))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
