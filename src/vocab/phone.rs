//! Phone numbers in E.164, and who seems to be calling.
//!
//! A *possible* number is accepted (`+` and 7 to 15 digits); whether it exists is the carrier's business.
//! Caller ID is a hint for sorting and greeting, never a credential.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::private::HasPrivate;
use super::private::Private;
use super::private::present;

/// A phone number in E.164. It is personal data: it prints as `‹private›`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(Private<Arc<str>>);

/// A number as a key to look things up by: its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberKey(Private<u64>);

/// Why a text is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberError;

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a phone number is written as + and 7 to 15 digits, like +15550100100")
    }
}

impl Number {
    /// Reads a possible E.164 number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix('+').ok_or(NumberError)?;
        let possible =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if possible { Ok(Self(Private::new(text.into()))) } else { Err(NumberError) }
    }

    /// The number in clear, for dialling and for the authorised.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Was it taken away, with the key that opened it?
    pub fn is_erased(&self) -> bool {
        self.0.reveal().is_empty()
    }

    /// The key to look it up by. An erased number has none of its own.
    pub fn key(&self) -> NumberKey {
        let digits = self.reveal().bytes().filter(u8::is_ascii_digit);
        NumberKey(Private::new(
            digits.fold(0, |key: u64, digit| key.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))),
        ))
    }
}

/// Who seems to be calling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The number, if the carrier gave one that can be called back; `None` is anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub number: Option<Number>,
}

/// Numbers by which carriers spell "anonymous", "restricted", "blocked", "unknown" and "unavailable".
const PSEUDO_NUMBERS: [&str; 5] = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"];

impl Caller {
    /// Reads a carrier's `From`: anything that cannot be called back counts as anonymous.
    pub fn from_carrier(from: &str) -> Self {
        let number = Number::parse(from.trim()).ok().filter(|n| !PSEUDO_NUMBERS.contains(&n.reveal()));
        Self { number }
    }
}

impl HasPrivate for Number {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        each(self.reveal());
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        let mut text = self.reveal().to_owned();
        each(&mut text);
        self.0 = Private::new(text.into());
    }
}

impl HasPrivate for Caller {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        if let Some(number) = &self.number {
            number.privates(each);
        }
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        if let Some(number) = &mut self.number {
            number.privates_mut(each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_numbers_are_accepted_and_others_refused() {
        for good in ["+15550100100", "+442071838750", "+1234567"] {
            assert_eq!(Number::parse(good).map(|n| n.reveal().to_owned()), Ok(good.to_owned()));
        }
        for bad in ["", "+", "15550100100", "+0123456789", "+1555010010a", "+1234567890123456", "client:ana"] {
            assert_eq!(Number::parse(bad), Err(NumberError), "{bad}");
        }
    }

    #[test]
    fn a_pseudo_number_is_anonymous() {
        for from in ["+266696687", "anonymous", "client:softphone", "sip:a@b", "", "+86282452253"] {
            assert_eq!(Caller::from_carrier(from).number, None, "{from}");
        }
        assert!(Caller::from_carrier("+15555550123").number.is_some());
    }
}
