//! Words that say nothing in any note: an empty field, or a standard phrase that would be one. What a typed note must
//! tell beyond that is `floor/work/note.rs`.

use super::spoken::normalise;

/// Words that say that something was done, and neither what nor what comes next: English, then Spanish.
const FILLERS: [&str; 94] = [
    "a",
    "above",
    "again",
    "all",
    "and",
    "as",
    "asdf",
    "back",
    "before",
    "call",
    "called",
    "caller",
    "care",
    "chart",
    "closed",
    "complete",
    "completed",
    "done",
    "everything",
    "fine",
    "fixed",
    "good",
    "handled",
    "her",
    "him",
    "i",
    "is",
    "it",
    "left",
    "message",
    "msg",
    "n",
    "na",
    "none",
    "note",
    "notes",
    "nothing",
    "of",
    "ok",
    "okay",
    "patient",
    "phone",
    "pt",
    "resolved",
    "same",
    "see",
    "spoke",
    "spoken",
    "taken",
    "test",
    "the",
    "them",
    "to",
    "was",
    "we",
    "will",
    "with",
    "al",
    "anterior",
    "arriba",
    "atendida",
    "atendido",
    "bien",
    "con",
    "de",
    "deje",
    "el",
    "en",
    "esta",
    "expediente",
    "hable",
    "hablo",
    "hecho",
    "igual",
    "la",
    "le",
    "listo",
    "llamada",
    "llamado",
    "llamamos",
    "llame",
    "llamo",
    "lo",
    "mensaje",
    "mismo",
    "nada",
    "ninguno",
    "nota",
    "paciente",
    "resuelto",
    "se",
    "todo",
    "ver",
    "y",
];

/// Is this field empty, or as good as empty? So it is if every word of it is a filler, or one letter many times.
pub fn says_nothing(text: &str) -> bool {
    let words = normalise(text);
    words.split(' ').filter(|word| !word.is_empty()).all(|word| FILLERS.contains(&word) || is_one_letter(word))
}

fn is_one_letter(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_none_or(|first| first.is_alphabetic() && letters.all(|letter| letter == first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_or_vague_note_says_nothing() {
        let english = ["", "  ", "Called patient.", "HANDLED", "n/a", "...", "—", "x", "aaaa", "asdf", "same as above"];
        let more = ["resolved", "called pt", "see chart", "Spoke with patient", "left message", "will call back"];
        let spanish = ["llamé al paciente", "Se llamó al paciente.", "listo", "resuelto", "todo bien", "hecho"];
        for vague in english.into_iter().chain(more).chain(spanish) {
            assert!(says_nothing(vague), "{vague:?}");
        }
        let english =
            ["none of her records arrived", "wants Tuesday after 3", "Refill", "left message with her son", "3"];
        for useful in english.into_iter().chain(["llamar el martes", "receta", "se llamó a su hija"]) {
            assert!(!says_nothing(useful), "{useful:?}");
        }
    }
}
