//! PINs of assistants who call the staff number: the secrets file, and the comparison.
//!
//! A PIN has few digits, so its hash is slow on purpose (PBKDF2, a salt for each assistant). It is compared here, off
//! the desk, and goes no further: events, journal and logs never see one. Counting wrong ones is the floor's part.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::pbkdf2;
use ring::rand::SecureRandom as _;
use ring::rand::SystemRandom;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::floor::event::Input;
use crate::floor::event::PinCheck;
use crate::vocab::AgentId;
use crate::vocab::Private;

/// Digits of a PIN.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=10;
/// Rounds of a new hash, as OWASP advises for PBKDF2-HMAC-SHA256: some tenths of a second.
const ROUNDS: u32 = 600_000;
/// Rounds of a hash we take: fewer are too fast for an attacker, more too slow for a caller.
const ROUNDS_TAKEN: std::ops::RangeInclusive<u32> = 100_000..=4_000_000;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
const ALGORITHM: &str = "pbkdf2-sha256";
/// Comparisons at once: wrong PINs must not take the processors from the callers.
const COMPARED_AT_ONCE: usize = 1;
/// The longest a comparison waits for its turn; after that the phone is asked to try again.
const TURN_MAX: Duration = Duration::from_secs(2);

/// One assistant's PIN, hashed.
#[derive(Clone, PartialEq, Eq)]
struct PinHash {
    rounds: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// Everybody's PINs.
pub struct Pins {
    known: RwLock<BTreeMap<AgentId, Arc<PinHash>>>,
    turns: Semaphore,
}

impl Default for Pins {
    fn default() -> Self {
        Self { known: RwLock::default(), turns: Semaphore::new(COMPARED_AT_ONCE) }
    }
}

impl Pins {
    /// Takes over a secrets file, whole or not at all; how many PINs it holds, or which line is wrong and why.
    pub fn load(&self, text: &str) -> Result<usize, String> {
        let mut known = BTreeMap::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (agent, hash) = read(line).map_err(|why| format!("line {number}: {why}"))?;
            if known.insert(agent.clone(), Arc::new(hash)).is_some() {
                return Err(format!("line {number}: `{agent}` has a line above already; keep the newer one"));
            }
        }
        let count = known.len();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(count)
    }

    /// What was typed, as the floor may know it; `None` while too many others are compared.
    pub(super) async fn compare(&self, agent: Option<AgentId>, typed: Private<String>) -> Option<Input> {
        if typed.reveal().is_empty() {
            return Some(Input::Nothing);
        }
        let Some(agent) = agent else { return Some(Input::Pin(PinCheck::Wrong)) };
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&agent).cloned();
        let Some(known) = known else { return Some(Input::Pin(PinCheck::Unset)) };
        let turn = timeout(TURN_MAX, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return None };
        let right = tokio::task::spawn_blocking(move || known.is(typed.reveal())).await;
        Some(Input::Pin(if matches!(right, Ok(true)) { PinCheck::Right } else { PinCheck::Wrong }))
    }
}

impl PinHash {
    fn is(&self, typed: &str) -> bool {
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, self.rounds, &self.salt, typed.as_bytes(), &self.hash).is_ok()
    }
}

/// The secrets file's line for an assistant, with a salt of its own; or why this is no PIN.
pub fn pin_line(agent: &str, pin: &Private<String>) -> Result<String, String> {
    let pin = pin.reveal();
    if !is_name(agent) {
        return Err("the assistant is named as in the team file: small letters, digits, `-` and `_`".to_owned());
    }
    if !DIGITS.contains(&pin.len()) || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("a PIN has {} to {} digits, and nothing else", DIGITS.start(), DIGITS.end()));
    }
    if is_obvious(pin) {
        return Err("this PIN is among the first that anybody would try: no rows like 1111 or 1234".to_owned());
    }
    let mut salt = [0; SALT_BYTES];
    SystemRandom::new().fill(&mut salt).map_err(|_| "the system gives no random numbers".to_owned())?;
    let mut hash = [0; HASH_BYTES];
    let rounds = NonZeroU32::new(ROUNDS).unwrap_or(NonZeroU32::MIN);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, pin.as_bytes(), &mut hash);
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("{agent}: {ALGORITHM}${ROUNDS}${salt}${hash}"))
}

/// One step up, one step down, or none, from each digit to the next.
fn is_obvious(pin: &str) -> bool {
    let steps: Vec<i16> = pin.as_bytes().windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    [-1, 0, 1].into_iter().any(|step| steps.iter().all(|s| *s == step))
}

fn is_name(text: &str) -> bool {
    let usual = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(usual)
}

/// Reads one line; what is wrong with it, without repeating any of it.
fn read(line: &str) -> Result<(AgentId, PinHash), String> {
    let form = || format!("a line is written `agent: {ALGORITHM}$rounds$salt$hash`; `carelane pin AGENT` makes one");
    let (agent, hash) = line.split_once(':').ok_or_else(form)?;
    let parts: Vec<&str> = hash.trim().split('$').collect();
    let [ALGORITHM, rounds, salt, hash] = parts[..] else { return Err(form()) };
    let agent = agent.trim();
    if !is_name(agent) {
        return Err(form());
    }
    let rounds: u32 = rounds.parse().map_err(|_| form())?;
    if !ROUNDS_TAKEN.contains(&rounds) {
        let (from, to) = ROUNDS_TAKEN.into_inner();
        return Err(format!("a hash has {from} to {to} rounds; `carelane pin AGENT` makes one with {ROUNDS}"));
    }
    let bytes = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| form());
    let (salt, hash) = (bytes(salt)?, bytes(hash)?);
    if salt.len() < SALT_BYTES || hash.len() != HASH_BYTES {
        return Err(form());
    }
    Ok((AgentId::from(agent), PinHash { rounds: NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN), salt, hash }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(digits: &str) -> Private<String> {
        Private::new(digits.to_owned())
    }

    #[tokio::test]
    async fn only_her_own_pin_is_right() {
        let pins = Pins::default();
        let line = pin_line("ana", &pin("90417")).unwrap();
        assert!(!line.contains("90417"));
        assert_eq!(pins.load(&format!("# staff\n\n{line}\n")), Ok(1));
        let ana = || Some(AgentId::from("ana"));
        assert_eq!(pins.compare(ana(), pin("90417")).await, Some(Input::Pin(PinCheck::Right)));
        assert_eq!(pins.compare(ana(), pin("90418")).await, Some(Input::Pin(PinCheck::Wrong)));
        assert_eq!(pins.compare(ana(), pin("")).await, Some(Input::Nothing));
        assert_eq!(pins.compare(Some("ben".into()), pin("90417")).await, Some(Input::Pin(PinCheck::Unset)));
        assert_eq!(pins.compare(None, pin("90417")).await, Some(Input::Pin(PinCheck::Wrong)));
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        for wrong in ["", "471", "47111234567", "47a1", "4711 ", "1111", "1234", "98765"] {
            assert!(pin_line("ana", &pin(wrong)).is_err(), "{wrong}");
        }
        assert!(pin_line("Ana Lopez", &pin("4711")).is_err());
    }

    #[test]
    fn a_broken_secrets_file_changes_nothing_and_is_not_quoted() {
        let pins = Pins::default();
        let line = pin_line("ana", &pin("90417")).unwrap();
        pins.load(&line).unwrap();
        let (name, hash) = line.split_once(": ").unwrap();
        let fast = hash.replace("$600000$", "$1000$");
        for wrong in [
            hash.to_owned(),
            format!("{name} {hash}"),
            format!("{name}: 90417"),
            format!("{name}: {fast}"),
            format!("{name}: {hash}$more"),
            format!("{line}\n{line}"),
        ] {
            let why = pins.load(&wrong).unwrap_err();
            assert!(why.starts_with("line ") && !why.contains("90417"), "{why}");
        }
        assert!(pins.known.read().unwrap().contains_key("ana"));
    }
}
