//! Media streams as they are counted: how many there are, how they ended, and their frames.

use std::time::Duration;

use prometheus::Gauge;
use prometheus::Histogram;
use prometheus::IntCounter;
use prometheus::Registry;

use super::Metrics;
use super::family::Choices;
use super::family::counter;
use super::family::counters;
use super::family::gauge;
use super::family::histogram;

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
    late: IntCounter,
    jitter: Histogram,
    left_out: IntCounter,
    not_listened_to: IntCounter,
    ran_out: IntCounter,
    passed_on: Histogram,
    barge_in: Histogram,
    tape_lost: IntCounter,
}

/// From a tenth of a millisecond, where nothing waits, to what makes people talk over each other.
const DELAYS: [f64; 10] = [0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.02, 0.04, 0.06, 0.1, 0.4];

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
        let lost = counters(
            r,
            "carelane_bridge_lost_frames_total",
            "Audio left out of a conversation: too much of it waited at the carrier, or the listener did not listen.",
            &["reason"],
        );
        Self {
            open: gauge(r, "carelane_streams", "Media streams that carry a call's audio now."),
            ended: Choices::of(&ended, &[], &ENDS),
            frames_in: frames.with_label_values(&["in"]),
            frames_out: frames.with_label_values(&["out"]),
            recognised: Choices::of(&recognised, &[], &RECOGNISED),
            late: counter(
                r,
                "carelane_stream_late_frames_total",
                "Audio of parties in conversation that came more than 40 ms late.",
            ),
            jitter: histogram(
                r,
                "carelane_stream_jitter_seconds",
                "How much the arrivals of a party in conversation vary (RFC 3550), once a second.",
                &DELAYS,
            ),
            left_out: lost.with_label_values(&["late"]),
            not_listened_to: lost.with_label_values(&["not_listened_to"]),
            ran_out: counter(
                r,
                "carelane_bridge_underruns_total",
                "Times that a listener's sound ran out for 20 ms or more in a conversation.",
            ),
            passed_on: histogram(
                r,
                "carelane_bridge_delay_seconds",
                "From the arrival of a party's audio to its passing on to the other.",
                &DELAYS,
            ),
            barge_in: histogram(
                r,
                "carelane_barge_in_seconds",
                "From a key to the order to the carrier to be silent.",
                &DELAYS,
            ),
            tape_lost: counter(
                r,
                "carelane_tape_lost_pieces_total",
                "Pieces of two seconds of messages and conversations that could not be written.",
            ),
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

impl Metrics {
    /// Audio of a party in conversation came late.
    pub fn frame_late(&self) {
        self.streams.late.inc();
    }

    /// How much a party's arrivals vary now.
    pub fn jittered(&self, jitter: Duration) {
        self.streams.jitter.observe(jitter.as_secs_f64());
    }

    /// Audio was left out because too much was waiting at the carrier.
    pub fn left_out(&self) {
        self.streams.left_out.inc();
    }

    /// Audio was left out because the listener's stream did not take it.
    pub fn not_listened_to(&self, frames: usize) {
        self.streams.not_listened_to.inc_by(u64::try_from(frames).unwrap_or(0));
    }

    /// A listener's sound ran out in a conversation.
    pub fn ran_out(&self) {
        self.streams.ran_out.inc();
    }

    /// Audio was passed on so long after it came.
    pub fn passed_on(&self, after: Duration) {
        self.streams.passed_on.observe(after.as_secs_f64());
    }

    /// Pieces of a recording could not be written.
    pub fn tape_lost(&self, pieces: u64) {
        self.streams.tape_lost.inc_by(pieces);
    }

    /// So long after a key the carrier was told to be silent.
    pub fn cut_short(&self, after: Duration) {
        self.streams.barge_in.observe(after.as_secs_f64());
    }
}

/// A stream that counts as open while this lives.
pub struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
