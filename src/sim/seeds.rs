//! Seeds: each is lived alone; many are shared out among threads, and what they met is added up.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use super::marks::Marks;
use super::story;
use super::world::World;
use crate::floor::Floor;
use crate::floor::effect::Effect;
use crate::journal::Entry;
use crate::vocab::EffectId;

/// What a seed's days came to.
#[derive(Clone, Debug, Default)]
pub struct Lived {
    /// What was met.
    pub marks: Marks,
    /// Events that the floor saw.
    pub events: u64,
    /// Calls that reached it.
    pub calls: u64,
    /// Every event that decided something, with its facts.
    pub journal: Vec<Entry>,
    /// Everything that was to be done outside.
    pub effects: Vec<(EffectId, Effect)>,
}

/// A seed that showed something broken.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// For so many days.
    pub days: u64,
    /// Which rule is broken, and how.
    pub broken: String,
    /// What went before.
    pub story: String,
}

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Run {
    /// Seeds lived through without a failure.
    pub seeds: u64,
    /// Events.
    pub events: u64,
    /// Calls.
    pub calls: u64,
    /// What was met.
    pub marks: Marks,
    /// What broke, by seed.
    pub failures: BTreeMap<u64, Failure>,
}

/// Lives through the days of a seed, beginning with `unborn`, an empty floor.
pub fn live(seed: u64, days: u64, unborn: Floor) -> Result<Lived, Box<Failure>> {
    let fail = |broken: String, story: String| Box::new(Failure { seed, days, broken, story });
    let mut world = World::of(seed, days, unborn).map_err(|broken| fail(broken, String::new()))?;
    let ended = catch_unwind(AssertUnwindSafe(|| world.live())).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("never-panics: the core panicked: {}", text.unwrap_or_default()))
    });
    match ended {
        Ok(()) => Ok(world.into_lived()),
        Err(broken) => {
            let story = story::tell(&world.watch, &broken);
            Err(fail(broken, story))
        }
    }
}

/// Lives through seeds `from..from + count` on so many threads. `each` is called after every seed; after a failure no
/// further seed is begun.
pub fn run(from: u64, count: u64, days: u64, jobs: usize, each: &(dyn Fn(&Run) + Sync)) -> Run {
    let next = AtomicU64::new(from);
    let stop = AtomicBool::new(false);
    let sum = Mutex::new(Run::default());
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from.saturating_add(count) {
                        return;
                    }
                    let lived = live(seed, days, Floor::default());
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    match lived {
                        Ok(lived) => sum.add(&lived),
                        Err(failure) => {
                            stop.store(true, Ordering::Relaxed);
                            sum.failures.insert(seed, *failure);
                        }
                    }
                    each(&sum);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Run {
    fn add(&mut self, lived: &Lived) {
        self.seeds += 1;
        self.events += lived.events;
        self.calls += lived.calls;
        self.marks.add(&lived.marks);
    }
}
