//! The upper bounds. Everything has a limit; here each has its reason.

use super::time::Span;

/// A webhook's body. Real ones are under 4 KiB; Twilio's own answers are capped at 64 KiB.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// A TwiML document: the carrier refuses more (error 11750).
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// Text of one spoken prompt: the carrier refuses more than 4,096 characters.
pub const PROMPT_CHARS_MAX: usize = 1_000;
/// The longest message a caller may leave: beyond it people repeat themselves, and somebody must listen to it.
pub const MESSAGE_MAX: Span = Span::mins(3);
/// A recording's file: the longest message as 16-bit mono at 16 kHz, twice what telephones carry, with room to spare.
pub const RECORDING_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Calls alive at once on one floor; above it the caller hears that lines are busy and an item is kept.
pub const CALLS_MAX: usize = 120_000;
/// Digits or speech taken from one Gather; longer input is cut.
pub const INPUT_CHARS_MAX: usize = 500;
/// One note field.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// What a patient may write: longer e-mails are whole histories, and a portal's own limit is lower.
pub const LETTER_CHARS_MAX: usize = 10_000;
/// An address, or a name in a portal.
pub const SENDER_CHARS_MAX: usize = 200;
/// A patient's name.
pub const NAME_CHARS_MAX: usize = 200;
/// Events the desk takes into one commit.
pub const BATCH_EVENTS_MAX: usize = 256;
/// Events that may wait for the desk; above it the door answers with the fallback.
pub const MAILBOX_EVENTS_MAX: usize = 10_000;
/// How long a finished leg's documents are kept for late duplicates of its webhooks.
pub const DUPLICATES_KEPT: Span = Span::hours(24);
/// A flow or team file.
pub const FLOW_BYTES_MAX: usize = 1024 * 1024;
/// Arrivals of one practice that are remembered to limit how often a number calls; above it the oldest are forgotten,
/// so that a flood makes the limit milder, never wrong.
pub const ARRIVALS_KEPT_MAX: usize = 20_000;
/// Numbers whose language is remembered.
pub const LANGUAGES_KEPT_MAX: usize = 50_000;
/// Numbers with a record of what their people want; what bars nothing is forgotten first.
pub const CONTACTS_MAX: usize = 100_000;
/// A number not heard of for so long starts in the practice's first language again.
pub const LANGUAGE_KEPT: Span = Span::hours(365 * 24);
