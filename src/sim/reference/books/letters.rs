//! The account of what patients write: work of no call, in nobody's ledger.

use super::Books;
use super::calendar;
use super::must;
use crate::floor::fact::ItemKind;
use crate::floor::fact::NewItem;
use crate::floor::fact::letter::Letter;
use crate::vocab::CallId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

impl Books {
    /// An item of no call: a letter's, or what urgent words in its note left.
    pub(super) fn written(&mut self, now: Timestamp, new: &NewItem) -> Result<(), String> {
        let Some(flow) = self.flows.get(&new.practice).cloned() else {
            return Err(format!("no-phantom: {} of no practice", new.item));
        };
        let Some(lane) = flow.lane(&new.lane) else { return Err(format!("item-complete: {} in no lane", new.item)) };
        let (item, due) = (new.item, new.due_at);
        must(new.call == CallId::NONE, || format!("no-phantom: {item} was written, and is of {}", new.call))?;
        must(!new.urgent || lane.clinical, || format!("clinical: {item} is urgent, and in {}", lane.id))?;
        must(!lane.clinical || new.owner == lane.owner, || format!("item-complete: {item} of {:?}", new.owner))?;
        let asked = new.arrived <= now && new.promised.is_none();
        must(asked, || format!("promise: {item} came {}, promised {:?}", new.arrived, new.promised))?;
        let on_time = match new.urgent {
            true => due >= new.arrived + lane.callback_within && due <= now + lane.callback_within,
            false => calendar::is_open(&flow, due - Span(1)) || calendar::is_open(&flow, due),
        };
        must(on_time, || format!("due: {item} came {}, due {due}", new.arrived))?;
        self.begin(now, new, flow)
    }

    /// A further letter is of an open item, which it may make due earlier, once.
    pub(super) fn letter_came(&mut self, now: Timestamp, letter: &Letter) -> Result<(), String> {
        let Some(page) = self.items.get_mut(&letter.item) else {
            return Err(format!("no-phantom: no {}", letter.item));
        };
        must(page.open, || format!("item-iff-needed: a letter for {}, which is closed", letter.item))?;
        if let Some(due) = letter.due_at {
            let raised = letter.again && !page.raised && due < page.new.due_at && due >= now;
            must(raised, || format!("repeat-raises-once: {}, due {}, is due {due}", letter.item, page.new.due_at))?;
            (page.raised, page.new.due_at) = (true, due);
        }
        if letter.again && page.new.kind == ItemKind::Written {
            page.last_wait = (letter.received.max(page.last_wait.0), now);
        }
        Ok(())
    }
}
