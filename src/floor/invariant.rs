//! What must be true after every event; checked in tests and simulation.

use std::collections::BTreeMap;
use std::fmt;

use super::Floor;
use super::acd::agent::Agent;
use super::acd::agent::AgentState;
use super::acd::agent::Softphone;
use super::call::Call;
use super::call::Phase;
use super::call::Side;
use super::consult::Stage;
use super::fact::ItemKind;
use super::fact::agent::NotReady;
use super::timer::TimerName;
use super::treatment::Treatment;
use crate::vocab::CallId;

/// A broken invariant: its name, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// As `FAILURES` names it.
    pub name: &'static str,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant {} is broken: {}", self.name, self.found)
    }
}

fn must(name: &'static str, holds: bool, found: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { name, found: found() }) }
}

impl Floor {
    /// Checks the whole state; costs time in its size.
    pub fn check(&self) -> Result<(), Broken> {
        let ledger = self.ledger();
        must("accounted", ledger.unaccounted() == 0, || format!("{ledger:?}"))?;
        self.check_agents()?;
        self.check_calls()?;
        self.check_offers()?;
        self.check_work_conserving()?;
        self.check_staff_lines()?;
        self.check_supervisors()?;
        self.check_flags()?;
        self.check_attempts()?;
        self.check_bounds()?;
        self.check_effects()?;
        self.check_timers()
    }

    fn check_agents(&self) -> Result<(), Broken> {
        for (id, agent) in &self.agents {
            let ok = match &agent.state {
                AgentState::Offered(offer) => self.offers.get(offer).is_some_and(|o| o.agent == *id),
                AgentState::Talking(call) | AgentState::WrapUp(call) => {
                    let hers = |c: &Call| c.agent() == Some(id) || c.colleague().is_some_and(|(agent, _)| agent == id);
                    self.calls.get(call).is_some_and(hers)
                }
                AgentState::Parting(leg) => self.legs.get(leg).is_some_and(super::call::Leg::is_up),
                AgentState::LoggedOut | AgentState::NotReady { .. } | AgentState::Available { .. } => true,
            };
            must("agent-single", ok, || format!("{id}: {:?}", agent.state))?;
        }
        let mut signed_in: BTreeMap<_, usize> = BTreeMap::new();
        for agent in self.agents.values().filter(|a| a.is_signed_in()) {
            for group in &agent.member.groups {
                *signed_in.entry(group.clone()).or_default() += 1;
            }
        }
        must("staffing-counted", signed_in == self.signed_in, || format!("{signed_in:?} {:?}", self.signed_in))?;
        let idle: Vec<_> = self.board.idle().collect();
        let available = self.agents.values().filter(|a| matches!(a.state, AgentState::Available { .. })).count();
        must("idle-counted", idle.len() == available, || format!("{idle:?} {available}"))
    }

    fn check_calls(&self) -> Result<(), Broken> {
        let queued = self.calls.values().filter(|c| c.is_queued()).count();
        must("order-holds-all", queued == self.board.waiting(), || format!("{queued} {}", self.board.waiting()))?;
        let asks = |call: &&Call| call.consult.as_ref().is_some_and(super::consult::Consult::asks);
        let asked = self.calls.values().filter(asks).count();
        must("order-holds-all", asked == self.board.asked(), || format!("{asked} {}", self.board.asked()))?;
        let owed = self.calls.values().filter(|c| matches!(c.phase, Phase::NoteOwed { .. })).count() as u64;
        must("owed-counted", owed == self.note_owed, || format!("{owed} {}", self.note_owed))?;
        for (id, call) in &self.calls {
            let ok = match &call.phase {
                Phase::Offered(offer) => self.offers.get(offer).is_some_and(|o| o.call == *id && !o.on_call),
                Phase::Talking { agent, .. } => {
                    self.agents.get(agent).is_some_and(|a| a.state == AgentState::Talking(*id))
                }
                Phase::WrapUp { agent, .. } => {
                    self.agents.get(agent).is_some_and(|a| a.state == AgentState::WrapUp(*id))
                }
                Phase::NoteOwed { item, .. } => self.items.get(item).is_some_and(|i| i.closed.is_none()),
                Phase::Menu | Phase::Waiting | Phase::Voicemail { .. } => true,
            };
            must("call-single", ok, || format!("{id}: {:?}", call.phase))?;
            // patient: an urgent caller waits for nobody but a clinical lane.
            let clinical = !call.urgent || !call.is_queued() || call.lane().is_some_and(|lane| lane.clinical);
            must("clinical", clinical, || format!("{id} is urgent in {:?}", call.place))?;
            // patient: nor does an urgent caller end at a mailbox.
            let heard = !call.urgent || !matches!(call.phase, Phase::Voicemail { .. });
            must("no-urgent-mailbox", heard, || format!("{id} is urgent at a mailbox"))?;
            self.check_climb(call)?;
            self.check_hold(call)?;
            self.check_consult(call)?;
            let talks = matches!(call.phase, Phase::Talking { .. });
            let taped = call.taping.tape.is_none() || talks && call.may_be_taped();
            must("announced-before-recorded", taped, || format!("{id} is recorded: {:?}", call.taping))?;
            let present = matches!(call.phase, Phase::WrapUp { .. } | Phase::NoteOwed { .. })
                || call.is_calling()
                || self.legs.get(&call.leg).is_some_and(super::call::Leg::is_up);
            let pinned = self.legs.get(&call.leg).is_none_or(|leg| std::sync::Arc::ptr_eq(&leg.flow, &call.flow));
            must("flow-pinned", pinned, || format!("{id} goes on with another version"))?;
            must("caller-there", present, || format!("{id}: {:?} without a leg", call.phase))?;
        }
        Ok(())
    }

    /// patient: who hears that she is on hold has an assistant who can end it.
    fn check_hold(&self, call: &Call) -> Result<(), Broken> {
        let talks = matches!(call.phase, Phase::Talking { .. });
        let caller = self.legs.get(&call.leg).filter(|leg| leg.is_up());
        let hears = caller.is_some_and(|leg| matches!(leg.current(), Some(Treatment::OnHold { .. })));
        let ok = call.held.is_some() == (talks && hears) && (talks || call.held.is_none());
        let hers = if let Phase::Talking { leg, .. } = call.phase { self.legs.get(&leg) } else { None };
        let ok = ok && (call.held.is_none() || hers.is_some_and(super::call::Leg::is_up));
        must("on-hold", ok, || format!("{}: {:?} in {:?}", call.id, call.held, call.phase))
    }

    /// Whoever is asked to take a call over is asked by somebody who has its patient on hold, and not for ever.
    fn check_consult(&self, call: &Call) -> Result<(), Broken> {
        let timed = self.timers.is_set(&TimerName::ConsultOver(call.id));
        let Some(consult) = &call.consult else {
            return must("warm-transfer", !timed, || format!("{} is asked about no more, but timed", call.id));
        };
        let ok = match &consult.stage {
            Stage::Asking | Stage::Alone(_) => true,
            Stage::Ringing(offer) => self.offers.get(offer).is_some_and(|o| o.call == call.id && o.warm),
            Stage::Talking { agent, leg } => {
                let up = self.legs.get(leg).is_some_and(super::call::Leg::is_up);
                let talks = self.agents.get(agent).is_some_and(|a| a.state == AgentState::Talking(call.id));
                up && talks && call.agent() != Some(agent)
            }
        };
        let ok = ok && call.held.is_some() && timed == consult.asks();
        must("warm-transfer", ok, || format!("{}: {consult:?}, on hold {:?}", call.id, call.held))
    }

    /// patient: whoever is on call is rung for an urgent caller who waits, or there is a moment at which that begins:
    /// the lane's own phones are another way, and hold up nothing.
    fn check_climb(&self, call: &Call) -> Result<(), Broken> {
        let page = call.climb.and_then(|climb| climb.page);
        let hers = page.is_none_or(|page| self.offers.get(&page).is_some_and(|o| o.call == call.id && o.on_call));
        must("call-single", hers && (page.is_none() || call.is_queued()), || format!("{}: {:?}", call.id, call.climb))?;
        if !call.is_queued() || page.is_some() || self.ladder_of(call).is_none() {
            return Ok(());
        }
        let moment = if call.climb.is_some() { TimerName::LadderAgain } else { TimerName::LadderBegins };
        must("urgent-paged", self.timers.is_set(&moment(call.id)), || format!("{} waits: {:?}", call.id, call.climb))
    }

    fn check_offers(&self) -> Result<(), Broken> {
        for (id, offer) in &self.offers {
            let leg = self.legs.get(&offer.leg);
            let rings = self.calls.get(&offer.call).is_some_and(|call| call.offers().any(|rings| rings == *id));
            must("call-single", rings, || format!("{id}: {offer:?} rings for a call that is elsewhere"))?;
            must("offer-has-a-leg", leg.is_some_and(|l| l.is_up() && !l.unwanted), || format!("{id}: {offer:?}"))?;
            let agent = self.agents.get(&offer.agent).zip(self.calls.get(&offer.call));
            let skilled = agent.is_some_and(|(a, c)| super::acd::refusal(&a.member, c).is_none() || a.leaving);
            // Somebody on call who does not speak the caller's language is better than nobody.
            must("skills", skilled || offer.on_call, || format!("{id}: {offer:?}"))?;
            let urgent = self.calls.get(&offer.call).is_some_and(|c| c.urgent);
            must("on-call-for-urgent-only", urgent || !offer.on_call, || format!("{id}: {offer:?}"))?;
        }
        Ok(())
    }

    /// patient: what somebody flagged is urgent and clinical until somebody else closes it.
    fn check_flags(&self) -> Result<(), Broken> {
        for (id, item) in &self.items {
            let Some(flagged_by) = &item.new.flagged_by else { continue };
            must("flag-stays", item.new.urgent, || format!("{id} was flagged and is not urgent"))?;
            let clinical = item.flow.lane(&item.new.lane).is_some_and(|lane| lane.clinical);
            let by_another = item.closed_by.is_none() || item.closed_by.as_ref() != flagged_by.agent();
            let owed = item.new.kind == ItemKind::NoteOwed;
            must("flagger-cannot-close", by_another || owed || !clinical, || format!("{id}: {:?}", item.closed_by))?;
        }
        Ok(())
    }

    /// An attempt has its item and an item its attempt; never a fourth, and never two at once to one number.
    fn check_attempts(&self) -> Result<(), Broken> {
        for (id, item) in &self.items {
            let hers = item.calling.is_none_or(|call| self.outbound.calls.get(&call) == Some(id));
            must("attempt-has-an-item", hers, || format!("{id}: {:?}", item.calling))?;
        }
        let mut rung = std::collections::BTreeSet::new();
        for (call, item) in &self.outbound.calls {
            let calling = self.calls.get(call).and_then(|call| call.calling);
            let known = self.items.get(item).is_some_and(|item| item.calling == Some(*call));
            must("attempt-has-an-item", known && calling.is_some_and(|c| c.item == *item), || {
                format!("{call} {item}")
            })?;
            let number = calling.map_or(0, |calling| calling.number);
            must("three-attempts", (1..=3).contains(&number), || format!("{call} is attempt {number} of {item}"))?;
            let calling = self.calls.get(call).filter(|call| call.is_calling());
            let dialled = calling.and_then(|call| call.caller.number.as_ref()).map(crate::vocab::Number::key);
            let alone = dialled.is_none_or(|number| rung.insert(number));
            must("one-dial-a-number", alone, || format!("{call} of {item}"))?;
        }
        Ok(())
    }

    /// What is counted is there, and what is kept to limit callers has an end.
    fn check_bounds(&self) -> Result<(), Broken> {
        for practice in self.practices.keys() {
            let up = |leg: &&super::call::Leg| {
                leg.is_up() && leg.side == super::call::Side::Caller && leg.flow.practice == *practice
            };
            let (lines, counted) = (self.legs.values().filter(up).count(), self.on_line.get(practice));
            must("lines-counted", lines == counted.copied().unwrap_or(0), || format!("{lines} {counted:?}"))?;
        }
        let arrivals = self.arrivals.values().all(super::admission::Arrivals::is_sound);
        let sound = arrivals && self.tongues.is_sound() && self.contacts.is_sound();
        must("bounded", sound, || "arrivals, languages or contacts".to_owned())?;
        let mut depths: BTreeMap<_, usize> = BTreeMap::new();
        for call in self.calls.values().filter(|call| call.is_queued() && !call.is_calling()) {
            if let Some(place) = &call.place {
                *depths.entry((&call.practice, &place.lane)).or_default() += 1;
            }
        }
        let wrong = depths.iter().find(|((practice, lane), depth)| self.depth(practice, lane) != **depth);
        must("depth-counted", wrong.is_none(), || format!("{wrong:?}"))
    }

    /// Nobody waits for an agent who is idle, and an idle agent misses nobody.
    fn check_work_conserving(&self) -> Result<(), Broken> {
        for id in self.board.idle() {
            let missed = self.call_for(id);
            must("work-conserving", missed.is_none(), || format!("{id} is idle, {missed:?} waits"))?;
        }
        Ok(())
    }

    /// Whoever is on the staff number is offered nothing, and only she.
    fn check_staff_lines(&self) -> Result<(), Broken> {
        for (agent, leg) in &self.staff_lines {
            let known = Side::Staff { agent: Some(agent.clone()), known: true };
            let hers = self.legs.get(leg).is_some_and(|l| l.is_up() && l.side == known);
            must("staff-line-known", hers, || format!("{agent}: {leg}"))?;
        }
        for (id, agent) in &self.agents {
            let on_the_phone = matches!(agent.state, AgentState::NotReady { reason: NotReady::OnThePhone, .. });
            let ok = match self.staff_lines.contains_key(id) {
                true => !matches!(agent.state, AgentState::Available { .. }),
                false => !on_the_phone,
            };
            must("staff-line-quiet", ok, || format!("{id}: {:?}", agent.state))?;
        }
        Ok(())
    }

    /// Whoever listens in has a leg of her own and no call, and only she is called so.
    fn check_supervisors(&self) -> Result<(), Broken> {
        for (by, part) in &self.supervisors {
            let side = Side::Supervisor { agent: by.clone() };
            let hers = self.legs.get(&part.leg).is_some_and(|leg| leg.is_up() && leg.side == side);
            must("supervisor-has-a-leg", hers, || format!("{by}: {part:?}"))?;
        }
        for (id, agent) in &self.agents {
            let called = matches!(agent.state, AgentState::NotReady { reason: NotReady::Supervising, .. });
            let ok = match self.supervisors.contains_key(id) {
                true => !matches!(agent.state, AgentState::Available { .. }) && !agent.state.is_busy(),
                false => !called,
            };
            must("supervisor-quiet", ok, || format!("{id}: {:?}", agent.state))?;
        }
        Ok(())
    }

    fn check_effects(&self) -> Result<(), Broken> {
        for (id, effect) in &self.effects {
            if let Some(of) = effect.message() {
                let recording = self.items.get(&of.item).and_then(|item| item.message(of));
                let known = recording.is_some_and(|recording| recording.effect == Some(*id));
                must("effect-has-a-recording", known, || format!("{id}: {effect:?}"))?;
                continue;
            }
            let Some(leg) = effect.leg() else { continue };
            let known = self
                .legs
                .get(&leg)
                .is_some_and(|l| l.is_up() && [l.dial, l.push, l.hang_up, l.ask, l.sought].contains(&Some(*id)));
            must("effect-has-a-leg", known, || format!("{id}: {effect:?}"))?;
        }
        Ok(())
    }

    /// Every deadline has what it is for, and what must not last for ever has its deadline.
    fn check_timers(&self) -> Result<(), Broken> {
        let in_phase = |id: &CallId, is: fn(&Phase) -> bool| self.calls.get(id).is_some_and(|call| is(&call.phase));
        for name in self.timers.names() {
            let needed = match name {
                TimerName::OfferExpires(offer) => self.offers.contains_key(offer),
                TimerName::TierOpens(call)
                | TimerName::WaitTooLong(call)
                | TimerName::LadderBegins(call)
                | TimerName::LadderAgain(call) => in_phase(call, is_queued),
                TimerName::WrapUpLimit(call) => in_phase(call, |phase| matches!(phase, Phase::WrapUp { .. })),
                TimerName::ReadyAgain(agent) => {
                    let rests = |a: &Agent| matches!(a.state, AgentState::NotReady { until: Some(_), .. });
                    self.agents.get(agent).is_some_and(rests)
                }
                TimerName::HoldReminder(call) => {
                    let held = self.calls.get(call).and_then(|call| call.held);
                    held.is_some_and(|held| !held.reminded)
                }
                TimerName::ConsultOver(call) => {
                    self.calls.get(call).and_then(|call| call.consult.as_ref()).is_some_and(|consult| consult.asks())
                }
                TimerName::CallbackDue(item) => self.items.get(item).is_some_and(|item| self.may_dial(item)),
                TimerName::MessageOver(call) => in_phase(call, |phase| matches!(phase, Phase::Voicemail { .. })),
                TimerName::RecordingDue(item) => self.items.get(item).is_some_and(|item| !item.messages.is_empty()),
                TimerName::SoftphoneSilent(agent) => {
                    self.agents.get(agent).is_some_and(|a| a.softphone == Softphone::Unheard)
                }
                TimerName::LegLingers(leg) | TimerName::LegSilent(leg) | TimerName::LineLost(leg) => {
                    self.legs.get(leg).is_some_and(super::call::Leg::is_up)
                }
            };
            must("timer-has-a-purpose", needed, || format!("{name:?}"))?;
        }
        let offers = self.offers.keys().map(|offer| TimerName::OfferExpires(*offer));
        let calls = self.calls.values().filter_map(|call| match call.phase {
            Phase::Waiting | Phase::Offered(_) => Some(TimerName::WaitTooLong(call.id)),
            Phase::WrapUp { .. } => Some(TimerName::WrapUpLimit(call.id)),
            Phase::Voicemail { .. } => Some(TimerName::MessageOver(call.id)),
            Phase::Menu | Phase::Talking { .. } | Phase::NoteOwed { .. } => None,
        });
        let unarmed = offers.chain(calls).find(|name| !self.timers.is_set(name));
        must("armed", unarmed.is_none(), || format!("{unarmed:?} is not set"))
    }
}

fn is_queued(phase: &Phase) -> bool {
    matches!(phase, Phase::Waiting | Phase::Offered(_))
}
