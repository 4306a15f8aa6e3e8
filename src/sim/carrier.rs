//! The carrier: creates, redirects and ends phones, plays treatments, and tells of it late, twice, out of order or
//! not at all. Documents themselves are rendered and read for a sample.

use super::patient::Patient;
use super::world::Due;
use super::world::World;
use crate::carrier::local;
use crate::floor::call::Side;
use crate::floor::effect::Answer;
use crate::floor::effect::Effect;
use crate::floor::event::Event;
use crate::floor::event::Failure;
use crate::floor::event::Input;
use crate::floor::event::LegEnd;
use crate::floor::event::LegStatus;
use crate::floor::fact::Fact;
use crate::floor::treatment::Party;
use crate::floor::treatment::Treatment;
use crate::render::Links;
use crate::render::twiml::Rendering;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::FloorId;
use crate::vocab::LegId;
use crate::vocab::Span;

/// One of so many documents is rendered and read.
const DOCUMENT_ONE_IN: u64 = 24;

/// A phone at the carrier.
pub(super) struct Phone {
    /// The floor's leg, once known to the carrier by our URLs.
    pub(super) leg: LegId,
    /// Who holds it.
    pub(super) holder: Holder,
    /// Changes whenever the phone is given something else.
    pub(super) epoch: u32,
    /// The treatment it plays.
    pub(super) playing: Option<u32>,
    pub(super) room: Option<(CallId, u32)>,
    /// Does that room close when it leaves?
    pub(super) closes: bool,
    pub(super) over: bool,
}

/// Whose phone it is.
pub(super) enum Holder {
    /// A patient whom we called.
    Called,
    Patient(Patient),
    Assistant(AgentId),
}

impl World {
    // ---- effects ----

    /// Carries out an effect, or fails to. One that was called off may be on its way already.
    pub(super) fn carry_out(&mut self, id: EffectId) {
        let Some(effect) = self.watch.orders.get(&id).cloned() else { return };
        match effect {
            Effect::Dial { leg, .. } => self.dial(id, leg),
            Effect::CallPatient { leg, .. } => self.call_patient(id, leg),
            Effect::Redirect { leg, carrier_call, serial } => {
                if self.chance.percent(self.swarm.refuses) {
                    return self.fail(id, Failure::Refused);
                }
                if self.is_over(&carrier_call) {
                    return self.fail(id, Failure::LegGone);
                }
                let unheard = self.chance.percent(self.swarm.unreachable);
                if unheard && self.chance.percent(50) {
                    return self.fail(id, Failure::Unreachable);
                }
                self.give(&carrier_call, None);
                self.post(&carrier_call, Event::TreatmentFetched { leg, serial });
                if unheard {
                    self.marks.count("redirect carried out, reported failed");
                    return self.fail(id, Failure::Unreachable);
                }
                self.confirm(id, None);
            }
            Effect::FetchRecording { .. } | Effect::DropRecording { .. }
                if self.chance.percent(self.swarm.unreachable) =>
            {
                self.fail(id, Failure::Unreachable);
            }
            Effect::FetchRecording { recording: None, .. } => self.fail(id, Failure::LegGone),
            Effect::FetchRecording { recording: Some(recording), .. } => {
                let (file, duration) = (format!("file-of-{recording}").into(), Span::secs(8));
                let fetched = Event::RecordingFetched { effect: id, recording, file, duration };
                self.sometimes_twice(Span::ZERO, Span::secs(20), &fetched);
            }
            Effect::DropRecording { .. } => self.confirm(id, None),
            Effect::KeepTape { .. } => {
                let kept = Event::TapeKept { effect: id, duration: Span::secs(90) };
                self.sometimes_twice(Span::ZERO, Span::secs(20), &kept);
            }
            Effect::Ask { carrier_call, paging, .. } => {
                if self.chance.percent(self.swarm.unreachable) {
                    return self.fail(id, Failure::Unreachable);
                }
                if self.is_over(&carrier_call) {
                    self.marks.count(if paging {
                        "a page for a caller who is gone"
                    } else {
                        "a silent leg found over"
                    });
                    return self.fail(id, Failure::LegGone);
                }
                self.confirm(id, None);
            }
            Effect::HangUp { carrier_call, .. } => {
                if self.is_over(&carrier_call) {
                    return self.fail(id, Failure::LegGone);
                }
                self.end(&carrier_call, LegEnd::Completed);
                self.confirm(id, None);
            }
        }
    }

    fn is_over(&self, name: &CarrierCall) -> bool {
        self.phones.get(name).is_none_or(|phone| phone.over)
    }

    fn dial(&mut self, id: EffectId, leg: LegId) {
        // A dial of unknown outcome is looked up before it is sent again.
        let known = self.phones.iter().find(|(_, phone)| phone.leg == leg).map(|(name, _)| name.clone());
        if let Some(name) = known {
            self.marks.count("dial found at the carrier");
            return self.confirm(id, Some(name));
        }
        if self.chance.percent(self.swarm.refuses) {
            return self.fail(id, Failure::Refused);
        }
        if self.chance.percent(self.swarm.unreachable) {
            self.fail(id, Failure::Unreachable);
            if self.chance.percent(50) {
                return;
            }
            // Created all the same: its callbacks come for a leg that was given up.
            self.marks.count("dial carried out, reported failed");
        }
        let Some(Side::Agent { agent, .. }) = self.watch.floor.leg(leg).map(|leg| leg.side.clone()) else { return };
        let is_hers = |phone: &Phone| matches!(&phone.holder, Holder::Assistant(other) if *other == agent);
        let busy = self.phones.values().any(|phone| !phone.over && phone.playing.is_some() && is_hers(phone));
        let name = CarrierCall::from(format!("CA-{leg}").as_str());
        self.add_phone(name.clone(), leg, Holder::Assistant(agent));
        self.confirm(id, Some(name.clone()));
        self.status(&name, LegStatus::Initiated);
        self.status(&name, LegStatus::Ringing);
        let fate = self.chance.below(100);
        if busy {
            self.end(&name, LegEnd::Busy);
        } else if fate < self.swarm.refuses {
            self.end(&name, LegEnd::Failed);
        } else if fate < self.swarm.refuses + self.swarm.misses {
            // It rings, and nobody comes; the carrier gives up by itself, or the lease's end is first.
            self.later(Span::secs(10), Span::secs(35), Due::Person { phone: name, epoch: 0 });
        } else {
            self.status(&name, LegStatus::InProgress);
            let event = Event::LegAnswered { leg, carrier_call: name.clone() };
            self.later(Span::secs(2), Span::secs(21), Due::Webhook { phone: name, epoch: 0, event });
        }
    }

    /// A patient's phone is rung: once, whatever the answer says.
    fn call_patient(&mut self, id: EffectId, leg: LegId) {
        let name = CarrierCall::from(format!("CA-{leg}").as_str());
        if self.phones.contains_key(&name) {
            self.marks.count("a patient's dial found at the carrier");
            return self.confirm(id, Some(name));
        }
        if self.chance.percent(self.swarm.refuses) {
            return self.fail(id, Failure::Refused);
        }
        let unheard = self.chance.percent(self.swarm.unreachable);
        if unheard {
            self.fail(id, Failure::Unreachable);
            if self.chance.percent(50) {
                return;
            }
            self.marks.count("a patient dialled, reported failed");
        }
        self.add_phone(name.clone(), leg, Holder::Called);
        if !unheard {
            self.confirm(id, Some(name.clone()));
        }
        self.status(&name, LegStatus::Initiated);
        self.status(&name, LegStatus::Ringing);
        match self.chance.below(10) {
            0 | 1 => self.end(&name, LegEnd::Busy),
            2..=4 => self.end(&name, LegEnd::NoAnswer),
            5 => self.end(&name, LegEnd::Failed),
            _ => {
                self.status(&name, LegStatus::InProgress);
                let event = Event::LegAnswered { leg, carrier_call: name.clone() };
                self.later(Span::secs(2), Span::secs(21), Due::Webhook { phone: name, epoch: 0, event });
            }
        }
    }

    fn confirm(&mut self, effect: EffectId, carrier_call: Option<CarrierCall>) {
        self.sometimes_twice(Span::ZERO, Span::secs(3), &Event::EffectConfirmed { effect, carrier_call });
    }

    fn fail(&mut self, effect: EffectId, why: Failure) {
        self.sometimes_twice(Span::ZERO, Span::secs(3), &Event::EffectFailed { effect, why });
    }

    fn sometimes_twice(&mut self, from: Span, to: Span, event: &Event) {
        let to = if self.chance.percent(self.swarm.late) { Span::mins(2) } else { to };
        self.later(from, to, Due::Tell(event.clone()));
        if self.chance.percent(self.swarm.duplicates) {
            self.later(from, Span::mins(2), Due::Tell(event.clone()));
        }
    }

    // ---- phones ----

    pub(super) fn add_phone(&mut self, name: CarrierCall, leg: LegId, holder: Holder) {
        self.phones
            .insert(name, Phone { leg, holder, epoch: 0, playing: None, room: None, closes: false, over: false });
    }

    /// A webhook of this phone, whose answer it plays unless it was moved meanwhile.
    pub(super) fn post(&mut self, name: &CarrierCall, event: Event) {
        let Some(epoch) = self.phones.get(name).map(|p| p.epoch) else { return };
        // Lost on the way now and then: the carrier sends it again.
        let late = if self.chance.percent(self.swarm.late) { Span::secs(6) } else { Span(300) };
        self.later(Span(20), late, Due::Webhook { phone: name.clone(), epoch, event: event.clone() });
        if self.chance.percent(self.swarm.duplicates) {
            self.later(Span(20), Span::mins(3), Due::Tell(event));
        }
    }

    /// The webhook reaches the floor, and its answer the phone.
    pub(super) fn webhook(&mut self, name: &CarrierCall, epoch: u32, event: Event) -> Result<(), String> {
        let gone = self.phones.get(name).is_none_or(|p| p.over || p.epoch != epoch);
        if gone && matches!(event, Event::LegAnswered { .. }) {
            return Ok(());
        }
        // The process may die before the event is on disk, or after that and before the answer leaves.
        if self.up && self.chance.per_mille(self.swarm.crashes) {
            if self.chance.percent(50) {
                self.marks.count("crash before the commit");
            } else {
                self.marks.count("crash before the answer");
                self.tell(event.clone())?;
            }
            self.crash()?;
        }
        if !self.up {
            if !gone {
                self.unanswered(name, epoch, event);
            }
            return Ok(());
        }
        let out = self.tell(event)?;
        if gone {
            return Ok(());
        }
        match out.answer {
            Answer::Treat { leg, serial } => self.play(name, leg, serial),
            Answer::Over | Answer::Excuse => self.end(name, LegEnd::Completed),
            Answer::Noted | Answer::Refused(_) | Answer::Flagged(_) => {}
            Answer::DueKept(_) | Answer::DoneBefore | Answer::Taken { .. } => {}
        }
        Ok(())
    }

    /// Nobody is there to answer. A phone that waits falls through to what it already holds and asks again; a call
    /// that has not been seen, or was asked a question, is retried for a moment and then dropped.
    fn unanswered(&mut self, name: &CarrierCall, epoch: u32, event: Event) {
        let holds = matches!(event, Event::TreatmentFetched { .. });
        if holds || self.chance.percent(60) {
            let wait = if holds { Span::secs(20) } else { Span::secs(2) };
            self.later(Span::secs(1), wait, Due::Webhook { phone: name.clone(), epoch, event });
        } else {
            self.marks.count("dropped by the carrier while down");
            if let Event::CallArrived { carrier_call, caller, dialled } = event {
                self.missed.push(Event::CallMissed { carrier_call, caller, dialled, began: self.now });
            }
            self.end(name, LegEnd::Completed);
        }
    }

    /// An event that comes while nobody is there: a status callback is lost, a person tries again. The end of a call
    /// that we do not know yet is told again: nothing else would ever tell it.
    pub(super) fn tell_nobody(&mut self, event: Event) {
        let known = |name: &CarrierCall| self.watch.floor.leg_of(name).is_some();
        match event {
            Event::LegStatus { leg: Some(_), .. } | Event::CallArrived { .. } => {
                self.marks.count("callback lost while down");
            }
            Event::LegStatus { ref carrier_call, .. } if known(carrier_call) => {
                self.marks.count("callback lost while down");
            }
            event => self.later(Span::secs(5), Span::secs(60), Due::Tell(event)),
        }
    }

    /// The phone is given a treatment, or something on the way to one: it leaves its room.
    fn give(&mut self, name: &CarrierCall, serial: Option<u32>) {
        let Some(phone) = self.phones.get_mut(name) else { return };
        phone.epoch += 1;
        phone.playing = serial.or(phone.playing);
        let closes = std::mem::take(&mut phone.closes);
        match phone.room.take() {
            Some(room) if closes => self.close_room(room, name),
            Some(room) => drop(self.rooms.entry(room).or_default().remove(name)),
            None => {}
        }
    }

    fn play(&mut self, name: &CarrierCall, leg: LegId, serial: u32) {
        let Some(treatment) = self.watch.floor.leg(leg).and_then(|leg| leg.treatment(serial)).cloned() else { return };
        self.give(name, Some(serial));
        let Some(phone) = self.phones.get_mut(name) else { return };
        phone.leg = leg;
        let epoch = phone.epoch;
        let (from, to) = match treatment.as_ref() {
            Treatment::Menu { .. } | Treatment::AskStanding { .. } => (Span::secs(1), Span::secs(12)),
            Treatment::Announce { .. } | Treatment::RecordingNotice { .. } | Treatment::Goodbye { .. } => {
                (Span::secs(2), Span::secs(6))
            }
            Treatment::Hold { .. } | Treatment::OnHold { .. } => (Span::secs(5), Span::secs(50)),
            Treatment::Record { .. } => (Span::secs(2), Span::mins(3)),
            Treatment::Whisper { .. } | Treatment::Keys { .. } => (Span::secs(1), Span::secs(20)),
            // She is in the parties' room, and her leaving closes it for nobody.
            Treatment::Supervise { .. } => (Span::secs(5), Span::mins(6)),
            Treatment::Connected { call, round, party, .. } => {
                let room = (*call, *round);
                phone.room = Some(room);
                phone.closes = *party == Party::Agent;
                self.rooms.entry(room).or_default().insert(name.clone());
                (Span::secs(5), Span::mins(6))
            }
        };
        self.later(from, to, Due::Person { phone: name.clone(), epoch });
    }

    /// A conference ends for all when its assistant leaves it; a colleague of hers may.
    fn close_room(&mut self, room: (CallId, u32), leaver: &CarrierCall) {
        for other in self.rooms.remove(&room).into_iter().flatten().filter(|name| name != leaver) {
            let Some(phone) = self.phones.get_mut(&other) else { continue };
            phone.room = None;
            phone.epoch += 1;
            if let (Some(serial), false) = (phone.playing, phone.over) {
                let (leg, input) = (phone.leg, Input::Nothing);
                self.post(&other, Event::TreatmentEnded { leg, serial, input });
            }
        }
    }

    /// The phone is down; its status callback may be late, twice, or lost if another sign tells as much.
    pub(super) fn end(&mut self, name: &CarrierCall, how: LegEnd) {
        self.give(name, None);
        let Some(phone) = self.phones.get_mut(name) else { return };
        if phone.over {
            return;
        }
        phone.over = true;
        let (leg, ours) = (phone.leg, matches!(phone.holder, Holder::Assistant(_) | Holder::Called));
        let waited = match &phone.holder {
            Holder::Patient(patient) => Some(patient.clone()),
            Holder::Assistant(_) | Holder::Called => None,
        };
        if let Some(patient) = waited {
            self.patient_left(patient, leg);
        }
        if self.tells_otherwise(leg) && self.chance.percent(self.swarm.lost) {
            self.marks.count("status callback lost");
            return;
        }
        let event =
            Event::LegStatus { leg: ours.then_some(leg), carrier_call: name.clone(), status: LegStatus::Ended(how) };
        self.sometimes_twice(Span(20), Span::secs(4), &event);
    }

    /// Would the floor learn of this leg's end without a callback? Whom it knows by name it asks about.
    fn tells_otherwise(&self, leg: LegId) -> bool {
        self.watch.floor.leg(leg).is_some_and(|leg| leg.carrier_call.is_some())
    }

    fn status(&mut self, name: &CarrierCall, status: LegStatus) {
        let Some(leg) = self.phones.get(name).map(|p| p.leg) else { return };
        let event = Event::LegStatus { leg: Some(leg), carrier_call: name.clone(), status };
        self.sometimes_twice(Span::ZERO, Span::secs(8), &event);
    }

    // ---- documents ----

    /// Renders some of the treatments given and reads them as a carrier does.
    pub(super) fn judge_documents(&mut self, facts: &[Fact]) -> Result<(), String> {
        let floor = FloorId::from("simulated");
        let links = Links { public: "https://voice.example.org", floor: &floor };
        for fact in facts {
            let Fact::LegTreated { leg, serial, treatment, .. } = fact else { continue };
            if self.chance.below(DOCUMENT_ONE_IN) > 0 {
                continue;
            }
            let Some(flow) = self.watch.floor.leg(*leg).map(|leg| leg.flow.clone()) else { continue };
            let rendering = Rendering { leg: *leg, serial: *serial, flow: &flow, links };
            let mut documents = vec![rendering.document(treatment)];
            if treatment.is_wait() {
                documents.push(rendering.wait_document(treatment, 1));
            }
            for document in documents {
                local::read_document(&document)
                    .map_err(|trouble| format!("twiml-valid: {leg} #{serial} ({treatment:?}): {trouble}"))?;
            }
        }
        Ok(())
    }
}
