//! Rows 39 and 40: names, numbers and words made to break a document, a log or a person's screen.

use carelane::carrier::local::Faults;

use crate::serve::http;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::World;

/// Texts that have broken something somewhere: each alone, and inside, before and after an ordinary name.
const HOSTILE: [&str; 54] = [
    "",
    " ",
    "\0",
    "\u{1}",
    "\u{7}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\u{1f600}",
    "\u{10ffff}",
    "e\u{301}\u{301}\u{301}",
    "\r\n",
    "\n\n",
    "\t",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?xml?>",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&#0;",
    "&#x1;",
    "&lt;Hangup/&gt;",
    "<Hangup/>",
    "</Say><Dial>+19005550100</Dial><Say>",
    "<Redirect>http://x</Redirect>",
    "'; DROP TABLE block; --",
    "\" OR 1=1",
    "${jndi:ldap://x/a}",
    "{{7*7}}",
    "%00",
    "%0d%0aSet-Cookie: a=b",
    "../../etc/passwd",
    "=HYPERLINK(\"http://x\")",
    "@SUM(1)",
    "-1+1",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "\u{feff}<Response/>",
];

fn names() -> Vec<String> {
    let around =
        |text: &&str| [(*text).to_owned(), format!("Ann {text} Lee"), format!("{text}Ann"), format!("Ann{text}")];
    let mut names: Vec<String> = HOSTILE.iter().flat_map(around).collect();
    names.push("x".repeat(10_000));
    names.push("<".repeat(5_000));
    names
}

async fn post(world: &World, path: &str, params: &[(&str, &str)]) -> (u16, String) {
    let url = world.engine.url(path);
    let (body, signature) = http::signed(AUTH_TOKEN, &url, params);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
    let answer = http::send("POST", &url, &headers, body.as_bytes()).await.expect("carelane answers");
    (answer.status, answer.text())
}

/// The document without the one number in it that differs from call to call, the leg's; and the leg's link.
fn without_leg(document: &str) -> (String, String) {
    let (_, rest) = document.split_once("/voice/").expect("a URL of ours");
    let (floor, rest) = rest.split_once('/').expect("a floor");
    let (leg, _) = rest.split_once('/').expect("a leg");
    let link = format!("/voice/{floor}/{leg}");
    (document.replace(&format!("{link}/"), "/voice/floor/leg/"), link)
}

#[tokio::test]
async fn no_name_number_or_word_of_a_caller_changes_what_is_said() {
    let world = World::start(20.0, Faults::default()).await;
    let plain = [("CallSid", "CAplain"), ("From", "+15550109001"), ("To", OURS), ("CallerName", "Ann Lee")];
    let (status, greeting) = post(&world, "/voice/incoming", &plain).await;
    assert_eq!(status, 200);
    let (greeting, link) = without_leg(&greeting);
    let nonsense = [("CallSid", "CAplain"), ("SpeechResult", "blue cheese")];
    let (_, repeated) = post(&world, &format!("{link}/1/done"), &nonsense).await;
    let (repeated, _) = without_leg(&repeated);

    let names = names();
    assert!(names.len() > 200);
    for (n, name) in names.iter().enumerate() {
        let (sid, from) = (format!("CA{n}"), format!("+1555{:07}", 2_000_000 + n));
        let fields = [
            ("CallSid", sid.as_str()),
            ("From", &from),
            ("To", OURS),
            ("CallerName", name),
            ("FromCity", name),
            ("ForwardedFrom", name),
            ("SipHeader_X-Name", name),
        ];
        let (status, document) = post(&world, "/voice/incoming", &fields).await;
        assert_eq!(status, 200, "{name:.40?}");
        let (document, link) = without_leg(&document);
        assert_eq!(document, greeting, "{name:.40?}");
        let said = format!("blue {name} cheese");
        let words = [("CallSid", sid.as_str()), ("SpeechResult", &said), ("Confidence", name)];
        let (status, document) = post(&world, &format!("{link}/1/done"), &words).await;
        assert_eq!((status, without_leg(&document).0), (200, repeated.clone()), "{name:.40?}");
        let over = [("CallSid", sid.as_str()), ("CallStatus", "completed"), ("CallerName", name)];
        assert_eq!(post(&world, "/voice/status", &over).await.0, 204);
    }
    assert_eq!(world.floor().await["ledger"]["unaccounted"], 0);
}
