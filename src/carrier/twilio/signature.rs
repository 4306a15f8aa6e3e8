//! Who sent a webhook: the carrier's signature over the public URL and the decoded parameters.
//!
//! ```text
//! text      = URL as configured, with its query + for each name in byte order, for each distinct value: name value
//! signature = base64( HMAC-SHA1( account auth token, text ) )            header X-Twilio-Signature
//! ```
//! The URL is the *configured* public base with the path and query of the request line, byte for byte: nothing is
//! rebuilt from `Host` or normalised. The carrier is inconsistent about ports, so a signature holds over the URL
//! with and without its port. The newer shared keys name their algorithm in a second header.
//! Nothing here guards against replays: the scheme has no time in it; the floor knows what it has already seen.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac;
use ring::digest;
use sha1::Sha1;

use super::form::Form;
use crate::vocab::Private;

/// Longest signature taken: base64 of an HMAC-SHA256 has 44 characters.
const SIGNATURE_CHARS_MAX: usize = 64;

/// Checks signatures for one public address. Keys are prepared once; checking a webhook allocates one buffer.
pub struct Verifier {
    /// The public base as configured.
    base: String,
    /// The same with its port cut out or the standard port added.
    other_base: Option<String>,
    tokens: Vec<Key>,
    shared_keys: Vec<SharedKey>,
}

struct SharedKey {
    id: String,
    sha1: Key,
    sha256: Key,
}

/// A key, prepared: `ring` has no SHA-1 in hardware, and it is the dearest step of a webhook.
enum Key {
    Sha1(Hmac<Sha1>),
    Sha256(ring::hmac::Key),
}

impl Key {
    fn sha1(secret: &[u8]) -> Option<Self> {
        // A key of any length is one.
        Hmac::new_from_slice(secret).ok().map(Self::Sha1)
    }

    fn sha256(secret: &[u8]) -> Self {
        Self::Sha256(ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret))
    }

    /// Is `given` the code of this text? Compared in constant time.
    fn fits(&self, text: &str, given: &[u8]) -> bool {
        match self {
            Self::Sha1(key) => key.clone().chain_update(text).verify_slice(given).is_ok(),
            Self::Sha256(key) => ring::hmac::verify(key, text.as_bytes(), given).is_ok(),
        }
    }
}

/// Why a webhook was not believed. The answer to the sender is 403 for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// There is no signature.
    Missing,
    /// The signature is that of another text or another token, or is no base64.
    Wrong,
    /// The settings header names an algorithm that we do not know.
    UnknownAlgorithm,
    /// The settings header names a shared key that we do not hold.
    UnknownKey,
    /// The body is not the one whose hash stands in the signed URL.
    BodyChanged,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => {
                "the webhook has no X-Twilio-Signature: it does not come from the carrier, or a proxy drops the header"
            }
            Self::Wrong => {
                "the webhook's X-Twilio-Signature does not fit: it does not come from the carrier, or the auth token \
                 or the public URL configured here is not what the carrier uses (scheme, host and path must be the same)"
            }
            Self::UnknownAlgorithm => {
                "the webhook's X-Twilio-Webhooks-Signature-Settings names an unknown algorithm; HMAC_SHA1 and \
                 HMAC_SHA256 are known"
            }
            Self::UnknownKey => {
                "the webhook is signed with a shared key that is not configured here; add its id and secret, or revoke \
                 it at the carrier"
            }
            Self::BodyChanged => {
                "the webhook's body does not have the bodySHA256 that its signed URL names: it was changed on the way"
            }
        })
    }
}

impl std::error::Error for Rejection {}

#[derive(Clone, Copy)]
enum Algorithm {
    Sha1,
    Sha256,
}

impl Verifier {
    /// A verifier for `public_base` (`https://voice.practice.example`, also with port or path), which stands before
    /// the path of every webhook. All `tokens` are accepted, so that an auth token can be rotated; an empty one is
    /// left out, because anybody could sign with it. Without tokens only shared keys are accepted.
    pub fn new(public_base: &str, tokens: &[Private<String>]) -> Self {
        let base = public_base.split('#').next().unwrap_or_default().trim_end_matches('/').to_owned();
        let tokens = tokens.iter().map(|token| token.reveal().as_bytes()).filter(|bytes| !bytes.is_empty());
        Self {
            other_base: with_other_port(&base),
            base,
            tokens: tokens.filter_map(Key::sha1).collect(),
            shared_keys: Vec::new(),
        }
    }

    /// Accepts webhooks signed with this shared key too. An empty secret is left out.
    #[must_use]
    pub fn with_shared_key(mut self, id: &str, secret: &Private<String>) -> Self {
        let bytes = secret.reveal().as_bytes();
        if let Some(sha1) = Key::sha1(bytes).filter(|_| !bytes.is_empty()) {
            self.shared_keys.push(SharedKey { id: id.to_owned(), sha1, sha256: Key::sha256(bytes) });
        }
        self
    }

    /// Checks a form webhook signed with the auth token. `path_and_query` is the request line's, as it came.
    pub fn verify(&self, path_and_query: &str, form: &Form<'_>, signature: Option<&str>) -> Result<(), Rejection> {
        self.check(&self.tokens, path_and_query, form, signature)
    }

    /// Checks a form webhook that may be signed with a shared key: `settings` is its
    /// `X-Twilio-Webhooks-Signature-Settings`, if it has one.
    pub fn verify_with_settings(
        &self,
        path_and_query: &str,
        form: &Form<'_>,
        signature: Option<&str>,
        settings: Option<&str>,
    ) -> Result<(), Rejection> {
        let Some((id, algorithm)) = read_settings(settings.unwrap_or_default())? else {
            return self.verify(path_and_query, form, signature);
        };
        // The header chooses among our keys, it never replaces one: a text signed with SHA-1 under a header that
        // says SHA-256 is refused, and so is a signature whose header was lost.
        let key = self.shared_keys.iter().find(|key| key.id == id).ok_or(Rejection::UnknownKey)?;
        let key = match algorithm {
            Algorithm::Sha1 => &key.sha1,
            Algorithm::Sha256 => &key.sha256,
        };
        self.check(std::slice::from_ref(key), path_and_query, form, signature)
    }

    /// Checks a webhook with a JSON body: the signature covers the URL, which names the hash of the body.
    pub fn verify_json(
        &self,
        path_and_query: &str,
        body: &[u8],
        signature: Option<&str>,
        settings: Option<&str>,
    ) -> Result<(), Rejection> {
        self.verify_with_settings(path_and_query, &Form::default(), signature, settings)?;
        let query = path_and_query.split_once('?').map_or("", |(_, query)| query);
        let query = Form::decode(query.as_bytes()).map_err(|_| Rejection::BodyChanged)?;
        let named = query.get("bodySHA256").ok_or(Rejection::BodyChanged)?;
        if named == hex(digest::digest(&digest::SHA256, body).as_ref()) { Ok(()) } else { Err(Rejection::BodyChanged) }
    }

    fn check(
        &self,
        keys: &[Key],
        path_and_query: &str,
        form: &Form<'_>,
        signature: Option<&str>,
    ) -> Result<(), Rejection> {
        let signature = signature.map(str::trim).filter(|text| !text.is_empty()).ok_or(Rejection::Missing)?;
        let mut buffer = [0_u8; SIGNATURE_CHARS_MAX];
        if signature.len() > SIGNATURE_CHARS_MAX {
            return Err(Rejection::Wrong);
        }
        let len = STANDARD.decode_slice(signature, &mut buffer).map_err(|_| Rejection::Wrong)?;
        let given = &buffer[..len];

        let base_len_max = self.base.len().max(self.other_base.as_ref().map_or(0, String::len));
        let mut text = String::with_capacity(base_len_max + path_and_query.len() + form.signed_len_max());
        text.push_str(&self.base);
        text.push_str(path_and_query);
        form.append_signed_text(&mut text);
        let fits = |text: &str| keys.iter().any(|key| key.fits(text, given));
        if fits(&text) {
            return Ok(());
        }
        if let Some(other_base) = &self.other_base {
            text.replace_range(..self.base.len(), other_base);
            if fits(&text) {
                return Ok(());
            }
        }
        Err(Rejection::Wrong)
    }
}

/// Signs a webhook as the carrier does with an account's auth token: for the local carrier, and for tests.
/// `url` is the whole URL, with its query and without its fragment.
pub fn sign(token: &Private<String>, url: &str, form: &Form<'_>) -> String {
    let mut text = String::with_capacity(url.len() + form.signed_len_max());
    text.push_str(url);
    form.append_signed_text(&mut text);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.reveal().as_bytes());
    STANDARD.encode(ring::hmac::sign(&key, text.as_bytes()))
}

/// Reads `key=<id>,algorithm=<name>`. Without an algorithm the webhook is signed in the classic way.
fn read_settings(text: &str) -> Result<Option<(&str, Algorithm)>, Rejection> {
    let mut key = "";
    let mut algorithm = None;
    for part in text.split(',') {
        match part.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            Some(("key", id)) => key = id,
            Some(("algorithm", "HMAC_SHA1")) => algorithm = Some(Algorithm::Sha1),
            Some(("algorithm", "HMAC_SHA256")) => algorithm = Some(Algorithm::Sha256),
            Some(("algorithm", _)) => return Err(Rejection::UnknownAlgorithm),
            _ => {}
        }
    }
    Ok(algorithm.map(|algorithm| (key, algorithm)))
}

/// The same base with its port cut out, or, if it has none, with its scheme's standard port. Pure text work, so that
/// user info and IPv6 addresses survive.
fn with_other_port(base: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host_at = authority.rfind('@').map_or(0, |at| at + 1);
    // A colon inside the brackets of an IPv6 address starts no port.
    let port_from = host_at + authority[host_at..].rfind(']').unwrap_or(0);
    let other = match authority[port_from..].rfind(':') {
        Some(colon) => authority[..port_from + colon].to_owned(),
        None => {
            let port =
                if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss") { 443 } else { 80 };
            format!("{authority}:{port}")
        }
    };
    Some(format!("{scheme}://{other}{path}"))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}
