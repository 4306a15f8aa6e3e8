//! Flow file text -> checked `Flow`, or every problem at once.

mod model;
mod spoken;
mod wording;

pub use model::Choice;
pub use model::Date;
pub use model::Exit;
pub use model::Exits;
pub use model::Flow;
pub use model::Greeting;
pub use model::HeadStart;
pub use model::Hours;
pub use model::Lane;
pub use model::Member;
pub use model::Menu;
pub use model::NoteField;
pub use model::OfferRules;
pub use model::OpenSpell;
pub use model::Outcome;
pub use model::Owner;
pub use model::Phrases;
pub use model::SelfService;
pub use model::Step;
pub use model::Target;
pub use model::Team;
pub use model::Texts;
pub use model::Tier;
pub use model::Urgent;
pub use model::text;
pub use spoken::normalise;
pub use spoken::says;
pub use wording::Phrase;
