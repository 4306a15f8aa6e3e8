//! Tree -> model. It reports nothing: what does not fit was reported by the shape check and becomes
//! a neutral value here (an empty name, an empty text), which the rules skip.

mod channel;
mod desk;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::callbacks::CALLBACKS;
use super::callbacks::Callbacks;
use super::callbacks::LaneWork;
use super::desk::Situation;
use super::desk::named;
use super::dialling::DIALLING;
use super::dialling::Dialling;
use super::model::Choice;
use super::model::Exit;
use super::model::Exits;
use super::model::Flow;
use super::model::Greeting;
use super::model::HeadStart;
use super::model::Hours;
use super::model::KeypadNotes;
use super::model::KeypadOutcome;
use super::model::Lane;
use super::model::Limits;
use super::model::Member;
use super::model::Menu;
use super::model::NoteField;
use super::model::OfferRules;
use super::model::OpenSpell;
use super::model::Outcome;
use super::model::Owner;
use super::model::Phrases;
use super::model::Reach;
use super::model::Reason;
use super::model::Retention;
use super::model::SelfService;
use super::model::Step;
use super::model::Target;
use super::model::Team;
use super::model::Texts;
use super::model::Tier;
use super::model::Urgent;
use super::on_call::LastResort;
use super::on_call::OnCall;
use super::on_call::Rung;
use super::on_call::Shift;
use super::on_call::ShiftTime;
use super::recording::RECORDING;
use super::recording::RecordingRules;
use super::rhythm;
use super::rhythm::Rhythm;
use super::scalar;
use super::schema;
use super::schema::Need;
use super::schema::Record;
use super::spoken::hints;
use super::spoken::normalise;
use super::syntax::Content;
use super::syntax::Entry;
use super::syntax::Node;
use super::wording::Phrase;
use crate::vocab::Language;
use crate::vocab::Span;

/// A mapping read through its record: a missing key gives the table's default.
#[derive(Clone, Copy)]
struct Fields<'n> {
    node: Option<&'n Node>,
    record: &'static Record,
}

impl<'n> Fields<'n> {
    fn of(node: Option<&'n Node>, record: &'static Record) -> Self {
        Self { node, record }
    }

    fn node(&self, key: &str) -> Option<&'n Node> {
        debug_assert!(self.record.field(key).is_some(), "`{key}` is not in the table of {}", self.record.name);
        self.node?.get(key)
    }

    fn text(&self, key: &str) -> &'n str {
        let default = match self.record.field(key).map(|f| &f.need) {
            Some(Need::Default(value)) => value,
            _ => "",
        };
        self.node(key).map_or(default, |n| n.text().unwrap_or(""))
    }

    fn id<T: for<'t> From<&'t str>>(&self, key: &str) -> T {
        T::from(valid_id(self.text(key)))
    }

    fn ids<T: for<'t> From<&'t str>>(&self, key: &str) -> Vec<T> {
        self.items(key).iter().map(|n| T::from(valid_id(n.text().unwrap_or("")))).collect()
    }

    fn items(&self, key: &str) -> &'n [Node] {
        self.node(key).map_or(&[], Node::items)
    }

    fn entries(&self, key: &str) -> &'n [Entry] {
        self.node(key).map_or(&[], Node::entries)
    }

    fn texts(&self, key: &str) -> Texts {
        self.node(key).map(texts).unwrap_or_default()
    }

    fn phrases(&self, key: &str) -> Phrases {
        self.node(key).map(phrases).unwrap_or_default()
    }

    fn duration(&self, key: &str) -> Span {
        scalar::duration(self.text(key)).unwrap_or(Span::ZERO)
    }

    fn whole(&self, key: &str) -> u16 {
        self.text(key).parse().unwrap_or(0)
    }

    fn flag(&self, key: &str) -> bool {
        let text = self.text(key);
        // `yes` is refused, but what was meant is clear, and no rule need report its opposite.
        scalar::flag(text).unwrap_or(matches!(text, "yes" | "Yes" | "True" | "TRUE" | "on"))
    }

    fn languages(&self, key: &str) -> Vec<Language> {
        self.items(key).iter().filter_map(|n| Language::parse(n.text()?)).collect()
    }
}

/// An unreadable name becomes the empty one, so that no rule reports it a second time.
fn valid_id(text: &str) -> &str {
    if scalar::is_id(text) { text } else { "" }
}

/// Sentences by language.
pub(super) fn texts(node: &Node) -> Texts {
    let each = |e: &Entry| Some((Language::parse(&e.name)?, Arc::from(e.value.text()?)));
    node.entries().iter().filter_map(each).collect()
}

/// Spoken phrases by language, in their normal form, each once.
fn phrases(node: &Node) -> Phrases {
    let mut out = Phrases::new();
    for entry in node.entries() {
        let Some(language) = Language::parse(&entry.name) else { continue };
        let list: &mut Vec<Arc<str>> = out.entry(language).or_default();
        for phrase in entry.value.items().iter().filter_map(|n| n.text()).map(normalise) {
            if !phrase.is_empty() && !list.iter().any(|p| **p == *phrase) {
                list.push(phrase.into());
            }
        }
    }
    out
}

/// The practice's languages, as far as they are readable.
pub(super) fn languages(root: &Node) -> Vec<Language> {
    let list = root.get("practice").and_then(|p| p.get("languages")).map_or(&[][..], Node::items);
    list.iter().filter_map(|n| Language::parse(n.text()?)).collect()
}

/// The whole flow, wording excepted.
pub(super) fn flow(root: &Node) -> Flow {
    let top = Fields::of(Some(root), &schema::FLOW);
    let practice = Fields::of(top.node("practice"), &schema::PRACTICE);
    let greeting = Fields::of(top.node("greeting"), &schema::GREETING);
    let urgent = Fields::of(top.node("urgent"), &schema::URGENT);
    let offers = Fields::of(top.node("offers"), &schema::OFFERS);
    let limits = Fields::of(top.node("limits"), &schema::LIMITS);
    let lane =
        |e: &Entry| Lane { rhythm: rhythm(top.node("callbacks"), e.value.get("callbacks")), ..lane(&e.name, &e.value) };
    Flow {
        practice: practice.id("id"),
        name: practice.text("name").into(),
        numbers: practice.items("numbers").iter().filter_map(|n| Some(Arc::from(n.text()?))).collect(),
        languages: practice.languages("languages"),
        time_zone: scalar::zone(practice.text("time_zone")).unwrap_or_default(),
        team: practice.id("team"),
        hours: hours(top.node("hours")),
        greeting: Greeting {
            opening: greeting.texts("opening"),
            emergency: greeting.texts("emergency"),
            offers: greeting.texts("offers"),
        },
        start: top.id("start"),
        steps: top.entries("steps").iter().filter_map(|e| Some((valid_id(&e.name).into(), step(&e.value)?))).collect(),
        person: top.id("person"),
        lanes: top.entries("lanes").iter().map(lane).collect(),
        urgent: urgent_words(&urgent),
        offers: OfferRules {
            ring: offers.duration("ring"),
            accept: offers.duration("accept"),
            misses: offers.text("misses").parse().unwrap_or(0),
            wrap_up: offers.duration("wrap_up"),
            with_a_patient: offers.duration("with_a_patient"),
            hold_reminder: offers.duration("hold_reminder"),
            warm_transfer: offers.duration("warm_transfer"),
        },
        limits: Limits {
            calls_per_number: limits.whole("calls_per_number"),
            anonymous_calls: limits.whole("anonymous_calls"),
            within: limits.duration("within"),
            calls: limits.whole("calls"),
        },
        retention: Retention { texts: Fields::of(top.node("retention"), &schema::RETENTION).duration("texts") },
        callbacks: callbacks(top.node("callbacks")),
        dialling: dialling(top.node("dialling")),
        recording: top.node("recording").map(recording),
        wording: BTreeMap::new(),
        staff_number: practice.node("staff_number").and_then(|n| Some(Arc::from(n.text()?))),
        desk: desk::desk(&top),
        channels: channel::channels(top.node("channels")),
    }
}

fn callbacks(node: Option<&Node>) -> Callbacks {
    let given = Fields::of(node, &CALLBACKS);
    Callbacks {
        repeat_within: given.duration("repeat_within"),
        repeat_raises: given.duration("repeat_raises"),
        promises_each: given.whole("promises_each"),
    }
}

fn dialling(node: Option<&Node>) -> Dialling {
    let given = Fields::of(node, &DIALLING);
    Dialling {
        prefixes: given.items("prefixes").iter().filter_map(|n| Some(Arc::from(n.text()?))).collect(),
        calls_per_hour: given.whole("calls_per_hour"),
        calls_per_day: given.whole("calls_per_day"),
    }
}

fn recording(node: &Node) -> RecordingRules {
    let given = Fields::of(Some(node), &RECORDING);
    let decline_key = given.node("decline_key").and_then(|n| scalar::keypad(n.text()?));
    RecordingRules { announcement: given.texts("announcement"), decline_key }
}

/// A lane's rhythm: what it does not say itself is the practice's.
fn rhythm(practice: Option<&Node>, lane: Option<&Node>) -> Rhythm {
    let (whole, own) = (Fields::of(practice, &CALLBACKS), Fields::of(lane, &rhythm::OF_LANE));
    let of = |key: &str| if own.node(key).is_some() { own } else { whole };
    let moments = Rhythm::moments(of("attempts").items("attempts").iter().filter_map(Node::text));
    Rhythm {
        attempts: if moments.is_empty() { Rhythm::default().attempts } else { moments },
        later_after: of("later_after").duration("later_after"),
        next_day_after: of("next_day_after").duration("next_day_after"),
        dials: of("dials").flag("dials"),
    }
}

fn urgent_words(given: &Fields<'_>) -> Urgent {
    let mut urgent = Urgent {
        lane: given.id("lane"),
        phrases: given.phrases("phrases"),
        crisis: given.phrases("crisis"),
        hints: None,
    };
    urgent.hints = Some(hints(urgent.all()).into());
    urgent
}

fn hours(node: Option<&Node>) -> Hours {
    let hours = Fields::of(node, &schema::HOURS);
    let special = hours.entries("special").iter();
    Hours {
        week: schema::DAYS.map(|day| hours.node(day).map(spells).unwrap_or_default()),
        special: special.filter_map(|e| Some((scalar::date(&e.name)?, spells(&e.value)))).collect(),
    }
}

fn spells(node: &Node) -> Vec<OpenSpell> {
    let single = std::slice::from_ref(node);
    let items = if matches!(node.content, Content::List(_)) { node.items() } else { single };
    items.iter().filter_map(|n| scalar::spell(n.text()?).ok()).collect()
}

/// A menu or an answer; nothing if it is neither.
fn step(node: &Node) -> Option<Step> {
    if let Some(menu) = node.get("menu") {
        let menu = Fields::of(Some(menu), &schema::MENU);
        let choice = |e: &Entry| {
            let fields = Fields::of(Some(&e.value), &schema::CHOICE);
            let (to, say) = (target(fields.node("to")), fields.phrases("say"));
            Some((scalar::keypad(&e.name)?, Choice { to, say, backline: fields.flag("backline") }))
        };
        return Some(Step::Menu(Menu {
            question: menu.texts("question"),
            choices: menu.entries("choices").iter().filter_map(choice).collect(),
            timeout: menu.duration("timeout"),
            no_input: target(menu.node("no_input")),
            wrong_input: target(menu.node("wrong_input")),
        }));
    }
    let answer = Fields::of(Some(node.get("answer")?), &schema::ANSWER);
    Some(Step::Answer(SelfService { script: answer.texts("script"), then: target(answer.node("then")) }))
}

/// Where a branch leads; an unreadable target becomes an empty lane name, which the rules skip.
fn target(node: Option<&Node>) -> Target {
    let nowhere = || Target::Lane("".into());
    let Some(node) = node else { return nowhere() };
    match node.text() {
        Some("person") => return Target::Person,
        Some("repeat") => return Target::Repeat,
        _ => {}
    }
    let [entry] = node.entries() else { return nowhere() };
    let name = entry.value.text().unwrap_or("");
    match &*entry.name {
        "lane" => Target::Lane(valid_id(name).into()),
        "step" => Target::Step(valid_id(name).into()),
        "language" => Language::parse(name).map_or_else(nowhere, Target::Language),
        _ => nowhere(),
    }
}

fn exit(node: Option<&Node>) -> Exit {
    if node.and_then(Node::text) == Some("voicemail") {
        return Exit::Voicemail;
    }
    match node.and_then(|n| n.get("lane")) {
        Some(lane) => Exit::Lane(valid_id(lane.text().unwrap_or("")).into()),
        None => Exit::Callback,
    }
}

fn owner(node: Option<&Node>) -> Owner {
    let name = |key| node.and_then(|n| n.get(key)).map(|n| valid_id(n.text().unwrap_or("")));
    match name("agent") {
        Some(agent) => Owner::Agent(agent.into()),
        None => Owner::Group(name("group").unwrap_or("").into()),
    }
}

fn lane(id: &str, node: &Node) -> Lane {
    let lane = Fields::of(Some(node), &schema::LANE);
    let exits = Fields::of(lane.node("exits"), &schema::EXITS);
    let clinical = lane.flag("clinical");
    let tier = |node| {
        let tier = Fields::of(Some(node), &schema::TIER);
        Tier { groups: tier.ids("groups"), after: tier.duration("after") }
    };
    let head_start = |key| lane.node("head_starts").and_then(|n| scalar::duration(n.get(key)?.text()?));
    Lane {
        id: valid_id(id).into(),
        name: lane.texts("name"),
        clinical,
        work: LaneWork::ALL.iter().find(|(name, _)| *name == lane.text("work")).map_or(LaneWork::Other, |(_, w)| *w),
        answer_within: lane.duration("answer_within"),
        head_starts: HeadStart::ALL.iter().filter_map(|(why, key)| Some((*why, head_start(key)?))).collect(),
        serving: lane.items("serving").iter().map(tier).collect(),
        needs: lane.ids("needs"),
        hold: lane.items("hold").iter().map(texts).collect(),
        asks_new_or_existing: lane.flag("asks_new_or_existing"),
        tells_wait: lane.flag("tells_wait"),
        recorded: lane.flag("recorded"),
        reasons: lane.entries("reasons").iter().map(reason).collect(),
        callback_key: lane.node("callback_key").and_then(|n| scalar::keypad(n.text()?)),
        voicemail_key: lane.node("voicemail_key").and_then(|n| scalar::keypad(n.text()?)),
        max_wait: lane.duration("max_wait"),
        max_waiting: lane.node("max_waiting").and_then(|n| n.text()?.parse().ok()),
        exits: Exits {
            timeout: exit(exits.node("timeout")),
            no_agent: exit(exits.node("no_agent")),
            error: exit(exits.node("error")),
            full: exit(exits.node("full")),
            closed: (!clinical || exits.node("closed").is_some()).then(|| exit(exits.node("closed"))),
        },
        owner: owner(lane.node("owner")),
        callback_within: lane.duration("callback_within"),
        rhythm: Rhythm::default(),
        script: lane.texts("script"),
        decision_rules: lane.items("decision_rules").iter().filter_map(|n| Some(Arc::from(n.text()?))).collect(),
        note_fields: lane.entries("note_fields").iter().map(note_field).collect(),
        outcomes: lane.entries("outcomes").iter().map(outcome).collect(),
        escalation: lane.id("escalation"),
        keypad_notes: lane.node("keypad_notes").map(keypad_notes),
        sheet: lane.node("sheet").map(desk::sheet),
        documents: lane.entries("documents").iter().map(desk::document).collect(),
    }
}

fn keypad_notes(node: &Node) -> KeypadNotes {
    let notes = Fields::of(Some(node), &schema::KEYPAD_NOTES);
    let outcome = |e: &Entry| {
        let fields = Fields::of(Some(&e.value), &schema::KEYPAD_OUTCOME);
        Some((scalar::keypad(&e.name)?, KeypadOutcome { outcome: fields.id("outcome"), say: fields.texts("say") }))
    };
    let phrases = |e: &Entry| {
        let by_key = e.value.entries().iter().filter_map(|p| Some((scalar::keypad(&p.name)?, texts(&p.value))));
        (valid_id(&e.name).into(), by_key.collect())
    };
    KeypadNotes {
        outcomes: notes.entries("outcomes").iter().filter_map(outcome).collect(),
        fields: notes.entries("fields").iter().map(phrases).collect(),
    }
}

fn note_field(entry: &Entry) -> NoteField {
    let field = Fields::of(Some(&entry.value), &schema::NOTE_FIELD);
    let when = field.items("when").iter().filter_map(|n| named(&Situation::ALL, n.text()?)).collect();
    let (label, required) = (field.text("label").into(), field.flag("required"));
    NoteField { id: valid_id(&entry.name).into(), label, required, when }
}

fn reason(entry: &Entry) -> Reason {
    Reason { id: valid_id(&entry.name).into(), label: texts(&entry.value) }
}

fn outcome(entry: &Entry) -> Outcome {
    let hands_to = entry.value.get("hands_to").map(|lane| valid_id(lane.text().unwrap_or("")).into());
    Outcome { id: valid_id(&entry.name).into(), closes: entry.value.text() == Some("closes"), hands_to }
}

/// The file's sentences over the approved defaults.
pub(super) fn wording(root: &Node, languages: &[Language]) -> BTreeMap<Phrase, Texts> {
    let given = root.get("wording");
    let of_phrase = |phrase: &Phrase| {
        let default = |l: &Language| Some((l.clone(), Arc::from(phrase.default_text(l.primary())?)));
        let mut all: Texts = languages.iter().filter_map(default).collect();
        all.extend(given.and_then(|w| w.get(phrase.key())).map(texts).unwrap_or_default());
        (*phrase, all)
    };
    Phrase::ALL.iter().map(of_phrase).collect()
}

/// A team; `id` is the file's name.
pub(super) fn team(id: &str, root: &Node) -> Team {
    let top = Fields::of(Some(root), &schema::TEAM);
    let groups = top.entries("groups").iter();
    Team {
        id: id.into(),
        groups: groups.map(|e| (valid_id(&e.name).into(), e.value.text().unwrap_or("").into())).collect(),
        agents: top.entries("agents").iter().map(member).collect(),
        on_call: top.node("on_call").map(on_call),
    }
}

fn on_call(node: &Node) -> OnCall {
    let ladder = Fields::of(Some(node), &schema::ON_CALL);
    let rung = |node| {
        let rung = Fields::of(Some(node), &schema::RUNG);
        Rung { shifts: rung.items("rota").iter().filter_map(shift).collect() }
    };
    OnCall {
        time_zone: scalar::zone(ladder.text("time_zone")).unwrap_or_default(),
        after: ladder.duration("after"),
        ring: ladder.duration("ring"),
        rungs: ladder.items("rungs").iter().map(rung).collect(),
        last_resort: match ladder.text("last_resort") {
            "callback" => LastResort::Callback,
            _ => LastResort::StartOver,
        },
    }
}

/// A shift whose times can be read and fit together.
pub(super) fn shift(node: &Node) -> Option<Shift> {
    use scalar::ShiftMoment::Dated;
    use scalar::ShiftMoment::Weekly;
    let shift = Fields::of(Some(node), &schema::SHIFT);
    let time = match (scalar::shift_moment(shift.text("from"))?, scalar::shift_moment(shift.text("to"))?) {
        (Weekly(from), Weekly(to)) => ShiftTime::Weekly { from, to },
        (Dated(from), Dated(to)) if from < to => ShiftTime::Dated { from, to },
        _ => return None,
    };
    Some(Shift { agent: shift.id("agent"), time })
}

fn member(entry: &Entry) -> Member {
    let agent = Fields::of(Some(&entry.value), &schema::AGENT);
    Member {
        id: valid_id(&entry.name).into(),
        name: agent.text("name").into(),
        address: agent.text("address").into(),
        groups: agent.ids("groups"),
        languages: agent.languages("languages"),
        skills: agent.ids("skills"),
        by_phone: agent.flag("by_phone"),
        reach: if agent.text("reach") == "browser" { Reach::Browser } else { Reach::Phone },
        supervises: agent.ids("supervises"),
    }
}
