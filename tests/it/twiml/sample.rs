//! One of every treatment, in both languages, and every document of its own.

use carelane::floor::details::Standing;
use carelane::floor::fact::Route;
use carelane::floor::treatment::Asked;
use carelane::floor::treatment::Mode;
use carelane::floor::treatment::Opening;
use carelane::floor::treatment::Party;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::Flow;
use carelane::flow::Phrase;
use carelane::render::Links;
use carelane::render::twiml;
use carelane::render::twiml::Rendering;
use carelane::vocab::CallId;
use carelane::vocab::CarrierCall;
use carelane::vocab::FloorId;
use carelane::vocab::Language;
use carelane::vocab::LegId;
use carelane::vocab::Span;

use crate::scenario::MORNING;

/// Where the samples' URLs begin.
pub(super) const PUBLIC: &str = "https://voice.example";

/// In which context the carrier asks.
#[derive(Clone, Copy)]
enum Context {
    Call,
    Queue(u32),
    /// Given inside the queue.
    Moved,
}

/// Every document by its name.
pub(super) fn documents(flow: &Flow) -> Vec<(String, Vec<u8>)> {
    let floor = FloorId::from("f00d");
    let links = Links { public: PUBLIC, floor: &floor };
    let rendering = Rendering { leg: LegId(7), serial: 3, flow, links };
    let mut all = vec![
        ("hang-up".to_owned(), twiml::hang_up()),
        ("excuse".to_owned(), twiml::excuse()),
        ("lost".to_owned(), twiml::lost()),
        ("one-moment".to_owned(), twiml::one_moment(&format!("{PUBLIC}/voice/incoming"))),
        ("fallback".to_owned(), twiml::fallback(flow)),
    ];
    for language in &flow.languages {
        for (name, treatment, context) in treatments(language) {
            let document = match context {
                Context::Call => rendering.document(&treatment),
                Context::Queue(round) => rendering.wait_document(&treatment, round),
                Context::Moved => rendering.moved_document(&treatment),
            };
            all.push((format!("{name}.{}", language.primary()), document));
        }
    }
    all
}

/// Every menu, for the template that is rendered once for all legs.
pub(super) fn menus(language: &Language) -> Vec<Treatment> {
    let openings = [
        Opening::Greeting,
        Opening::Plain,
        Opening::NotHeard,
        Opening::NotAChoice,
        Opening::TooManyCalls,
        Opening::TooManyHidden,
        Opening::AllBusy,
    ];
    let menu = |opening| Treatment::Menu { step: "main".into(), language: language.clone(), opening };
    openings.map(menu).to_vec()
}

fn treatments(language: &Language) -> Vec<(String, Treatment, Context)> {
    let names = [
        "menu-greeting",
        "menu-plain",
        "menu-not-heard",
        "menu-not-a-choice",
        "menu-too-many-calls",
        "menu-too-many-hidden",
        "menu-all-busy",
    ];
    let menus = names.into_iter().zip(menus(language)).map(|(name, menu)| (name, menu, Context::Call));
    let all =
        menus.chain(waiting(language)).chain(talking(language)).chain(goodbyes(language)).chain(by_keys(language));
    all.map(|(name, treatment, context)| (name.to_owned(), treatment, context)).collect()
}

fn waiting(language: &Language) -> Vec<(&'static str, Treatment, Context)> {
    let hold = |lane: &str, first: Vec<Words>, urgent| Treatment::Hold {
        lane: lane.into(),
        language: language.clone(),
        first,
        urgent,
    };
    let desk = hold("desk", vec![Words::AboutLane(Phrase::InLine, "desk".into())], false);
    let person = vec![Words::Phrase(Phrase::ToAPerson), Words::AboutLane(Phrase::InLine, "desk".into())];
    let bills = hold("bills", vec![Words::AboutLane(Phrase::Transferred, "bills".into())], false);
    let nurse = hold("nurse", vec![Words::Phrase(Phrase::Urgent), Words::Phrase(Phrase::ReachingCare)], true);
    let crisis = hold("nurse", vec![Words::Phrase(Phrase::Crisis), Words::Phrase(Phrase::ReachingCare)], true);
    let joined = Treatment::Connected {
        call: CallId(5),
        round: 1,
        party: Party::Caller,
        language: language.clone(),
        called: false,
        recorded: false,
    };
    let held = |first: &[Phrase], urgent| Treatment::OnHold {
        first: first.iter().map(|phrase| Words::Phrase(*phrase)).collect(),
        language: language.clone(),
        urgent,
    };
    let on_hold = held(&[Phrase::OnHold], false);
    let on_hold_urgent = held(&[Phrase::Urgent, Phrase::OnHold], true);
    vec![
        ("on-hold", on_hold.clone(), Context::Call),
        ("on-hold-first-words", on_hold.clone(), Context::Queue(0)),
        ("on-hold-second-words", on_hold.clone(), Context::Queue(1)),
        ("on-hold-third-words", on_hold, Context::Queue(2)),
        ("on-hold-urgent", on_hold_urgent.clone(), Context::Call),
        ("on-hold-urgent-words", on_hold_urgent.clone(), Context::Queue(0)),
        ("on-hold-urgent-words-said", on_hold_urgent, Context::Moved),
        ("hold", desk.clone(), Context::Call),
        ("hold-for-a-person", hold("desk", person, false), Context::Call),
        ("hold-urgent", nurse.clone(), Context::Call),
        ("hold-crisis", crisis, Context::Call),
        ("wait-first-words", desk.clone(), Context::Queue(0)),
        ("wait-second-words", desk.clone(), Context::Queue(1)),
        ("wait-third-words", desk, Context::Queue(2)),
        ("wait-without-a-callback-key", bills, Context::Queue(0)),
        ("wait-urgent-first-words", nurse.clone(), Context::Queue(0)),
        ("wait-urgent-second-words", nurse.clone(), Context::Queue(1)),
        ("wait-urgent-words-said-while-waiting", nurse, Context::Moved),
        ("wait-until-moved", joined, Context::Queue(4)),
    ]
}

fn talking(language: &Language) -> Vec<(&'static str, Treatment, Context)> {
    let room = |party| Treatment::Connected {
        call: CallId(5),
        round: 2,
        party,
        language: language.clone(),
        recorded: false,
        called: false,
    };
    let whisper = |urgent, repeat, waited| Treatment::Whisper {
        lane: "desk".into(),
        caller_language: language.clone(),
        language: language.clone(),
        waited,
        urgent,
        repeat,
        standing: (urgent || repeat).then_some(if urgent { Standing::Existing } else { Standing::New }),
        promised: (repeat && !urgent).then_some(MORNING),
        backline: urgent && !repeat,
        names_practice: repeat,
        from: None,
        attempt: None,
    };
    let mut warm = whisper(false, false, Span::secs(42));
    if let Treatment::Whisper { from, .. } = &mut warm {
        *from = Some("Ana & Söhne".into());
    }
    let ask = Treatment::AskStanding { lane: "desk".into(), how: Route::Key, language: language.clone() };
    vec![
        ("answer", announce(language), Context::Call),
        ("record", mailbox(language), Context::Call),
        ("whisper", whisper(false, false, Span::secs(42)), Context::Call),
        ("whisper-backline", whisper(true, false, Span::secs(3)), Context::Call),
        ("whisper-promised", whisper(false, true, Span::secs(42)), Context::Call),
        ("ask-standing", ask, Context::Call),
        ("whisper-urgent-repeat", whisper(true, true, Span::mins(3)), Context::Call),
        ("room-caller", room(Party::Caller), Context::Call),
        ("room-assistant", room(Party::Agent), Context::Call),
        ("whisper-warm", warm, Context::Call),
        ("room-colleague", room(Party::Colleague), Context::Call),
    ]
}

/// An assistant on the staff number, or with a call to write up.
fn by_keys(language: &Language) -> Vec<(&'static str, Treatment, Context)> {
    let keys = |asked, words: Vec<Words>| Treatment::Keys { asked, words, language: language.clone(), missed: 0 };
    let phrase = Words::Phrase;
    let menu = vec![phrase(Phrase::StaffReady), phrase(Phrase::StaffMenu), Words::Count(Phrase::StaffOwes, 2)];
    let again = [phrase(Phrase::WriteUpLater), phrase(Phrase::KeysRepeat), phrase(Phrase::KeysLanguage)];
    let call = Words::AboutCall(Phrase::WriteUp, "desk".into(), MORNING);
    let choices = [Words::Choice('1', "a booked visit".into()), Words::Choice('2', "a message".into())];
    let outcome = [&[phrase(Phrase::WriteUpNow), call, phrase(Phrase::WriteUpOutcome)], &choices[..], &again].concat();
    let field = [&[Words::Text("Request".into())], &choices[..], &again].concat();
    let asked = Asked::Field { call: CallId(5), outcome: "booked".into(), chosen: Vec::new(), field: "request".into() };
    let locked = Words::Promise(Phrase::StaffPinLocked, MORNING + Span::mins(15));
    let goodbye = |words| Treatment::Goodbye { words, language: language.clone(), listens: false };
    let supervise = |mode, coached: Option<&str>| Treatment::Supervise {
        call: CallId(5),
        round: 1,
        mode,
        coached: coached.map(CarrierCall::from),
        language: language.clone(),
    };
    vec![
        ("keys-pin", keys(Asked::Pin { wrong: 0 }, vec![phrase(Phrase::StaffPin)]), Context::Call),
        ("keys-staff-menu", keys(Asked::StaffMenu, [&menu[..], &again[1..]].concat()), Context::Call),
        ("keys-outcome", keys(Asked::Outcome { call: CallId(5) }, outcome), Context::Call),
        ("keys-field", keys(asked, field), Context::Call),
        ("supervise-listen", supervise(Mode::Listen, Some("CA9")), Context::Call),
        ("supervise-whisper", supervise(Mode::Whisper, Some("CA9")), Context::Call),
        ("supervise-whisper-to-a-browser", supervise(Mode::Whisper, None), Context::Call),
        ("supervise-barge", supervise(Mode::Barge, Some("CA9")), Context::Call),
        ("keys-in-a-queue", keys(Asked::StaffMenu, menu), Context::Queue(1)),
        ("goodbye-pin-locked", goodbye(vec![locked]), Context::Call),
        ("goodbye-stranger", goodbye(vec![phrase(Phrase::Urgent), phrase(Phrase::StaffStranger)]), Context::Call),
    ]
}

fn announce(language: &Language) -> Treatment {
    Treatment::Announce { words: vec![Words::Script("hours".into())], language: language.clone() }
}

fn mailbox(language: &Language) -> Treatment {
    let promise = |phrase| Words::Promise(phrase, MORNING + Span::mins(95));
    let opens = Words::promise(Phrase::ClosedHoliday, MORNING + Span::hours(9 * 24), MORNING);
    let words = vec![opens, promise(Phrase::LeaveMessage)];
    Treatment::Record { words, language: language.clone(), longest: Span::mins(3) }
}

fn goodbyes(language: &Language) -> Vec<(&'static str, Treatment, Context)> {
    let goodbye = |words| Treatment::Goodbye { words, language: language.clone(), listens: true };
    let to_staff = |phrase| {
        let words = vec![Words::Phrase(phrase)];
        Treatment::Goodbye { words, language: language.clone(), listens: false }
    };
    let promise = |phrase| Words::Promise(phrase, MORNING + Span::mins(95));
    let missed = goodbye(vec![Words::Phrase(Phrase::Urgent), promise(Phrase::NobodyFree)]);
    vec![
        ("goodbye", goodbye(vec![Words::Phrase(Phrase::Goodbye)]), Context::Call),
        ("goodbye-nobody-free", goodbye(vec![promise(Phrase::NobodyFree)]), Context::Call),
        ("goodbye-nobody-free-urgent", missed, Context::Call),
        ("goodbye-callback-booked", goodbye(vec![promise(Phrase::CallbackBooked)]), Context::Queue(2)),
        ("goodbye-busy", goodbye(vec![promise(Phrase::Busy)]), Context::Call),
        ("goodbye-offer-gone", to_staff(Phrase::OfferGone), Context::Call),
        ("goodbye-caller-left", to_staff(Phrase::CallerLeft), Context::Call),
    ]
}
