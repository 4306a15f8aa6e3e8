//! The terminal: lines in from the keyboard or a pipe, lines out to the screen.
//!
//! What is shown are a caller's own words and numbers, on the screen of the one who is in the call; none of it is
//! logged.

use std::io;
use std::io::BufRead;
use std::io::Write;

use tokio::sync::mpsc;

use crate::carrier::local::ToPhone;
use crate::carrier::local::script;

/// Lines that may wait to be read; a pipe is held back above this.
const LINES_MAX: usize = 64;

/// Long texts are broken here, so that they read well in a window of usual width.
const COLUMNS: usize = 96;

/// The screen.
pub(super) struct Terminal {
    spanish: bool,
}

/// What a typed line means.
pub(super) enum Typed {
    /// Keys of the phone.
    Keys(String),
    /// Words, spoken.
    Words(String),
    /// A command, without its slash, and what follows it.
    Command(String, String),
    /// An empty line.
    Nothing,
}

impl Terminal {
    pub(super) fn new(language: &str) -> Self {
        Self { spanish: language == "es" }
    }

    /// Prints one of two texts, in the language of this phone's hints.
    pub(super) fn hint(&mut self, english: &str, spanish: &str) {
        self.line(self.either(english, spanish));
    }

    /// Prints a line. Nothing can be done about a closed screen, so its errors are dropped.
    pub(super) fn line(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{}", printable(text));
        let _ = out.flush();
    }

    /// Prints a text over as many lines as it needs: the first begins with `lead`, the others stand under it.
    pub(super) fn paragraph(&mut self, lead: &str, text: &str) {
        let indent = lead.chars().count();
        let (mut line, mut width) = (lead.to_owned(), indent);
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if width > indent && width + 1 + length > COLUMNS {
                self.line(&line);
                (line, width) = (" ".repeat(indent), indent);
            }
            if width > indent {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += length;
        }
        self.line(&line);
    }

    /// One of two texts, in the language of this phone's hints.
    pub(super) fn either<'t>(&self, english: &'t str, spanish: &'t str) -> &'t str {
        if self.spanish { spanish } else { english }
    }

    /// Prints what a person is asked for, without ending the line.
    pub(super) fn ask(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = write!(out, "{}", printable(text));
        let _ = out.flush();
    }

    /// Prints a problem where problems go.
    pub(super) fn problem(&mut self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "carelane call: {text}");
    }

    /// Prints what the phone hears.
    pub(super) fn told(&mut self, message: &ToPhone) {
        if let Some(line) = script::told(message) {
            self.line(&line);
        }
    }
}

/// Text from outside must not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Reads the keyboard on a thread of its own, which a blocked read cannot keep from ending with the program.
pub(super) fn keyboard() -> mpsc::Receiver<String> {
    let (lines, typed) = mpsc::channel(LINES_MAX);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    });
    typed
}

/// Reads a typed line: a single key, several that end with #, a command, or words.
pub(super) fn read(line: &str) -> Typed {
    let line = line.trim();
    if line.is_empty() {
        return Typed::Nothing;
    }
    if let Some(command) = line.strip_prefix('/') {
        let (verb, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        return Typed::Command(verb.to_owned(), rest.trim().to_owned());
    }
    let all_keys = line.chars().all(|c| matches!(c, '0'..='9' | '*' | '#'));
    // More than one digit could be a number that is said; # ends what is typed on a telephone.
    if all_keys && (line.len() == 1 || line.ends_with('#')) {
        return Typed::Keys(line.to_owned());
    }
    Typed::Words(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_at_a_time_or_end_with_pound_and_the_rest_is_said() {
        for keys in ["1", "*", "#", "4711#", " 0 "] {
            assert!(matches!(read(keys), Typed::Keys(typed) if typed == keys.trim()), "{keys}");
        }
        for words in ["911", "4711", "a refill", "press 1#"] {
            assert!(matches!(read(words), Typed::Words(_)), "{words}");
        }
    }
}
