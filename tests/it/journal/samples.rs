//! One of everything the journal must carry: each event and fact, with every optional field and personal text filled.
//!
//! Struct literals are written out whole: a new field does not compile until it stands here with a value.

mod attempts;
mod contact;
mod desk;
mod items;
mod lane;
mod letters;
mod talk;

use std::collections::BTreeMap;
use std::sync::Arc;

use carelane::floor::details::Details;
use carelane::floor::details::Relationship;
use carelane::floor::details::Standing;
use carelane::floor::details::Subject;
use carelane::floor::details::Window;
use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::Failure;
use carelane::floor::event::FlowFile;
use carelane::floor::event::Input;
use carelane::floor::event::ItemRequest;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::event::Note;
use carelane::floor::event::PinCheck;
use carelane::floor::event::PromiseAsked;
use carelane::floor::event::Salvage;
use carelane::floor::event::TeamFile;
use carelane::floor::fact::Fact;
use carelane::floor::fact::FlaggedBy;
use carelane::floor::fact::ItemKind;
use carelane::floor::fact::Left;
use carelane::floor::fact::OfferOutcome;
use carelane::floor::fact::Route;
use carelane::floor::fact::agent::AgentChange;
use carelane::floor::fact::agent::NotReady;
use carelane::floor::fact::supervision::Supervised;
use carelane::floor::fact::supervision::SupervisionStep;
use carelane::floor::fact::why::PassedOver;
use carelane::floor::fact::why::Why;
use carelane::floor::timer::TimerName;
use carelane::floor::treatment::Asked;
use carelane::floor::treatment::Mode;
use carelane::floor::treatment::Opening;
use carelane::floor::treatment::Party;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::Callbacks;
use carelane::flow::Date;
use carelane::flow::Dialling;
use carelane::flow::Flow;
use carelane::flow::Greeting;
use carelane::flow::HeadStart;
use carelane::flow::Hours;
use carelane::flow::LastResort;
use carelane::flow::Limits;
use carelane::flow::LocalMinute;
use carelane::flow::Member;
use carelane::flow::OfferRules;
use carelane::flow::OnCall;
use carelane::flow::OpenSpell;
use carelane::flow::Phrase;
use carelane::flow::RecordingRules;
use carelane::flow::Retention;
use carelane::flow::Rung;
use carelane::flow::SelfService;
use carelane::flow::Shift;
use carelane::flow::ShiftTime;
use carelane::flow::Step;
use carelane::flow::Target;
use carelane::flow::Team;
use carelane::flow::Urgent;
use carelane::vocab::CallId;
use carelane::vocab::Caller;
use carelane::vocab::EffectId;
use carelane::vocab::ItemId;
use carelane::vocab::KeyId;
use carelane::vocab::Language;
use carelane::vocab::LegId;
use carelane::vocab::OfferId;
use carelane::vocab::Private;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;
use lane::lane;

/// Every personal text of the samples contains this, so that it can be looked for in files.
pub(crate) const CANARIES: [&str; 2] = ["Maria Canary", "5557772"];

macro_rules! variants {
    ($list:ident, $name_of:ident, $of:ident: $($name:ident)*) => {
        pub(crate) const $list: &[&str] = &[$(stringify!($name)),*];
        /// The variant's name; a new variant does not compile until it is listed here.
        pub(crate) fn $name_of(value: &$of) -> &'static str {
            match value { $($of::$name { .. } => stringify!($name),)* }
        }
    };
}

variants!(EVENTS, event_name, Event: FloorOpened FlowOffered TeamOffered CallArrived TreatmentEnded
    TreatmentFetched LegAnswered LegStatus LegFoundOver EffectConfirmed EffectFailed AgentStateAsked CallCloseAsked
    TransferAsked AttemptMade ItemCloseAsked OwnerAsked RecordingReported RecordingFetched PlaybackAsked DetailsTold
    TimePassed CallMissed KeyFound CallDamaged JournalSalvaged UrgentAsked GapFound GapRead
    SoftphoneHeard SoftphoneUnheard LineLost Poisoned MessageBegan ItemAsked AskedOnce HoldAsked ResumeAsked
    SuperviseAsked TapingFound TapeBegan TapeKept TapeAsked ConsultAsked ContactTold LetterCame);
variants!(FACTS, fact_name, Fact: FloorOpened FlowLoaded TeamLoaded CallArrived LegTreated InputMissed
    LanguageChosen UrgentFlagged Queued TierOpened OfferMade OfferAnswered OfferEnded AgentChanged TalkBegan
    TalkEnded Transferred CallClosed CallLeft ItemOpened ItemJoined ItemAttempted ItemClosed ItemOwned LegNamed
    LegUnwanted LegEnded StrangerEnded JoinFailed EffectSettled VoicemailBegan RecordingAwaited RecordingNamed
    RecordingEmpty RecordingDelayed RecordingTried RecordingStored RecordingDropped RecordingPlayed LegAsked
    LadderBegan LadderEnded DetailsKnown KeyExpired CallLost JournalSalvaged StaffArrived StaffKnown PinRefused
    WaitOverrun CallResumed ItemFlagged AskUnanswered GapFound GapRead EventQuarantined
    SoftphoneHeard SoftphoneUnheard SoftphoneLost OfferRung LineLost LineBack MessageBegan ItemChanged
    AskedOnce HoldBegan HoldReminded HoldEnded Supervised Taped Consulted ContactKept Attempt LetterCame);

const NOON: Timestamp = Timestamp(1_795_000_000_000);

pub(crate) fn english() -> Language {
    Language::parse("en-US").expect("a language")
}

/// A caller whose number is unlike any other sample's.
pub(crate) fn caller(n: u32) -> Caller {
    Caller::from_carrier(&format!("+15557772{n:03}"))
}

fn note(n: u32) -> Note {
    let field = |name: &str, text: String| (name.into(), Private::new(text));
    BTreeMap::from([
        field("caller_name", format!("Maria Canary {n}")),
        field("request", format!("asks about her «knee», Maria Canary {n} says")),
    ])
}

/// A call with its number, the most common entry.
pub(crate) fn arrival(n: u32) -> (Event, Vec<Fact>) {
    let carrier_call = || format!("CA{n:032}").as_str().into();
    let event = Event::CallArrived { carrier_call: carrier_call(), caller: caller(n), dialled: "+15550100100".into() };
    let (call, leg) = (CallId(n.into()), LegId(n.into()));
    let arrived = Fact::CallArrived {
        call,
        leg,
        practice: "riverside".into(),
        flow: "b94d27b9934d3e08".into(),
        carrier_call: carrier_call(),
        caller: caller(n),
        began: None,
    };
    let menu = Treatment::Menu { step: "start".into(), language: english(), opening: Opening::Greeting };
    (event, vec![arrived, Fact::LegTreated { leg, serial: 1, treatment: menu, pushed: false }])
}

/// Entries in which every event and every fact stands at least once.
pub(crate) fn all() -> Vec<(Event, Vec<Fact>)> {
    let mut entries = vec![arrival(1)];
    entries.extend(
        events().into_iter().chain(talk::events()).chain([letters::letter_event()]).map(|event| (event, Vec::new())),
    );
    // Facts share entries, so that personal texts of several stand in one sealed part.
    entries.extend(facts().chunks(5).map(|facts| (Event::TimePassed, facts.to_vec())));
    entries
}

fn events() -> Vec<Event> {
    let (leg, call, item, effect) = (LegId(4), CallId(5), ItemId(6), EffectId(7));
    let anonymous = Caller::from_carrier("anonymous");
    let ended = |input| Event::TreatmentEnded { leg, serial: 2, input };
    vec![
        Event::FloorOpened("fl0".into()),
        Event::FlowOffered(Box::new(flow_file())),
        Event::TeamOffered(Box::new(team_file())),
        Event::CallArrived { carrier_call: "CA1".into(), caller: anonymous, dialled: "+15550100100".into() },
        ended(Input::Nothing),
        ended(Input::Keys("5#".into())),
        ended(Input::Speech(Private::new("this is Maria Canary, my knee".into()))),
        ended(Input::Pin(PinCheck::Wrong)),
        Event::TreatmentFetched { leg, serial: 3 },
        Event::LegAnswered { leg, carrier_call: "CA2".into() },
        Event::LegStatus { leg: Some(leg), carrier_call: "CA2".into(), status: LegStatus::Ended(LegEnd::NoAnswer) },
        Event::LegStatus { leg: Some(leg), carrier_call: "CA2".into(), status: LegStatus::InProgress },
        Event::LegFoundOver { leg },
        Event::MessageBegan { leg, recording: "carelane-1".into() },
        Event::AskedOnce { key: "k1".into(), path: "POST calls/call-1/close".into(), asked: Box::new(arrival(15).0) },
        Event::EffectConfirmed { effect, carrier_call: Some("CA3".into()) },
        Event::EffectConfirmed { effect, carrier_call: None },
        Event::EffectFailed { effect, why: Failure::Unreachable },
        Event::AgentStateAsked { agent: "ana".into(), state: AskedState::NotReady },
        Event::CallCloseAsked {
            call,
            outcome: "booked".into(),
            note: note(10),
            by: Some("ana".into()),
            promised: Some(PromiseAsked { at: Timestamp(12), anyway: true }),
        },
        Event::TransferAsked { call, lane: "clinical".into() },
        Event::AttemptMade { item, outcome: "message_left".into(), note: note(11), by: None, promised: None },
        Event::ItemCloseAsked {
            item,
            outcome: "booked".into(),
            note: note(12),
            by: Some("grace".into()),
            promised: None,
        },
        Event::OwnerAsked { item, owner: "front-desk".into() },
        Event::ItemAsked { item, what: ItemRequest::Merge { into: ItemId(9) }, by: Some("ana".into()) },
        ended(Input::Message { recording: "RE1".into(), duration: Some(Span::secs(9)) }),
        Event::RecordingReported { leg, recording: "RE1".into(), duration: None },
        Event::RecordingFetched { effect, recording: "RE1".into(), file: "0a1b".into(), duration: Span(9_120) },
        Event::PlaybackAsked { item, message: Some(1), by: Private::new("Maria Canary, supervisor".into()) },
        Event::DetailsTold { of: Subject::Call(call), details: Box::new(details(13)) },
        Event::DetailsTold { of: Subject::Item(item), details: Box::default() },
        contact::told(),
        Event::TimePassed,
        Event::CallMissed {
            carrier_call: "CA5".into(),
            caller: caller(13),
            dialled: "+15550100100".into(),
            began: NOON,
        },
        Event::KeyFound(key_id()),
        Event::CallDamaged { call, practice: "riverside".into() },
        Event::JournalSalvaged(Box::new(salvaged())),
        Event::GapFound { since: NOON },
        Event::GapRead,
        Event::UrgentAsked { of: Subject::Item(item), by: "ana".into() },
        Event::SoftphoneHeard { agent: "ana".into() },
        Event::SoftphoneUnheard { agent: "ana".into() },
        Event::LineLost { leg },
        Event::SuperviseAsked { call, by: "ana".into(), mode: Some(Mode::Whisper) },
        Event::Poisoned { event: Box::new(arrival(14).0), deadline: None },
        Event::Poisoned { event: Box::new(Event::TimePassed), deadline: Some(TimerName::ReadyAgain("ana".into())) },
    ]
}

fn facts() -> Vec<Fact> {
    let (leg, call, offer, item) = (LegId(4), CallId(5), OfferId(8), ItemId(6));
    let mut facts: Vec<Fact> = treatments()
        .into_iter()
        .chain(talk::treatments())
        .zip(1..)
        .map(|(treatment, serial)| Fact::LegTreated { leg, serial, treatment, pushed: serial % 2 == 0 })
        .collect();
    facts.extend(talk::facts().into_iter().chain(attempts::facts()));
    facts.extend([
        Fact::FloorOpened("fl0".into()),
        Fact::FlowLoaded(Box::new(flow_file())),
        Fact::TeamLoaded(Box::new(team_file())),
        arrival(2).1.swap_remove(0),
        Fact::InputMissed { call },
        Fact::LanguageChosen { call, language: english() },
        Fact::UrgentFlagged { call, crisis: true, by: FlaggedBy::Agent("ana".into()) },
        queued(call),
        Fact::TierOpened { call, tier: 1 },
        Fact::OfferMade { offer, call, agent: "ana".into(), leg, expires_at: NOON, why: Box::new(why()) },
        Fact::OfferAnswered { offer, expires_at: NOON },
        Fact::OfferEnded { offer, outcome: OfferOutcome::NotAnswered },
        Fact::AgentChanged { agent: "ana".into(), to: AgentChange::Later(Box::new(AgentChange::LoggedOut)) },
        Fact::AgentChanged {
            agent: "ana".into(),
            to: AgentChange::NotReady { reason: NotReady::WithAPatient, until: Some(NOON) },
        },
        Fact::TalkBegan { call, agent: "ana".into(), leg },
        Fact::TalkEnded { call, by: Party::Caller, wrap_up_until: Some(NOON) },
        Fact::Transferred { call, agent: "ana".into() },
        Fact::CallClosed { call, outcome: "booked".into(), note: note(20) },
        Fact::CallLeft { call, how: Left::Abandoned },
        Fact::LegNamed { leg, carrier_call: "CA3".into() },
        Fact::LegUnwanted { leg },
        Fact::LegEnded { leg, end: LegEnd::Busy },
        Fact::StrangerEnded { carrier_call: "CA4".into() },
        Fact::JoinFailed { call },
        Fact::ItemJoined { item, call, kind: Some(ItemKind::Callback), promised: Some(NOON), due_at: Some(NOON) },
        Fact::EffectSettled { effect: EffectId(7) },
        Fact::LegAsked { leg, paging: true },
        Fact::AskUnanswered { leg },
        Fact::MessageBegan { leg, recording: "carelane-1".into() },
        Fact::AskedOnce { key: "k1".into(), path: "POST calls/call-1/close".into() },
        Fact::GapFound { since: NOON },
        Fact::Supervised(Supervised {
            call,
            by: "ana".into(),
            leg,
            step: SupervisionStep::Joined,
            mode: Mode::Barge,
            until: Some(NOON),
        }),
        Fact::GapRead,
        Fact::EventQuarantined { call: Some(call), deadline: Some(TimerName::OfferExpires(OfferId(4))) },
        missed(),
        Fact::LadderBegan { call },
        Fact::LadderEnded { call, again_at: NOON },
        Fact::DetailsKnown { of: Subject::Call(call), details: Box::new(details(23)) },
        Fact::DetailsKnown { of: Subject::Item(item), details: Box::default() },
        Fact::WaitOverrun { call, until: NOON },
        Fact::CallResumed { call, leg },
        Fact::KeyExpired(key_id()),
        Fact::CallLost { call },
        Fact::JournalSalvaged(Box::new(salvaged())),
    ]);
    facts.extend(items::item_facts(item).into_iter().chain([letters::letter_fact(item)]));
    facts.extend(items::mailbox_facts(call, leg, item));
    facts.extend(staff_facts(leg));
    facts.push(contact::kept());
    facts
}

fn staff_facts(leg: LegId) -> [Fact; 3] {
    [
        Fact::StaffArrived {
            leg,
            practice: "riverside".into(),
            flow: "b94d27b9934d3e08".into(),
            carrier_call: "CA5".into(),
            agent: Some("ana".into()),
        },
        Fact::StaffKnown { leg, agent: "ana".into() },
        Fact::PinRefused { leg, agent: "ana".into(), locked_until: Some(NOON) },
    ]
}

fn missed() -> Fact {
    match arrival(3).1.swap_remove(0) {
        Fact::CallArrived { call, leg, practice, flow, carrier_call, caller, .. } => {
            Fact::CallArrived { call, leg, practice, flow, carrier_call, caller, began: Some(NOON) }
        }
        other => other,
    }
}

fn details(n: u32) -> Details {
    Details {
        standing: Some(Standing::Existing),
        patient_name: Some(Private::new(format!("Maria Canary {n}"))),
        patient_born: Some(Private::new(format!("1980-02-29, Maria Canary {n}"))),
        relationship: Some(Relationship::Patient),
        may_discuss: Some(false),
        reason: Some("refill".into()),
        backline: true,
        preferred_window: Window::parse("weekdays after 15:00"),
    }
}

fn key_id() -> KeyId {
    KeyId { scope: "riverside".into(), month: 202_010, digits: "e76eac23".into() }
}

fn queued(call: CallId) -> Fact {
    Fact::Queued {
        call,
        lane: "scheduling".into(),
        arrived: NOON,
        deadline: NOON + Span::mins(2),
        head_starts: vec![(HeadStart::RepeatCaller, Span::mins(3))],
        how: Route::Key,
    }
}

fn why() -> Why {
    Why {
        urgent: false,
        deadline: NOON,
        arrived: NOON,
        head_starts: vec![(HeadStart::RepeatCaller, Span::mins(3))],
        tier: 1,
        idle_since: NOON,
        passed_calls: vec![(CallId(9), PassedOver::Language)],
        passed_agents: vec![("luis".into(), PassedOver::TierNotOpen)],
        rung: Some(1),
        consult: Some("ana".into()),
    }
}

fn treatments() -> Vec<Treatment> {
    let language = english;
    let words = vec![
        Words::Phrase(Phrase::OneMoment),
        Words::AboutLane(Phrase::InLine, "scheduling".into()),
        Words::Promise(Phrase::CallbackBooked, NOON),
        Words::Script("opening-hours".into()),
        Words::Dated(Phrase::Closed, NOON),
    ];
    vec![
        Treatment::Menu { step: "start".into(), language: language(), opening: Opening::NotAChoice },
        Treatment::Announce { words: words.clone(), language: language() },
        Treatment::Hold { lane: "scheduling".into(), language: language(), first: words[1..3].to_vec(), urgent: true },
        Treatment::Whisper {
            lane: "scheduling".into(),
            caller_language: language(),
            language: language(),
            waited: Span::secs(40),
            urgent: true,
            repeat: true,
            standing: Some(Standing::New),
            promised: Some(NOON),
            backline: true,
            names_practice: true,
            from: Some("Ana".into()),
            attempt: Some((2, 3)),
        },
        Treatment::Connected {
            call: CallId(5),
            round: 2,
            party: Party::Agent,
            language: language(),
            recorded: true,
            called: true,
        },
        Treatment::RecordingNotice { lane: "scheduling".into(), how: Route::Person, language: language() },
        Treatment::Goodbye { words: words.clone(), language: language(), listens: true },
        Treatment::Record { words, language: language(), longest: Span::mins(3) },
        Treatment::AskStanding { lane: "scheduling".into(), how: Route::Phrase, language: language() },
        Treatment::Keys {
            asked: Asked::Field {
                call: CallId(5),
                outcome: "booked".into(),
                chosen: vec![("request".into(), '2')],
                field: "action".into(),
            },
            words: vec![
                Words::Text("What was done".into()),
                Words::Choice('1', "a visit booked".into()),
                Words::Count(Phrase::StaffOwes, 2),
                Words::AboutCall(Phrase::WriteUp, "scheduling".into(), NOON),
                Words::Wait(Phrase::WaitRange, 5, 10),
            ],
            language: language(),
            missed: 1,
        },
        Treatment::Supervise {
            call: CallId(5),
            round: 2,
            mode: Mode::Whisper,
            coached: Some("CA2".into()),
            language: language(),
        },
    ]
}

fn texts(text: &str) -> BTreeMap<Language, Arc<str>> {
    BTreeMap::from([(english(), text.into())])
}

fn flow_file() -> FlowFile {
    let phrases = BTreeMap::from([(english(), vec!["make an appointment".into()])]);
    let answer = SelfService { script: texts("We are open from eight to five."), then: Target::Person };
    let menu = carelane::flow::Menu {
        question: texts("For appointments, press 1."),
        choices: BTreeMap::from([
            (
                '1',
                carelane::flow::Choice { to: Target::Lane("scheduling".into()), say: phrases.clone(), backline: false },
            ),
            ('*', carelane::flow::Choice { to: Target::Repeat, say: BTreeMap::new(), backline: false }),
        ]),
        timeout: Span::secs(5),
        no_input: Target::Person,
        wrong_input: Target::Step("opening-hours".into()),
    };
    let hours = Hours {
        week: std::array::from_fn(|day| if day < 5 { vec![OpenSpell { from: 480, to: 1_020 }] } else { Vec::new() }),
        special: BTreeMap::from([(Date { year: 2026, month: 12, day: 25 }, Vec::new())]),
    };
    let flow = Flow {
        practice: "riverside".into(),
        name: "Riverside Family Medicine".into(),
        numbers: vec!["+15550100100".into()],
        languages: vec![english()],
        time_zone: "America/Chicago".into(),
        team: "riverside".into(),
        hours,
        greeting: Greeting { opening: texts("Riverside."), emergency: texts("Dial 911."), offers: texts("") },
        start: "start".into(),
        steps: BTreeMap::from([("start".into(), Step::Menu(menu)), ("opening-hours".into(), Step::Answer(answer))]),
        person: "scheduling".into(),
        lanes: vec![lane()],
        urgent: Urgent { lane: "scheduling".into(), phrases: phrases.clone(), crisis: phrases, hints: None },
        offers: OfferRules {
            ring: Span::secs(20),
            accept: Span::secs(8),
            misses: 2,
            wrap_up: Span::mins(2),
            with_a_patient: Span::mins(10),
            hold_reminder: Span::mins(5),
            warm_transfer: Span::secs(90),
        },
        retention: Retention { texts: Span::days(400) },
        limits: Limits { calls_per_number: 4, anonymous_calls: 40, within: Span::mins(5), calls: 70 },
        recording: Some(RecordingRules { announcement: texts("This call may be recorded."), decline_key: Some('2') }),
        callbacks: Callbacks { repeat_within: Span::days(9), repeat_raises: Span::mins(7), promises_each: 4 },
        dialling: Dialling { prefixes: vec!["+1".into()], calls_per_hour: 9, calls_per_day: 90 },
        wording: BTreeMap::from([(Phrase::OneMoment, texts("One moment, please."))]),
        staff_number: Some("+15550100199".into()),
        desk: desk::desk(),
        channels: letters::channels(),
    };
    FlowFile { hash: "b94d27b9934d3e08".into(), text: "version: 1\n# ñ\n".into(), flow: Arc::new(flow) }
}

fn team_file() -> TeamFile {
    let ana = Member {
        id: "ana".into(),
        name: "Ana".into(),
        address: "+15550100201".into(),
        groups: vec!["front-desk".into()],
        languages: vec![english()],
        skills: vec!["scheduling".into()],
        by_phone: true,
        reach: carelane::flow::Reach::Browser,
        supervises: vec!["front-desk".into()],
    };
    let groups = BTreeMap::from([("front-desk".into(), "Front desk".into())]);
    let shift = |time| Shift { agent: "ana".into(), time };
    let minute = LocalMinute { date: Date { year: 2026, month: 12, day: 24 }, minute: 480 };
    let shifts = vec![
        shift(ShiftTime::Weekly { from: 480, to: 1_020 }),
        shift(ShiftTime::Dated { from: minute, to: LocalMinute { minute: 1_020, ..minute } }),
    ];
    let on_call = OnCall {
        time_zone: "America/Chicago".into(),
        after: Span::secs(60),
        ring: Span::secs(30),
        rungs: vec![Rung { shifts }],
        last_resort: LastResort::StartOver,
    };
    let team = Team { id: "riverside".into(), groups, agents: vec![ana], on_call: Some(on_call) };
    TeamFile { hash: "c0ffee".into(), text: "version: 1\n".into(), team: Arc::new(team) }
}

fn salvaged() -> Salvage {
    let (floor, head) = ("fl1".into(), "b94d27b9934d3e08".into());
    Salvage { floor, head, trusted: 90, lost: vec![(7, 9), (96, 100)], heard_until: Some(NOON) }
}
