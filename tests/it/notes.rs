//! Notes as receptionists write them, sorted by hand: vague ones are refused with what is missing, good ones pass.
//!
//! `tests/notes/*.tsv` holds 200 a language: label, field, note, what is missing. Rules were built on the odd rows; the
//! even ones were held out, and the rates are measured on them.

use std::fs;
use std::path::Path;

use carelane::floor::work::note::lacking;
use carelane::floor::work::note::names_a_time;
use carelane::floor::work::note::promises;

/// Of the held-out notes at least so many hundredths are judged right.
const RIGHT_MIN: usize = 95;
/// Of the good ones at most so many hundredths are refused.
const REFUSED_MAX: usize = 2;

struct Labelled {
    is_good: bool,
    field: String,
    note: String,
    missing: String,
}

fn labelled(language: &str) -> Vec<Labelled> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/notes/{language}.tsv"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [label, field, note, missing] = columns[..] else { panic!("{language}: four columns in `{line}`") };
        assert!(matches!(label, "good" | "vague") && (label == "good") == missing.is_empty(), "{line}");
        Labelled { is_good: label == "good", field: field.into(), note: note.into(), missing: missing.into() }
    });
    rows.collect()
}

fn missing(row: &Labelled) -> String {
    lacking(&row.field, &row.note).iter().map(|part| part.name()).collect::<Vec<_>>().join(",")
}

fn measure(language: &str) {
    let rows = labelled(language);
    assert_eq!(rows.len(), 200, "{language}");
    let held_out: Vec<&Labelled> = rows.iter().skip(1).step_by(2).collect();
    let right = held_out.iter().filter(|row| missing(row) == row.missing).count();
    let good: Vec<_> = held_out.iter().filter(|row| row.is_good).collect();
    let refused = good.iter().filter(|row| !missing(row).is_empty()).count();
    println!(
        "{language}: {right} of {} held-out notes right, {refused} of {} good ones refused",
        held_out.len(),
        good.len()
    );
    assert!(right * 100 >= RIGHT_MIN * held_out.len(), "{language}: {right} of {}", held_out.len());
    assert!(refused * 100 <= REFUSED_MAX * good.len(), "{language}: {refused} of {}", good.len());
    let built: Vec<String> =
        rows.iter().step_by(2).filter(|row| missing(row) != row.missing).map(|r| r.note.clone()).collect();
    assert!(built.len() * 100 <= (100 - RIGHT_MIN) * 100, "{language}: {built:#?}");
}

#[test]
fn vague_english_notes_are_refused_and_good_ones_pass() {
    measure("en");
}

#[test]
fn vague_spanish_notes_are_refused_and_good_ones_pass() {
    measure("es");
}

/// What is missing of notes that say nothing, each in one field.
fn taken<'n>(notes: &[(&'n str, &'n str)]) -> Vec<&'n str> {
    notes.iter().filter(|(field, note)| lacking(field, note).is_empty()).map(|(_, note)| *note).collect()
}

#[test]
fn who_was_asked_for_or_called_is_no_request() {
    let requests = [
        ("request", "asking for Dr. Ortiz"),
        ("request", "the daughter wants to speak with Dr. Kim"),
        ("request", "husband called"),
        ("request", "was returning a missed call from us"),
        ("request", "buscaba a la Dra. Ruiz"),
        ("request", "regresaba la llamada de ayer"),
        ("request", "la hija llamó"),
    ];
    assert_eq!(taken(&requests), [""; 0]);
    for request in ["change to Dr. Ortiz", "Dr. Lee's form for the school", "cambiarse con la Dra. Ruiz"] {
        assert_eq!(lacking("request", request), [], "{request}");
    }
    assert_eq!(lacking("request", "son has an ear ache"), []);
}

#[test]
fn doing_it_without_saying_what_is_no_action() {
    let actions = [
        ("action", "figured it out for them"),
        ("action", "provided the needed assistance"),
        ("action", "worked through it with her"),
        ("action", "lo arreglé"),
        ("action", "se llevó a cabo"),
        ("action", "se realizó el trámite correspondiente"),
        ("action", "se trató de localizar a la paciente"),
        (
            "action",
            "escuché con calma todo lo que la paciente me contaba de su día y al final me dio las gracias por todo",
        ),
    ];
    assert_eq!(taken(&actions), [""; 0]);
    for action in [
        "told him we are still waiting for the progress notes",
        "left a voicemail asking her to call the office",
        "dejé recado para que llame",
        "phone disconnected",
        "Cancelled",
    ] {
        assert_eq!(lacking("action", action), [], "{action}");
    }
}

#[test]
fn what_anybody_or_nobody_does_is_no_next_step_and_none_in_any_words_is() {
    let steps = [
        ("next_step", "someone will look into the referral"),
        ("next_step", "somebody from here should get back to them"),
        ("next_step", "it will be taken care of"),
        ("next_step", "next steps to be determined"),
        ("next_step", "se le dará seguimiento"),
        ("next_step", "alguien revisa el expediente"),
        ("next_step", "cuando se pueda"),
    ];
    assert_eq!(taken(&steps), [""; 0]);
    for step in [
        "N/A",
        "Nothing",
        "nada",
        "no aplica",
        "someone from billing calls with the balance",
        "alguien de facturación le llama",
        "call again in the afternoon",
        "otro intento en la tarde",
    ] {
        assert_eq!(lacking("next_step", step), [], "{step}");
    }
    assert_eq!(lacking("note", "n/a").len(), 3, "of a whole note it says nothing");
}

#[test]
fn many_kind_words_are_no_action_and_no_next_step() {
    let notes = [
        (
            "action",
            "explained the things again and again in a professional manner until the caller felt good about the whole \
             situation and thanked us",
        ),
        (
            "action",
            "se manejó todo el asunto de manera muy profesional y con respeto y la paciente quedó contenta y nos dio las \
             gracias por todo",
        ),
        (
            "next_step",
            "we will keep an eye on how things are going and somebody will surely do whatever is needed when it comes to \
             that point",
        ),
    ];
    assert_eq!(taken(&notes), [""; 0]);
}

#[test]
fn a_good_note_passes_in_every_field_of_its_own() {
    for language in ["en", "es"] {
        for row in labelled(language).iter().filter(|row| row.is_good && row.field == "note").step_by(2) {
            for field in ["verified", "reason"] {
                assert_eq!(lacking(field, &row.note), [], "{}", row.note);
            }
        }
    }
}

#[test]
fn refusals_say_what_is_missing_and_how_it_could_be_said() {
    for (field, words) in [
        ("request", "what the patient wanted"),
        ("action", "what was done"),
        ("next_step", "what comes next"),
        ("slot", "nothing that the next person could act on"),
    ] {
        let lacks = lacking(field, "called patient");
        assert_eq!(lacks.len(), 1, "{field}");
        assert!(lacks[0].why().contains(words), "{}", lacks[0].why());
    }
}

#[test]
fn a_word_that_is_empty_in_one_language_may_say_something_in_the_other() {
    assert_eq!(lacking("action", "left message with her son"), []);
    assert_eq!(lacking("request", "le duele el pie"), []);
}

#[test]
fn times_promised_in_words_are_found() {
    for text in [
        "will call Tuesday",
        "nurse calls back today",
        "told her nurse will call by 3pm",
        "front desk calls at nine",
        "call back tomorrow am",
        "dr to call within 2 hours",
        "billing follows up in 2 weeks",
        "f/u by fri",
        "send records by 3/14",
        "we will get back to him next week",
        "callback before noon",
        "antes de las 3",
        "le llamamos el martes",
        "la enfermera le llama hoy",
        "se le llamará mañana por la tarde",
        "recepción avisa en dos días",
        "facturación le habla el lunes",
        "le marcamos a las 10",
        "le respondemos hoy por la tarde",
        "le confirmamos la próxima semana",
        "los formularios salen el jueves",
        "the forms go out on Monday",
        "she hears from billing by end of day",
        "she hears from us by the end of the week",
        "promised her a call within the hour",
        "mandar papeles dentro de 3 días",
        "llamar a las 4",
    ] {
        assert!(promises("next_step", text), "{text}");
        assert!(!promises("request", text) && !promises("promised", text), "{text}");
        assert!(names_a_time(text), "{text}");
    }
}

#[test]
fn what_patients_do_or_want_and_what_was_done_is_no_promise() {
    for text in [
        "pt will call back tomorrow",
        "pt to call monday",
        "mom picks up tomorrow",
        "booked tuesday 9am",
        "called walgreens today, rx ready at 3",
        "none, pt comes in tues",
        "calls us back",
        "moved appt to 4/2, confirmation text sent",
        "nurse calls the pharmacy",
        "faxed records at 2pm",
        "visit on 12/3",
        "pt to bring form by friday",
        "offered Tuesday",
        "she comes on Tuesday",
        "she goes on Friday",
        "la paciente sale el viernes",
        "text reminder goes out the day before",
        "told to arrive 15 minutes before",
        "no next step",
        "dr lee signs form",
        "ella llama el lunes",
        "la paciente viene el martes",
        "cita hecha martes 21 9am",
        "llamé a la farmacia hoy",
    ] {
        assert!(!promises("next_step", text), "{text}");
    }
    for row in ["en", "es"].into_iter().flat_map(labelled).filter(|row| row.is_good) {
        assert!(!promises(&row.field, &row.note), "{}", row.note);
    }
}
