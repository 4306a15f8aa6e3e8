//! Treatments and their words, told to a person.

use super::clock;
use super::plain;
use super::time;
use crate::floor::treatment::Asked;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::Words;

pub(super) fn treated(treatment: &Treatment) -> String {
    match treatment {
        Treatment::Menu { step, language, opening } => format!("menu {step} {language}, {}", plain(opening)),
        Treatment::Announce { words, language } => format!("announce {language}: {}", said(words)),
        Treatment::Hold { lane, language, first, urgent } => {
            format!("hold {lane} {language}{}: {}", if *urgent { " urgent" } else { "" }, said(first))
        }
        Treatment::Whisper {
            lane,
            caller_language,
            waited,
            urgent,
            repeat,
            standing,
            promised,
            backline,
            names_practice,
            from,
            attempt,
            ..
        } => {
            format!(
                "whisper {}{}{}{lane}, {caller_language}, waited {waited}{}{}{}{}{}",
                from.as_ref().map_or_else(String::new, |from| format!("from {from}, ")),
                attempt.map_or_else(String::new, |(number, of)| format!("attempt {number} of {of}, ")),
                if *names_practice { "with the practice's name, " } else { "" },
                if *urgent { ", urgent" } else { "" },
                if *backline { ", backline" } else { "" },
                if *repeat { ", repeat caller" } else { "" },
                standing.map_or_else(String::new, |standing| format!(", {} patient", plain(standing))),
                promised.map_or_else(String::new, |at| format!(", promised {}", time(at))),
            )
        }
        Treatment::OnHold { first, language, urgent } => {
            format!("on hold {language}{}: {}", if *urgent { " urgent" } else { "" }, said(first))
        }
        Treatment::AskStanding { lane, language, .. } => format!("question for {lane} {language}: new or existing"),
        Treatment::RecordingNotice { lane, language, .. } => format!("announces recording for {lane} {language}"),
        Treatment::Connected { call, round, party, recorded, called, .. } => {
            let (recorded, called) = (if *recorded { ", recorded" } else { "" }, if *called { ", called" } else { "" });
            format!("room {call}-{round} for {}{recorded}{called}", plain(party))
        }
        Treatment::Supervise { call, round, mode, coached, .. } => {
            let whom = coached.as_ref().map_or_else(String::new, |leg| format!(" beside {leg}"));
            format!("room {call}-{round} to {} in{whom}", mode.name())
        }
        Treatment::Record { words, language, longest } => format!("record {language}, {longest}: {}", said(words)),
        Treatment::Goodbye { words, language, .. } => format!("goodbye {language}: {}", said(words)),
        Treatment::Keys { asked, words, language, missed } => {
            let missed = if *missed > 0 { format!(", missed {missed}") } else { String::new() };
            format!("asks {} {language}{missed}: {}", question(asked), said(words))
        }
    }
}

fn question(asked: &Asked) -> String {
    match asked {
        Asked::Pin { wrong: 0 } => "the PIN".to_owned(),
        Asked::Pin { wrong } => format!("the PIN, {wrong} wrong"),
        Asked::StaffMenu => "what she wants".to_owned(),
        Asked::Supervise => "whether she is there".to_owned(),
        Asked::Outcome { call } => format!("how {call} ended"),
        Asked::Field { call, outcome, chosen, field } => {
            let chosen: Vec<String> = chosen.iter().map(|(field, key)| format!(" {field}={key}")).collect();
            format!("the {field} of {call}, {outcome}{}", chosen.concat())
        }
    }
}

fn said(words: &[Words]) -> String {
    let one = |words: &Words| match words {
        Words::Phrase(phrase) => phrase.key().to_owned(),
        Words::AboutLane(phrase, lane) => format!("{} {lane}", phrase.key()),
        Words::Promise(phrase, at) => format!("{} {}", phrase.key(), time(*at)),
        Words::Dated(phrase, at) => format!("{} {} with its date", phrase.key(), time(*at)),
        Words::Script(step) => format!("script {step}"),
        Words::Count(phrase, count) => format!("{} {count}", phrase.key()),
        Words::AboutCall(phrase, lane, at) => format!("{} {lane} {}", phrase.key(), clock(*at)),
        Words::Choice(key, what) => format!("{key} {what}"),
        Words::Text(text) => format!("\"{text}\""),
        Words::Wait(phrase, from, to) => format!("{} {from} to {to} min", phrase.key()),
    };
    words.iter().map(one).collect::<Vec<_>>().join(", ")
}
