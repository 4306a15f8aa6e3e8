//! What a note must say: words by which the next person could act. It does not know which fields there are.

use super::spoken::normalise;

/// Notes that let nobody act without playing the call again.
// rule: note-not-vague
const VAGUE: [&str; 14] = [
    "called",
    "called patient",
    "called back",
    "handled",
    "done",
    "ok",
    "okay",
    "n a",
    "na",
    "none",
    "see above",
    "taken care of",
    "llamado",
    "hecho",
];

/// Is this field empty, or as good as empty?
pub fn says_nothing(text: &str) -> bool {
    let words = normalise(text);
    words.is_empty() || VAGUE.contains(&words.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_or_vague_note_says_nothing() {
        for vague in ["", "  ", "Called patient.", "HANDLED", "n/a", "...", "—"] {
            assert!(says_nothing(vague), "{vague:?}");
        }
        for useful in ["none of her records arrived", "wants Tuesday after 3", "llamar el martes"] {
            assert!(!says_nothing(useful), "{useful:?}");
        }
    }
}
