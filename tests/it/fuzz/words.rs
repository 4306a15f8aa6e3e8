//! Short texts: phone numbers, and the paths of our own URLs.

use carelane::render::Link;
use carelane::render::Links;
use carelane::vocab::Caller;
use carelane::vocab::FloorId;
use carelane::vocab::Number;

use super::hunt::Hunt;

#[test]
fn a_phone_number_is_a_plus_and_seven_to_fifteen_digits_and_nothing_else_is() {
    let hunt =
        Hunt { target: "number", rounds: 20_000, tokens: &["+", "0", "1", "555", "anonymous", "٣", "\u{200e}", " "] };
    hunt.run(Vec::new(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut digits = text.chars();
        let plus = digits.next() == Some('+');
        let (mut count, mut plain) = (0, true);
        for (at, c) in digits.enumerate() {
            count += 1;
            plain &= c.is_ascii_digit() && (at > 0 || c != '0');
        }
        let possible = plus && plain && (7..=15).contains(&count);
        match Number::parse(&text) {
            Ok(number) if possible && number.reveal() == text => {}
            Err(_) if !possible => {}
            _ => return Err(format!("{text:?} is taken for the opposite of what it is")),
        }
        match Caller::from_carrier(&text).number {
            Some(number) if number.reveal() != text.trim() => Err(format!("{text:?} calls as somebody else")),
            _ => Ok(()),
        }
    });
}

#[test]
fn a_path_is_read_back_as_the_url_it_came_from_or_not_at_all() {
    let floor = FloorId::from("f00d");
    let links = Links { public: "https://a.example", floor: &floor };
    let hunt = Hunt {
        target: "link",
        rounds: 20_000,
        tokens: &["/", "/voice/", "f00d", "/done", "/wait/", "-1", "+1", "18446744073709551616", "%2f", ".."],
    };
    hunt.run(Vec::new(), |bytes| {
        let path = String::from_utf8_lossy(bytes);
        let Some(link) = Link::read(&path, &floor) else { return Ok(()) };
        let url = links.url(link);
        let again = url.strip_prefix("https://a.example").and_then(|path| Link::read(path, &floor));
        // Two spellings of one link would be two documents to whoever counts them.
        if again == Some(link) && url.ends_with(&*path) { Ok(()) } else { Err(format!("{path} is taken for {url}")) }
    });
}
