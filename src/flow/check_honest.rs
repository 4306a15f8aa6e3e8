//! Honest prompts: no text tells a wait or a place in line, and none speaks against dialling for help.
//!
//! How long somebody waits is known when it is measured, and a callback's time when its item is made; carelane says
//! both by itself, in the blanks of its own sentences. A number in a file is right by chance only. What people say is
//! theirs: an assistant's script is searched for words against 911 only.

use std::ops::Range;

use super::check::Case;
use super::code::Code;
use super::honest_words::HELP_NUMBERS;
use super::honest_words::Tongue;
use super::honest_words::tongue;
use super::model::Step;
use super::model::Texts;
use super::spoken::normalise;
use super::spoken::says;
use crate::vocab::Language;

/// What a sentence says that it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// How long a wait is, or by when somebody calls back.
    Time,
    /// That it will not take long.
    Soon,
    /// How many are in line before the caller.
    Place,
    /// Not to dial for help.
    AgainstHelp,
}

/// Checks every text that is spoken.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    texts(case, &["greeting", "opening"], &flow.greeting.opening, true);
    texts(case, &["greeting", "emergency"], &flow.greeting.emergency, true);
    texts(case, &["greeting", "offers"], &flow.greeting.offers, true);
    for (id, step) in &flow.steps {
        match step {
            Step::Answer(answer) => texts(case, &["steps", id.as_str(), "answer", "script"], &answer.script, true),
            Step::Menu(menu) => texts(case, &["steps", id.as_str(), "menu", "question"], &menu.question, true),
        }
    }
    if let Some(rules) = &flow.recording {
        texts(case, &["recording", "announcement"], &rules.announcement, true);
    }
    for lane in &flow.lanes {
        texts(case, &["lanes", lane.id.as_str(), "script"], &lane.script, false);
        for (step, sentence) in lane.sheet.iter().flat_map(|sheet| &sheet.callback_script) {
            texts(case, &["lanes", lane.id.as_str(), "sheet", "callback_script", step.name()], sentence, false);
        }
        for (index, sentence) in lane.hold.iter().enumerate() {
            texts(case, &["lanes", lane.id.as_str(), "hold", &index.to_string()], sentence, true);
        }
    }
    for (phrase, sentences) in &flow.wording {
        if case.root.get("wording").is_some_and(|wording| wording.get(phrase.key()).is_some()) {
            texts(case, &["wording", phrase.key()], sentences, true);
        }
    }
}

pub(super) fn texts(case: &mut Case<'_, '_>, path: &[&str], texts: &Texts, by_machine: bool) {
    for (language, text) in texts {
        let path: Vec<&str> = path.iter().copied().chain([language.as_str()]).collect();
        let at = case.at(&path);
        for slip in slips(text, language) {
            if by_machine || slip == Slip::AgainstHelp {
                report(case, slip, at.clone());
            }
        }
    }
}

fn report(case: &mut Case<'_, '_>, slip: Slip, at: Range<usize>) {
    let problems = &mut case.problems;
    let own_words = "take it out: carelane says times by itself, in the blanks of its own sentences (`wording`)";
    match slip {
        Slip::Time => problems
            .error(Code::Promise, at, "a text promises a time that nobody has measured", "true by chance only")
            .hint(own_words),
        Slip::Place => problems
            .error(Code::Promise, at, "a text tells callers their place in line", "the same words for every caller")
            .hint("say what happens next instead: \"An assistant takes your call when it is your turn.\""),
        Slip::Soon => problems
            .warning(Code::Promise, at, "a text says that it will not take long", "who waits long will not believe it")
            .hint("say what happens next, or what to have at hand, instead of when"),
        // patient: who is in danger may be told one thing only.
        Slip::AgainstHelp => problems
            .error(Code::Emergency, at, "a text speaks against dialling for help", "callers could take this as advice")
            .hint("say what to do, not what not to do: \"If this is an emergency, hang up and dial 911.\""),
    };
}

/// What the sentences of a text say that they must not, each once.
fn slips(text: &str, language: &Language) -> Vec<Slip> {
    let Some(tongue) = tongue(language.primary()) else { return Vec::new() };
    let mut found = Vec::new();
    for sentence in text.split(['.', '!', '?', ';', ':']) {
        let clauses: Vec<String> = sentence.split(',').map(normalise).collect();
        for slip in [promise(&clauses, tongue), against_help(&clauses, tongue)].into_iter().flatten() {
            if !found.contains(&slip) {
                found.push(slip);
            }
        }
    }
    found
}

fn promise(clauses: &[String], tongue: &Tongue) -> Option<Slip> {
    let last = clauses.len().saturating_sub(1);
    let promised = clauses.iter().enumerate().map(|(at, clause)| unconditional(clause, at == last, tongue));
    let words: Vec<&str> = promised.flatten().collect();
    let said = words.join(" ");
    let any = |phrases: &[&str]| phrases.iter().any(|phrase| says(&said, phrase));
    if any(tongue.places) || is_ahead(&words, tongue) {
        return Some(Slip::Place);
    }
    let (waits, calls_back) = (any(tongue.waits), any(tongue.callbacks));
    let is_timed = is_spell(&words, tongue.units, tongue) || calls_back && is_day(&words, &said, tongue);
    if (waits || calls_back) && is_timed {
        return Some(Slip::Time);
    }
    ((waits || calls_back) && any(tongue.soon)).then_some(Slip::Soon)
}

/// A clause without its condition: "if nobody has called you back in two days" promises nothing. A condition that
/// goes over into what is promised, without a comma between them, is known by its words.
fn unconditional<'c>(clause: &'c str, is_last: bool, tongue: &Tongue) -> Vec<&'c str> {
    let words: Vec<&str> = clause.split(' ').filter(|word| !word.is_empty()).collect();
    let Some(at) = words.iter().position(|word| tongue.conditions.contains(word)) else { return words };
    let ends_itself = at == 0 && !is_last;
    let promises_nothing = words[at..].iter().any(|word| tongue.in_conditions.contains(word));
    if ends_itself || promises_nothing { words[..at].to_vec() } else { words }
}

fn is_number(word: &str, tongue: &Tongue) -> bool {
    tongue.numbers.contains(&word) || !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// "in two minutes", "less than half an hour"; but not "open 24 hours a day", or "arrive 15 minutes early".
fn is_spell(words: &[&str], units: &[&str], tongue: &Tongue) -> bool {
    let unit_at = |at: usize| {
        let counted =
            words[..at].iter().rev().take_while(|w| is_number(w, tongue) || tongue.links.contains(*w)).count();
        let words_between = words[at - counted..at].iter();
        let first = at - counted + words_between.take_while(|word| !is_number(word, tongue)).count();
        let (before, after) = (words[..first].join(" "), words.get(at + 1).copied().unwrap_or_default());
        let leads = |lead: &&str| before == **lead || before.ends_with(&format!(" {lead}"));
        first < at && (before.is_empty() || tongue.leads.iter().any(leads)) && !tongue.after_hours.contains(&after)
    };
    (0..words.len()).any(|at| units.contains(&words[at]) && unit_at(at))
}

/// A day, or an hour of one.
fn is_day(words: &[&str], said: &str, tongue: &Tongue) -> bool {
    let is_digits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let hour = words.windows(2).any(|pair| tongue.before_hours.contains(&pair[0]) && is_digits(pair[1]));
    hour || tongue.days.iter().any(|phrase| says(said, phrase)) || is_spell(words, tongue.long_units, tongue)
}

/// "two callers ahead of you".
fn is_ahead(words: &[&str], tongue: &Tongue) -> bool {
    words.windows(2).enumerate().any(|(at, pair)| {
        let rest = words[at + 2..].iter().take(3).any(|word| tongue.ahead.contains(word));
        is_number(pair[0], tongue) && tongue.callers.contains(&pair[1]) && rest
    })
}

/// "Do not hang up and dial 911", "you need not call 911": a word that denies, then dialling, then the number.
fn against_help(clauses: &[String], tongue: &Tongue) -> Option<Slip> {
    let mut joined: Vec<String> = Vec::new();
    for clause in clauses {
        let goes_on = clause.split(' ').next().is_some_and(|word| tongue.joins.contains(&word));
        match joined.last_mut().filter(|_| goes_on) {
            Some(last) => *last = format!("{last} {clause}"),
            None => joined.push(clause.clone()),
        }
    }
    let whole = joined.join(" ");
    let turned_round = HELP_NUMBERS.iter().any(|number| says(&whole, number))
        && tongue.turned_round.iter().any(|phrase| says(&whole, phrase));
    (turned_round || joined.iter().any(|clause| is_denied(clause, tongue))).then_some(Slip::AgainstHelp)
}

fn is_denied(clause: &str, tongue: &Tongue) -> bool {
    let words: Vec<&str> = clause.split(' ').collect();
    let denies = |at: usize| {
        let rest = words[at + 1..].iter().skip_while(|word| tongue.may_follow_denial.contains(*word));
        let mut dialled = rest.skip_while(|word| tongue.dialling.contains(*word));
        let follows = words[at + 1..].iter().find(|word| !tongue.may_follow_denial.contains(*word));
        follows.is_some_and(|word| tongue.dialling.contains(word))
            && dialled
                .find(|word| !tongue.dialling.contains(*word) && !tongue.before_number.contains(*word))
                .is_some_and(|word| HELP_NUMBERS.contains(word))
    };
    (0..words.len()).any(|at| tongue.denials.contains(&words[at]) && denies(at))
}

#[cfg(test)]
mod tests {
    use super::Slip::AgainstHelp;
    use super::Slip::Place;
    use super::Slip::Soon;
    use super::Slip::Time;
    use super::*;

    fn slips_in(tag: &str, text: &str) -> Vec<Slip> {
        slips(text, &Language::parse(tag).expect("a tag"))
    }

    #[test]
    fn english_prompts_that_promise_or_mislead_are_found() {
        for (text, slip) in [
            ("Your wait is less than two minutes.", Time),
            ("An assistant will be with you in 5 minutes.", Time),
            ("The average wait is about half an hour.", Time),
            ("All calls are answered within two to three minutes.", Time),
            ("If you hold the line, an assistant will help you in a couple of minutes.", Time),
            ("We will call you back within one business day.", Time),
            ("Leave your number and we will call you back today.", Time),
            ("A nurse calls you by 5 this evening.", Time),
            ("You are next in line.", Place),
            ("There are two callers ahead of you.", Place),
            ("Thank you for waiting. Someone will be with you shortly.", Soon),
            ("Do not hang up and dial 911.", AgainstHelp),
            ("Please don't call 911 from this line.", AgainstHelp),
            ("There is no need to dial 911.", AgainstHelp),
            ("You do not need to hang up and call 911.", AgainstHelp),
            ("Stay on the line instead of calling 911.", AgainstHelp),
            ("If this is not an emergency, hang up and dial 911.", AgainstHelp),
            ("Never call or text 988.", AgainstHelp),
        ] {
            assert_eq!(slips_in("en-US", text), [slip], "{text}");
        }
    }

    #[test]
    fn english_prompts_that_are_true_pass() {
        for text in [
            "If this is an emergency, hang up and dial 911.",
            "Do not wait: hang up and dial 911.",
            "If this is an emergency, do not leave a message, call 911.",
            "Do not hesitate to call 911.",
            "If you are not sure, dial 911.",
            "If this is not an emergency, stay on the line.",
            "Please call again in a few minutes.",
            "Please arrive 15 minutes before your visit, and we will help you check in.",
            "We are open Monday to Friday from 8 to 5.",
            "Our nurse line can help you 24 hours a day.",
            "Refills take two business days.",
            "If nobody has called you back within two days, press 1.",
            "If you have been waiting for more than 20 minutes press 7 for a callback.",
            "To be called back instead of waiting, press 7.",
            "We promised to call you back and did not do so in time. We are sorry.",
            "You keep your place in line. An assistant takes your call when it is your turn.",
            "We will call you back by {time}.",
            "One moment, please.",
        ] {
            assert_eq!(slips_in("en-US", text), [], "{text}");
        }
    }

    #[test]
    fn spanish_prompts_that_promise_or_mislead_are_found() {
        for (text, slip) in [
            ("Su tiempo de espera es de menos de dos minutos.", Time),
            ("Un asistente le atenderá en cinco minutos.", Time),
            ("La espera es de media hora.", Time),
            ("Tendrá que esperar unos 10 minutos.", Time),
            ("Contestamos todas las llamadas en menos de un minuto.", Time),
            ("Le devolveremos la llamada en un par de horas.", Time),
            ("Deje su número y le llamamos hoy mismo.", Time),
            ("Le llamaremos antes de las 5.", Time),
            ("Usted es el siguiente en la fila.", Place),
            ("Hay tres personas delante de usted.", Place),
            ("Gracias por esperar. En breve le atenderemos.", Soon),
            ("No cuelgue ni marque el 911.", AgainstHelp),
            ("No llame al 911.", AgainstHelp),
            ("No es necesario llamar al 911.", AgainstHelp),
            ("No hace falta que marque el 911.", AgainstHelp),
            ("Espere aquí en lugar de llamar al 911.", AgainstHelp),
            ("Si no es una emergencia, cuelgue y marque el 911.", AgainstHelp),
            ("Nunca llame al 988.", AgainstHelp),
        ] {
            assert_eq!(slips_in("es-US", text), [slip], "{text}");
        }
    }

    #[test]
    fn spanish_prompts_that_are_true_pass() {
        for text in [
            "Si es una emergencia, cuelgue y marque el 911.",
            "No espere: cuelgue y marque el 911.",
            "Si es una emergencia no deje un mensaje, llame al 911.",
            "No dude en llamar al 911.",
            "Si no está seguro, marque el 911.",
            "Si no es una emergencia, no cuelgue.",
            "Por favor llame de nuevo en unos minutos.",
            "Llegue 15 minutos antes de su cita y le ayudaremos con los papeles.",
            "Abrimos de lunes a viernes de 8 a 5.",
            "Enfermería le atiende las 24 horas del día.",
            "Las recetas tardan dos días.",
            "Si nadie le ha llamado en dos días, oprima el 1.",
            "Para que le devolvamos la llamada, oprima el 7.",
            "Le devolveremos la llamada a más tardar {time}.",
            "Usted conserva su lugar en la fila. Un asistente le ayudará a encontrar un horario.",
            "Le ayudará tener su calendario a la mano.",
            "Por favor tenga a la mano su tarjeta del seguro.",
            "Prometimos devolverle la llamada y no lo hicimos a tiempo.",
        ] {
            assert_eq!(slips_in("es-US", text), [], "{text}");
        }
    }
}
