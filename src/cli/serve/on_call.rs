//! Looks at the on-call rota every minute and says in the log when a rung of a ladder is, or will be, nobody's.
//!
//! The gauge `carelane_on_call_hole_seconds` is worked out at each scrape; this is for who reads logs. It decides
//! nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use tracing::error;
use tracing::warn;

use crate::engine::Engine;
use crate::floor::view::PracticeView;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

/// How often the rota is looked at. A reload is seen by then, too.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A hole as it was told: its practice, its rung, and its beginning unless it has begun.
type Told = BTreeSet<(PracticeId, usize, Option<Timestamp>)>;

/// Watches until the desk ends.
pub(super) async fn watch(engine: Engine) {
    let mut told = Told::new();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        match engine.view().await {
            Ok(view) => told = tell(&view.practices, engine.clock().now(), &told),
            Err(crate::engine::Unanswered::Busy | crate::engine::Unanswered::DiskFull) => {}
            Err(crate::engine::Unanswered::Stopped) => return,
        }
    }
}

/// Says what was not said before; what is known now.
fn tell(practices: &[PracticeView], now: Timestamp, before: &Told) -> Told {
    let mut told = Told::new();
    for practice in practices {
        if practice.on_call.is_none() {
            let key = (practice.id.clone(), 0, None);
            if !before.contains(&key) {
                warn!(practice = %practice.id, "the team has no on-call ladder: urgent callers meet nobody when its people are away");
            }
            told.insert(key);
        }
        for hole in practice.on_call_holes(now) {
            let begun = hole.from <= now;
            let key = (practice.id.clone(), hole.rung, (!begun).then_some(hole.from));
            let (from, to) = (hole.from, hole.to);
            if !told.insert(key.clone()) || before.contains(&key) {
                continue;
            }
            if begun {
                error!(practice = %practice.id, rung = hole.rung, until = %to, "nobody is on call on this rung now: put the rota right");
            } else {
                warn!(practice = %practice.id, rung = hole.rung, %from, %to, "nobody will be on call on this rung: put the rota right");
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::LastResort;
    use crate::flow::OnCall;
    use crate::flow::Rung;
    use crate::flow::Shift;
    use crate::flow::ShiftTime;
    use crate::vocab::Span;
    use std::sync::Arc;

    #[test]
    fn a_hole_is_told_once_ahead_and_once_when_it_begins() {
        // Mondays from 8 to 9 in UTC nobody holds the rung; time zero was a Thursday.
        let shift = Shift { agent: "ana".into(), time: ShiftTime::Weekly { from: 9 * 60, to: 8 * 60 } };
        let on_call = OnCall {
            time_zone: "UTC".into(),
            after: Span::secs(60),
            ring: Span::secs(30),
            rungs: vec![Rung { shifts: vec![shift] }],
            last_resort: LastResort::StartOver,
        };
        let elm = PracticeView {
            id: "elm".into(),
            name: "Elm".into(),
            numbers: Vec::new(),
            staff_number: None,
            on_call: Some(Arc::new(on_call)),
        };
        let practices = [elm];
        let monday = Timestamp(0) + Span::hours(4 * 24 + 8);
        let ahead = tell(&practices, Timestamp(0), &Told::new());
        assert_eq!(ahead, Told::from([("elm".into(), 1, Some(monday))]));
        assert_eq!(tell(&practices, Timestamp(0) + Span::mins(1), &ahead), ahead);
        let begun = tell(&practices, monday, &ahead);
        assert!(begun.contains(&("elm".into(), 1, None)), "{begun:?}");
        // A minute on, the same hole of the week after comes into sight.
        let next = ("elm".into(), 1, Some(monday + Span::hours(7 * 24)));
        let after = tell(&practices, monday + Span::mins(1), &begun);
        assert_eq!(after, Told::from([("elm".into(), 1, None), next]));
    }
}
