//! The choice alone: the floor's board beside a ceiling of plain heaps, same work, same random numbers, same run.
//!
//! A decision: an assistant becomes free and gets the first call that she may take; a new call joins; every tenth time
//! one who waits hangs up. Six lanes in two languages. The heaps (one a queue, whoever hung up is skipped later) keep
//! no reasons; the board says with each choice why this call, who was passed over, and why. Both must choose the same
//! calls, or the bench fails.

use std::collections::BTreeMap;
use std::collections::BinaryHeap;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use carelane::floor::acd::board::Board;
use carelane::floor::acd::board::Key;
use carelane::floor::acd::fit::AbilityId;
use carelane::floor::fact::why::Why;
use carelane::flow::Lane;
use carelane::flow::Member;
use carelane::flow::Tier;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::Language;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

const DECISIONS: u32 = 200_000;
const LANES: usize = 6;
const LANGUAGES: [&str; 2] = ["en-US", "es-US"];

/// What is chosen from.
trait Line {
    /// A call joins a queue; the higher its priority, the earlier it is served, and of equals the older.
    fn join(&mut self, call: u64, queue: usize, priority: u8);
    /// A call that perhaps waits hangs up.
    fn hang_up(&mut self, call: u64);
    /// This assistant becomes free: the call that she gets.
    fn choose(&mut self, agent: usize) -> Option<u64>;
}

/// The time of one decision with plain heaps, and with the board.
pub(crate) fn measure(waiting: u64, agents: u64, (lane, like): (&Lane, &Member)) -> (Duration, Duration) {
    let staff = staff(usize::try_from(agents).unwrap_or(usize::MAX));
    let (chosen_by_heaps, heaps) = run(&mut Heaps::new(&staff), waiting, &staff);
    let (chosen, board) = run(&mut Choosing::new(&staff, lane, like), waiting, &staff);
    assert_eq!(chosen, chosen_by_heaps, "both choose the same calls");
    (heaps, board)
}

/// The queues of each assistant: one to three lanes in English, or both languages.
fn staff(agents: usize) -> Vec<Vec<usize>> {
    let mut dice = Dice(0x9e37_79b9);
    let one = |_| {
        let mut lanes: Vec<usize> = (0..=dice.roll(3)).map(|_| dice.roll(LANES)).collect();
        lanes.sort_unstable();
        lanes.dedup();
        let spoken = if dice.roll(5) == 0 { 2 } else { 1 };
        lanes.iter().flat_map(|lane| (0..spoken).map(move |language| lane * 2 + language)).collect()
    };
    (0..agents).map(one).collect()
}

/// A number that stands for every choice made, and the time of one decision.
fn run(line: &mut impl Line, waiting: u64, staff: &[Vec<usize>]) -> (u64, Duration) {
    let mut dice = Dice(0x2545_f491);
    let mut calls = 0;
    let mut join = |line: &mut dyn Line, dice: &mut Dice| {
        calls += 1;
        let queue = dice.roll(LANES) * 2 + usize::from(dice.roll(4) == 0);
        let priority = [2, 1, 1, 0, 0, 0, 0, 0][dice.roll(8)];
        line.join(calls, queue, priority);
        calls
    };
    for _ in 0..waiting {
        join(line, &mut dice);
    }
    let (chosen, took) = crate::timed(|| {
        (0..DECISIONS).fold(0_u64, |chosen, n| {
            let call = line.choose(dice.roll(staff.len()));
            let newest = join(line, &mut dice);
            if n % 10 == 0 {
                line.hang_up(1 + dice.roll(newest as usize) as u64);
            }
            chosen.wrapping_mul(31).wrapping_add(call.unwrap_or(0))
        })
    });
    (chosen, took / DECISIONS)
}

/// A small source of numbers that are the same each time.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % sides
    }
}

/// Who calls: the same for both.
#[expect(dead_code, reason = "it is kept, as every server keeps it; nothing here asks for it")]
struct Record {
    carrier_call: Box<str>,
    from: Box<str>,
}

impl Record {
    fn new(call: u64) -> Self {
        let carrier_call = format!("CA{:08x}{:08x}{:08x}{call:08x}", call * 7, call * 13, call * 29);
        Self { carrier_call: carrier_call.into(), from: format!("+1555{call:07}").into() }
    }
}

/// The ceiling.
struct Heaps<'s> {
    staff: &'s [Vec<usize>],
    queues: Vec<BinaryHeap<(u8, std::cmp::Reverse<u64>)>>,
    live: HashMap<u64, Record>,
}

impl<'s> Heaps<'s> {
    fn new(staff: &'s [Vec<usize>]) -> Self {
        Self { staff, queues: vec![BinaryHeap::new(); LANES * 2], live: HashMap::new() }
    }
}

impl Line for Heaps<'_> {
    fn join(&mut self, call: u64, queue: usize, priority: u8) {
        self.live.insert(call, Record::new(call));
        self.queues[queue].push((priority, std::cmp::Reverse(call)));
    }

    fn hang_up(&mut self, call: u64) {
        self.live.remove(&call);
    }

    fn choose(&mut self, agent: usize) -> Option<u64> {
        for queue in &self.staff[agent] {
            while self.queues[*queue].peek().is_some_and(|(_, call)| !self.live.contains_key(&call.0)) {
                self.queues[*queue].pop();
            }
        }
        let first = self.staff[agent].iter().filter_map(|queue| Some((self.queues[*queue].peek()?, *queue))).max();
        let queue = first?.1;
        let (_, call) = self.queues[queue].pop()?;
        black_box(self.live.remove(&call.0));
        Some(call.0)
    }
}

/// The floor's own.
struct Choosing {
    board: Board,
    staff: Vec<(AgentId, AbilityId)>,
    lanes: Vec<Lane>,
    languages: [Language; 2],
    calls: BTreeMap<CallId, (Key, Record)>,
    now: Timestamp,
}

impl Choosing {
    fn new(staff: &[Vec<usize>], lane: &Lane, like: &Member) -> Self {
        let mut board = Board::default();
        let languages = LANGUAGES.map(|tag| Language::parse(tag).unwrap_or_else(|| panic!("{tag} is a language")));
        let group = |lane: usize| format!("group-{lane}").as_str().into();
        let serving = |lane: usize| vec![Tier { groups: vec![group(lane)], after: Span::ZERO }];
        let lanes = (0..LANES).map(|n| Lane { serving: serving(n), needs: Vec::new(), ..lane.clone() }).collect();
        let seat = |(n, queues): (usize, &Vec<usize>)| {
            let spoken = if queues.iter().any(|queue| queue % 2 == 1) { 2 } else { 1 };
            let mut groups: Vec<_> = queues.iter().map(|queue| group(queue / 2)).collect();
            groups.dedup();
            let member = Member { groups, languages: languages[..spoken].to_vec(), ..like.clone() };
            (crate::agent_id(n as u64), board.ability(&member))
        };
        let staff = staff.iter().enumerate().map(seat).collect();
        Self { board, staff, lanes, languages, calls: BTreeMap::new(), now: Timestamp(0) }
    }
}

impl Line for Choosing {
    fn join(&mut self, call: u64, queue: usize, priority: u8) {
        // Head starts longer than the run make the order that of the priorities.
        let head_start = Span(i64::from(priority.min(1)) << 40);
        let key = Key::new(priority == 2, self.now - head_start, CallId(call));
        let need = self.board.need(&self.languages[queue % 2], &self.lanes[queue / 2], 0);
        self.board.enter(key, need);
        self.calls.insert(CallId(call), (key, Record::new(call)));
        self.now = self.now + Span(1);
    }

    fn hang_up(&mut self, call: u64) {
        if let Some((key, _)) = self.calls.remove(&CallId(call)) {
            self.board.leave(key);
        }
    }

    fn choose(&mut self, agent: usize) -> Option<u64> {
        let (agent, ability) = &self.staff[agent];
        self.board.sit(agent, self.now, *ability);
        let first = self.board.first_for(*ability);
        let why = first.map(|choice| Why {
            urgent: false,
            deadline: self.now,
            arrived: self.now,
            head_starts: Vec::new(),
            tier: choice.tier,
            idle_since: self.now,
            passed_calls: self.board.calls_passed(&choice, *ability),
            passed_agents: self.board.agents_passed(&choice, self.now, agent),
            rung: None,
            consult: None,
        });
        black_box(why);
        self.board.rise(agent, self.now);
        let key = first?.key;
        self.board.leave(key);
        black_box(self.calls.remove(&key.call));
        Some(key.call.0)
    }
}
