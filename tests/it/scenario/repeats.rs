//! Whatever a patient does in whatever order, drop, leave a message, ask for a callback, it is the same one item.

use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::sim::Watch;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

use super::MORNING;
use super::practice::NUMBER;
use super::practice::Practice;

const PATIENT: &str = "+15555550101";

/// What a patient does with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// Waits, and hangs up.
    Drops,
    /// Waits, and asks to be called back.
    AsksForACallback,
    /// Waits, and leaves a message instead.
    LeavesAMessage,
    /// Leaves a message, and the line breaks off.
    IsCutOffAtTheMailbox,
    /// Calls while nobody can hear it.
    IsMissedInAGap,
    /// Hangs up in the menu.
    HangsUpInTheMenu,
}

struct Day {
    watch: Watch,
    calls: usize,
}

impl Day {
    fn begins() -> Self {
        let mut practice = Practice::read();
        let flow = practice.edit("flow", "max_wait: 20m", "voicemail_key: \"6\"\n    max_wait: 20m").unwrap();
        let mut day = Self { watch: Watch::default(), calls: 0 };
        day.watch.now = MORNING;
        day.tell(Event::FloorOpened("elm-floor".into()));
        day.tell(practice.team_offered().unwrap());
        day.tell(flow);
        day.tell(Event::AgentStateAsked { agent: "ana".into(), state: AskedState::NotReady });
        day
    }

    fn tell(&mut self, event: Event) {
        self.watch.deliver(event).unwrap();
    }

    fn until(&mut self, to: Timestamp) {
        while self.watch.next_deadline(to) {
            self.tell(Event::TimePassed);
        }
        self.watch.now = self.watch.now.max(to);
    }

    fn ended(&mut self, name: &CarrierCall, input: Input) {
        let leg = self.watch.floor.leg_of(name).unwrap();
        let event = Event::TreatmentEnded { leg: leg.id, serial: leg.serial(), input };
        self.tell(event);
    }

    /// One call of the patient, by whatever deed: what it leaves is left after half a minute.
    fn call(&mut self, deed: Deed) {
        self.calls += 1;
        let name = CarrierCall::from(format!("CA-{}", self.calls).as_str());
        let (caller, begins) = (Caller::from_carrier(PATIENT), self.watch.now);
        let decisive = begins + Span::secs(30);
        if deed == Deed::IsMissedInAGap {
            self.until(decisive);
            let dialled = NUMBER.into();
            return self.tell(Event::CallMissed { carrier_call: name, caller, dialled, began: begins });
        }
        self.tell(Event::CallArrived { carrier_call: name.clone(), caller, dialled: NUMBER.into() });
        if deed != Deed::HangsUpInTheMenu {
            self.ended(&name, Input::Keys("1".into()));
        }
        self.until(decisive);
        match deed {
            Deed::AsksForACallback => self.ended(&name, Input::Keys("7".into())),
            Deed::LeavesAMessage | Deed::IsCutOffAtTheMailbox => {
                self.ended(&name, Input::Keys("6".into()));
                self.until(decisive + Span::secs(20));
                if deed == Deed::LeavesAMessage {
                    let (recording, duration) = (format!("RE{}", self.calls).as_str().into(), Some(Span::secs(19)));
                    self.ended(&name, Input::Message { recording, duration });
                }
            }
            Deed::Drops | Deed::HangsUpInTheMenu | Deed::IsMissedInAGap => {}
        }
        let status = LegStatus::Ended(LegEnd::Completed);
        self.tell(Event::LegStatus { leg: None, carrier_call: name, status });
    }

    /// The open items, without what depends on the order by its nature: which call came first.
    fn items(&self) -> Vec<String> {
        let view = self.watch.floor.view();
        let told = view.items.iter().map(|item| {
            let (item, new) = (&item.item, &item.item.new);
            format!(
                "{:?} for {}, due {}, promised {}, {} repeats, {} messages, {:?} {:?}",
                new.kind,
                new.lane,
                new.due_at.rfc3339(),
                new.promised.is_some(),
                item.repeats,
                item.messages.len(),
                new.maybe_same,
                new.earlier
            )
        });
        told.collect()
    }
}

fn permutations(deeds: &[Deed]) -> Vec<Vec<Deed>> {
    if deeds.len() <= 1 {
        return vec![deeds.to_vec()];
    }
    let mut all = Vec::new();
    for first in 0..deeds.len() {
        let mut rest = deeds.to_vec();
        let first = rest.remove(first);
        for mut order in permutations(&rest) {
            order.insert(0, first);
            all.push(order);
        }
    }
    all
}

#[test]
fn redials_messages_callbacks_and_missed_calls_make_one_item_in_whatever_order() {
    use Deed::AsksForACallback;
    use Deed::Drops;
    use Deed::IsCutOffAtTheMailbox;
    use Deed::IsMissedInAGap;
    use Deed::LeavesAMessage;
    let deeds = [Drops, AsksForACallback, LeavesAMessage, IsCutOffAtTheMailbox, IsMissedInAGap];
    for pause in [Span::mins(6), Span::mins(40)] {
        let mut seen: Option<(Vec<Deed>, Vec<String>)> = None;
        for order in permutations(&deeds) {
            let mut day = Day::begins();
            for deed in &order {
                let begins = day.watch.now;
                day.call(*deed);
                day.until(begins + pause);
            }
            let items = day.items();
            assert_eq!(items.len(), 1, "{order:?}: {items:#?}");
            let ledger = day.watch.floor.ledger();
            assert_eq!((ledger.inbound, ledger.items, ledger.unaccounted()), (5, 5, 0), "{order:?}");
            match &seen {
                Some((other, expected)) => assert_eq!(&items, expected, "{order:?} is not as {other:?}"),
                None => seen = Some((order, items)),
            }
        }
    }
}

#[test]
fn a_hang_up_in_the_menu_changes_no_item_wherever_it_falls() {
    for place in 0..3 {
        let mut deeds = vec![Deed::Drops, Deed::LeavesAMessage];
        deeds.insert(place, Deed::HangsUpInTheMenu);
        let mut day = Day::begins();
        for deed in deeds {
            let begins = day.watch.now;
            day.call(deed);
            day.until(begins + Span::mins(6));
        }
        let items = day.items();
        assert_eq!(day.watch.floor.ledger().declined, 1);
        assert!(items.len() == 1 && items[0].starts_with("Voicemail for desk"), "{items:#?}");
        assert!(items[0].contains("1 repeats, 1 messages"), "{items:#?}");
    }
}
