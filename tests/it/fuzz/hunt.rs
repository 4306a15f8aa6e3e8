//! The hunt: seeds, the ways to spoil them, and what is done with input that fails.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use carelane::sim::Chance;

/// No input may take longer: a webhook is answered within this, and somebody chooses its bytes.
const SLOW: Duration = Duration::from_millis(100);
/// A busy machine may stop us in the middle: only what is slow every time is slow.
const TRIES: usize = 5;
/// As long as a body may be.
pub(super) const LEN_MAX: usize = 64 * 1024;

/// What one target is hunted with.
pub(super) struct Hunt {
    /// The folder of its seeds.
    pub(super) target: &'static str,
    /// Inputs of a normal run.
    pub(super) rounds: u64,
    /// What its readers know: put in anywhere.
    pub(super) tokens: &'static [&'static str],
}

impl Hunt {
    /// Lets `check` judge the seeds, more of them, and spoiled ones.
    pub(super) fn run(&self, more: Vec<Vec<u8>>, check: impl Fn(&[u8]) -> Result<(), String>) {
        let mut seeds = self.kept();
        seeds.iter().for_each(|seed| self.judge(seed, &check));
        seeds.extend(more);
        assert!(!seeds.is_empty(), "{} has no seeds", self.target);
        let times =
            std::env::var("CARELANE_TEST_FUZZ").map_or(1, |n| n.parse().expect("CARELANE_TEST_FUZZ is a number"));
        for round in 0..self.rounds * times {
            let mut chance = Chance::of(round);
            self.judge(&self.spoiled(&seeds, &mut chance), &check);
        }
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(self.target)
    }

    fn kept(&self) -> Vec<Vec<u8>> {
        let Ok(files) = fs::read_dir(self.folder()) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a folder can be listed").path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "what is slow for a caller is measured in real time")]
    fn judge(&self, input: &[u8], check: &impl Fn(&[u8]) -> Result<(), String>) {
        let mut fastest = Duration::MAX;
        for _ in 0..TRIES {
            let began = Instant::now();
            let judged = catch_unwind(AssertUnwindSafe(|| check(input)));
            fastest = fastest.min(began.elapsed());
            match judged {
                Ok(Ok(())) => {}
                Ok(Err(why)) => self.found(input, &why),
                Err(_) => self.found(input, "it panicked"),
            }
            if fastest < SLOW {
                return;
            }
        }
        self.found(input, &format!("it takes {fastest:?}"));
    }

    /// Keeps the input and fails.
    fn found(&self, input: &[u8], why: &str) -> ! {
        let name = input
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let path = self.folder().join(format!("found-{name:016x}"));
        fs::create_dir_all(self.folder()).and_then(|()| fs::write(&path, input)).expect("the input can be kept");
        panic!("{}: {why}; the input is kept in {}", self.target, path.display());
    }

    fn spoiled(&self, seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
        let mut bytes = chance.pick(seeds).clone();
        for _ in 0..=chance.below(6) {
            let at = below(chance, bytes.len() + 1);
            let until = at + below(chance, bytes.len() - at + 1);
            match chance.below(9) {
                0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
                1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).expect("a byte"),
                2 => drop(bytes.drain(at..until)),
                3 => bytes.truncate(at),
                4 => drop(bytes.splice(at..at, chance.pick(seeds).iter().take(200).copied())),
                5 if !self.tokens.is_empty() => drop(bytes.splice(at..at, chance.pick(self.tokens).bytes())),
                6 if !self.tokens.is_empty() => drop(bytes.splice(at..until, chance.pick(self.tokens).bytes())),
                7 => {
                    let again = bytes[at..until].repeat(1 + below(chance, 3));
                    drop(bytes.splice(at..at, again));
                }
                // Seldom, but then as long as it may be.
                8 if chance.percent(4) && until > at => {
                    let piece = &bytes[at..until];
                    bytes = piece.repeat(LEN_MAX / piece.len());
                }
                _ => bytes.insert(at, u8::try_from(chance.below(256)).expect("a byte")),
            }
            bytes.truncate(LEN_MAX);
        }
        bytes
    }
}

fn below(chance: &mut Chance, n: usize) -> usize {
    usize::try_from(chance.below(n as u64)).expect("smaller than a usize")
}

#[test]
fn what_fails_and_what_is_slow_is_caught() {
    let hunt = Hunt { target: "nothing", rounds: 300, tokens: &["needle"] };
    let seeds = || vec![b"hay hay hay".to_vec()];
    let caught = |check: fn(&[u8]) -> Result<(), String>| {
        let caught = catch_unwind(AssertUnwindSafe(|| hunt.run(seeds(), check)));
        let _ = fs::remove_dir_all(hunt.folder());
        caught.is_err()
    };
    assert!(caught(|bytes| if bytes.windows(6).any(|w| w == b"needle") { Err("found".to_owned()) } else { Ok(()) }));
    assert!(caught(|bytes| {
        assert!(bytes.len() < 40_000, "long");
        Ok(())
    }));
    assert!(!caught(|_| Ok(())));
}
