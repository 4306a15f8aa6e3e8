//! Retention: how long what patients said and left is kept, and when it must be destroyed.
//!
//! The shell shows what it finds in the data folder; the floor says what is past its time, and the fact is the proof
//! that stays. Destroying is the shell's part, after the fact is durable. Times are whole months in UTC, as keys are.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Floor;
use super::effect::Refusal;
use super::fact::Fact;
use super::turn::Turn;
use crate::vocab::KeyId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// The scope of what belongs to no practice: it is kept as long as the longest of them wants.
const FLOOR_SCOPE: &str = "floor";

impl Turn<'_> {
    /// A record key was found. Past its time, the texts that it opens are given up; everything else is a refusal, so
    /// that nothing is ever destroyed by mistake.
    // rule: kept-no-longer
    pub(super) fn key_found(&mut self, key: KeyId) {
        let Some(kept) = self.floor.texts_kept(&key.scope) else {
            return self.refuse(Refusal::Unknown("practice"));
        };
        let Some(end) = month_end(key.month) else {
            return self.refuse(Refusal::Unknown("month"));
        };
        if self.now < end + kept {
            return self.refuse(Refusal::Conflict("its retention is not over"));
        }
        // patient: who is still to be called back must not lose the number.
        if self.floor.has_open_item_before(&key.scope, end) {
            return self.refuse(Refusal::Conflict("an item of that time is still open"));
        }
        self.fact(Fact::KeyExpired(key));
    }
}

impl Floor {
    /// How long a scope's personal texts are kept after the end of their month.
    fn texts_kept(&self, scope: &str) -> Option<Span> {
        if scope == FLOOR_SCOPE {
            return self.practices.values().map(|p| p.flow.retention.texts).max();
        }
        self.practices.get(&PracticeId::from(scope)).map(|p| p.flow.retention.texts)
    }

    fn has_open_item_before(&self, scope: &str, end: Timestamp) -> bool {
        let concerned = |practice: &PracticeId| scope == FLOOR_SCOPE || practice.as_str() == scope;
        self.items.values().any(|i| i.closed.is_none() && i.opened_at < end && concerned(&i.new.practice))
    }
}

/// The first moment after a month given as 202611.
pub(super) fn month_end(month: u32) -> Option<Timestamp> {
    let (year, month) = (i16::try_from(month / 100).ok()?, i8::try_from(month % 100).ok()?);
    let first = Date::new(year, month, 1).ok()?;
    let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
    Some(Timestamp(next.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        assert_eq!(month_end(202_611).map(Timestamp::rfc3339).as_deref(), Some("2026-12-01T00:00:00.000Z"));
        assert_eq!(month_end(202_612).map(Timestamp::rfc3339).as_deref(), Some("2027-01-01T00:00:00.000Z"));
        assert_eq!((month_end(202_613), month_end(0), month_end(u32::MAX)), (None, None, None));
    }
}
