//! Behaviour tests: the flow-file compiler. The demo is clean; every rule has a broken file that meets it and only
//! it.
//!
//! `tests/flows/broken/*.edit` are edits of the small practice `tests/flows/clinic.yaml` and its team; `*.yaml`
//! there are whole files. Each begins with `# expect: code, code`; what is printed stands beside it as `.txt`
//! (`UPDATE=1` rewrites it, the codes it does not).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use carelane::flow::Checked;
use carelane::flow::Choice;
use carelane::flow::Code;
use carelane::flow::Phrase;
use carelane::flow::Severity;
use carelane::flow::Step;
use carelane::flow::Target;
use carelane::flow::check_flow;
use carelane::flow::check_folder;
use carelane::flow::check_team;
use carelane::flow::demo;
use carelane::flow::normalise;
use carelane::vocab::Language;
use carelane::vocab::Span;

/// The folder with this room's data.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The small practice and its team.
fn clinic() -> Vec<(String, String)> {
    ["clinic.yaml", "clinic.team.yaml"].map(|name| (name.to_owned(), read(&data().join(name)))).to_vec()
}

fn demo_files() -> Vec<(String, String)> {
    demo().map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec()
}

fn rendered(checked: &Checked, files: &[(String, String)]) -> String {
    let source = |path: &str| files.iter().find(|(p, _)| p == path).map_or("", |(_, text)| text.as_str());
    checked.problems.iter().map(|p| format!("{}\n\n", p.render(source(&p.path), false))).collect()
}

/// One edit: in the file, this text becomes that.
fn apply_edits(script: &str, files: &mut Vec<(String, String)>, case: &Path) {
    let mut file = 0;
    let mut lines = script.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("# in: ") {
            file = files.iter().position(|(path, _)| path == name).unwrap_or_else(|| {
                files.push((name.to_owned(), String::new()));
                files.len() - 1
            });
        } else if line == "<<<<" {
            let old: Vec<&str> = lines.by_ref().take_while(|l| *l != "====").collect();
            let new: Vec<&str> = lines.by_ref().take_while(|l| *l != ">>>>").collect();
            let (old, new) = (old.join("\n"), new.join("\n"));
            let text = &mut files[file].1;
            if old.is_empty() {
                text.push_str(&new);
                text.push('\n');
            } else {
                assert_eq!(text.matches(&old).count(), 1, "{}: `{old}` must stand once in the file", case.display());
                *text = text.replacen(&old, &new, 1);
            }
        }
    }
}

/// The files of one case, and the codes it expects.
fn broken_case(path: &Path) -> (Vec<(String, String)>, Vec<String>) {
    let text = read(path);
    let first = text.lines().next().unwrap_or_default();
    let codes = first.strip_prefix("# expect: ").unwrap_or_else(|| panic!("{}: no `# expect:`", path.display()));
    let codes = codes.split(", ").map(str::to_owned).collect();
    if path.extension().is_some_and(|e| e == "edit") {
        let mut files = clinic();
        apply_edits(&text, &mut files, path);
        return (files, codes);
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    (vec![(name, text), clinic().remove(1)], codes)
}

fn broken_paths() -> Vec<PathBuf> {
    let folder = data().join("broken");
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths: BTreeSet<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "edit" || e == "yaml")).collect()
}

#[test]
fn every_broken_file_meets_exactly_its_rule_and_is_told_so() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = Vec::new();
    let mut met = BTreeSet::new();
    for path in broken_paths() {
        let (files, expected) = broken_case(&path);
        let checked = check_folder(&files);
        let codes: Vec<String> = checked.problems.iter().map(|p| p.code.as_str().to_owned()).collect();
        met.extend(codes.iter().cloned());
        let printed = rendered(&checked, &files);
        if codes != expected {
            failures.push(format!("{}: expected {expected:?}, got {codes:?}\n{printed}", path.display()));
            continue;
        }
        let golden = path.with_extension("txt");
        if update {
            fs::write(&golden, &printed).expect("writable");
        } else if !golden.exists() || read(&golden) != printed {
            failures.push(format!("{}: printed otherwise (UPDATE=1 rewrites):\n{printed}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{} cases:\n\n{}", failures.len(), failures.join("\n"));
    let never: Vec<&str> = Code::ALL.iter().map(|c| c.as_str()).filter(|c| !met.contains(*c)).collect();
    assert!(never.is_empty(), "no broken file meets {never:?}");
}

#[test]
fn the_demo_and_the_small_practice_are_clean() {
    for files in [demo_files(), clinic()] {
        let checked = check_folder(&files);
        assert_eq!(rendered(&checked, &files), "");
        assert_eq!((checked.flows.len(), checked.teams.len()), (1, 1));
    }
}

#[test]
fn the_demo_keeps_what_others_rely_on() {
    let checked = check_folder(&demo_files());
    let (flow, team) = (&checked.flows[0].2, &checked.teams[0].2);
    assert_eq!((flow.practice.as_str(), &*flow.name), ("riverside", "Riverside Family Medicine"));
    assert_eq!(flow.numbers.iter().map(|n| &**n).collect::<Vec<_>>(), ["+15550100100"]);
    let lanes: Vec<&str> = flow.lanes.iter().map(|l| l.id.as_str()).collect();
    assert_eq!(lanes, ["scheduling", "insurance", "referrals", "records", "clinical", "general"]);
    let Some(Step::Menu(menu)) = flow.steps.get(&flow.start) else { panic!("the demo starts with a menu") };
    let to = |key: char| menu.choices.get(&key).map(|c: &Choice| c.to.clone());
    for (key, lane) in ('1'..='6').zip(lanes) {
        assert_eq!(to(key), Some(Target::Lane(lane.into())));
    }
    let spanish = Language::parse("es-US").expect("a tag");
    assert_eq!(to('9'), Some(Target::Language(spanish)));
    assert_eq!((to('0'), to('*')), (Some(Target::Person), Some(Target::Repeat)));
    let english = flow.default_language();
    let opening = &*flow.greeting.opening[english];
    assert_eq!(opening, "Riverside Family Medicine, this is the phone assistant.");
    let question = "For appointments, press 1. Insurance or bills, 2. Referrals, 3. Records, 4. \
                    A nurse or medical question, 5. Hours, directions or anything else, 6. \
                    For a person at any time, 0.";
    assert_eq!(&*menu.question[english], question);
    for id in [
        "booked",
        "rescheduled",
        "message_left",
        "second_attempt_needed",
        "routed_to_clinical",
        "insurance_verification_needed",
        "referral_follow_up_needed",
        "no_further_action",
    ] {
        assert!(flow.lanes.iter().all(|l| l.outcome(id).is_some()), "{id}");
    }
    assert!(team.agents.len() >= 6);
    let ana = &team.agents[0];
    assert_eq!((ana.id.as_str(), &*ana.address), ("ana", "+15550100201"));
    // One assistant is enough to show every lane that is not clinical.
    for lane in flow.lanes.iter().filter(|l| !l.clinical) {
        assert!(lane.serving.iter().any(|t| t.groups.iter().any(|g| ana.groups.contains(g))), "{}", lane.id);
    }
}

#[test]
fn values_that_are_left_out_are_the_documented_ones() {
    let files = clinic();
    let checked = check_folder(&files);
    let flow = &checked.flows[0].2;
    assert_eq!((flow.offers.ring, flow.offers.accept, flow.offers.misses), (Span::secs(20), Span::secs(8), 2));
    assert_eq!((flow.offers.wrap_up, flow.offers.with_a_patient), (Span::mins(2), Span::mins(10)));
    let Some(Step::Menu(menu)) = flow.steps.get(&flow.start) else { panic!("a menu") };
    assert_eq!(menu.timeout, Span::secs(5));
    assert_eq!(flow.wording.len(), Phrase::ALL.len());
    assert!(flow.wording.values().all(|texts| texts.len() == 2), "every sentence in both languages");
    assert_eq!((flow.hours.week[0].len(), flow.hours.week[2].len()), (2, 0));
}

#[test]
fn spoken_phrases_are_kept_in_their_normal_form() {
    let checked = check_folder(&demo_files());
    let flow = &checked.flows[0].2;
    let Some(Step::Menu(menu)) = flow.steps.get(&flow.start) else { panic!("a menu") };
    let lists = menu.choices.values().flat_map(|c| c.say.values()).chain(flow.urgent.phrases.values());
    for phrase in lists.flatten() {
        assert_eq!(normalise(phrase), **phrase);
    }
}

#[test]
fn a_practice_reworded_for_itself_keeps_the_other_language() {
    let mut files = clinic();
    files[0].1.push_str("wording:\n  in_line:\n    en-US: \"Next in {lane}, please hold.\"\n");
    let checked = check_folder(&files);
    assert_eq!(rendered(&checked, &files), "");
    let flow = &checked.flows[0].2;
    assert_eq!(flow.phrase(Phrase::InLine, flow.default_language()), "Next in {lane}, please hold.");
    assert_eq!(flow.phrase(Phrase::InLine, &flow.languages[1]), Phrase::InLine.default_text("es").expect("Spanish"));
}

#[test]
fn a_warning_does_not_refuse_a_file_and_an_error_does() {
    let mut files = clinic();
    let team = check_team(&files[1].0, &files[1].1).0.expect("clean");
    files[0].1 = files[0].1.replace("For a person, 0.", "Thank you.");
    let (flow, problems) = check_flow(&files[0].0, &files[0].1, std::slice::from_ref(&team));
    assert_eq!(problems.iter().map(|p| p.severity).collect::<Vec<_>>(), [Severity::Warning]);
    assert!(flow.is_some());
    let (flow, problems) = check_flow(&files[0].0, &files[0].1, &[]);
    assert!(flow.is_none() && problems.iter().any(|p| p.code == Code::UnknownTeam));
}

#[test]
fn a_language_we_have_no_words_for_must_bring_its_own() {
    let mut files = clinic();
    for (_, text) in &mut files {
        *text =
            text.replace("es-US", "fr-FR").replace("Para español, oprima el 9.", "Pour le français, appuyez sur le 9.");
    }
    let checked = check_folder(&files);
    let found: Vec<(Code, usize)> = checked.problems.iter().map(|p| (p.code, p.line)).collect();
    assert_eq!(found, [(Code::MissingText, 8), (Code::Opening, 26)], "{}", rendered(&checked, &files));
    let said = "  speaker: { fr-FR: asistente }\n  emergency:";
    files[0].1 = files[0].1.replacen("  emergency:", said, 1);
    files[0].1.push_str("wording:\n");
    for phrase in Phrase::ALL {
        let blanks: String = phrase.blanks().iter().map(|b| format!("{{{b}}} ")).collect();
        files[0].1.push_str(&format!("  {}:\n    fr-FR: \"{blanks} 911 988\"\n", phrase.key()));
    }
    let checked = check_folder(&files);
    assert_eq!(rendered(&checked, &files), "");
}

#[test]
fn a_broken_team_is_not_also_reported_as_missing() {
    let mut files = clinic();
    files[1].1 = files[1].1.replace("\"+15550100301\"", "555-0301");
    let checked = check_folder(&files);
    assert_eq!(checked.problems.iter().map(|p| p.code).collect::<Vec<_>>(), [Code::Number]);
    assert!(checked.teams.is_empty());
}

#[test]
fn messages_never_hold_an_assistants_phone_number() {
    for path in broken_paths() {
        let (files, _) = broken_case(&path);
        for p in check_folder(&files).problems {
            let words = format!("{} {} {:?} {:?}", p.title, p.label, p.hint, p.also);
            assert!(!words.contains("555010030") && !words.contains("555-03"), "{}: {words}", path.display());
        }
    }
}

/// A small random source of our own: the same cases on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// Pieces that have broken readers before.
const NASTY: [&str; 24] = [
    "\t", "\r", "\0", "\u{feff}", "é", "🦀", "\u{202e}", "&a ", "*a", "<<: *a\n", "- ", ": ", "{", "}", "[", "]", "\"",
    "'", "|\n", ">-\n", "---\n", "!!int ", "? ", "#",
];

fn mutate(dice: &mut Dice, text: &str, other: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at.max(1)),
            2 => {
                let piece = dice.pick(&NASTY);
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let from = dice.below(other.len());
                let piece = &other.as_bytes()[from..(from + dice.below(40)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            4 => {
                let to = (at + dice.below(60)).min(bytes.len());
                bytes.drain(at..to);
            }
            _ => {
                let to = (at + dice.below(60)).min(bytes.len());
                let copy = bytes[at..to].to_vec();
                let place = dice.below(bytes.len() + 1);
                bytes.splice(place..place, copy);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn survives(path: &str, text: &str) {
    let files = [(path.to_owned(), text.to_owned())];
    let checked = check_folder(&files);
    // Rendering is the slowest part, and neighbours are alike.
    for problem in checked.problems.iter().take(1).chain(checked.problems.last()) {
        assert!(text.is_char_boundary(problem.span.start) && text.is_char_boundary(problem.span.end));
        assert!(!problem.render(text, false).is_empty());
    }
}

/// A few lines of a file, or a few choices of one: cheap to check, and cut at every place.
fn fragment<'t>(dice: &mut Dice, text: &'t str) -> &'t str {
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let from = dice.below(lines.len());
    let to = (from + 1 + dice.below(6)).min(lines.len() - 1);
    &text[lines[from.min(to)]..lines[to]]
}

#[test]
fn no_text_makes_the_reader_the_rules_or_the_renderer_panic() {
    let mut dice = Dice(2026);
    let mut sources: Vec<String> = clinic().into_iter().chain(demo_files()).map(|(_, text)| text).collect();
    sources.extend(broken_paths().iter().map(|path| broken_case(path).0.remove(0).1));
    for round in 0..20_000 {
        let (one, other) = (dice.below(sources.len()), dice.below(sources.len()));
        let piece = fragment(&mut dice, &sources[one]);
        let text = mutate(&mut dice, piece, &sources[other]);
        survives(if round % 4 == 0 { "x.team.yaml" } else { "x.yaml" }, &text);
    }
    for round in 0..300 {
        let text = mutate(&mut dice, &sources[round % 2], &sources[2]);
        survives(if round % 2 == 0 { "x.yaml" } else { "x.team.yaml" }, &text);
    }
    for round in 0..20 {
        let text = mutate(&mut dice, &sources[2 + round % 2], &sources[0]);
        survives(if round % 2 == 0 { "x.yaml" } else { "x.team.yaml" }, &text);
    }
}

#[test]
fn bombs_end_in_a_message() {
    let mut aliases = String::from("a0: &a0 [x, x]\n");
    for n in 1..40 {
        aliases.push_str(&format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
    }
    let deep = "[".repeat(5_000);
    let maps = "{a: ".repeat(5_000);
    let indented: String = (0..300).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let long = format!("version: \"{}\"", "x".repeat(20_000));
    let anchors = format!("{}x{}", (0..60).map(|n| format!("&a{n} [")).collect::<String>(), "]".repeat(60));
    let many: String = (0..3_000).map(|n| format!("key{n}: 1\n")).collect();
    let blanks: String = (0..2_000).map(|n| format!("  k{n}: {{en-US: '{{a}}'}}\n")).collect();
    let texts = [aliases, deep, maps, indented, long, anchors, many, format!("wording:\n{blanks}"), String::new()];
    for text in texts {
        let checked = check_folder(&[("x.yaml".to_owned(), text.clone())]);
        assert!(!checked.problems.is_empty() && checked.problems.len() <= 200);
        for problem in &checked.problems {
            assert!(!problem.render(&text, true).is_empty());
        }
    }
}
