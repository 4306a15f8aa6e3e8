//! The rules once more, slow and obvious: what must hold between facts, told by facts alone.
//!
//! `line` searches the whole line for every offer, `books` keep account of calls, offers, items and promises, `clinic`
//! of what only clinical people do, and `calendar` counts open time in quarters of an hour; `waits` hears what callers
//! are told of their wait. None shares code with what it judges.

mod books;
mod calendar;
mod clinic;
mod line;
mod waits;

pub(super) use books::Books;
pub(super) use clinic::Clinic;
pub(super) use line::Line;
pub(super) use waits::Waits;
