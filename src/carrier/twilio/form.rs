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
    /// As they came.
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The same ordered by name; equal names keep the order in which they came.
    order: Vec<Place>,
}

/// A parameter's place, behind the beginning of its name: most comparisons need no look at the name itself.
#[derive(Clone, Copy)]
struct Place {
    prefix: u64,
    at: usize,
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
        let mut rest = text;
        while !rest.is_empty() && pairs.len() <= PARAMETERS_MAX {
            let piece = Piece::first_of(rest);
            if piece.end > 0 {
                pairs.push(piece.decode(rest));
            }
            rest = rest.get(piece.end + 1..).unwrap_or_default();
        }
        Self::sorted(pairs)
    }

    fn sorted(pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Result<Self, TooManyParameters> {
        if pairs.len() > PARAMETERS_MAX {
            return Err(TooManyParameters);
        }
        let place = |(at, pair): (usize, &(Cow<'a, str>, _))| Place { prefix: prefix(&pair.0), at };
        let mut order: Vec<Place> = pairs.iter().enumerate().map(place).collect();
        // The order of `str` is that of its bytes, as the signature wants it.
        order.sort_unstable_by(|a, b| {
            let by_name = a.prefix.cmp(&b.prefix).then_with(|| pairs[a.at].0.cmp(&pairs[b.at].0));
            by_name.then(a.at.cmp(&b.at))
        });
        Ok(Self { pairs, order })
    }

    /// The value of a parameter, also if it is blank; of a repeated one the first that came.
    pub fn get(&self, name: &str) -> Option<&str> {
        let begins = prefix(name);
        let before = |place: &Place| place.prefix < begins || place.prefix == begins && *self.pairs[place.at].0 < *name;
        let place = self.order.get(self.order.partition_point(before))?;
        let (found, value) = &self.pairs[place.at];
        (found == name).then_some(value)
    }

    /// All parameters by name, in byte order; equal names in the order in which they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.order.iter().map(|place| {
            let (name, value) = &self.pairs[place.at];
            (&**name, &**value)
        })
    }

    /// Appends what the carrier signs after the URL: names in byte order, each with its distinct values in byte
    /// order, decoded and without any separator.
    pub(super) fn append_signed_text(&self, text: &mut String) {
        let mut rest = self.order.as_slice();
        while let Some(first) = rest.first() {
            let (name, value) = &self.pairs[first.at];
            let is_same = |place: &&Place| place.prefix == first.prefix && self.pairs[place.at].0 == *name;
            let same = 1 + rest[1..].iter().take_while(is_same).count();
            let (run, tail) = rest.split_at(same);
            rest = tail;
            if same == 1 {
                text.push_str(name);
                text.push_str(value);
                continue;
            }
            let mut values: Vec<&str> = run.iter().map(|place| &*self.pairs[place.at].1).collect();
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

/// The first eight bytes of a name as a number of the same order.
fn prefix(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let len = name.len().min(8);
    bytes[..len].copy_from_slice(&name.as_bytes()[..len]);
    u64::from_be_bytes(bytes)
}

/// A parameter as it stands in a body: found in one walk, because a webhook has some fifty names and values, and most
/// of them have nothing escaped.
#[derive(Default)]
struct Piece {
    /// Where it ends.
    end: usize,
    /// Where its name ends, if it has a value.
    equals: Option<usize>,
    name_escaped: bool,
    value_escaped: bool,
}

impl Piece {
    fn first_of(text: &str) -> Self {
        let mut piece = Self { end: text.len(), ..Self::default() };
        let mut escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'%' | b'+' => escaped = true,
                b'=' if piece.equals.is_none() => {
                    piece.equals = Some(at);
                    piece.name_escaped = std::mem::take(&mut escaped);
                }
                b'&' => {
                    piece.end = at;
                    break;
                }
                _ => {}
            }
        }
        match piece.equals {
            Some(_) => piece.value_escaped = escaped,
            None => piece.name_escaped = escaped,
        }
        piece
    }

    fn decode<'a>(&self, text: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
        let (name, value) = match self.equals {
            Some(equals) => (&text[..equals], &text[equals + 1..self.end]),
            None => (&text[..self.end], ""),
        };
        let clear = |text, escaped| if escaped { unescape(text) } else { Cow::Borrowed(text) };
        (clear(name, self.name_escaped), clear(value, self.value_escaped))
    }
}

/// One escaped name or value in clear.
fn unescape(escaped: &str) -> Cow<'_, str> {
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
