//! URLs in documents: resolved against the URL of the document that holds them.
//!
//! Pure text work: a URL is never decoded, re-encoded or normalised, because its exact bytes are signed.

/// The absolute URL meant by `reference` in the document at `base`; an empty one is the document itself.
pub(super) fn resolve(base: &str, reference: &str) -> String {
    let reference = reference.trim();
    if reference.starts_with("http://") || reference.starts_with("https://") {
        return reference.to_owned();
    }
    let base = without_fragment(base);
    if reference.is_empty() {
        return base.to_owned();
    }
    let scheme_end = base.find("://").map_or(0, |at| at + 3);
    if let Some(rest) = reference.strip_prefix("//") {
        return format!("{}{rest}", &base[..scheme_end]);
    }
    let path_start = base[scheme_end..].find(['/', '?']).map_or(base.len(), |at| scheme_end + at);
    let origin = &base[..path_start];
    if reference.starts_with('/') {
        return format!("{origin}{reference}");
    }
    let path = without_query(&base[path_start..]);
    if reference.starts_with('?') {
        return format!("{origin}{path}{reference}");
    }
    let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
    let (relative, query) = reference.split_at(reference.find('?').unwrap_or(reference.len()));
    format!("{origin}{}{query}", without_dots(&format!("{folder}{relative}")))
}

/// A URL as it goes over the wire: the fragment stays at home.
pub(super) fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

/// A URL that may be shown in a log: without query and fragment.
pub(super) fn shown(url: &str) -> &str {
    without_query(without_fragment(url))
}

fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// Takes `.` and `..` out of an absolute path.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_resolved_against_its_document() {
        let base = "http://127.0.0.1:8080/voice/v1/step?x=1#rc=2";
        for (reference, meant) in [
            ("", "http://127.0.0.1:8080/voice/v1/step?x=1"),
            ("next", "http://127.0.0.1:8080/voice/v1/next"),
            ("../b?y=a/../b", "http://127.0.0.1:8080/voice/b?y=a/../b"),
            ("..", "http://127.0.0.1:8080/voice/"),
            ("/c", "http://127.0.0.1:8080/c"),
            ("?z", "http://127.0.0.1:8080/voice/v1/step?z"),
            ("//other/d", "http://other/d"),
            (" http://e/f ", "http://e/f"),
        ] {
            assert_eq!(resolve(base, reference), meant, "{reference}");
        }
        assert_eq!(resolve("http://host", "a"), "http://host/a");
    }
}
