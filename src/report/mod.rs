//! What a practice's calls add up to, for the people who run it.
//!
//! So far: the baseline of a week before carelane, from the call log of the phone system in use. It reads no file and
//! prints no number of a person: whoever needs one finds it in the row that is named.

mod baseline;
mod columns;
mod finding;
mod log;
mod text;

pub use baseline::Baseline;
pub use baseline::Terms;
pub use columns::Column;
pub use columns::Columns;
pub use columns::MissingColumn;
pub use columns::Unread;
pub use log::Direction;
pub use log::LoggedCall;
pub use text::text;
