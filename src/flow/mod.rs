//! Flow file text -> checked `Flow`, or every problem at once.
//!
//! ```text
//!  text ─► syntax ─► tree ─┬─► conform (by the schema table) ─► shape problems ─┐
//!                          └─► lower ─► Flow ─► check_* (rules) ─► problems ────┴─► Flow, or diagnostics
//! ```
//!
//! It reads no disk and no clock; what callers hear is written by `render`, what happens is decided by `floor`.

mod callbacks;
mod check;
mod check_backline;
mod check_clinical;
mod check_desk;
mod check_greeting;
mod check_honest;
mod check_lane;
mod check_menu;
mod check_on_call;
mod check_path;
mod check_people;
mod check_recording;
mod check_rhythm;
mod check_sheet;
mod check_staff;
mod check_words;
mod code;
mod conform;
mod desk;
mod diagnostic;
mod dialling;
mod folder;
mod honest_words;
mod lower;
mod model;
mod note;
mod on_call;
mod recording;
mod rhythm;
mod scalar;
mod schema;
mod sheet;
mod spoken;
mod syntax;
mod wording;

pub use callbacks::Callbacks;
pub use callbacks::LaneWork;
pub use check::check_flow;
pub use check::check_team;
pub use check_greeting::OPENING_SECONDS_MAX;
pub use code::Code;
pub use desk::Chain;
pub use desk::Desk;
pub use desk::Document;
pub use desk::Patient;
pub use desk::Situation;
pub use desk::Stage;
pub use desk::is_complaint;
pub use diagnostic::Also;
pub use diagnostic::Diagnostic;
pub use diagnostic::Fix;
pub use diagnostic::Severity;
pub use dialling::Dialling;
pub use folder::Checked;
pub use folder::check_folder;
pub use folder::demo;

pub use model::Choice;
pub use model::Date;
pub use model::Exit;
pub use model::Exits;
pub use model::Flow;
pub use model::Greeting;
pub use model::HeadStart;
pub use model::Hours;
pub use model::KeypadNotes;
pub use model::KeypadOutcome;
pub use model::Lane;
pub use model::Limits;
pub use model::Member;
pub use model::Menu;
pub use model::NoteField;
pub use model::OfferRules;
pub use model::OpenSpell;
pub use model::Outcome;
pub use model::Owner;
pub use model::Phrases;
pub use model::Reach;
pub use model::Reason;
pub use model::Retention;
pub use model::SelfService;
pub use model::Step;
pub use model::Target;
pub use model::Team;
pub use model::Texts;
pub use model::Tier;
pub use model::Urgent;
pub use model::text;
pub use note::says_nothing;
pub use on_call::LastResort;
pub use on_call::LocalMinute;
pub use on_call::OnCall;
pub use on_call::Rung;
pub use on_call::Shift;
pub use on_call::ShiftTime;
pub use recording::RecordingRules;
pub use rhythm::ATTEMPTS_MAX;
pub use rhythm::Moment;
pub use rhythm::Rhythm;
pub use sheet::LaneException;
pub use sheet::ScriptStep;
pub use sheet::Sheet;
pub use spoken::hears;
pub use spoken::hints;
pub use spoken::normalise;
pub use spoken::says;
pub use spoken::seconds as spoken_seconds;
pub use wording::Phrase;
