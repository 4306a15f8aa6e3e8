//! What a practice's calls add up to, for the people who run it.
//!
//! Three things: the baseline of a week before carelane, from the call log of the phone system in use; the scorecard
//! of a day or a week, from the journal's facts; and the four weeks of a pilot. It reads no file and prints no number
//! or name of a person: whoever needs one finds it in the row, or by the id, that is named.

mod baseline;
mod cause;
mod columns;
mod delay;
mod finding;
mod history;
mod log;
mod metric;
mod page;
mod pilot;
mod scorecard;
mod sheet;
mod slice;
mod text;

pub use baseline::Baseline;
pub use baseline::Terms;
pub use columns::Column;
pub use columns::Columns;
pub use columns::MissingColumn;
pub use columns::Unread;
pub use delay::Delay;
pub use history::History;
pub use log::Direction;
pub use log::LoggedCall;
pub use metric::METRICS;
pub use metric::Metric;
pub use metric::Value;
pub use page::page;
pub use pilot::Numbers;
pub use pilot::Pilot;
pub use pilot::Plan;
pub use pilot::Verdict;
pub use pilot::number_in;
pub use pilot::number_of;
pub use pilot::sample::ASKED;
pub use pilot::sample::rows as sample_rows;
pub use pilot::sample::verdicts;
pub use scorecard::Scorecard;
pub use slice::Period;
pub use slice::Slice;
pub use text::text;
