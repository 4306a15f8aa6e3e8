//! Who may take what: which kind of assistant fits which kind of call, and if not, why not.
//!
//! Assistants of the same groups, languages and skills are of one kind, their ability; calls that ask for the same are
//! of one kind, their need. There are few of either, however many assistants and calls there are. How the two fit is
//! worked out once, when the later of them is first met; from then on choosing deals in numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::floor::fact::why::PassedOver;
use crate::flow::Lane;
use crate::flow::Member;
use crate::vocab::GroupId;
use crate::vocab::Language;
use crate::vocab::SkillId;

/// What an assistant brings, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbilityId(u32);

/// What a call asks for, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NeedId(u32);

/// How an ability fits a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// By this tier of the lane: the lowest, if she serves several.
    Takes(u8),
    /// Not, or not yet.
    Refused(PassedOver),
}

/// What an assistant brings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ability {
    groups: Vec<GroupId>,
    languages: Vec<Language>,
    skills: Vec<SkillId>,
}

/// What a call asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Need {
    /// The last open tier.
    open: u8,
    language: Language,
    skills: Vec<SkillId>,
    tiers: Vec<Vec<GroupId>>,
}

/// Every ability and need met so far. None is forgotten: flow and team files ask for no great number of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fits {
    abilities: BTreeMap<Ability, AbilityId>,
    /// In their order, so that one is found without making another.
    needs: Vec<(Need, NeedId)>,
    /// How they fit, by ability and need.
    table: Vec<Vec<Fit>>,
    /// The needs that an ability takes.
    takes: Vec<Vec<NeedId>>,
}

impl Fits {
    /// The number of an ability.
    pub(super) fn ability(&mut self, ability: Ability) -> AbilityId {
        if let Some(known) = self.abilities.get(&ability) {
            return *known;
        }
        let id = AbilityId(number(self.table.len()));
        let mut by_number: Vec<_> = self.needs.iter().map(|(need, id)| (*id, fit(&ability, need))).collect();
        by_number.sort_unstable_by_key(|(id, _)| *id);
        self.takes.push(by_number.iter().filter(|(_, fit)| matches!(fit, Fit::Takes(_))).map(|(id, _)| *id).collect());
        self.table.push(by_number.into_iter().map(|(_, fit)| fit).collect());
        self.abilities.insert(ability, id);
        id
    }

    /// What a call in this language asks for that waits in this lane, whose last open tier is `open`.
    pub(super) fn need(&mut self, language: &Language, lane: &Lane, open: u8) -> NeedId {
        let found = self.needs.binary_search_by(|(need, _)| need.compare(language, lane, open));
        let place = match found {
            Ok(known) => return self.needs[known].1,
            Err(place) => place,
        };
        let need = Need::of(language, lane, open);
        let id = NeedId(number(self.needs.len()));
        for (ability, AbilityId(row)) in &self.abilities {
            let fit = fit(ability, &need);
            self.table[*row as usize].push(fit);
            if let Fit::Takes(_) = fit {
                self.takes[*row as usize].push(id);
            }
        }
        self.needs.insert(place, (need, id));
        id
    }

    /// How these two fit.
    pub(super) fn of(&self, ability: AbilityId, need: NeedId) -> Fit {
        let row = self.table.get(ability.0 as usize);
        row.and_then(|row| row.get(need.0 as usize)).copied().unwrap_or(Fit::Refused(PassedOver::Group))
    }

    /// The needs that an ability takes.
    pub(super) fn takes(&self, ability: AbilityId) -> &[NeedId] {
        self.takes.get(ability.0 as usize).map_or(&[], Vec::as_slice)
    }
}

impl AbilityId {
    /// The one met after it.
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl NeedId {
    /// Its place in a list by need.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Ability {
    /// This assistant's.
    pub(super) fn of(member: &Member) -> Self {
        Self { groups: member.groups.clone(), languages: member.languages.clone(), skills: member.skills.clone() }
    }
}

impl Need {
    /// That of a call in this language that waits in this lane, whose last open tier is `open`.
    pub(super) fn of(language: &Language, lane: &Lane, open: u8) -> Self {
        let tiers = lane.serving.iter().map(|tier| tier.groups.clone()).collect();
        Self { open, language: language.clone(), skills: lane.needs.clone(), tiers }
    }

    /// As this one compares with what `of` would make.
    fn compare(&self, language: &Language, lane: &Lane, open: u8) -> Ordering {
        let tiers = || self.tiers.iter().cmp(lane.serving.iter().map(|tier| &tier.groups));
        let first = self.open.cmp(&open).then_with(|| self.language.cmp(language));
        first.then_with(|| self.skills.cmp(&lane.needs)).then_with(tiers)
    }
}

/// How the two fit. What can never change is named before what may: a language is not learnt by waiting.
pub(super) fn fit(ability: &Ability, need: &Need) -> Fit {
    if !ability.languages.contains(&need.language) {
        return Fit::Refused(PassedOver::Language);
    }
    if !need.skills.iter().all(|skill| ability.skills.contains(skill)) {
        return Fit::Refused(PassedOver::Skill);
    }
    let serves = |groups: &Vec<GroupId>| groups.iter().any(|group| ability.groups.contains(group));
    match (0..=u8::MAX).zip(&need.tiers).find(|(_, groups)| serves(groups)) {
        None => Fit::Refused(PassedOver::Group),
        Some((tier, _)) if tier > need.open => Fit::Refused(PassedOver::TierNotOpen),
        Some((tier, _)) => Fit::Takes(tier),
    }
}

/// As a number of an ability or need: there is no memory for four thousand million of them.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
