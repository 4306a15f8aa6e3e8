//! The closed set of problems a flow or team file can have, one code each.
//!
//! A code never changes its meaning: it stands in messages, in `--json` and in the tests. It says nothing of where
//! or why; that is the diagnostic's part.

use serde::Serialize;
use serde::Serializer;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as printed: `flow::unknown-key`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The text is no YAML.
    Syntax "yaml::syntax";
    /// A tab indents a line.
    Tab "yaml::tab";
    /// Too large: bytes, values or one text.
    Size "yaml::size";
    /// Nested too deeply.
    Depth "yaml::depth";
    /// A key stands twice in one mapping.
    DuplicateKey "yaml::duplicate-key";
    /// A merge key `<<`.
    Merge "yaml::merge";
    /// An alias into itself.
    Alias "yaml::alias";
    /// A tag such as `!!int`.
    Tag "yaml::tag";
    /// More than one document.
    Documents "yaml::documents";
    /// Nothing but comments.
    Empty "yaml::empty";
    /// A key that nobody reads.
    UnknownKey "flow::unknown-key";
    /// A key that must be there.
    MissingKey "flow::missing-key";
    /// A value of the wrong kind.
    Type "flow::type";
    /// A value outside its range.
    Range "flow::range";
    /// A list or mapping with too few or too many entries.
    Count "flow::count";
    /// A name outside `[a-z0-9_-]{1,64}`.
    Id "flow::id";
    /// No phone number in E.164.
    Number "flow::number";
    /// No length of time such as `30s`.
    Duration "flow::duration";
    /// No opening hours, or hours that overlap or run backwards.
    Hours "flow::hours";
    /// No day of the calendar.
    Date "flow::date";
    /// No time zone of the IANA database.
    TimeZone "flow::time-zone";
    /// No language tag, or not one of the practice's.
    Language "flow::language";
    /// No key of a telephone.
    Key "flow::key";
    /// A text missing in a language of the practice.
    MissingText "flow::missing-text";
    /// A text that cannot be said: empty, too long, control characters.
    Text "flow::text";
    /// A blank `{…}` missing, unknown or repeated.
    Blank "flow::blank";
    /// A value that must not stand twice.
    Twice "flow::twice";
    /// A lane that does not exist.
    UnknownLane "flow::unknown-lane";
    /// A step that does not exist.
    UnknownStep "flow::unknown-step";
    /// A step or lane no caller can come to.
    Unreachable "flow::unreachable";
    /// A choice that leads back to where it stands.
    RoutesNowhere "flow::routes-nowhere";
    /// Callers would go round for ever.
    Loop "flow::loop";
    /// The opening lacks the practice's name or who is speaking, or is too long.
    Opening "flow::opening";
    /// The emergency sentence does not name 911, or a text speaks against dialling it.
    Emergency "flow::emergency";
    /// A language is not offered in itself, with its key.
    LanguageOffer "flow::language-offer";
    /// The flow does not begin with a question that routes.
    Start "flow::start";
    /// A menu with too many choices or too long a question.
    MenuLength "flow::menu-length";
    /// A menu without 0 for a person.
    NoPerson "flow::no-person";
    /// A menu without * to repeat.
    NoRepeat "flow::no-repeat";
    /// A spoken phrase with two meanings.
    Ambiguous "flow::ambiguous-phrase";
    /// A question that does not name a key (warning).
    KeyNotNamed "flow::key-not-named";
    /// A clinical or urgent caller could reach what is not clinical.
    Clinical "flow::clinical-boundary";
    /// Words that judge or advise, or name urgent symptoms, where the system speaks.
    Advice "flow::advice";
    /// A time or a place in line that no text can know.
    Promise "flow::promise";
    /// No way up from a lane.
    Escalation "flow::escalation";
    /// Tiers out of order, or one that never opens.
    Tier "flow::tier";
    /// No outcome closes a call.
    NoClosing "flow::no-closing-outcome";
    /// Attempts to reach a patient that are not spaced.
    Rhythm "flow::rhythm";
    /// Every note field may stay empty.
    NoRequired "flow::no-required-field";
    /// Keys by which a call could not be written up.
    KeypadNotes "flow::keypad-notes";
    /// A backline that leads astray, or that every caller is told of.
    Backline "flow::backline";
    /// A lane without what its people must be told.
    LaneSheet "flow::lane-sheet";
    /// A callback that does not begin with who calls, or begins with an empty question.
    CallbackOpening "flow::callback-opening";
    /// Complaints that do not reach management, or of which the note tells too little.
    Complaint "flow::complaint";
    /// A referral lane that cannot say what is missing.
    Referral "flow::referral";
    /// A chain that begins with nothing that is done, or like another.
    Chain "flow::chain";
    /// A channel whose requests could not be answered as it says.
    Channel "flow::channel";
    /// A staff number that patients dial too.
    StaffNumber "flow::staff-number";
    /// Conversations that would be recorded without telling callers, or told of in words that do not say it.
    Unannounced "flow::unannounced";
    /// A team file that is not there, or whose name is none.
    UnknownTeam "flow::unknown-team";
    /// A group the team does not have.
    UnknownGroup "team::unknown-group";
    /// An assistant the team does not have.
    UnknownAgent "team::unknown-agent";
    /// A group nobody is in.
    EmptyGroup "team::empty-group";
    /// A lane that nobody serves in one of the languages.
    NotServed "team::not-served";
    /// A shift whose times cannot be read or do not fit together.
    Shift "team::shift";
    /// Two people on one rung at one time.
    RotaOverlap "team::rota-overlap";
    /// A time of the week at which nobody holds a rung (warning).
    RotaHole "team::rota-hole";
    /// Somebody on call who may not take the practice's clinical calls.
    OnCall "team::on-call";
    /// A practice whose team has no on-call ladder (warning).
    NoOnCall "team::no-on-call";
    /// An assistant without a phone who must have one.
    NoPhone "team::no-phone";
    /// The same number, id or address in two places or files.
    Taken "folder::taken";
    /// Not a file the checker knows: `<practice>.yaml` or `<name>.team.yaml`.
    FileName "folder::file-name";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
