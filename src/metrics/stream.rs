//! Media streams as they are counted: how many there are, how they ended, and their frames.

use prometheus::Gauge;
use prometheus::IntCounter;
use prometheus::Registry;

use super::family::Choices;
use super::family::counters;
use super::family::gauge;

const RECOGNISED: [&str; 3] = ["words", "nothing", "failed"];
const ENDS: [&str; 4] = ["stopped", "handed_over", "dropped", "refused"];

/// How a media stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The carrier ended it: the call is over, or was moved.
    Stopped,
    /// carelane ended it: what comes next is the carrier's.
    HandedOver,
    /// It broke off.
    Dropped,
    /// It had no ticket, or sent what it may not.
    Refused,
}

/// The streams' own series.
pub(super) struct StreamSeries {
    open: Gauge,
    ended: Choices,
    frames_in: IntCounter,
    frames_out: IntCounter,
    recognised: Choices,
}

impl StreamSeries {
    pub(super) fn new(r: &Registry) -> Self {
        let frames =
            counters(r, "carelane_stream_frames_total", "Audio by media streams, in frames of 20 ms.", &["direction"]);
        let recognised = counters(
            r,
            "carelane_utterances_total",
            "What callers said in media streams, by what the recogniser made of it.",
            &["result"],
        );
        let ended = counters(r, "carelane_streams_ended_total", "Media streams that ended, by how.", &["result"]);
        Self {
            open: gauge(r, "carelane_streams", "Media streams that carry a call's audio now."),
            ended: Choices::of(&ended, &[], &ENDS),
            frames_in: frames.with_label_values(&["in"]),
            frames_out: frames.with_label_values(&["out"]),
            recognised: Choices::of(&recognised, &[], &RECOGNISED),
        }
    }

    pub(super) fn opened(&self) -> OpenStream {
        self.open.inc();
        OpenStream(self.open.clone())
    }

    pub(super) fn ended(&self, how: StreamEnd) {
        self.ended.inc(match how {
            StreamEnd::Stopped => "stopped",
            StreamEnd::HandedOver => "handed_over",
            StreamEnd::Dropped => "dropped",
            StreamEnd::Refused => "refused",
        });
    }

    pub(super) fn heard(&self, frames: u64) {
        self.frames_in.inc_by(frames);
    }

    pub(super) fn recognised(&self, result: &str) {
        self.recognised.inc(result);
    }

    pub(super) fn sent(&self, frames: u64) {
        self.frames_out.inc_by(frames);
    }
}

/// A stream that counts as open while this lives.
pub struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
