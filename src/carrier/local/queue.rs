//! Queues: where callers are parked, first in first out. A parking place, as at a real carrier; never an order.

use std::collections::VecDeque;

use super::exchange::Exchange;
use super::webhook::Params;
use crate::vocab::Timestamp;

/// One named queue, made when somebody first enters it.
pub(super) struct Queue {
    sid: String,
    members: VecDeque<(String, Timestamp)>,
    /// Waits of those who left: how many, and their sum in the call's milliseconds.
    left: (u64, u64),
}

impl Exchange {
    /// Parks a call; `None` if the queue is full. Returns the queue's SID.
    pub(super) fn enter_queue(&self, name: &str, size_max: u32, call: &str) -> Option<String> {
        let sid = format!("QU{}", self.random_hex());
        let now = self.now();
        let mut state = self.state();
        let queue = state.queues.entry(name.to_owned()).or_insert_with(|| Queue {
            sid,
            members: VecDeque::new(),
            left: (0, 0),
        });
        if queue.members.len() >= size_max as usize {
            return None;
        }
        queue.members.push_back((call.to_owned(), now));
        Some(queue.sid.clone())
    }

    /// Takes a call out; returns how long it waited, in its own seconds.
    pub(super) fn leave_queue(&self, name: &str, call: &str) -> u64 {
        let now = self.now();
        let mut state = self.state();
        let Some(queue) = state.queues.get_mut(name) else { return 0 };
        let Some(at) = queue.members.iter().position(|(sid, _)| sid == call) else { return 0 };
        let Some((_, entered)) = queue.members.remove(at) else { return 0 };
        let waited = self.call_millis(entered, now);
        queue.left = (queue.left.0 + 1, queue.left.1.saturating_add(waited));
        if queue.members.is_empty() && state.queues.len() > QUEUES_KEPT {
            state.queues.remove(name);
        }
        waited / 1_000
    }

    /// What a request for a wait document says about the caller's place.
    pub(super) fn queue_params(&self, name: &str, size_max: u32, call: &str) -> Params {
        let now = self.now();
        let state = self.state();
        let Some(queue) = state.queues.get(name) else { return Vec::new() };
        let place = queue.members.iter().position(|(sid, _)| sid == call);
        let entered = place.and_then(|at| queue.members.get(at)).map_or(now, |(_, entered)| *entered);
        let average = queue.left.1.checked_div(queue.left.0).unwrap_or(0) / 1_000;
        vec![
            ("QueueSid", queue.sid.clone()),
            ("QueuePosition", place.map_or(0, |at| at + 1).to_string()),
            ("QueueTime", (self.call_millis(entered, now) / 1_000).to_string()),
            ("AvgQueueTime", average.to_string()),
            ("CurrentQueueSize", queue.members.len().to_string()),
            ("MaxQueueSize", size_max.to_string()),
        ]
    }

    /// How many calls are parked under this name.
    pub(super) fn queue_len(&self, name: &str) -> usize {
        self.state().queues.get(name).map_or(0, |queue| queue.members.len())
    }
}

/// Empty queues are kept up to this many, so that names made for single calls do not pile up.
const QUEUES_KEPT: usize = 100;
