//! The carrier: creates, redirects and ends phones, plays treatments, and tells of it late, twice and out of order.

use carelane::floor::effect::Answer;
use carelane::floor::effect::Effect;
use carelane::floor::event::Event;
use carelane::floor::event::Failure;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::treatment::Treatment;
use carelane::vocab::AgentId;
use carelane::vocab::CarrierCall;
use carelane::vocab::EffectId;
use carelane::vocab::LegId;
use carelane::vocab::Span;

use super::day::Day;
use super::day::Due;
use super::day::Phone;

impl Day {
    // ---- effects ----

    /// Carries out an effect, or fails to. One that was called off may be on its way already.
    pub(crate) fn carry_out(&mut self, id: EffectId) {
        let Some(effect) = self.world.orders.get(&id).cloned() else { return };
        match effect {
            Effect::Dial { leg, .. } => self.dial(id, leg),
            Effect::Redirect { leg, carrier_call, serial } => match self.chance.below(50) {
                0 => self.fail(id, Failure::Refused),
                1 => self.fail(id, Failure::Unreachable),
                _ if self.phones.get(&carrier_call).is_none_or(|p| p.over) => self.fail(id, Failure::LegGone),
                _ => {
                    self.give(&carrier_call, None);
                    self.post(&carrier_call, Event::TreatmentFetched { leg, serial });
                    self.confirm(id, None);
                }
            },
            Effect::FetchRecording { recording, .. } => match (self.chance.below(10), recording) {
                (0, _) | (_, None) => self.fail(id, Failure::Unreachable),
                (_, Some(recording)) => {
                    let (file, duration) = (format!("file-of-{recording}").into(), Span::secs(8));
                    let fetched = Event::RecordingFetched { effect: id, recording, file, duration };
                    self.sometimes_twice(Span::ZERO, Span::secs(20), &fetched);
                }
            },
            Effect::DropRecording { .. } if self.chance.below(10) == 0 => self.fail(id, Failure::Unreachable),
            Effect::DropRecording { .. } => self.confirm(id, None),
            Effect::HangUp { carrier_call, .. } => {
                if self.phones.get(&carrier_call).is_none_or(|p| p.over) {
                    return self.fail(id, Failure::LegGone);
                }
                self.end(&carrier_call, LegEnd::Completed);
                self.confirm(id, None);
            }
        }
    }

    fn dial(&mut self, id: EffectId, leg: LegId) {
        // A dial of unknown outcome is looked up before it is sent again.
        let known = self.phones.iter().find(|(_, phone)| phone.leg == leg).map(|(name, _)| name.clone());
        if let Some(name) = known {
            return self.confirm(id, Some(name));
        }
        match self.chance.below(40) {
            0 => return self.fail(id, Failure::Refused),
            1 => return self.fail(id, Failure::Unreachable),
            // Created all the same: its callbacks come for a leg that was given up.
            2 => self.fail(id, Failure::Unreachable),
            _ => {}
        }
        let Some(agent) = self.world.floor.leg(leg).and_then(|leg| match &leg.side {
            carelane::floor::call::Side::Agent { agent, .. } => Some(agent.clone()),
            carelane::floor::call::Side::Caller => None,
        }) else {
            return;
        };
        let busy = self.phones.values().any(|p| !p.over && p.playing.is_some() && p.agent.as_ref() == Some(&agent));
        let name = CarrierCall::from(format!("CA-{leg}").as_str());
        self.add_phone(name.clone(), leg, Some(agent));
        self.confirm(id, Some(name.clone()));
        self.status(&name, LegStatus::Initiated);
        self.status(&name, LegStatus::Ringing);
        match self.chance.below(20) {
            _ if busy => self.end(&name, LegEnd::Busy),
            0 => self.end(&name, LegEnd::Failed),
            1 => self.end(&name, LegEnd::Busy),
            // It rings, and nobody comes; the carrier gives up by itself, or the lease's end is first.
            2..=4 => self.later(Span::secs(15), Span::secs(25), Due::Person { phone: name, epoch: 0 }),
            _ => {
                self.status(&name, LegStatus::InProgress);
                let event = Event::LegAnswered { leg, carrier_call: name.clone() };
                self.later(Span::secs(2), Span::secs(21), Due::Webhook { phone: name, epoch: 0, event });
            }
        }
    }

    fn confirm(&mut self, effect: EffectId, carrier_call: Option<CarrierCall>) {
        let event = Event::EffectConfirmed { effect, carrier_call };
        self.sometimes_twice(Span::ZERO, Span::secs(3), &event);
    }

    fn fail(&mut self, effect: EffectId, why: Failure) {
        self.sometimes_twice(Span::ZERO, Span::secs(3), &Event::EffectFailed { effect, why });
    }

    fn sometimes_twice(&mut self, from: Span, to: Span, event: &Event) {
        self.later(from, to, Due::Tell(event.clone()));
        if self.chance.percent(10) {
            self.later(from, Span::mins(2), Due::Tell(event.clone()));
        }
    }

    // ---- phones ----

    pub(crate) fn add_phone(&mut self, name: CarrierCall, leg: LegId, agent: Option<AgentId>) {
        let patience_max = if self.chance.percent(30) { Span::mins(1) } else { Span::mins(12) };
        let patience = self.world.now + self.chance.span(Span::secs(5), patience_max);
        let phone = Phone { leg, agent, epoch: 0, playing: None, room: None, over: false, patience };
        self.phones.insert(name, phone);
    }

    /// A webhook of this phone, whose answer it plays unless it was moved meanwhile.
    pub(crate) fn post(&mut self, name: &CarrierCall, event: Event) {
        let Some(epoch) = self.phones.get(name).map(|p| p.epoch) else { return };
        // Lost on the way now and then: the carrier sends it again.
        let late = if self.chance.percent(3) { Span::secs(6) } else { Span(300) };
        self.later(Span(20), late, Due::Webhook { phone: name.clone(), epoch, event: event.clone() });
        if self.chance.percent(8) {
            self.later(Span(20), Span::mins(3), Due::Tell(event));
        }
    }

    /// The webhook reaches the floor, and its answer the phone.
    pub(crate) fn webhook(&mut self, name: &CarrierCall, epoch: u32, event: Event) -> Result<(), String> {
        let gone = self.phones.get(name).is_none_or(|p| p.over || p.epoch != epoch);
        if gone && matches!(event, Event::LegAnswered { .. }) {
            return Ok(());
        }
        let out = self.tell(event)?;
        if gone {
            return Ok(());
        }
        match out.answer {
            Answer::Treat { leg, serial } => self.play(name, leg, serial),
            Answer::Over | Answer::Excuse => self.end(name, LegEnd::Completed),
            Answer::Noted | Answer::Refused(_) => {}
        }
        Ok(())
    }

    /// The phone is given a treatment, or something on the way to one: it leaves its room.
    fn give(&mut self, name: &CarrierCall, serial: Option<u32>) {
        let Some(phone) = self.phones.get_mut(name) else { return };
        phone.epoch += 1;
        phone.playing = serial.or(phone.playing);
        if let Some(room) = phone.room.take() {
            self.close_room(room, name);
        }
    }

    fn play(&mut self, name: &CarrierCall, leg: LegId, serial: u32) {
        let Some(treatment) = self.world.floor.leg(leg).and_then(|leg| leg.treatment(serial)).cloned() else { return };
        self.give(name, Some(serial));
        let Some(epoch) = self.phones.get(name).map(|p| p.epoch) else { return };
        let (from, to) = match treatment.as_ref() {
            Treatment::Menu { .. } | Treatment::AskStanding { .. } => (Span::secs(1), Span::secs(12)),
            Treatment::Announce { .. } | Treatment::Goodbye { .. } => (Span::secs(2), Span::secs(6)),
            Treatment::Hold { .. } => (Span::secs(5), Span::secs(50)),
            Treatment::Record { .. } => (Span::secs(2), Span::mins(3)),
            Treatment::Whisper { .. } => (Span::secs(1), Span::secs(20)),
            Treatment::Connected { call, round, .. } => {
                let room = (*call, *round);
                self.rooms.entry(room).or_default().insert(name.clone());
                if let Some(phone) = self.phones.get_mut(name) {
                    phone.room = Some(room);
                }
                (Span::secs(5), Span::mins(4))
            }
        };
        self.later(from, to, Due::Person { phone: name.clone(), epoch });
    }

    /// A conference ends for all when one leaves it.
    fn close_room(&mut self, room: (carelane::vocab::CallId, u32), leaver: &CarrierCall) {
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
    pub(crate) fn end(&mut self, name: &CarrierCall, how: LegEnd) {
        self.give(name, None);
        let Some(phone) = self.phones.get_mut(name) else { return };
        if phone.over {
            return;
        }
        phone.over = true;
        let (leg, ours) = (phone.leg, phone.agent.is_some());
        let told_otherwise = self.world.floor.leg(leg).is_some_and(|leg| {
            let menu = matches!(
                leg.current(),
                Some(Treatment::Menu { .. } | Treatment::Announce { .. } | Treatment::AskStanding { .. }) | None
            );
            !menu && leg.carrier_call.is_some()
        });
        if told_otherwise && self.chance.percent(4) {
            self.marks.count("status callback lost");
            return;
        }
        let event =
            Event::LegStatus { leg: ours.then_some(leg), carrier_call: name.clone(), status: LegStatus::Ended(how) };
        self.sometimes_twice(Span(20), Span::secs(4), &event);
    }

    fn status(&mut self, name: &CarrierCall, status: LegStatus) {
        let Some(leg) = self.phones.get(name).map(|p| p.leg) else { return };
        let event = Event::LegStatus { leg: Some(leg), carrier_call: name.clone(), status };
        self.sometimes_twice(Span::ZERO, Span::secs(8), &event);
    }
}
