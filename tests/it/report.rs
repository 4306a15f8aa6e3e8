//! The scorecard: the same calls and items as the floor has, causes planted in made-up weeks named, and the command as
//! its user meets it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use carelane::floor::Floor;
use carelane::floor::details::Details;
use carelane::floor::details::Standing;
use carelane::floor::details::Subject;
use carelane::floor::event::FlowFile;
use carelane::floor::event::Note;
use carelane::floor::fact::Fact;
use carelane::floor::fact::ItemChange;
use carelane::floor::fact::ItemKind;
use carelane::floor::fact::Left;
use carelane::floor::fact::NewItem;
use carelane::floor::fact::Route;
use carelane::floor::fact::desk::DeskChange;
use carelane::floor::treatment::Party;
use carelane::flow::Flow;
use carelane::flow::Owner;
use carelane::flow::check_folder;
use carelane::flow::demo;
use carelane::report::History;
use carelane::report::METRICS;
use carelane::report::Period;
use carelane::report::Scorecard;
use carelane::report::Value;
use carelane::report::page;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::ItemId;
use carelane::vocab::LegId;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;
use jiff::civil::date;

use crate::journal::copy_folder;
use crate::simulate::lived;

/// Monday, 16 November 2026, 00:00 in Chicago.
pub(crate) const MONDAY: Timestamp = Timestamp(1_794_808_800_000);
const WEEK: Period = Period { first: date(2026, 11, 16), days: 7 };

/// A made-up week of the demo practice.
pub(crate) struct Week {
    pub(crate) history: History,
    pub(crate) flow: Arc<Flow>,
    calls: u64,
}

impl Week {
    pub(crate) fn new() -> Self {
        let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
        let flow = Arc::new(check_folder(&files).flows.remove(0).2);
        let mut history = History::default();
        let file = FlowFile { hash: "demo".into(), text: "".into(), flow: flow.clone() };
        history.take(MONDAY, &[Fact::FlowLoaded(Box::new(file))]);
        Self { history, flow, calls: 0 }
    }

    /// A call to a lane, so many minutes after Monday's midnight.
    fn call(&mut self, minute: i64, lane: &str, language: &str) -> CallId {
        self.calls += 1;
        let (call, at) = (CallId(self.calls), MONDAY + Span::mins(minute));
        let arrived = Fact::CallArrived {
            call,
            leg: LegId(self.calls),
            practice: self.flow.practice.clone(),
            flow: "demo".into(),
            carrier_call: CarrierCall::from("CA1"),
            caller: Caller::from_carrier(&format!("+1555011{:04}", self.calls)),
            began: None,
        };
        let language = self.flow.languages.iter().find(|l| l.as_str() == language).cloned();
        let chosen = language.map(|language| Fact::LanguageChosen { call, language });
        let (lane, how) = (lane.into(), Route::Key);
        let queued = Fact::Queued { call, lane, arrived: at, deadline: at, head_starts: Vec::new(), how };
        let facts: Vec<Fact> = [Some(arrived), chosen, Some(queued)].into_iter().flatten().collect();
        self.history.take(at, &facts);
        call
    }

    /// Answered after so many seconds, and closed.
    pub(crate) fn answered(&mut self, minute: i64, lane: &str, language: &str, seconds: i64, outcome: &str) {
        let call = self.call(minute, lane, language);
        let at = MONDAY + Span::mins(minute) + Span::secs(seconds);
        let (agent, leg) = (AgentId::from("ana"), LegId(1_000_000 + self.calls));
        self.history.take(at, &[Fact::TalkBegan { call, agent, leg }]);
        let ended = Fact::TalkEnded { call, by: Party::Caller, wrap_up_until: None };
        let closed = Fact::CallClosed { call, outcome: outcome.into(), note: Note::new() };
        self.history.take(at + Span::mins(3), &[ended, closed]);
    }

    /// Missed, and called back after so many minutes with this outcome.
    pub(crate) fn missed(&mut self, minute: i64, lane: &str, callback: Option<(i64, &str)>) {
        let call = self.call(minute, lane, "en-US");
        let (item, at) = (ItemId(self.calls), MONDAY + Span::mins(minute) + Span::secs(40));
        let new = NewItem {
            item,
            call,
            practice: self.flow.practice.clone(),
            lane: lane.into(),
            kind: ItemKind::Abandoned,
            caller: Caller::default(),
            language: self.flow.languages[0].clone(),
            urgent: false,
            owner: Owner::Group("front_desk".into()),
            due_at: at + Span::hours(2),
            arrived: at,
            promised: None,
            details: Default::default(),
            flagged_by: None,
            maybe_same: None,
            earlier: None,
            chain: None,
        };
        let left = Fact::CallLeft { call, how: Left::Abandoned };
        self.history.take(at, &[left, Fact::ItemOpened(Box::new(new))]);
        if let Some((after, outcome)) = callback {
            let closed = Fact::ItemClosed { item, outcome: outcome.into(), note: Note::new(), by: None };
            self.history.take(at + Span::mins(after), &[closed]);
        }
    }

    fn scorecard(&self) -> Scorecard {
        let card = Scorecard::of(&self.history, &self.flow, WEEK, MONDAY + Span::days(7));
        card.unwrap_or_else(|| panic!("the calendar has that week"))
    }

    fn causes(&self) -> Vec<String> {
        self.scorecard().causes.iter().map(ToString::to_string).collect()
    }
}

fn value(card: &Scorecard, id: &str) -> Value {
    card.numbers.iter().find(|(metric, _)| metric.id == id).unwrap_or_else(|| panic!("{id}")).1
}

/// A quiet week: every hour a call that is answered and booked.
fn quiet() -> Week {
    let mut week = Week::new();
    (0..40).for_each(|n| week.answered(n / 8 * 1_440 + (8 + n % 8) * 60, "scheduling", "en-US", 20, "booked"));
    week
}

#[test]
fn a_simulated_day_has_the_same_calls_and_open_items_as_its_floor() {
    for seed in 0..12 {
        let lived = lived(seed, 1);
        let (mut history, mut floor) = (History::default(), Floor::default());
        for entry in &lived.journal {
            history.take(entry.at, &entry.facts);
            entry.facts.iter().for_each(|fact| floor.apply(entry.at, fact));
        }
        let view = floor.view();
        assert_eq!(history.contacts().count() as u64, view.ledger.inbound, "seed {seed}");
        let open: Vec<String> =
            history.tasks().filter(|task| task.closed.is_none()).map(|task| task.item.to_string()).collect();
        let mut expected: Vec<ItemId> = view.items.iter().map(|item| item.item.new.item).collect();
        expected.sort_unstable();
        assert_eq!(open, expected.iter().map(ToString::to_string).collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn every_call_of_a_week_is_in_one_group_and_what_is_unseen_is_never_zero() {
    let mut week = quiet();
    week.missed(600, "scheduling", Some((30, "booked")));
    week.missed(620, "referrals", None);
    let card = week.scorecard();
    assert_eq!(value(&card, "calls"), Value::Count(42));
    assert_eq!(value(&card, "answered"), Value::Share(40, 42));
    assert_eq!(value(&card, "missed"), Value::Share(2, 42));
    assert_eq!(value(&card, "callbacks_done"), Value::Share(1, 2));
    assert_eq!(value(&card, "open"), Value::Count(1));
    assert_eq!(value(&card, "overnight"), Value::Count(7), "also the night that ends the week");
    let monday = Period { first: date(2026, 11, 16), days: 1 };
    let day = Scorecard::of(&week.history, &week.flow, monday, MONDAY + Span::days(7)).unwrap();
    assert_eq!(value(&day, "overnight"), Value::Count(1), "a day has its night");
    assert_eq!(value(&card, "completed"), Value::Share(41, 42));
    assert!(matches!(value(&card, "paperwork"), Value::NoSource(_)));
    assert!(card.left[0].overdue.is_some(), "nothing ages silently");
}

#[test]
fn promises_are_counted_by_who_gave_them_and_the_last_word_counts() {
    let mut week = quiet();
    week.missed(600, "scheduling", None);
    let (item, opened) = (ItemId(week.calls), MONDAY + Span::mins(600));
    let joined = |by: Timestamp| Fact::ItemJoined {
        item,
        call: CallId(week.calls),
        kind: None,
        promised: Some(by),
        due_at: Some(by),
    };
    let promised = |at: Timestamp| Fact::ItemChanged {
        item,
        to: ItemChange::Desk(DeskChange::Promised { at, anyway: false }),
        by: Some("ana".into()),
    };
    let attempted = |due_at: Timestamp| Fact::ItemAttempted {
        item,
        outcome: "message_left".into(),
        note: Note::new(),
        due_at,
        by: Some("ana".into()),
    };
    let at = |minutes: i64| opened + Span::mins(minutes);
    // A prompt tells an hour, then half an hour: one promise, and the try is in time. A person's promise is broken,
    // and the one that replaced it before its time was kept.
    let steps = [
        (1, vec![joined(at(60))]),
        (2, vec![joined(at(30))]),
        (20, vec![attempted(at(120)), promised(at(120))]),
        (130, vec![attempted(at(200)), promised(at(200))]),
        (140, vec![promised(at(300))]),
        (290, vec![attempted(at(2_000))]),
    ];
    for (minutes, facts) in steps {
        week.history.take(at(minutes), &facts);
    }
    let card = week.scorecard();
    assert_eq!(value(&card, "prompts_promises_kept"), Value::Share(1, 1));
    assert_eq!(value(&card, "persons_promises_kept"), Value::Share(1, 2));
    assert_eq!(value(&card, "promises_kept"), Value::Share(2, 3));
    assert_eq!(card.exceptions.iter().filter(|told| told.contains("passed without a try")).count(), 1);
}

#[test]
fn a_quiet_week_points_to_nothing() {
    assert_eq!(quiet().causes(), [""; 0]);
}

#[test]
fn many_missed_and_soon_called_back_is_coverage() {
    let mut week = quiet();
    (0..8).for_each(|n| week.missed(540 + n * 1_200 % 7_000, "scheduling", Some((20, "booked"))));
    assert!(week.causes()[0].contains("who answers when"), "{:?}", week.causes());
}

#[test]
fn late_callbacks_are_ownership_in_the_lane_where_they_are() {
    let mut week = quiet();
    (0..10).for_each(|n| week.missed(540 + n * 700, "insurance", Some((10, "no_further_action"))));
    (0..5).for_each(|n| week.missed(545 + n * 1_440, "referrals", Some((400, "no_further_action"))));
    let causes = week.causes();
    assert!(causes.iter().any(|cause| cause.starts_with("referrals: callbacks come late")), "{causes:?}");
}

#[test]
fn fast_callbacks_without_appointments_are_the_script() {
    let mut week = quiet();
    (0..9).for_each(|n| week.missed(540 + n * 800, "scheduling", Some((20, "no_further_action"))));
    assert!(week.causes().iter().any(|cause| cause.contains("look at the script")), "{:?}", week.causes());
}

#[test]
fn calls_that_nobody_ever_calls_back_are_nobodys_task_and_late() {
    let mut week = quiet();
    (0..18).for_each(|n| week.missed(540 + n * 400, "scheduling", None));
    let card = week.scorecard();
    assert_eq!(value(&card, "untried"), Value::Share(18, 18));
    let causes = week.causes();
    assert!(causes.iter().any(|cause| cause.starts_with("callbacks come late")), "{causes:?}");
    assert!(causes.iter().any(|cause| cause.contains("nobody's task")), "{causes:?}");
    // A few that are called back at once do not hide the others.
    (0..6).for_each(|n| week.missed(550 + n * 400, "scheduling", Some((10, "booked"))));
    let causes = week.causes();
    assert!(causes.iter().any(|cause| cause.contains("nobody's task")), "{causes:?}");
    assert!(!causes.iter().any(|cause| cause.contains("called back soon")), "{causes:?}");
}

#[test]
fn who_is_not_due_yet_has_not_waited_in_vain() {
    let mut week = quiet();
    (0..9).for_each(|n| week.missed(600 + n, "scheduling", None));
    let soon_after = MONDAY + Span::mins(640);
    let card = Scorecard::of(&week.history, &week.flow, WEEK, soon_after).unwrap();
    assert_eq!(value(&card, "untried"), Value::Share(0, 0));
    let causes: Vec<String> = card.causes.iter().map(ToString::to_string).collect();
    assert!(!causes.iter().any(|cause| cause.contains("callbacks")), "{causes:?}");
}

#[test]
fn promises_that_pass_without_a_call_are_named() {
    let mut week = quiet();
    for n in 0..10 {
        let minute = 540 + n * 400;
        week.missed(minute, "insurance", None);
        let (item, call, told) = (ItemId(week.calls), CallId(week.calls), MONDAY + Span::mins(minute + 1));
        let by = told + Span::hours(if n < 5 { 2 } else { 4 });
        let joined = Fact::ItemJoined { item, call, kind: None, promised: Some(by), due_at: Some(by) };
        let closed = Fact::ItemClosed { item, outcome: "no_further_action".into(), note: Note::new(), by: None };
        week.history.take(told, &[joined]);
        week.history.take(told + Span::hours(3), &[closed]);
    }
    assert_eq!(value(&week.scorecard(), "promises_kept"), Value::Share(5, 10));
    let causes = week.causes();
    assert!(causes.iter().any(|cause| cause.starts_with("promised times pass without a call")), "{causes:?}");
}

#[test]
fn new_patients_who_never_get_a_visit_are_named() {
    let mut week = quiet();
    let new = |week: &mut Week, n: i64, outcome: &str| {
        week.answered(540 + n * 500, "scheduling", "en-US", 20, outcome);
        let details = Box::new(Details { standing: Some(Standing::New), ..Details::default() });
        week.history.take(MONDAY, &[Fact::DetailsKnown { of: Subject::Call(CallId(week.calls)), details }]);
    };
    (0..7).for_each(|n| new(&mut week, n, "no_further_action"));
    assert_eq!(week.causes(), [""; 0], "seven may be chance");
    (7..9).for_each(|n| new(&mut week, n, "no_further_action"));
    (9..12).for_each(|n| new(&mut week, n, "booked"));
    let card = week.scorecard();
    assert_eq!(value(&card, "new_booked"), Value::Share(3, 12));
    assert_eq!(value(&card, "booked"), Value::Share(43, 52));
    let causes = week.causes();
    assert!(
        causes.iter().any(|cause| cause.starts_with("new patients are answered and few get a visit")),
        "{causes:?}"
    );
    let standing = card.breakdowns.iter().find(|table| table.by == "standing").unwrap();
    let rows: Vec<_> = standing.rows.iter().map(|(which, values)| (which.as_str(), values[0])).collect();
    let expected = [("new", Value::Count(12)), ("existing", Value::Count(0)), ("not known", Value::Count(40))];
    assert_eq!(rows, expected);
    (12..40).for_each(|n| new(&mut week, n, "booked"));
    assert_eq!(week.causes(), [""; 0], "most new patients get one");
}

#[test]
fn one_old_voicemail_is_no_cause_and_four_are() {
    let mut week = quiet();
    let mut voicemail = |minute: i64| {
        week.missed(minute, "scheduling", None);
        let joined = Fact::ItemJoined {
            item: ItemId(week.calls),
            call: CallId(week.calls),
            kind: Some(ItemKind::Voicemail),
            promised: None,
            due_at: Some(MONDAY + Span::days(8)),
        };
        week.history.take(MONDAY + Span::mins(minute + 1), &[joined]);
        week.causes()
    };
    for n in 0..3 {
        assert_eq!(voicemail(700 + n), [""; 0]);
    }
    assert_eq!(voicemail(703), ["voicemails stay open for more than a day"]);
}

#[test]
fn a_bad_hour_and_a_language_that_waits_are_named() {
    let mut week = quiet();
    (0..6).for_each(|n| week.missed(n * 1_440 + 12 * 60 + 5, "scheduling", Some((100, "booked"))));
    (0..5).for_each(|n| week.answered(n * 1_440 + 600, "scheduling", "es-US", 200, "booked"));
    let causes = week.causes();
    assert!(causes.iter().any(|cause| cause.contains("from 12:00 to 13:00")), "{causes:?}");
    assert!(causes.iter().any(|cause| cause.starts_with("es-US: callers wait twice as long")), "{causes:?}");
}

#[test]
fn a_week_stands_beside_an_earlier_one() {
    let mut week = quiet();
    week.missed(600, "scheduling", None);
    let after = week.scorecard();
    let before = quiet().scorecard();
    let told = after.against(&before);
    let missed = told.lines().find(|line| line.contains("missed")).unwrap();
    assert!(missed.contains("0 % of 40") && missed.trim_end().ends_with("2 % of 41"), "{told}");
}

#[test]
fn the_page_stands_alone_and_keeps_markup_out_of_its_texts() {
    let mut week = quiet();
    Arc::make_mut(&mut week.flow).name = "A & B <script>".into();
    let page = page(&week.scorecard()).unwrap();
    assert!(page.contains("A &amp; B &lt;script&gt;") && !page.contains("<script"));
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("src="));
}

#[test]
fn the_document_explains_every_number_and_names_none_that_is_not_there() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/SCORECARD.md")).unwrap();
    let (numbers, names) = document.split_once("## Names that practices use").unwrap();
    let is_explained = |id: &str| numbers.contains(&format!("| `{id}`")) || numbers.contains(&format!(", `{id}`"));
    let missing: Vec<_> = METRICS.iter().map(|metric| metric.id).filter(|id| !is_explained(id)).collect();
    assert_eq!(missing, [""; 0]);
    let names = names.split("## ").next().unwrap();
    let named = names.split('`').skip(1).step_by(2);
    let unknown: Vec<_> = named.filter(|id| METRICS.iter().all(|metric| metric.id != *id)).collect();
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn the_command_prints_the_golden_journals_week() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = crate::serve::process::Folder::new();
    copy_folder(&root.join("tests/journals/v1"), folder.path());
    let report = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carelane"));
        let output = command.arg("report").arg("--data").arg(folder.path()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(
        report(&["--week", "2026-11-18"]).starts_with("Riverside Family Medicine, 16 November to 22 November 2026")
    );
    assert!(report(&["--day", "2026-11-18", "--csv"]).contains("\nall,,calls,1,,count\n"));
    let page = folder.path().join("week.html");
    report(&["--html", page.to_str().unwrap()]);
    assert!(fs::read_to_string(page).unwrap().ends_with("</html>\n"));
    assert!(report(&["--week", "2026-11-18", "--against", "2026-11-11"]).contains("before"));

    let audit = ["audit", "tests/logs/week.csv", "--json"];
    let audit = Command::new(env!("CARGO_BIN_EXE_carelane")).current_dir(root).args(audit).output().unwrap();
    let before = folder.path().join("before.json");
    fs::write(&before, audit.stdout).unwrap();
    let beside = report(&["--week", "2026-11-18", "--against", before.to_str().unwrap()]);
    let line = |about: &str| beside.lines().find(|line| line.contains(about)).unwrap().to_owned();
    assert!(line("missed: nobody").contains("29 % of 90"), "{beside}");
    assert!(line("answered by a person").contains("not known"), "{beside}");
}
