//! House rules, checked on every test run: layers, purity, names, lengths, and docs that keep up with the code.
//!
//! A rule is a function from texts to breaches. Each has a test on this tree, and one that feeds it a breach and sees
//! it caught. It reads text only: what the compiler and clippy can hold, they hold.

#[path = "tidy/revealing.rs"]
mod revealing;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use revealing::REVEALING;

/// A file of the tree.
struct File {
    /// From the root of the repository, with slashes.
    path: String,
    text: String,
}

/// Rooms in order: each may use those before it. `lib.rs` shows the same list.
const ROOMS: [&str; 14] = [
    "vocab", "flow", "floor", "render", "report", "journal", "carrier", "media", "engine", "metrics", "console",
    "server", "sim", "cli",
];
/// Rooms above the purity line: no clock, thread, lock, task, log, disk, socket or hash order.
const PURE: [&str; 5] = ["vocab", "flow", "floor", "render", "report"];
/// Rooms that do not know each other.
const STRANGERS: [&str; 3] = ["journal", "carrier", "media"];
/// Who may use less of a room than its layer allows: (where, of which room, only these paths).
const DOORS: [(&str, &str, &[&str]); 8] = [
    ("src/render/", "floor", &["floor::treatment", "floor::details", "floor::hours"]),
    ("src/journal/", "floor", &["floor::event", "floor::fact"]),
    ("src/carrier/local/", "floor", &[]),
    ("src/carrier/", "floor", &["floor::event"]),
    (
        "src/metrics/",
        "floor",
        &["floor::Floor", "floor::details", "floor::effect", "floor::fact", "floor::view", "floor::work::recording"],
    ),
    (
        "src/server/",
        "floor",
        &[
            "floor::details",
            "floor::effect",
            "floor::event",
            "floor::fact",
            "floor::treatment",
            "floor::view",
            "floor::work::item",
            "floor::work::recording",
        ],
    ),
    ("src/server/", "journal", &[]),
    ("src/cli/serve/", "sim", &[]),
];
/// What no pure room may name.
const IMPURE: [&str; 16] = [
    "std::time",
    "SystemTime",
    "Instant",
    "std::thread",
    "Mutex",
    "RwLock",
    "tokio",
    "tracing",
    "HashMap",
    "HashSet",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "println!",
    "eprintln!",
];
/// Names that say nothing.
const EMPTY_NAMES: [&str; 9] = ["util", "utils", "common", "helper", "helpers", "manager", "handler", "misc", "stuff"];
const CODE_LINES_MAX: usize = 600;
const COLUMNS_MAX: usize = 120;

// ---- reading ----

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under `place` (a folder or a file) whose name ends so, in order.
fn files(place: &str, ending: &str) -> Vec<File> {
    let path = root().join(place);
    if path.is_file() {
        return vec![File { path: place.to_owned(), text: text(place) }];
    }
    let Ok(entries) = fs::read_dir(&path) else { return Vec::new() };
    let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    let inner = names.into_iter().map(|name| format!("{place}/{name}"));
    inner.filter(|p| root().join(p).is_dir() || p.ends_with(ending)).flat_map(|p| files(&p, ending)).collect()
}

fn sources() -> Vec<File> {
    files("src", ".rs")
}

fn all_code() -> Vec<File> {
    ["src", "tests", "benches"].into_iter().flat_map(|place| files(place, ".rs")).collect()
}

fn text(place: &str) -> String {
    fs::read_to_string(root().join(place)).unwrap_or_else(|e| panic!("{place}: {e}"))
}

/// The lines of code with their numbers: no comments, and nothing from an inline test module on.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end].lines().zip(1..).map(|(line, number)| (number, uncommented(line)))
}

/// A comment begins the line or follows a blank; `//` in a URL does not.
fn uncommented(line: &str) -> &str {
    let begins = line.match_indices("//").map(|(at, _)| at).find(|at| line[..*at].ends_with(' ') || *at == 0);
    begins.map_or(line, |at| &line[..at])
}

/// Does `path` stand in the line as whole words? A `!` belongs to the word before it.
fn names(line: &str, path: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(path)
        .any(|(at, found)| !line[..at].ends_with(is_word) && !line[at + found.len()..].starts_with(is_word))
}

/// Paths of this crate that a line names: `floor::event::Event` for `crate::floor::event::Event`.
fn crate_paths(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter(|(at, _)| !line[..*at].ends_with('$')).map(|(at, found)| {
        let path = &line[at + found.len()..];
        let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
        path[..end].trim_end_matches(':')
    })
}

/// The room of `src/room/…` or `src/room.rs`.
fn room_of(path: &str) -> Option<&'static str> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split(['/', '.']).next()?;
    ROOMS.into_iter().find(|room| *room == name)
}

#[track_caller]
fn holds(breaches: impl IntoIterator<Item = String>) {
    let breaches: Vec<String> = breaches.into_iter().collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

/// The rule's breaches in this made-up file.
#[track_caller]
fn catches<R: IntoIterator<Item = String>>(rule: impl Fn(&File) -> R, path: &str, text: &str) {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    assert!(rule(&file).into_iter().next().is_some(), "not caught in {path}: {text}");
}

#[track_caller]
fn allows<R: IntoIterator<Item = String>>(rule: impl Fn(&File) -> R, path: &str, text: &str) {
    holds(rule(&File { path: path.to_owned(), text: text.to_owned() }));
}

// ---- layers ----

fn layering(file: &File) -> Vec<String> {
    let Some(here) = room_of(&file.path) else { return Vec::new() };
    let place = |room: &str| ROOMS.iter().position(|r| *r == room);
    let mut breaches = Vec::new();
    for (number, line) in code(&file.text) {
        for path in crate_paths(line) {
            let there = path.split("::").next().unwrap_or_default();
            let below = place(there) > place(here);
            let strangers = there != here && STRANGERS.contains(&here) && STRANGERS.contains(&there);
            let door = DOORS.iter().find(|(from, of, _)| file.path.starts_with(from) && *of == there);
            let beside = door.is_some_and(|(_, _, only)| !only.iter().any(|allowed| path.starts_with(allowed)));
            if place(there).is_none() || below || strangers || beside {
                breaches.push(format!("{}:{number}: {here} may not use crate::{path}", file.path));
            }
        }
        // From the front of a room `super` is the whole crate, past the layers.
        let front = file.path == format!("src/{here}/mod.rs") || file.path == format!("src/{here}.rs");
        if front && line.contains("super::") {
            breaches.push(format!("{}:{number}: write crate::… instead of super::… here", file.path));
        }
    }
    breaches
}

#[test]
fn a_room_uses_rooms_above_it_only() {
    holds(sources().iter().flat_map(layering));
}

#[test]
fn a_room_that_reaches_down_or_sideways_is_caught() {
    catches(layering, "src/floor/call.rs", "use crate::engine::Engine;\n");
    catches(layering, "src/floor/call.rs", "    let at = crate::render::Link::read(path);\n");
    catches(layering, "src/journal/writer.rs", "use crate::carrier::twilio::Form;\n");
    catches(layering, "src/carrier/local/leg.rs", "use crate::floor::event::Event;\n");
    catches(layering, "src/server/api.rs", "use crate::floor::Floor;\n");
    catches(layering, "src/server/api.rs", "use crate::journal::Journal;\n");
    catches(layering, "src/cli/serve/demo.rs", "use crate::sim::Patient;\n");
    catches(layering, "src/engine/mod.rs", "use super::server::Door;\n");
    catches(layering, "src/floor/call.rs", "use crate::drawer::Thing;\n");
    allows(layering, "src/engine/desk.rs", "use crate::floor::Floor; // not crate::server::Door\n");
    allows(layering, "src/floor/call.rs", "use crate::flow::Flow;\n\n#[cfg(test)]\nmod tests { use crate::sim::X; }\n");
}

#[test]
fn lib_rs_shows_the_rooms_in_layer_order() {
    let lib = text("src/lib.rs");
    let shown: Vec<&str> = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let known: Vec<&str> = ROOMS.into_iter().filter(|room| shown.contains(room)).collect();
    assert_eq!(shown, known);
}

// ---- purity ----

fn purity(file: &File) -> Vec<String> {
    if !room_of(&file.path).is_some_and(|room| PURE.contains(&room)) {
        return Vec::new();
    }
    let found = |(number, line): (usize, &str)| {
        let impure = IMPURE.into_iter().find(|name| names(line, name))?;
        Some(format!("{}:{number}: a pure room names {impure}", file.path))
    };
    code(&file.text).filter_map(found).collect()
}

#[test]
fn pure_rooms_name_no_clock_thread_disk_socket_log_or_hash_order() {
    holds(sources().iter().flat_map(purity));
}

#[test]
fn an_impure_line_is_caught() {
    for line in ["use std::time::Duration;", "let now = Instant::now();", "use std::sync::Mutex;", "println!(\"hi\");"]
    {
        catches(purity, "src/floor/call.rs", line);
    }
    catches(purity, "src/render/twiml.rs", "let m: std::collections::HashMap<u8, u8>;");
    allows(purity, "src/floor/call.rs", "/// Unlike `Instant`, it can be stored.\nstruct InstantReply;\n");
    allows(purity, "src/engine/clock.rs", "use std::time::Instant;\n");
}

// ---- the shape of a file ----

fn shape(file: &File) -> Vec<String> {
    let at = |number: usize, what: &str| format!("{}:{number}: {what}", file.path);
    let mut breaches = Vec::new();
    if !file.text.starts_with("//! ") {
        breaches.push(at(1, "the first line says what the file is for: `//! …`"));
    }
    let lines = code(&file.text).count();
    if lines > CODE_LINES_MAX {
        breaches.push(at(lines, "longer than 600 lines: split it"));
    }
    for (line, number) in file.text.lines().zip(1..) {
        // A sentence stays in one piece, however long.
        if line.chars().count() > COLUMNS_MAX && !line.contains('"') {
            breaches.push(at(number, "wider than 120 columns"));
        }
        if uncommented(line).contains(concat!("super::", "super")) {
            breaches.push(at(number, "further away than the room next door: write crate::…"));
        }
        let code = line.trim_start();
        if (code.starts_with("use ") || code.starts_with("pub use ")) && code.contains('{') {
            breaches.push(at(number, "one import a line"));
        }
        if [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")].iter().any(|mark| names(line, mark)) {
            breaches.push(at(number, "unfinished work does not stand in the code"));
        }
    }
    breaches
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    holds(all_code().iter().flat_map(shape));
}

#[test]
fn a_badly_shaped_file_is_caught() {
    catches(shape, "src/a.rs", "use std::fs;\n");
    catches(shape, "src/a.rs", &format!("//! Long.\n{}", "fn f() {}\n".repeat(CODE_LINES_MAX)));
    catches(shape, "src/a.rs", &format!("//! {}\n", "wide ".repeat(30)));
    catches(shape, "src/a.rs", concat!("//! Far.\nuse super::", "super::Floor;\n"));
    catches(shape, "src/a.rs", "//! Many.\nuse crate::{floor, flow};\n");
    catches(shape, "src/a.rs", concat!("//! Later.\n// TO", "DO: this\n"));
    allows(shape, "src/a.rs", "//! Fine.\n\nuse super::Floor;\n");
}

// ---- names ----

fn naming(file: &File) -> Vec<String> {
    let says_nothing = |name: &str| {
        let name = words_of(name);
        EMPTY_NAMES.into_iter().find(|empty| name.iter().any(|word| word == empty))
    };
    let mut breaches = Vec::new();
    for part in file.path.trim_end_matches(".rs").split('/') {
        breaches.extend(says_nothing(part).map(|empty| format!("{}: `{empty}` names nothing", file.path)));
    }
    for (number, line) in code(&file.text) {
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
        while let Some(word) = words.next() {
            if ["struct", "enum", "trait", "type", "mod"].contains(&word)
                && let Some(empty) = words.next().and_then(says_nothing)
            {
                breaches.push(format!("{}:{number}: `{empty}` names nothing", file.path));
            }
        }
    }
    breaches
}

/// `FlowHelper` and `flow_helper` are the words flow and helper.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[test]
fn files_modules_and_types_have_names_that_say_something() {
    holds(sources().iter().flat_map(naming));
}

#[test]
fn an_empty_name_is_caught() {
    catches(naming, "src/floor/utils.rs", "//! Drawer.\n");
    catches(naming, "src/floor/call.rs", "pub struct CallManager;\n");
    catches(naming, "src/floor/call.rs", "mod call_helper;\n");
    allows(naming, "src/floor/call.rs", "struct Commoner; // a Manager of the clinic\n");
}

// ---- personal data ----

fn revealing(files: &[File]) -> Vec<String> {
    let reveals = |f: &&File| code(&f.text).any(|(_, line)| names(line, "reveal"));
    let found: BTreeSet<&str> = files.iter().filter(reveals).map(|f| f.path.as_str()).collect();
    let listed = BTreeSet::from(REVEALING);
    let new = found
        .difference(&listed)
        .map(|path| format!("{path} opens a Private: list it in tests/tidy.rs, with a reason"));
    let gone = listed.difference(&found).map(|path| format!("{path} opens no Private any more: take it off the list"));
    new.chain(gone).collect()
}

#[test]
fn personal_data_is_opened_in_listed_files_only() {
    holds(revealing(&sources()));
}

#[test]
fn a_file_that_opens_personal_data_is_caught() {
    let mut files = sources();
    files.push(File { path: "src/metrics/label.rs".into(), text: "let label = caller.name.reveal();\n".into() });
    assert_eq!(revealing(&files).len(), 1);
    files.retain(|file| file.path != "src/floor/wrapup.rs");
    assert_eq!(revealing(&files).len(), 2);
}

// ---- docs keep up with the code ----

/// What stands in the code but not in the document, and why that matters.
fn unwritten<'a>(doc: &str, found: impl IntoIterator<Item = &'a str>, what: &str) -> Vec<String> {
    let missing: BTreeSet<&str> = found.into_iter().filter(|name| !doc.contains(&format!("`{name}`"))).collect();
    missing.into_iter().map(|name| format!("{what} does not name `{name}`")).collect()
}

/// String literals that follow `before` in the code.
fn literals<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(before).filter_map(move |(at, found)| text[at + found.len()..].split('"').next())
}

#[test]
fn every_room_stands_in_architecture_md_and_the_other_way_round() {
    let doc = text("docs/ARCHITECTURE.md");
    let headings: BTreeSet<&str> =
        doc.lines().filter_map(|l| l.strip_prefix("### `src/")?.split_once('`').map(|(room, _)| room)).collect();
    let files = sources();
    let inner = files.iter().filter_map(|f| f.path.strip_prefix("src/")?.split_once('/').map(|(room, _)| room));
    assert_eq!(inner.collect::<BTreeSet<_>>(), headings);
}

/// Ids in comments: `rule: an-id`.
fn rule_ids(file: &File) -> BTreeSet<String> {
    let comments = file.text.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
    let id = |comment: &str| {
        let (_, rest) = comment.split_once(concat!("rule", ": "))?;
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(rest.len());
        Some(rest[..end].to_owned()).filter(|id| !id.is_empty())
    };
    comments.filter_map(id).collect()
}

/// Rows of RULES.md: `| id | rule | source | code | test |`.
fn rule_rows(doc: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().trim_matches('`').to_owned()).collect();
    doc.lines().filter(|line| line.starts_with("| `")).map(cells).collect()
}

fn rules(files: &[File], doc: &str, test_text: impl Fn(&str) -> String) -> Vec<String> {
    let rows = rule_rows(doc);
    let written: BTreeSet<&String> = rows.iter().map(|row| &row[0]).collect();
    let mut breaches = Vec::new();
    for file in files {
        for id in rule_ids(file).iter().filter(|id| !written.contains(id)) {
            breaches.push(format!("{}: the rule `{id}` does not stand in docs/RULES.md", file.path));
        }
    }
    for row in &rows {
        let [id, _, _, path, test] = row.as_slice() else {
            breaches.push(format!("docs/RULES.md: the row of `{}` has not five cells", row[0]));
            continue;
        };
        if !files.iter().any(|f| f.path == *path && rule_ids(f).contains(id)) {
            breaches.push(format!("docs/RULES.md: no comment in {path} names the rule `{id}`"));
        }
        // `file::function`, or a file that is a case of its own.
        let (place, name) = test.split_once("::").unwrap_or((test, ""));
        let there = test_text(place);
        if there.is_empty() || !there.contains(name) {
            breaches.push(format!("docs/RULES.md: the rule `{id}` has no test {test}"));
        }
    }
    breaches
}

#[test]
fn every_rule_in_the_code_stands_in_rules_md_with_its_test() {
    let place = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_default();
    holds(rules(&sources(), &text("docs/RULES.md"), place));
}

#[test]
fn a_rule_without_its_row_or_test_is_caught() {
    let source = |comment: &str| [File { path: "src/floor/call.rs".into(), text: comment.into() }];
    let code = source(concat!("// rule", ": no-fourth-attempt\n"));
    let row = "| `no-fourth-attempt` | never a fourth | practice | `src/floor/call.rs` | `tests/t.rs::it_stops` |\n";
    let tests = |_: &str| "fn it_stops() {}".to_owned();
    assert_eq!(rules(&code, row, tests), Vec::<String>::new());
    assert_eq!(rules(&code, "", tests).len(), 1);
    assert_eq!(rules(&source("// nothing\n"), row, tests).len(), 1);
    assert_eq!(rules(&code, row, |_| String::new()).len(), 1);
}

#[test]
fn flows_md_names_every_key_and_every_code() {
    let (doc, schema, code) = (text("docs/FLOWS.md"), text("src/flow/schema.rs"), text("src/flow/code.rs"));
    let keys = [
        "required(\"",
        "optional(\"",
        "default(\"",
        "required(\n            \"",
        "optional(\n            \"",
        "default(\n            \"",
        "variant(\"",
        "Variant { name: \"",
        "word(\"",
    ];
    holds(unwritten(&doc, keys.into_iter().flat_map(|before| literals(&schema, before)), "docs/FLOWS.md"));
    let codes: Vec<&str> = code.split('"').filter(|word| word.contains("::") && !word.contains(' ')).collect();
    assert!(codes.len() > 50);
    holds(unwritten(&doc, codes, "docs/FLOWS.md"));
}

#[test]
fn the_readme_names_every_setting_and_every_metric() {
    let (readme, settings) = (text("README.md"), text("src/cli/serve/settings.rs"));
    holds(unwritten(&readme, literals(&settings, "env = \""), "README.md"));
    let sources = files("src/metrics", ".rs");
    let metrics = sources
        .iter()
        .flat_map(|f| f.text.split('"'))
        .filter(|word| word.len() > "carelane_".len() && word.starts_with("carelane_") && !word.contains(' '));
    holds(unwritten(&readme, metrics, "README.md"));
}

/// Metrics that a text of Prometheus' language names, without the tails of histograms.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    let ours = words.filter(|word| word.starts_with("carelane_"));
    let family = |word: &str| {
        let tail = ["_bucket", "_count", "_sum"].into_iter().find_map(|tail| word.strip_suffix(tail));
        tail.unwrap_or(word).to_owned()
    };
    ours.map(family).collect()
}

#[test]
fn alert_rules_and_dashboard_name_metrics_that_exist() {
    let known = files("src/metrics", ".rs").iter().map(|f| f.text.clone()).collect::<String>();
    let unknown = |place: &str| {
        let named = metrics_in(&text(place));
        assert!(named.len() > 10, "{place} names hardly any metric");
        let gone = named.into_iter().filter(|name| !known.contains(&format!("\"{name}\"")));
        gone.map(|name| format!("{place}: there is no metric {name}")).collect::<Vec<_>>()
    };
    let places = ["deploy/prometheus/carelane.rules.yml", "deploy/grafana/carelane.json"];
    holds(places.into_iter().flat_map(unknown));
    assert_eq!(metrics_in("rate(carelane_a_seconds_bucket[5m]) / carelane_b{x=\"y\"}").len(), 2);
}

#[test]
fn every_alert_has_a_runbook_and_a_test() {
    let (rules, tests) =
        (text("deploy/prometheus/carelane.rules.yml"), text("deploy/prometheus/carelane.rules.test.yml"));
    let runbooks = text("docs/OPERATIONS.md");
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10);
    for alert in alerts {
        let link = format!("runbook_url: docs/OPERATIONS.md#{}", alert.to_lowercase());
        assert!(rules.contains(&link), "{alert} does not link to its runbook");
        assert!(runbooks.contains(&format!("\n### {alert}\n")), "docs/OPERATIONS.md has no runbook for {alert}");
        let fires = format!("ALERTS{{alertname=\"{alert}\", alertstate=\"firing\", severity=");
        assert!(tests.contains(&fires), "no rule test sees {alert} fire");
    }
}

/// Messages of log macros: the first literal of `warn!(…)`.
fn log_messages(text: &str) -> impl Iterator<Item = &str> {
    let begins = ["info!(", "warn!(", "error!("].into_iter().flat_map(|mark| text.match_indices(mark));
    begins.filter_map(|(at, _)| text[at..].split('"').nth(1))
}

#[test]
fn operations_md_explains_every_log_message() {
    let (doc, sources) = (text("docs/OPERATIONS.md"), sources());
    holds(unwritten(&doc, sources.iter().flat_map(|f| log_messages(&f.text)), "docs/OPERATIONS.md"));
    let log = "warn!(effect = %id, \"it went\n wrong\");\ntracing::info!(\"well\");";
    assert_eq!(log_messages(log).collect::<Vec<_>>(), ["well", "it went\n wrong"]);
}

#[test]
fn a_thing_that_the_docs_do_not_name_is_caught() {
    let code = "env = \"CARELANE_NEW\", env = \"CARELANE_OLD\"";
    let missing = unwritten("only `CARELANE_OLD`", literals(code, "env = \""), "README.md");
    assert_eq!(missing, ["README.md does not name `CARELANE_NEW`"]);
}

/// Links between files: `](path)`, without its `#part`.
fn dead_links(file: &File, is_there: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    let links = file.text.match_indices("](").filter_map(|(at, found)| file.text[at + found.len()..].split(')').next());
    let local = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
    local
        .filter(|link| !is_there(&folder.join(link.split('#').next().unwrap_or_default())))
        .map(|link| format!("{}: there is no {link}", file.path))
        .collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let documents = ["README.md", "docs"].into_iter().flat_map(|place| files(place, ".md"));
    holds(documents.flat_map(|file| dead_links(&file, |path| root().join(path).exists())));
}

#[test]
fn a_dead_link_is_caught() {
    catches(|f: &File| dead_links(f, |_| false), "docs/A.md", "see [there](GONE.md#part)");
    allows(|f: &File| dead_links(f, |p| p == Path::new("docs/B.md")), "docs/A.md", "[b](B.md) [c](https://c.example)");
}
