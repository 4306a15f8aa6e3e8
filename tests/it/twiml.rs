//! Behaviour tests: every treatment as the document a carrier plays.
//!
//! `tests/twiml/*.xml` are the documents of the scenarios' practice, a line for each verb (`UPDATE=1` rewrites them).
//! `reader` reads them strictly and knows the rules; hostile texts may change what is said, never the tree.

mod reader;
mod sample;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use carelane::floor::event::Event;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::Flow;
use carelane::flow::Phrase;
use carelane::flow::Step;
use carelane::flow::Texts;
use carelane::flow::check_folder;
use carelane::flow::demo;
use carelane::render::Links;
use carelane::render::twiml::Rendering;
use carelane::render::twiml::Template;
use carelane::sim::Chance;
use carelane::vocab::FloorId;
use carelane::vocab::LegId;
use carelane::vocab::limit::PROMPT_CHARS_MAX;

use crate::scenario::practice::Practice;
use reader::Element;
use sample::PUBLIC;

fn flow() -> Flow {
    match Practice::opening()
        .iter()
        .find_map(|event| if let Event::FlowOffered(file) = event { Some(file) } else { None })
    {
        Some(file) => file.flow.as_ref().clone(),
        None => panic!("the practice has no flow"),
    }
}

#[test]
fn every_document_reads_as_it_is_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/twiml");
    let mut names = BTreeSet::new();
    let mut wrong = String::new();
    for (name, document) in sample::documents(&flow()) {
        // A line for each verb; texts have no line breaks of their own.
        let text = String::from_utf8(document).unwrap().replace("><", ">\n<") + "\n";
        let path = folder.join(format!("{name}.xml"));
        names.insert(path.clone());
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        if kept != text {
            wrong += &format!("\n{name} reads otherwise (UPDATE=1 rewrites it):\n{text}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let kept: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept, names, "a document is kept that nobody renders");
}

#[test]
fn every_document_keeps_the_rules() {
    for (name, document) in sample::documents(&flow()) {
        reader::judge(&document, PUBLIC).unwrap_or_else(|broken| panic!("{name}: {broken}"));
    }
}

#[test]
fn the_emergency_sentence_comes_before_the_question() {
    let flow = flow();
    for (name, document) in sample::documents(&flow).iter().filter(|(name, _)| name.starts_with("menu-greeting")) {
        let tree = reader::read(document).unwrap();
        let said: Vec<&str> = tree.all().iter().filter(|e| e.name == "Say").map(|e| e.text.as_str()).collect();
        let place = |texts: &Texts| said.iter().position(|words| texts.values().any(|text| **text == **words));
        let Some(Step::Menu(menu)) = flow.steps.get("main") else { panic!("no menu") };
        let (emergency, question) = (place(&flow.greeting.emergency), place(&menu.question));
        assert!(emergency.is_some() && emergency < question, "{name}: {said:?}");
        // Keys count from the first sound on: everything stands inside the Gather.
        assert_eq!(tree.children[0].name, "Gather", "{name}");
        assert_eq!(tree.children[0].children.len(), said.len(), "{name}");
    }
}

#[test]
fn the_fallback_says_the_emergency_sentence_in_every_language() {
    let flow = flow();
    let tree = reader::read(&carelane::render::twiml::fallback(&flow)).unwrap();
    let said: Vec<&str> = tree.all().iter().filter(|e| e.name == "Say").map(|e| e.text.as_str()).collect();
    assert_eq!(flow.greeting.emergency.len(), flow.languages.len());
    for sentence in flow.greeting.emergency.values() {
        assert!(said.contains(&&**sentence), "{said:?}");
    }
    // It asks nothing: nobody would be there to hear the answer.
    assert!(tree.all().iter().all(|element| element.name != "Gather"));
    assert_eq!(tree.children.last().map(|verb| verb.name.as_str()), Some("Hangup"));
}

#[test]
fn urgent_callers_hear_the_sentence_first_and_no_music() {
    for (name, document) in sample::documents(&flow()) {
        let tree = reader::read(&document).unwrap();
        if name.starts_with("hold-urgent") || name.starts_with("hold-crisis") {
            assert_eq!(tree.children[0].name, "Say", "{name} waits for another fetch before the sentence");
            assert!(tree.children[0].text.contains("911") || tree.children[0].text.contains("988"), "{name}");
        }
        if name.contains("urgent") {
            assert!(tree.all().iter().all(|element| element.name != "Play"), "{name} plays music");
        }
    }
}

#[test]
fn nobody_who_waits_hears_a_sentence_twice_running() {
    let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
    let demo = check_folder(&files).flows.into_iter().map(|(_, _, flow)| flow);
    let floor = FloorId::from("f00d");
    let links = Links { public: PUBLIC, floor: &floor };
    for flow in demo.chain([flow()]) {
        let rendering = Rendering { leg: LegId(7), serial: 3, flow: &flow, links };
        let language = || flow.default_language().clone();
        let in_line = flow.lanes.iter().map(|lane| {
            let first = vec![Words::AboutLane(Phrase::InLine, lane.id.clone())];
            Treatment::Hold { lane: lane.id.clone(), language: language(), first, urgent: lane.clinical }
        });
        let first = || vec![Words::Phrase(Phrase::OnHold)];
        let on_hold = [true, false].map(|urgent| Treatment::OnHold { first: first(), language: language(), urgent });
        for hold in in_line.chain(on_hold) {
            let said = |round| {
                let tree = reader::read(&rendering.wait_document(&hold, round)).unwrap_or_default();
                tree.all().into_iter().find(|element| element.name == "Say").map(|say| say.text.clone())
            };
            for round in 0..12 {
                assert_ne!(said(round), said(round + 1), "{hold:?} in round {round}");
            }
        }
    }
}

#[test]
fn a_menus_template_gives_the_very_document_of_each_leg() {
    let (flow, floor) = (flow(), FloorId::from("f00d"));
    let links = Links { public: PUBLIC, floor: &floor };
    let menus = flow.languages.iter().flat_map(sample::menus);
    for menu in menus.collect::<Vec<Treatment>>() {
        let template = Template::of(&menu, &flow, links);
        for (leg, serial) in [(1, 1), (7, 3), (u64::MAX, u32::MAX)] {
            let rendering = Rendering { leg: LegId(leg), serial, flow: &flow, links };
            assert_eq!(template.fill(LegId(leg), serial, links), rendering.document(&menu));
        }
    }
}

#[test]
fn no_text_changes_the_tree() {
    let plain: Vec<(String, Element)> = sample::documents(&flow())
        .into_iter()
        .map(|(name, document)| (name, reader::read(&document).unwrap()))
        .collect();
    for seed in 0..16 {
        let mut chance = Chance::of(seed);
        // The checker allows prompts of this length; beyond it only the size may suffer.
        let long = chance.percent(30);
        let hostile = with_texts(flow(), &mut |_| text(&mut chance, if long { 4_000 } else { PROMPT_CHARS_MAX }));
        for ((name, document), (_, tree)) in sample::documents(&hostile).iter().zip(&plain) {
            let judged = if long { reader::judge_tree(document, PUBLIC) } else { reader::judge(document, PUBLIC) };
            let read = judged.unwrap_or_else(|broken| panic!("seed {seed}: {name}: {broken}"));
            assert_eq!(read.shape(), tree.shape(), "seed {seed}: {name}");
        }
    }
}

/// The flow with every text that is said replaced.
fn with_texts(mut flow: Flow, new: &mut dyn FnMut(&str) -> String) -> Flow {
    let mut all: Vec<&mut Texts> =
        vec![&mut flow.greeting.opening, &mut flow.greeting.emergency, &mut flow.greeting.offers];
    all.extend(flow.steps.values_mut().map(|step| match step {
        Step::Menu(menu) => &mut menu.question,
        Step::Answer(answer) => &mut answer.script,
    }));
    for lane in &mut flow.lanes {
        all.push(&mut lane.name);
        all.extend(&mut lane.hold);
    }
    all.extend(flow.wording.values_mut());
    for text in all.into_iter().flat_map(Texts::values_mut) {
        let replaced: Arc<str> = new(text).into();
        *text = replaced;
    }
    flow
}

/// Something that somebody might write to break a document.
fn text(chance: &mut Chance, chars_max: usize) -> String {
    const PIECES: [&str; 20] = [
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]]>",
        "<!--",
        "-->",
        "</Say>",
        "<Hangup/>",
        "<?xml?>",
        "&#0;",
        "&lol;",
        "\u{0}",
        "\u{1b}[31m",
        "\u{b}\u{c}\u{fffe}\u{ffff}",
        "\r\n\t",
        "\u{202e}\u{feff}",
        "👩🏽‍⚕️",
        "{lane} {time} {wait}",
    ];
    let length = 1 + usize::try_from(chance.below(chars_max as u64)).unwrap_or(0);
    let mut text = String::from("a");
    let only = chance.percent(30).then(|| *chance.pick(&PIECES));
    let mut chars = 1;
    while chars < length {
        let piece = only.unwrap_or_else(|| *chance.pick(&PIECES));
        chars += piece.chars().count();
        text.push_str(piece);
    }
    text.chars().take(length).collect()
}
