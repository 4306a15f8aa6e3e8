//! Assistants by phone: they call the staff number, mistype PINs, press what comes to hand, and hang up in the middle.

use super::carrier::Holder;
use super::world::World;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::event::LegEnd;
use crate::floor::event::PinCheck;
use crate::floor::treatment::Asked;
use crate::vocab::AgentId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

const KEYS: [&str; 16] = ["1", "1", "1", "1", "2", "2", "3", "4", "4", "4", "5", "9", "0", "*", "#", "12"];

impl World {
    /// She calls the staff number, usually from her own phone; a practice without one is called by nobody.
    pub(super) fn staff_call(&mut self, agent: &AgentId) -> Result<(), String> {
        let view = self.watch.floor.view();
        let Some(dialled) = view.practices.iter().find_map(|p| p.staff_number.clone()) else { return Ok(()) };
        let own = view.agents.iter().find(|a| a.id == *agent).map_or("anonymous", |a| &a.address);
        let from = if self.chance.percent(5) { "+15550999998" } else { own };
        let name = CarrierCall::from(format!("CA-staff-{}", self.phones.len()).as_str());
        let event = Event::CallArrived { carrier_call: name.clone(), caller: Caller::from_carrier(from), dialled };
        self.add_phone(name.clone(), LegId(0), Holder::Assistant(agent.clone()));
        self.webhook(&name, 0, event)
    }

    /// A question by keys: a PIN, the staff menu, or a call to be written up.
    pub(super) fn at_the_keys(&mut self, name: &CarrierCall, at: (LegId, u32), asked: &Asked) {
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
        self.done(name, at, input);
    }
}
