//! What a practice's calls add up to, for the people who run it.
//!
//! Two things: the baseline of a week before carelane, from the call log of the phone system in use; and the scorecard
//! of a day or a week, from the journal's facts. It reads no file and prints no number or name of a person: whoever
//! needs one finds it in the row, or by the id, that is named.

mod baseline;
mod cause;
mod columns;
mod delay;
mod finding;
mod history;
mod log;
mod metric;
mod page;
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
pub use scorecard::Scorecard;
pub use slice::Period;
pub use text::text;
