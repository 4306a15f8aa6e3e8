//! Assistants by phone: they call the staff number, mistype PINs, press what comes to hand, and hang up in the middle.

use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::PinCheck;
use carelane::floor::treatment::Asked;
use carelane::vocab::AgentId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::LegId;

use super::day::Day;
use crate::scenario::practice::STAFF_NUMBER;

const KEYS: [&str; 16] = ["1", "1", "1", "1", "2", "2", "3", "4", "4", "4", "5", "9", "0", "*", "#", "12"];

impl Day {
    /// She calls the staff number, usually from her own phone.
    pub(crate) fn staff_call(&mut self, agent: &AgentId) -> Result<(), String> {
        let view = self.world.floor.view();
        let own = view.agents.iter().find(|a| a.id == *agent).map_or("anonymous", |a| &a.address);
        let from = if self.chance.percent(5) { "+15555559999" } else { own };
        let name = CarrierCall::from(format!("CA-staff-{}", self.phones.len()).as_str());
        let (carrier_call, caller) = (name.clone(), Caller::from_carrier(from));
        let event = Event::CallArrived { carrier_call, caller, dialled: STAFF_NUMBER.into() };
        self.add_phone(name.clone(), LegId(0), None);
        self.webhook(&name, 0, event)?;
        if let (Some(phone), Some(leg)) = (self.phones.get_mut(&name), self.world.floor.leg_of(&name)) {
            phone.leg = leg.id;
        }
        Ok(())
    }

    pub(crate) fn at_the_keys(&mut self, name: &CarrierCall, leg: LegId, serial: u32, asked: &Asked) {
        let input = match (asked, self.chance.below(20)) {
            (_, 0) => return self.end(name, LegEnd::Completed),
            (_, 1) => Input::Nothing,
            (Asked::Pin { .. }, 2..=6) => Input::Pin(PinCheck::Wrong),
            (Asked::Pin { .. }, 7) => Input::Pin(PinCheck::Unset),
            (Asked::Pin { .. }, 8) => Input::Keys("4711".into()),
            (Asked::Pin { .. }, _) => Input::Pin(PinCheck::Right),
            (_, 2) => Input::Pin(PinCheck::Right),
            (_, _) => Input::Keys((*self.chance.pick(&KEYS)).into()),
        };
        self.done(name, leg, serial, input);
    }
}
