//! The board: calls that wait, in order, and assistants who are idle, longest first. Here the two are matched.
//!
//! A waiting call stands once in the order of its floor and once in the line of its need; an idle assistant once in the
//! order of the idle and once among those of her ability. An assistant looks only at the heads of the lines she takes,
//! a call only at the heads of the abilities that are idle: both are O(log n) however long the line is.
//! It knows no caller and no fact, and decides nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::fit::Ability;
use super::fit::AbilityId;
use super::fit::Fit;
use super::fit::Fits;
use super::fit::NeedId;
use crate::floor::fact::why::PassedOver;
use crate::flow::Lane;
use crate::flow::Member;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Language;
use crate::vocab::Timestamp;

/// How many passed-over calls and agents an offer names.
const PASSED_OVER_MAX: usize = 3;

/// A call's place: urgent first, then the earliest deadline, then the earliest arrival's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Urgency and deadline in one number, because keys are compared all day.
    rank: u64,
    /// Whose place it is.
    pub call: CallId,
}

impl Key {
    /// The key of a call at this place.
    pub fn new(urgent: bool, deadline: Timestamp, call: CallId) -> Self {
        const ROUTINE: u64 = 1 << 63;
        // Deadlines lie within 140 million years of 1970, so they have a bit to spare.
        let deadline = (deadline.0.saturating_add(1 << 62)).clamp(0, i64::MAX).cast_unsigned();
        Self { rank: if urgent { deadline } else { deadline | ROUTINE }, call }
    }
}

/// An idle assistant: since when, and who.
type Seat = (Timestamp, AgentId);

/// How a call stands in the order.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stand {
    need: NeedId,
    /// Being offered: it keeps its place, but is offered to nobody else.
    reserved: bool,
}

/// A call chosen for who brings something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The call's place.
    pub key: Key,
    need: NeedId,
    /// The tier by which she serves it.
    pub tier: u8,
}

/// Calls that wait and assistants who are idle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    fits: Fits,
    order: BTreeMap<Key, Stand>,
    /// Calls that stand in no line, and for which somebody is looked for: warm transfers.
    asked: BTreeMap<Key, Stand>,
    /// Calls that may be offered, by need.
    lines: Vec<BTreeSet<Key>>,
    idle: BTreeMap<Seat, AbilityId>,
    /// The same by ability.
    seats: BTreeSet<(AbilityId, Seat)>,
}

impl Board {
    /// Nobody waits and nobody is idle; abilities and needs keep their numbers.
    pub fn cleared(self) -> Self {
        Self { fits: self.fits, ..Self::default() }
    }

    /// What this assistant brings.
    pub fn ability(&mut self, member: &Member) -> AbilityId {
        self.fits.ability(Ability::of(member))
    }

    /// What a call in this language asks for that waits in this lane, whose last open tier is `open`.
    pub fn need(&mut self, language: &Language, lane: &Lane, open: u8) -> NeedId {
        self.fits.need(language, lane, open)
    }

    // ---- calls ----

    /// Puts a call at its place; from now on it may be offered. Says whether it is new there.
    pub fn enter(&mut self, key: Key, need: NeedId) -> bool {
        self.line(need).insert(key);
        self.order.insert(key, Stand { need, reserved: false }).is_none()
    }

    /// From now on somebody is offered this call, which stands in no line.
    pub fn ask(&mut self, key: Key, need: NeedId) {
        self.line(need).insert(key);
        self.asked.insert(key, Stand { need, reserved: false });
    }

    /// Nobody is offered it any longer.
    pub fn stop_asking(&mut self, key: Key) {
        if let Some(stand) = self.asked.remove(&key) {
            self.line(stand.need).remove(&key);
        }
    }

    fn stand(&mut self, key: Key) -> Option<&mut Stand> {
        match self.order.get_mut(&key) {
            Some(stand) => Some(stand),
            None => self.asked.get_mut(&key),
        }
    }

    /// The call is being offered: nobody else gets it, but it keeps its place.
    pub fn reserve(&mut self, key: Key) {
        if let Some(stand) = self.stand(key) {
            stand.reserved = true;
            let need = stand.need;
            self.line(need).remove(&key);
        }
    }

    /// The call is offered no longer, and may be offered again.
    pub fn release(&mut self, key: Key) {
        if let Some(stand) = self.stand(key) {
            stand.reserved = false;
            let need = stand.need;
            self.line(need).insert(key);
        }
    }

    /// Takes a call out altogether; says whether it was there.
    pub fn leave(&mut self, key: Key) -> bool {
        let Some(stand) = self.order.remove(&key) else { return false };
        if !stand.reserved {
            self.line(stand.need).remove(&key);
        }
        true
    }

    fn line(&mut self, need: NeedId) -> &mut BTreeSet<Key> {
        if self.lines.len() <= need.index() {
            self.lines.resize_with(need.index() + 1, BTreeSet::new);
        }
        &mut self.lines[need.index()]
    }

    /// Calls in serving order, those being offered included.
    pub fn in_order(&self) -> impl Iterator<Item = &Key> {
        self.order.keys()
    }

    /// How many are looked for somebody for, without a place in a line.
    pub fn asked(&self) -> usize {
        self.asked.len()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.order.len()
    }

    // ---- assistants ----

    /// An assistant became idle.
    pub fn sit(&mut self, agent: &AgentId, since: Timestamp, ability: AbilityId) {
        self.idle.insert((since, agent.clone()), ability);
        self.seats.insert((ability, (since, agent.clone())));
    }

    /// An assistant is idle no longer.
    pub fn rise(&mut self, agent: &AgentId, since: Timestamp) {
        let seat = (since, agent.clone());
        if let Some(ability) = self.idle.remove(&seat) {
            self.seats.remove(&(ability, seat));
        }
    }

    /// All who are idle, longest first.
    pub fn idle(&self) -> impl Iterator<Item = &AgentId> {
        self.idle.keys().map(|(_, agent)| agent)
    }

    // ---- the two of them ----

    /// May who brings this take the call at this place now?
    pub fn takes(&self, ability: AbilityId, key: Key) -> bool {
        self.order.get(&key).is_some_and(|stand| matches!(self.fits.of(ability, stand.need), Fit::Takes(_)))
    }

    /// The longest idle of each ability of which anybody is idle.
    fn longest_idle(&self) -> impl Iterator<Item = &(AbilityId, Seat)> {
        let after = |(ability, _): &(AbilityId, Seat)| (ability.next(), (Timestamp(i64::MIN), AgentId::from("")));
        std::iter::successors(self.seats.first(), move |seat| self.seats.range(after(seat)..).next())
    }

    /// The first call that may be offered to who brings this.
    pub fn first_for(&self, ability: AbilityId) -> Option<Choice> {
        let heads =
            self.fits.takes(ability).iter().filter_map(|need| Some((self.lines.get(need.index())?.first()?, *need)));
        let (key, need) = heads.min()?;
        match self.fits.of(ability, need) {
            Fit::Takes(tier) => Some(Choice { key: *key, need, tier }),
            Fit::Refused(_) => None,
        }
    }

    /// Who is offered the call at this place: of the lowest open tier that has somebody idle, the longest idle.
    pub fn idle_for(&self, key: Key) -> Option<(Choice, Timestamp, AgentId)> {
        let need = self.order.get(&key).or_else(|| self.asked.get(&key))?.need;
        let heads = self.longest_idle().filter_map(|(ability, seat)| match self.fits.of(*ability, need) {
            Fit::Takes(tier) => Some((tier, seat)),
            Fit::Refused(_) => None,
        });
        heads.min().map(|(tier, (since, agent))| (Choice { key, need, tier }, *since, agent.clone()))
    }

    /// The first calls of the order that stand ahead of this one and are not for who brings this, and why not.
    pub fn calls_passed(&self, choice: &Choice, ability: AbilityId) -> Vec<(CallId, PassedOver)> {
        let ahead = self.order.iter().take_while(|(other, _)| **other < choice.key).take(PASSED_OVER_MAX);
        let passed = ahead.filter(|(_, stand)| !stand.reserved).filter_map(|(other, stand)| {
            match self.fits.of(ability, stand.need) {
                Fit::Refused(why) => Some((other.call, why)),
                Fit::Takes(_) => None,
            }
        });
        passed.collect()
    }

    /// The first of those who are idle for longer than this one and were not offered the call, and why not.
    pub fn agents_passed(&self, choice: &Choice, since: Timestamp, agent: &AgentId) -> Vec<(AgentId, PassedOver)> {
        let longer = self.idle.iter().take_while(|((idle, id), _)| (*idle, id) < (since, agent));
        let passed = longer.take(PASSED_OVER_MAX).map(|((_, id), ability)| {
            let why = match self.fits.of(*ability, choice.need) {
                Fit::Refused(why) => why,
                Fit::Takes(later) if later > choice.tier => PassedOver::LaterTier,
                Fit::Takes(_) => PassedOver::Group,
            };
            (id.clone(), why)
        });
        passed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Tier;
    use crate::vocab::Span;

    const NOON: Timestamp = Timestamp(1_796_137_200_000);

    fn lane(tiers: &[&str]) -> Lane {
        let files: Vec<_> =
            crate::flow::demo().iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let flow = crate::flow::check_folder(&files).flows.remove(0).2;
        let tier = |group: &&str| Tier { groups: vec![(*group).into()], after: Span::ZERO };
        Lane { serving: tiers.iter().map(tier).collect(), needs: Vec::new(), ..flow.lanes[0].clone() }
    }

    fn language(tag: &str) -> Language {
        Language::parse(tag).unwrap()
    }

    fn member(group: &str, languages: &[&str]) -> Member {
        Member {
            id: group.into(),
            name: group.into(),
            address: "+15550100201".into(),
            groups: vec![group.into()],
            languages: languages.iter().map(|tag| language(tag)).collect(),
            skills: Vec::new(),
            by_phone: false,
            reach: Default::default(),
            supervises: Vec::new(),
        }
    }

    #[test]
    fn the_longest_idle_of_the_lowest_open_tier_gets_the_call_and_the_others_are_named_with_the_reason() {
        let mut board = Board::default();
        let spanish = board.ability(&member("front", &["es-US"]));
        let front = board.ability(&member("front", &["en-US"]));
        let need = board.need(&language("en-US"), &lane(&["front", "remote"]), 1);
        // Met after the need: it must fit as if met before.
        let remote = board.ability(&member("remote", &["en-US"]));
        for (n, (name, ability)) in
            [("eva", spanish), ("rob", remote), ("una", front), ("amy", front)].iter().enumerate()
        {
            board.sit(&(*name).into(), NOON + Span(n as i64), *ability);
        }
        let key = Key::new(false, NOON, CallId(1));
        board.enter(key, need);
        let (choice, since, agent) = board.idle_for(key).unwrap();
        assert_eq!((choice.tier, since, agent.as_str()), (0, NOON + Span(2), "una"));
        let passed = board.agents_passed(&choice, since, &agent);
        assert_eq!(passed, [("eva".into(), PassedOver::Language), ("rob".into(), PassedOver::LaterTier)]);
        board.rise(&"una".into(), NOON + Span(2));
        board.rise(&"amy".into(), NOON + Span(3));
        assert_eq!(board.idle_for(key).unwrap().2.as_str(), "rob");
    }

    #[test]
    fn a_reserved_call_keeps_its_place_and_is_chosen_for_nobody() {
        let mut board = Board::default();
        let need = board.need(&language("en-US"), &lane(&["front"]), 0);
        let later = board.need(&language("en-US"), &lane(&["remote", "front"]), 0);
        let front = board.ability(&member("front", &["en-US"]));
        let keys = [(false, 0), (true, 9), (false, 1)]
            .map(|(urgent, after)| Key::new(urgent, NOON + Span(after), CallId(u64::try_from(after).unwrap())));
        for (key, need) in keys.into_iter().zip([need, need, later]) {
            board.enter(key, need);
        }
        let order: Vec<Key> = board.in_order().copied().collect();
        assert_eq!(order, [keys[1], keys[0], keys[2]], "urgent first, then by deadline");
        assert_eq!(board.first_for(front).unwrap().key, keys[1]);
        board.reserve(keys[1]);
        let choice = board.first_for(front).unwrap();
        assert_eq!((choice.key, board.waiting()), (keys[0], 3));
        assert_eq!(board.calls_passed(&choice, front), [], "whoever is being offered is not passed over");
        board.reserve(keys[0]);
        assert_eq!(board.first_for(front), None, "her tier of the third call has not opened");
        board.release(keys[1]);
        assert!(board.leave(keys[1]) && !board.leave(keys[1]));
    }
}
