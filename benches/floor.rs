//! What the core costs: events a second, decisions a second with a long line, and the memory of a waiting call.
//!
//! `cargo bench --bench floor [-- WAITING AGENTS]` (100,000 and 10,000 unless told). One thread; no disk, no socket, no
//! document: only `Floor::handle`. Times are of this thread's CPU.
//!
//! - **choice**: who gets which call, and why, and nothing else: the floor's board beside a ceiling of plain heaps.
//! - **event**: one `handle` of a call's whole life among 5,000 that wait: arrival, key, offer, answer, accept, talk,
//!   hang-up, close; with facts, effects and timers.
//! - **decision**: an assistant becomes free, and the first call in the order that she may take is chosen for her and
//!   rung to her, with the reasons why, who was passed over included.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::disallowed_types, reason = "the ceiling is what one would write without rules")]
#![expect(clippy::expect_used, reason = "a bench that cannot go on says why and ends")]

#[path = "floor/choice.rs"]
mod choice;

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use carelane::floor::Floor;
use carelane::floor::effect::Answer;
use carelane::floor::effect::Outbox;
use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::FlowFile;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::event::TeamFile;
use carelane::floor::fact::Fact;
use carelane::flow::Flow;
use carelane::flow::Lane;
use carelane::flow::Member;
use carelane::flow::OpenSpell;
use carelane::flow::check_folder;
use carelane::flow::demo;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::LegId;
use carelane::vocab::Private;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

/// The binary's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Tuesday morning.
const START: Timestamp = Timestamp(1_796_137_200_000);
const ROUNDS: usize = 8;
/// Calls that wait while whole calls are measured.
const LINE: u64 = 5_000;
/// Practices that share the floor: one alone may not have so many callers on the line.
const PRACTICES: u64 = 4;

/// The same seats for each run: groups and languages of the demo's team, by turns.
const SEATS: [(&str, &[&str]); 5] = [
    ("front-desk", &["en-US", "es-US"]),
    ("remote", &["en-US"]),
    ("billing", &["en-US"]),
    ("referrals-records", &["en-US", "es-US"]),
    ("front-desk", &["en-US"]),
];

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let waiting = numbers.first().copied().unwrap_or(100_000);
    let agents = numbers.get(1).copied().unwrap_or(10_000);

    let before = resident();
    let (mut practice, took) = timed(|| Practice::open(agents));
    println!("{agents} assistants signed in after {:.1} s", took.as_secs_f64());
    let empty = resident();
    let (_, took) = timed(|| practice.fill(waiting));
    println!("{waiting} calls wait after {:.1} s", took.as_secs_f64());
    let kib = (resident() - empty) as f64 / 1024.0 / waiting as f64;
    println!("memory   {kib:>10.2} KiB a waiting call ({} MiB before the first)", (empty - before) >> 20);

    let (lane, like) = practice.samples();
    let rounds: Vec<_> = (0..ROUNDS).map(|_| choice::measure(waiting, agents, (&lane, &like))).collect();
    let best = |of: fn(&(Duration, Duration)) -> Duration| rounds.iter().map(of).min().expect("there are rounds");
    let (heaps, board) = (best(|round| round.0), best(|round| round.1));
    println!("ceiling  {:>10.0} a second ({:.2} us each, best of {ROUNDS}): plain heaps", rate(heaps), us(heaps));
    let times = board.as_secs_f64() / heaps.as_secs_f64();
    println!("choice   {:>10.0} a second ({:.2} us each): {times:.2} times the ceiling", rate(board), us(board));
    let best = (0..ROUNDS).map(|_| decisions(&practice, agents)).min().expect("there are rounds");
    println!("decision {:>10.0} a second ({:.2} us each, best of {ROUNDS})", rate(best), us(best));
    drop(practice);

    let mut practice = Practice::open(agents.min(100));
    practice.fill(LINE);
    let best = (0..ROUNDS).map(|_| whole_calls(&mut practice)).min().expect("there are rounds");
    println!("event    {:>10.0} a second ({:.2} us each, best of {ROUNDS})", rate(best), us(best));
}

/// The time of one decision: each assistant becomes free once.
fn decisions(practice: &Practice, agents: u64) -> Duration {
    let mut practice = practice.clone();
    let (offers, took) = timed(|| (0..agents).filter(|n| practice.frees(*n)).count());
    assert!(offers > 0, "somebody was offered a call");
    took / u32::try_from(offers).expect("agents are few")
}

/// The time of one event of whole calls.
fn whole_calls(practice: &mut Practice) -> Duration {
    const CALLS: u64 = 2_000;
    let events = practice.events;
    let ((), took) = timed(|| (0..CALLS).for_each(|_| practice.whole_call()));
    took / u32::try_from(practice.events - events).expect("events are few")
}

/// A floor with its next names.
#[derive(Clone)]
struct Practice {
    floor: Floor,
    like: Member,
    now: Timestamp,
    agents: u64,
    calls: u64,
    events: u64,
}

impl Practice {
    /// The demo practice, open day and night, with so many assistants at work but not ready.
    fn open(agents: u64) -> Self {
        let files: Vec<_> = demo().iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let checked = check_folder(&files);
        let (_, _, flow) = checked.flows.into_iter().next().expect("the demo has a flow");
        let (_, _, mut team) = checked.teams.into_iter().next().expect("the demo has a team");
        let like = team.agents.first().expect("the demo has assistants").clone();
        team.agents = (0..agents).map(|n| seat(&like, n)).collect();
        let mut practice = Self { floor: Floor::default(), like, now: START, agents, calls: 0, events: 0 };
        let (hash, text): (Arc<str>, Arc<str>) = ("of the bench".into(), "".into());
        let team = TeamFile { hash: hash.clone(), text: text.clone(), team: Arc::new(team) };
        practice.tell(Event::TeamOffered(Box::new(team)));
        for n in 0..PRACTICES {
            let file =
                FlowFile { hash: hash.clone(), text: text.clone(), flow: Arc::new(always_open(flow.clone(), n)) };
            practice.tell(Event::FlowOffered(Box::new(file)));
        }
        (0..agents).for_each(|n| drop(practice.asks(n, AskedState::NotReady)));
        practice
    }

    fn tell(&mut self, event: Event) -> Outbox {
        let mut out = Outbox::default();
        self.floor.handle(self.now, event, &mut out);
        self.events += 1;
        out
    }

    fn fill(&mut self, calls: u64) {
        for _ in 0..calls {
            self.call_waits();
        }
    }

    /// A call arrives and presses keys until it stands in a line.
    fn call_waits(&mut self) -> CallId {
        self.calls += 1;
        self.now = self.now + Span(1);
        let n = self.calls;
        let event = Event::CallArrived {
            carrier_call: carrier_call("CA", n),
            caller: Caller::from_carrier(&format!("+1555{n:07}")),
            dialled: dialled(n % PRACTICES),
        };
        let mut answer = self.tell(event).answer;
        let lane = ["1", "2", "3", "4", "6"][usize::try_from(n % 5).expect("a small number")];
        loop {
            let Answer::Treat { leg, serial } = answer else { panic!("call {n} got no treatment") };
            let out = self.tell(Event::TreatmentEnded { leg, serial, input: Input::Keys(lane.into()) });
            let queued = out.facts.iter().find_map(|fact| match fact {
                Fact::Queued { call, .. } => Some(*call),
                _ => None,
            });
            if let Some(call) = queued {
                return call;
            }
            answer = out.answer;
        }
    }

    fn asks(&mut self, agent: u64, state: AskedState) -> Outbox {
        self.tell(Event::AgentStateAsked { agent: agent_id(agent), state })
    }

    /// A lane and an assistant of the demo, to make others like them.
    fn samples(&self) -> (Lane, Member) {
        let flow = self.floor.flow(&"practice-0".into()).expect("the practice is open");
        (flow.lanes.first().expect("it has lanes").clone(), self.like.clone())
    }

    /// An assistant becomes free: was she offered a call?
    fn frees(&mut self, agent: u64) -> bool {
        let out = self.asks(agent, AskedState::Available);
        out.facts.iter().any(|fact| matches!(fact, Fact::OfferMade { .. }))
    }

    /// A call comes, another is first in line; she who becomes free takes it, and closes it.
    fn whole_call(&mut self) {
        self.call_waits();
        let agent = self.calls % self.agents;
        let out = self.asks(agent, AskedState::Available);
        let offered = out.facts.iter().find_map(|fact| match fact {
            Fact::OfferMade { call, leg, .. } => Some((*call, *leg)),
            _ => None,
        });
        let Some((call, leg)) = offered else { return drop(self.asks(agent, AskedState::NotReady)) };
        let phone = carrier_call("CB", leg.0);
        self.tell(Event::LegAnswered { leg, carrier_call: phone.clone() });
        self.tell(Event::TreatmentEnded { leg, serial: 1, input: Input::Keys("1".into()) });
        let caller = self.caller_leg(call);
        for (leg, name) in [(caller, carrier_call("CA", call.0)), (leg, phone)] {
            let status = LegStatus::Ended(LegEnd::Completed);
            self.tell(Event::LegStatus { leg: Some(leg), carrier_call: name, status });
        }
        let note = ["request", "action", "next_step"]
            .map(|field| (field.into(), Private::new("a visit on Tuesday".to_owned())));
        self.tell(Event::CallCloseAsked {
            call,
            outcome: "booked".into(),
            note: note.into_iter().collect(),
            by: None,
            promised: None,
        });
        self.asks(agent, AskedState::NotReady);
    }

    fn caller_leg(&self, call: CallId) -> LegId {
        let name = carrier_call("CA", call.0);
        self.floor.leg_of(&name).expect("the call has a leg").id
    }
}

/// The demo's flow for the n-th practice: open day and night, and without bounds on its lines.
fn always_open(mut flow: Flow, n: u64) -> Flow {
    flow.practice = format!("practice-{n}").as_str().into();
    flow.numbers = vec![dialled(n)];
    flow.hours.week = std::array::from_fn(|_| vec![OpenSpell { from: 0, to: 1_440 }]);
    flow.hours.special.clear();
    flow.limits.calls = u16::MAX;
    for lane in &mut flow.lanes {
        lane.max_wait = Span::hours(24);
        lane.max_waiting = None;
    }
    flow
}

fn dialled(practice: u64) -> Arc<str> {
    format!("+1777{practice:07}").into()
}

fn seat(like: &Member, n: u64) -> Member {
    let (group, languages) = SEATS[usize::try_from(n).expect("agents are few") % SEATS.len()];
    let language = |tag: &&str| carelane::vocab::Language::parse(tag).expect("a language");
    Member {
        id: agent_id(n),
        address: format!("+1666{n:07}").into(),
        groups: vec![group.into()],
        languages: languages.iter().map(language).collect(),
        skills: vec!["triage".into()],
        ..like.clone()
    }
}

pub(crate) fn agent_id(n: u64) -> AgentId {
    format!("agent-{n}").as_str().into()
}

fn carrier_call(prefix: &str, n: u64) -> CarrierCall {
    format!("{prefix}{:08x}{:08x}{:08x}{n:08x}", n * 7, n * 13, n * 29).as_str().into()
}

/// What came of it, and this thread's CPU time for it.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let (cpu, start) = (cpu(), Instant::now());
    let done = work();
    let took = cpu.and_then(|before| self::cpu()?.checked_sub(before));
    (done, took.unwrap_or_else(|| start.elapsed()))
}

/// This thread's CPU time so far, where the system tells it.
fn cpu() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn us(each: Duration) -> f64 {
    each.as_secs_f64() * 1e6
}

fn rate(each: Duration) -> f64 {
    1.0 / each.as_secs_f64()
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
