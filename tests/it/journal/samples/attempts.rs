//! One of every step of an attempt that carelane dials.

use carelane::floor::fact::Fact;
use carelane::floor::fact::attempt::Attempt;
use carelane::floor::fact::attempt::AttemptEnd;
use carelane::floor::fact::attempt::AttemptStep;
use carelane::floor::fact::attempt::Undialled;
use carelane::vocab::CallId;
use carelane::vocab::ItemId;
use carelane::vocab::LegId;

use super::NOON;

pub(super) fn facts() -> [Fact; 5] {
    let attempt = |step| Fact::Attempt(Attempt { item: ItemId(3), call: CallId(5), step });
    [
        attempt(AttemptStep::Waits { until: Some(NOON), why: Some(Undialled::HourFull) }),
        attempt(AttemptStep::Began { number: 2, until: NOON }),
        attempt(AttemptStep::Dialled { leg: LegId(7), until: NOON }),
        attempt(AttemptStep::Answered),
        attempt(AttemptStep::Ended { how: AttemptEnd::AssistantGone, due_at: NOON }),
    ]
}
