//! Random forms and signatures: nothing panics, and what was signed is believed. Seeds are fixed; a failure names its.

use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::Verifier;
use carelane::carrier::twilio::decode_incoming;
use carelane::carrier::twilio::decode_input;
use carelane::carrier::twilio::decode_status;
use carelane::carrier::twilio::sign;
use carelane::vocab::Private;

/// A small generator (xorshift), good enough to mix bytes.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.throw() % bound as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Pieces of which real and broken bodies are made.
const PIECES: [&str; 24] = [
    "CallSid=",
    "CA1",
    "&",
    "=",
    "+",
    "%",
    "%2",
    "%zz",
    "%00",
    "%FF",
    "%C3%B1",
    "%F0%9F%99%82",
    "Digits=",
    "1",
    "*",
    "SpeechResult=",
    "hola",
    "From=",
    "%2B1555",
    "To=",
    "CallStatus=ringing",
    "SequenceNumber=99999999999",
    "ñ",
    ";",
];

fn body(dice: &mut Dice) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..dice.below(60) {
        match dice.below(8) {
            0 => body.push(dice.throw() as u8),
            _ => body.extend_from_slice(dice.pick(&PIECES).as_bytes()),
        }
    }
    body
}

#[test]
fn any_bytes_decode_and_what_was_signed_is_believed() {
    let token = Private::new("token".to_owned());
    for seed in 1..=20_000_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let body = body(&mut dice);
        let Ok(form) = Form::decode(&body) else { continue };
        _ = (decode_incoming(&form), decode_input(&form), decode_status(&form));
        // The decoder agrees with the one that browsers' rules were made into.
        let mut expected: Vec<_> = form_urlencoded::parse(&body).collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert!(form.pairs().eq(expected.iter().map(|(name, value)| (&**name, &**value))), "seed {seed}: {body:?}");

        let base = dice.pick(&["https://a.example", "http://a.example:8080", "https://u:p@[::1]:1", "wss://a.example"]);
        let path = dice.pick(&["/", "/voice/incoming", "/voice/t?leg=leg-1&s=2", "/%20?a=%ff&&"]);
        let verifier = Verifier::new(base, std::slice::from_ref(&token));
        let signature = sign(&token, &format!("{base}{path}"), &form);
        assert_eq!(verifier.verify(path, &form, Some(&signature)), Ok(()), "seed {seed}");

        // One character less, or another one, is never believed.
        let mut wrong = signature.clone().into_bytes();
        let at = dice.below(wrong.len());
        if dice.below(2) == 0 {
            wrong.remove(at);
        } else {
            wrong[at] ^= 1 + dice.below(127) as u8;
        }
        let wrong = String::from_utf8_lossy(&wrong).into_owned();
        assert!(verifier.verify(path, &form, Some(&wrong)).is_err(), "seed {seed}: {wrong}");
    }
}

#[test]
fn a_form_reads_back_as_it_was_written() {
    for seed in 1..=3_000_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut pairs: Vec<(String, String)> = (0..dice.below(40))
            .map(|_| (dice.pick(&PIECES).to_owned(), format!("{}{}", dice.pick(&PIECES), dice.pick(&PIECES))))
            .collect();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let form = Form::decode(body.as_bytes()).expect("few parameters");
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        assert!(form.pairs().eq(pairs.iter().map(|(name, value)| (&**name, &**value))), "seed {seed}");
    }
}

#[test]
fn the_order_in_which_parameters_come_does_not_matter() {
    let token = Private::new("token".to_owned());
    let mut parts = ["a=2", "a=1", "a=1", "B=x", "b=", "=empty", "ab=1"];
    let expected = sign(&token, "https://a.example/", &Form::decode(parts.join("&").as_bytes()).expect("a form"));
    let mut dice = Dice(7);
    for _ in 0..200 {
        let (from, to) = (dice.below(parts.len()), dice.below(parts.len()));
        parts.swap(from, to);
        let body = parts.join("&");
        let form = Form::decode(body.as_bytes()).expect("a form");
        assert_eq!(sign(&token, "https://a.example/", &form), expected, "{body}");
    }
}
