//! Rules of the first seconds: who answers, what to do in an emergency, in which languages, and a question that routes.

use super::check::Case;
use super::check_menu::names_key;
use super::code::Code;
use super::diagnostic::quote;
use super::model::Menu;
use super::model::Step;
use super::model::Target;
use super::spoken::normalise;
use super::spoken::says;
use super::spoken::seconds;
use super::spoken::word_count;
use super::syntax::Node;
use crate::vocab::Language;

/// rule: three-seconds. Practice name and speaker are complete within this time.
pub const OPENING_SECONDS_MAX: f64 = 3.0;
/// Words by which a greeting says that a machine, or an assistant, is speaking, by language.
const SPEAKERS: [(&str, &[&str]); 2] = [
    ("en", &["assistant", "system", "attendant", "automated", "virtual"]),
    ("es", &["asistente", "asistenta", "sistema", "automatico", "automatica", "virtual"]),
];
/// What a language is called in itself.
const OWN_NAMES: [(&str, &[&str]); 6] = [
    ("en", &["English"]),
    ("es", &["español", "castellano"]),
    ("fr", &["français"]),
    ("pt", &["português"]),
    ("de", &["Deutsch"]),
    ("it", &["italiano"]),
];

/// Checks the greeting and the question it ends in.
pub(super) fn check(case: &mut Case<'_, '_>) {
    for language in &case.flow.languages {
        opening(case, language);
        emergency(case, language);
    }
    let menu = start(case);
    for (index, language) in case.flow.languages.iter().enumerate() {
        if index == 0 {
            if case.flow.greeting.offers.contains_key(language) {
                let at = case.key(&["greeting", "offers", language.as_str()]);
                let title = format!("the greeting offers {language}, the language it is spoken in");
                case.problems
                    .error(Code::LanguageOffer, at, title, "nobody needs this offer")
                    .hint("take it out, and let the other languages' questions name the key that leads back");
            }
        } else {
            offer(case, language, menu);
        }
    }
}

fn opening(case: &mut Case<'_, '_>, language: &Language) {
    let Some(text) = case.flow.greeting.opening.get(language) else { return };
    let at = case.at(&["greeting", "opening", language.as_str()]);
    let heard = normalise(text);
    let name = &case.flow.name;
    if !name.is_empty() && !says(&heard, &normalise(name)) {
        let title = format!("the opening in {language} does not say the practice's name");
        let name = quote(name);
        let hint = format!("begin with \"{name}\": within three seconds a caller knows the right place answered");
        case.problems.error(Code::Opening, at.clone(), title, "who has answered?").hint(hint);
    }
    let declared =
        case.root.get("greeting").and_then(|g| g.get("speaker")?.get(language.as_str())).and_then(Node::text);
    let known = SPEAKERS.iter().find(|(tag, _)| *tag == language.primary()).map_or(&[][..], |(_, words)| words);
    let speaks =
        declared.map(normalise).is_some_and(|word| says(&heard, &word)) || known.iter().any(|w| says(&heard, w));
    if !speaks {
        let title = format!("the opening in {language} does not say who is speaking");
        let hint = if known.is_empty() {
            format!("say that it is the phone assistant, and give that word as `greeting.speaker.{language}`")
        } else {
            format!("name the phone assistant or the system; known words: {}", known.join(", "))
        };
        case.problems.error(Code::Opening, at.clone(), title, "a person or a machine?").hint(hint);
    }
    let length = seconds(text);
    if length > OPENING_SECONDS_MAX {
        let title = format!("the opening in {language} takes about {length:.1} s; at most 3 s");
        let label = format!("{} words at 0.35 s", word_count(text));
        let hint = "at most eight words: the practice's name and who is speaking, nothing else";
        case.problems.error(Code::Opening, at, title, label).hint(hint);
    }
}

// patient: the number to dial is said before anything is asked.
fn emergency(case: &mut Case<'_, '_>, language: &Language) {
    let Some(text) = case.flow.greeting.emergency.get(language) else { return };
    if !says(&normalise(text), "911") {
        let at = case.at(&["greeting", "emergency", language.as_str()]);
        let title = format!("the emergency sentence in {language} does not name 911");
        let hint = "say what to do: \"If this is an emergency, hang up and dial 911.\"";
        case.problems.error(Code::Emergency, at, title, "what should the caller dial?").hint(hint);
    }
}

/// The menu the greeting ends in, if it is one.
fn start<'c>(case: &mut Case<'c, '_>) -> Option<&'c Menu> {
    let flow = case.flow;
    match flow.steps.get(&flow.start)? {
        Step::Answer(_) => {
            let title = format!("`start` leads to `{}`, which asks nothing", flow.start);
            let label = "this step is an answer";
            case.problems
                .error(Code::Start, case.at(&["start"]), title, label)
                .hint("the greeting ends in one question: name a menu");
            None
        }
        Step::Menu(menu) => {
            let routes = |to: &Target| matches!(to, Target::Lane(_) | Target::Step(_));
            if !menu.choices.is_empty() && !menu.choices.values().any(|c| routes(&c.to)) {
                let at = case.key(&["steps", flow.start.as_str(), "menu", "choices"]);
                let title = "the first question routes nobody";
                case.problems
                    .error(Code::Start, at, title, "no choice leads to a lane or a step")
                    .hint("offer the reasons people call for, each with its lane");
            }
            Some(menu)
        }
    }
}

/// Each other language is offered in itself, with the key that leads there.
fn offer(case: &mut Case<'_, '_>, language: &Language, menu: Option<&Menu>) {
    let tag = language.as_str();
    let others = || case.flow.languages.iter().skip(1);
    let is_wrong = |to: &Target| matches!(to, Target::Language(other) if !others().any(|l| l == other));
    // A language key with a wrong language is reported where it stands.
    let menu = menu.filter(|m| !m.choices.values().any(|c| is_wrong(&c.to)));
    let key = menu.and_then(|m| m.choices.iter().find(|(_, c)| c.to == Target::Language(language.clone())));
    let key = key.map(|(key, _)| *key);
    if let (Some(_), None) = (menu, key) {
        let at = case.key(&["steps", case.flow.start.as_str(), "menu", "choices"]);
        let title = format!("the first menu has no key for {tag}");
        let hint = format!("add `\"9\": {{ to: {{ language: {tag} }}, say: … }}`");
        case.problems.error(Code::LanguageOffer, at, title, format!("nobody can choose {tag} here")).hint(hint);
    }
    let Some(text) = case.flow.greeting.offers.get(language) else {
        let title = format!("the greeting does not offer {tag}");
        let hint = format!("add under `greeting.offers` a sentence in {tag}, like \"Para español, oprima el 9.\"");
        let label = format!("callers who speak {tag} are not told");
        case.problems.error(Code::LanguageOffer, case.key(&["greeting", "offers"]), title, label).hint(hint);
        return;
    };
    let heard = normalise(text);
    let at = case.at(&["greeting", "offers", tag]);
    let own = OWN_NAMES.iter().find(|(known, _)| *known == language.primary()).map_or(&[][..], |(_, names)| names);
    if !own.is_empty() && !own.iter().any(|name| says(&heard, &normalise(name))) {
        let title = format!("the offer of {tag} is not in {tag}");
        let hint = format!("say it in that language; it names itself \"{}\"", own[0]);
        case.problems.error(Code::LanguageOffer, at.clone(), title, "the language's own name is missing").hint(hint);
    }
    if let Some(key) = key
        && !names_key(&heard, key, language)
    {
        let title = format!("the offer of {tag} does not name its key");
        let hint = format!("the menu's key for {tag} is {key}");
        case.problems.error(Code::LanguageOffer, at, title, "which key?").hint(hint);
    }
}
