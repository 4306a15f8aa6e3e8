//! The files of the pages, as they stand in `web/`: part of the binary, so that nothing is fetched from elsewhere.
//!
//! The policy lets a page load and reach what this address serves, and nothing else; no other site may frame it.

use hyper::Method;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header;
use hyper::header::HeaderName;
use hyper::header::HeaderValue;

use crate::server::Body;
use crate::server::reply;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! files {
    ($($path:literal = $file:literal, $kind:expr;)*) => {
        &[$(($path, $kind, include_bytes!(concat!("../../../web/", $file)))),*]
    };
}

/// Path, type and content.
static FILES: &[(&str, &str, &[u8])] = files! {
    "/phone" = "phone.html", HTML;
    "/softphone" = "softphone.html", HTML;
    "/desk" = "desk.html", HTML;
    "/web/softphone.js" = "softphone.js", SCRIPT;
    "/web/desk.js" = "desk.js", SCRIPT;
    "/web/items.js" = "items.js", SCRIPT;
    "/web/item.js" = "item.js", SCRIPT;
    "/web/outcome.js" = "outcome.js", SCRIPT;
    "/web/events.js" = "events.js", SCRIPT;
    "/web/presence.js" = "presence.js", SCRIPT;
    "/web/note.js" = "note.js", SCRIPT;
    "/web/api.js" = "api.js", SCRIPT;
    "/web/phone.js" = "phone.js", SCRIPT;
    "/web/line.js" = "line.js", SCRIPT;
    "/web/captions.js" = "captions.js", SCRIPT;
    "/web/keypad.js" = "keypad.js", SCRIPT;
    "/web/hold.js" = "hold.js", SCRIPT;
    "/web/supervise.js" = "supervise.js", SCRIPT;
    "/web/transfer.js" = "transfer.js", SCRIPT;
    "/web/worklet.js" = "worklet.js", SCRIPT;
    "/web/style.css" = "style.css", STYLE;
    "/web/desk.css" = "desk.css", STYLE;
    "/web/icon.svg" = "icon.svg", PICTURE;
};

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "microphone=(self), camera=(), geolocation=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // A newer carelane brings newer pages.
    (header::CACHE_CONTROL, "no-cache"),
];

/// The answer to a request for a page or one of its files; `None` if the path is none of theirs.
pub(in crate::server) fn page(method: &Method, path: &str) -> Option<Response<Body>> {
    let (_, kind, content) = FILES.iter().find(|(of, _, _)| *of == path)?;
    if method != Method::GET && method != Method::HEAD {
        return Some(reply::method_not_allowed("GET").into());
    }
    let mut response = Response::new(Body::from(Bytes::from_static(content)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a page or script names within quotes, as far as it is a file of ours.
    fn named(text: &str) -> impl Iterator<Item = &str> {
        text.split('"').filter(|word| word.ends_with(".js") || word.ends_with(".css") || word.ends_with(".svg"))
    }

    #[test]
    fn every_file_that_a_page_names_is_served_and_nothing_is_fetched_from_elsewhere() {
        for (path, kind, content) in FILES.iter().filter(|(_, kind, _)| *kind != PICTURE) {
            let text = std::str::from_utf8(content).unwrap();
            for name in named(text) {
                let file = name.trim_start_matches("./").trim_start_matches("web/");
                assert!(page(&Method::GET, &format!("/web/{file}")).is_some(), "{path} ({kind}) names {name}");
            }
            assert!(!text.contains("://"), "{path} names an address");
            assert!(!text.contains("style=") && !text.contains(" onclick"), "{path}: the policy forbids that");
        }
    }

    #[test]
    fn a_page_takes_nothing_but_get() {
        assert_eq!(page(&Method::POST, "/phone").unwrap().status(), 405);
        assert!(page(&Method::GET, "/web/../Cargo.toml").is_none());
    }
}
