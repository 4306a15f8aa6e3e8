//! Form bodies (`application/x-www-form-urlencoded`) as the carrier posts them.
//!
//! Decoding is tolerant, because the signature covers every parameter: blanks and repeats are kept, unknown names
//! too, and bytes that are not UTF-8 are replaced as the carrier's own SDKs do. It never fails but for too many
//! parameters. The length of the body is bounded by the server, before this room sees it.

use std::borrow::Cow;
use std::fmt;

/// Parameters of one webhook. Real ones carry about 30; this leaves room for custom SIP headers.
pub const PARAMETERS_MAX: usize = 200;
/// Room made at first: real webhooks fit into it.
const PARAMETERS_USUAL: usize = 36;

/// A decoded form, or query string. Its parameters are personal data: it has no `Debug`.
#[derive(Default)]
pub struct Form<'a> {
    /// Ordered by name; equal names keep the order in which they came.
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// A body with more than [`PARAMETERS_MAX`] parameters: no carrier sends that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyParameters;

impl fmt::Display for TooManyParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the webhook has more than {PARAMETERS_MAX} parameters, which no carrier sends; it was not read")
    }
}

impl std::error::Error for TooManyParameters {}

impl<'a> Form<'a> {
    /// Decodes a body, or the part of a URL after `?`. What is not escaped is borrowed.
    pub fn decode(body: &'a [u8]) -> Result<Self, TooManyParameters> {
        let mut pairs = Vec::with_capacity(PARAMETERS_USUAL);
        let Ok(text) = std::str::from_utf8(body) else {
            // Unescaped bytes that are no text: no carrier sends them, so they may take the slow way.
            return Self::sorted(form_urlencoded::parse(body).take(PARAMETERS_MAX + 1).collect());
        };
        for piece in text.split('&').filter(|piece| !piece.is_empty()) {
            if pairs.len() > PARAMETERS_MAX {
                break;
            }
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            pairs.push((unescape(name), unescape(value)));
        }
        Self::sorted(pairs)
    }

    fn sorted(mut pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Result<Self, TooManyParameters> {
        if pairs.len() > PARAMETERS_MAX {
            return Err(TooManyParameters);
        }
        // The order of `str` is that of its bytes, as the signature wants it.
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self { pairs })
    }

    /// The value of a parameter, also if it is blank; of a repeated one the first that came.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.pairs.partition_point(|pair| *pair.0 < *name);
        self.pairs.get(at).filter(|pair| pair.0 == name).map(|pair| &*pair.1)
    }

    /// All parameters by name, in byte order; equal names in the order in which they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Appends what the carrier signs after the URL: names in byte order, each with its distinct values in byte
    /// order, decoded and without any separator.
    pub(super) fn append_signed_text(&self, text: &mut String) {
        let mut rest = self.pairs.as_slice();
        while let Some((name, value)) = rest.first() {
            let same = rest.iter().take_while(|pair| pair.0 == *name).count();
            let (run, tail) = rest.split_at(same);
            rest = tail;
            if same == 1 {
                text.push_str(name);
                text.push_str(value);
                continue;
            }
            let mut values: Vec<&str> = run.iter().map(|pair| &*pair.1).collect();
            values.sort_unstable();
            values.dedup();
            for value in values {
                text.push_str(name);
                text.push_str(value);
            }
        }
    }

    /// How many bytes `append_signed_text` appends, at most.
    pub(super) fn signed_len_max(&self) -> usize {
        self.pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
    }
}

/// One name or value in clear. This runs some fifty times a webhook, and most of them have nothing escaped.
fn unescape(escaped: &str) -> Cow<'_, str> {
    if !escaped.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(escaped);
    }
    let mut clear = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        clear.push(match (byte, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => byte,
            },
            _ => byte,
        });
    }
    Cow::Owned(match String::from_utf8(clear) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
