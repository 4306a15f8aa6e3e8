//! TwiML: a treatment as the document a carrier plays.
//!
//! Only typed verbs, no raw strings: text and attributes pass one gate that drops what XML 1.0 forbids (a caller's
//! name with a control character would otherwise end the call). Every path ends in a verb that keeps or ends the
//! call on purpose. A document is at most 64 KiB.

mod listening;

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::link::Link;
use super::link::Links;
use super::question;
use super::waiting::Waiting;
use super::whisper;
use super::wording;
use crate::floor::treatment::Asked;
use crate::floor::treatment::Mode;
use crate::floor::treatment::Opening;
use crate::floor::treatment::Party;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::Menu;
use crate::flow::Phrase;
use crate::flow::Step;
use crate::flow::hints;
use crate::flow::text;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::StepId;

/// A holding document is unrolled this often. Each round is some 10 s of the carrier's own words and silence, so a
/// caller hears no error while carelane restarts, for more than a minute.
const HOLD_ROUNDS: u32 = 8;
/// Silence after "one moment, please", in seconds.
const ONE_MOMENT_PAUSE: u32 = 8;
/// The music clip is 22 s long; two of them and the words make 45 to 60 s.
pub(super) const MUSIC_LOOPS: u32 = 2;
/// Urgent callers hear words again after so many seconds of silence, never music.
pub(super) const URGENT_PAUSE: u32 = 40;
/// Parking places at the carrier: it holds at most 5,000 calls in each, we spread over several.
const PARKING_PLACES: u64 = 16;
const PARKING_PLACE_CALLS_MAX: u32 = 5_000;
/// Silence that ends a message, in seconds: older callers pause to look something up.
pub(super) const MESSAGE_SILENCE: u32 = 10;
/// Seconds of silence after which the question about the patient stays unanswered.
pub(super) const STANDING_SECONDS: u32 = 4;
/// Seconds of silence after the announcement, in which a caller may say no to being recorded.
pub(super) const DECLINE_SECONDS: u32 = 2;
/// More than any PIN has, so that no digit of one spills into the next question.
const PIN_DIGITS_MAX: &str = "16";
/// Seconds of silence after a question to an assistant.
pub(super) const KEYS_TIMEOUT: u32 = 8;
/// A parked leg is moved within a moment; after so many seconds it asks again.
const PARKED_PAUSE: u32 = 4;

/// One leg's treatment, ready to be rendered.
#[derive(Clone, Copy, Debug)]
pub struct Rendering<'a> {
    /// The leg.
    pub leg: LegId,
    /// The treatment's serial.
    pub serial: u32,
    /// The call's flow.
    pub flow: &'a Flow,
    /// Where our URLs point.
    pub links: Links<'a>,
}

type Xml = Writer<Vec<u8>>;

impl Rendering<'_> {
    /// The treatment's document.
    pub fn document(&self, treatment: &Treatment) -> Vec<u8> {
        write(|xml| match treatment {
            Treatment::Menu { step, language, opening } => self.menu(xml, step, language, *opening),
            Treatment::Announce { words, language } => {
                self.said_listening(xml, words, language, "dtmf speech", self.done())?;
                self.redirect(xml, self.done())
            }
            Treatment::Hold { language, first, urgent, .. } | Treatment::OnHold { language, first, urgent } => {
                self.hold(xml, language, first, *urgent)
            }
            Treatment::Whisper { language, .. } => self.whisper(xml, treatment, language),
            Treatment::Connected { call, round, party, language, called, .. } => {
                if *called {
                    say(xml, &wording::practice(self.flow), language)?;
                } else if *party == Party::Caller {
                    say(xml, self.flow.phrase(Phrase::Joining, language), language)?;
                }
                self.room(xml, *call, *round, *party)?;
                self.redirect(xml, self.done())
            }
            Treatment::Goodbye { words, language, listens } => {
                self.goodbye(xml, words, language, listens.then(|| self.done()))
            }
            Treatment::Record { words, language, longest } => self.record(xml, words, language, *longest),
            Treatment::AskStanding { language, .. } => self.ask_standing(xml, language),
            Treatment::RecordingNotice { language, .. } => self.announce_recording(xml, language),
            Treatment::Keys { asked, words, language, .. } => self.keys(xml, asked, words, language),
            Treatment::Supervise { call, round, mode, coached, .. } => {
                self.supervise(xml, *call, *round, *mode, coached.as_ref())?;
                self.redirect(xml, self.done())
            }
        })
    }

    /// What a waiting leg hears in this round. The carrier runs it inside its queue, where no conference may begin:
    /// a leg that is about to be moved hears silence until the move arrives.
    pub fn wait_document(&self, treatment: &Treatment, round: u32) -> Vec<u8> {
        if let Some(waiting) = Waiting::of(self.flow, treatment) {
            let first = if round == 0 && !waiting.urgent { waiting.first } else { &[] };
            return write(|xml| self.wait(xml, &waiting, first, round));
        }
        write(|xml| match treatment {
            Treatment::Goodbye { words, language, listens } => {
                let held = Link::Held { leg: self.leg, serial: self.serial, round };
                self.goodbye(xml, words, language, listens.then_some(held))
            }
            _ => {
                pause(xml, 5)?;
                self.redirect(xml, Link::Wait { leg: self.leg, serial: self.serial, round: round.saturating_add(1) })
            }
        })
    }

    fn recorded(&self) -> Link {
        Link::Recorded { leg: self.leg, serial: self.serial }
    }

    /// What a waiting leg hears that was given this treatment inside the queue, by what it pressed or said. The hold's
    /// own document, with the first words of an urgent one, is not fetched then: they are said here, at once.
    pub fn moved_document(&self, treatment: &Treatment) -> Vec<u8> {
        match Waiting::of(self.flow, treatment) {
            Some(waiting) => write(|xml| self.wait(xml, &waiting, waiting.first, 0)),
            None => self.wait_document(treatment, 0),
        }
    }

    /// Carries the leg's audio to us by a media stream, which proves itself with `token`. What follows the stream is
    /// for when it breaks off: the caller is parked, and brought back as soon as somebody here answers.
    pub fn stream_document(&self, token: &str, language: &Language) -> Vec<u8> {
        write(|xml| {
            xml.create_element("Connect").write_inner_content(|xml| {
                let stream = xml.create_element("Stream").with_attribute(("url", self.links.stream().as_str()));
                stream.write_inner_content(|xml| {
                    let parameter = xml.create_element("Parameter");
                    parameter.with_attributes([("name", "token"), ("value", token)]).write_empty().map(drop)
                })?;
                Ok(())
            })?;
            self.park(xml, Link::Parked { leg: self.leg }, language)?;
            self.redirect(xml, Link::Resume { leg: self.leg })
        })
    }

    fn done(&self) -> Link {
        Link::Done { leg: self.leg, serial: self.serial }
    }

    // ---- treatments ----

    fn menu(&self, xml: &mut Xml, step: &StepId, language: &Language, opening: Opening) -> io::Result<()> {
        let Some(Step::Menu(menu)) = self.flow.steps.get(step) else { return self.redirect(xml, self.done()) };
        let action = self.links.url(self.done());
        let timeout = menu.timeout.as_secs().to_string();
        let hints = self.hints(menu);
        let gather = xml.create_element("Gather").with_attributes([
            ("input", "dtmf speech"),
            ("numDigits", "1"),
            ("finishOnKey", ""),
            ("timeout", &timeout),
            ("speechTimeout", "auto"),
            ("language", language.as_str()),
            ("hints", &hints),
            ("method", "POST"),
            ("action", &action),
        ]);
        gather.write_inner_content(|xml| {
            let said = question::menu(self.flow, menu, language, opening);
            said.iter().try_for_each(|(words, language)| say(xml, words, language))
        })?;
        self.redirect(xml, self.done())
    }

    /// One question; whatever is pressed or said, or nothing, leads on.
    fn ask_standing(&self, xml: &mut Xml, language: &Language) -> io::Result<()> {
        let (action, timeout) = (self.links.url(self.done()), STANDING_SECONDS.to_string());
        let gather = xml.create_element("Gather").with_attributes([
            ("input", "dtmf speech"),
            ("numDigits", "1"),
            ("finishOnKey", ""),
            ("timeout", &timeout),
            ("speechTimeout", "auto"),
            ("language", language.as_str()),
            ("method", "POST"),
            ("action", &action),
        ]);
        gather.write_inner_content(|xml| say(xml, self.flow.phrase(Phrase::NewOrExisting, language), language))?;
        self.redirect(xml, self.done())
    }

    /// That the conversation is recorded. Only a leg whose stream could not be opened hears it from here.
    fn announce_recording(&self, xml: &mut Xml, language: &Language) -> io::Result<()> {
        let said = self.flow.recording.as_ref().map_or("", |rules| text(&rules.announcement, language));
        self.listening(xml, language, "dtmf speech", self.done(), |xml| {
            say(xml, said, language)?;
            pause(xml, DECLINE_SECONDS)
        })?;
        self.redirect(xml, self.done())
    }

    /// What a recogniser should expect at a menu, in all languages.
    fn hints(&self, menu: &Menu) -> String {
        let named = menu.choices.values().flat_map(|choice| choice.say.values().flatten());
        hints(named.chain(self.flow.urgent.all()))
    }

    /// What it should expect everywhere else: urgent words. A flow of an older journal does not bring them ready made.
    fn urgent_hints(&self) -> Cow<'_, str> {
        let urgent = &self.flow.urgent;
        urgent.hints.as_deref().map_or_else(|| hints(urgent.all()).into(), Cow::Borrowed)
    }

    /// A message. Verbs after it run only if nothing was said: the carrier then goes on without telling us.
    fn record(&self, xml: &mut Xml, words: &[Words], language: &Language, longest: Span) -> io::Result<()> {
        self.say_all(xml, words, language)?;
        let (action, told) = (self.links.url(self.done()), self.links.url(self.recorded()));
        let (longest, silence) = (longest.as_secs().to_string(), MESSAGE_SILENCE.to_string());
        let record = xml.create_element("Record").with_attributes([
            ("action", action.as_str()),
            ("method", "POST"),
            ("timeout", &silence),
            ("finishOnKey", "#"),
            ("maxLength", &longest),
            ("playBeep", "true"),
            ("recordingStatusCallback", &told),
            ("recordingStatusCallbackMethod", "POST"),
            ("recordingStatusCallbackEvent", "completed absent"),
        ]);
        record.write_empty()?;
        self.redirect(xml, self.done())
    }

    /// While carelane runs, the wait document is what the caller hears. When it is down the fetch fails, the carrier
    /// falls through to the words and the next `Enqueue` it already holds: no `action`, or it would ask us again.
    fn hold(&self, xml: &mut Xml, language: &Language, first: &[Words], urgent: bool) -> io::Result<()> {
        if urgent {
            // patient: the emergency sentence stands in the document itself: it is heard even if the next fetch fails.
            self.say_all(xml, first, language)?;
        }
        self.park(xml, Link::Wait { leg: self.leg, serial: self.serial, round: 0 }, language)?;
        self.redirect(xml, Link::Document { leg: self.leg, serial: self.serial })
    }

    /// A parking place whose words come from `wait`, for a minute also while nobody answers there.
    fn park(&self, xml: &mut Xml, wait: Link, language: &Language) -> io::Result<()> {
        let place = format!("{}-{}", self.links.floor, self.leg.0 % PARKING_PLACES);
        let size = PARKING_PLACE_CALLS_MAX.to_string();
        let wait = self.links.url(wait);
        for _ in 0..HOLD_ROUNDS {
            let enqueue = xml.create_element("Enqueue").with_attributes([
                ("waitUrl", wait.as_str()),
                ("waitUrlMethod", "POST"),
                ("maxQueueSize", &size),
            ]);
            enqueue.write_text_content(BytesText::new(&place))?;
            say(xml, self.flow.phrase(Phrase::OneMoment, language), language)?;
            pause(xml, ONE_MOMENT_PAUSE)?;
        }
        Ok(())
    }

    fn wait(&self, xml: &mut Xml, waiting: &Waiting<'_>, first: &[Words], round: u32) -> io::Result<()> {
        let Waiting { urgent, language, .. } = *waiting;
        let next = Link::Wait { leg: self.leg, serial: self.serial, round: round.saturating_add(1) };
        let words = |xml: &mut Xml| {
            if !first.is_empty() {
                return self.say_all(xml, first, language);
            }
            // An urgent caller has heard the first words already, in the holding document.
            say(xml, waiting.sentence(if urgent { round } else { round.saturating_sub(1) }), language)
        };
        let rest = |xml: &mut Xml| {
            if urgent {
                return pause(xml, URGENT_PAUSE);
            }
            let loops = MUSIC_LOOPS.to_string();
            let music = xml.create_element("Play").with_attribute(("loop", loops.as_str()));
            music.write_text_content(BytesText::new(&self.links.music())).map(drop)
        };
        let heard = Link::Held { leg: self.leg, serial: self.serial, round };
        // patient: urgent words are heard in mid-wait, too.
        self.listening(xml, language, "dtmf speech", heard, |xml| {
            words(xml)?;
            waiting.offers.iter().try_for_each(|offer| say(xml, offer, language))?;
            rest(xml)
        })?;
        self.redirect(xml, next)
    }

    fn whisper(&self, xml: &mut Xml, treatment: &Treatment, language: &Language) -> io::Result<()> {
        let action = self.links.url(self.done());
        let timeout = self.flow.offers.accept.as_secs().to_string();
        let gather = xml.create_element("Gather").with_attributes([
            ("input", "dtmf"),
            ("numDigits", "1"),
            ("finishOnKey", ""),
            ("timeout", &timeout),
            ("method", "POST"),
            ("action", &action),
        ]);
        gather.write_inner_content(|xml| {
            whisper::sentences(self.flow, treatment).iter().try_for_each(|said| say(xml, &said.text, language))
        })?;
        self.redirect(xml, self.done())
    }

    /// A question to an assistant without a screen. A PIN comes back by a way of its own.
    fn keys(&self, xml: &mut Xml, asked: &Asked, words: &[Words], language: &Language) -> io::Result<()> {
        let (digits, finish, back) = match asked {
            Asked::Pin { .. } => (PIN_DIGITS_MAX, "#", Link::Pin { leg: self.leg, serial: self.serial }),
            Asked::StaffMenu | Asked::Outcome { .. } | Asked::Field { .. } | Asked::Supervise => ("1", "", self.done()),
        };
        let (action, timeout) = (self.links.url(back), KEYS_TIMEOUT.to_string());
        let gather = xml.create_element("Gather").with_attributes([
            ("input", "dtmf"),
            ("numDigits", digits),
            ("finishOnKey", finish),
            ("timeout", &timeout),
            ("method", "POST"),
            ("action", &action),
        ]);
        gather.write_inner_content(|xml| self.say_all(xml, words, language))?;
        self.redirect(xml, back)
    }

    /// Both parties in one room with an opaque name: no beep, no music. It closes when the assistant leaves; a patient
    /// may leave it to be put on hold, and then she stays.
    fn room(&self, xml: &mut Xml, call: CallId, round: u32, party: Party) -> io::Result<()> {
        let name = self.room_name(call, round);
        let closes = if party == Party::Agent { "true" } else { "false" };
        xml.create_element("Dial").write_inner_content(|xml| {
            let room = xml.create_element("Conference").with_attributes([
                ("beep", "false"),
                ("startConferenceOnEnter", "true"),
                ("endConferenceOnExit", closes),
                ("waitUrl", ""),
            ]);
            room.write_text_content(BytesText::new(&name)).map(drop)
        })?;
        Ok(())
    }

    fn room_name(&self, call: CallId, round: u32) -> String {
        format!("{}-{}-{round}", self.links.floor, call.0)
    }

    /// A supervisor in the parties' room. She neither begins nor ends it.
    fn supervise(
        &self,
        xml: &mut Xml,
        call: CallId,
        round: u32,
        mode: Mode,
        coached: Option<&CarrierCall>,
    ) -> io::Result<()> {
        let name = self.room_name(call, round);
        let how = match (mode, coached) {
            (Mode::Whisper, Some(assistant)) => Some(("coach", assistant.as_str())),
            // patient: a whisper that the carrier cannot keep from the patient is not heard at all.
            (Mode::Whisper, None) | (Mode::Listen, _) => Some(("muted", "true")),
            (Mode::Barge, _) => None,
        };
        let terms =
            [("beep", "false"), ("startConferenceOnEnter", "false"), ("endConferenceOnExit", "false"), ("waitUrl", "")];
        xml.create_element("Dial").write_inner_content(|xml| {
            let room = xml.create_element("Conference").with_attributes(terms.into_iter().chain(how));
            room.write_text_content(BytesText::new(&name)).map(drop)
        })?;
        Ok(())
    }

    // ---- words ----

    fn say_all(&self, xml: &mut Xml, words: &[Words], language: &Language) -> io::Result<()> {
        words.iter().try_for_each(|words| say(xml, &wording::words(self.flow, words, language), language))
    }

    fn redirect(&self, xml: &mut Xml, to: Link) -> io::Result<()> {
        let url = self.links.url(to);
        xml.create_element("Redirect").with_attribute(("method", "POST")).write_text_content(BytesText::new(&url))?;
        Ok(())
    }
}

/// A menu's document with its one changing part left open: the same words go to every caller, only the leg differs.
#[derive(Debug)]
pub struct Template(Vec<Vec<u8>>);

impl Template {
    /// Renders the menu once and cuts it at its URL.
    pub fn of(menu: &Treatment, flow: &Flow, links: Links<'_>) -> Self {
        let open = Rendering { leg: LegId(u64::MAX), serial: u32::MAX, flow, links };
        let (document, url) = (open.document(menu), links.url(open.done()));
        let mut parts = Vec::new();
        let mut rest = document.as_slice();
        while let Some(at) = rest.windows(url.len()).position(|window| window == url.as_bytes()) {
            parts.push(rest[..at].to_vec());
            rest = &rest[at + url.len()..];
        }
        parts.push(rest.to_vec());
        Self(parts)
    }

    /// The document for one leg.
    pub fn fill(&self, leg: LegId, serial: u32, links: Links<'_>) -> Vec<u8> {
        self.0.join(links.url(Link::Done { leg, serial }).as_bytes())
    }
}

/// For a parked leg that is about to be moved: silence, and the same again if the move does not come.
pub fn parked(again: &str) -> Vec<u8> {
    write(|xml| {
        pause(xml, PARKED_PAUSE)?;
        xml.create_element("Redirect").with_attribute(("method", "POST")).write_text_content(BytesText::new(again))?;
        Ok(())
    })
}

/// Out of the carrier's queue: the verbs after it are run.
pub fn leave() -> Vec<u8> {
    write(|xml| empty(xml, "Leave"))
}

/// For a leg that is over.
pub fn hang_up() -> Vec<u8> {
    write(|xml| empty(xml, "Hangup"))
}

/// For a number or leg we do not know: a spoken excuse in both of our own languages.
pub fn excuse() -> Vec<u8> {
    last_words([
        (
            "en-US",
            "Sorry, this number is not served by our phone assistant. If this is an emergency, hang up and dial \
             911. Goodbye.",
        ),
        (
            "es-US",
            "Disculpe, este número no está disponible. Si es una emergencia, cuelgue y marque el 911. Hasta luego.",
        ),
    ])
}

/// For a caller who still waits although the carrier said that the line was gone: the call is somebody's item by now.
pub fn lost() -> Vec<u8> {
    last_words([
        (
            "en-US",
            "If this is an emergency, hang up and dial 911. Sorry, we cannot go on with this call. We will call \
             you back. Goodbye.",
        ),
        (
            "es-US",
            "Si es una emergencia, cuelgue y marque el 911. Disculpe, no podemos continuar con esta llamada. Le \
             devolveremos la llamada. Hasta luego.",
        ),
    ])
}

/// Words in both of our own languages, then the end of the call.
fn last_words(words: [(&str, &str); 2]) -> Vec<u8> {
    write(|xml| {
        for (language, words) in words {
            if let Some(language) = Language::parse(language) {
                say(xml, words, &language)?;
            }
        }
        empty(xml, "Hangup")
    })
}

/// When we cannot decide in time: a few calm words, then the carrier asks again at `retry`.
pub fn one_moment(retry: &str) -> Vec<u8> {
    write(|xml| {
        if let Some(language) = Language::parse("en-US") {
            say(xml, "One moment, please. If this is an emergency, hang up and dial 911.", &language)?;
        }
        pause(xml, 3)?;
        xml.create_element("Redirect").with_attribute(("method", "POST")).write_text_content(BytesText::new(retry))?;
        Ok(())
    })
}

/// The static document to host at the carrier for when our host is down: practice, emergency words, an apology.
pub fn fallback(flow: &Flow) -> Vec<u8> {
    write(|xml| {
        for language in &flow.languages {
            say(xml, text(&flow.greeting.opening, language), language)?;
            say(xml, text(&flow.greeting.emergency, language), language)?;
            say(xml, flow.phrase(Phrase::Unreachable, language), language)?;
        }
        empty(xml, "Hangup")
    })
}

// ---- verbs ----

fn write(body: impl FnOnce(&mut Xml) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 * 1024);
    bytes.extend_from_slice(br#"<?xml version="1.0" encoding="UTF-8"?>"#);
    let mut xml = Writer::new(bytes);
    // Writing to memory cannot fail; were it to, the carrier would get no half document but "hang up".
    match xml.create_element("Response").write_inner_content(body).map(drop) {
        Ok(()) => xml.into_inner(),
        Err(_) => br#"<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>"#.to_vec(),
    }
}

fn say(xml: &mut Xml, words: &str, language: &Language) -> io::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    let say = xml.create_element("Say").with_attribute(("language", language.as_str()));
    say.write_text_content(BytesText::new(&legal(words))).map(drop)
}

fn pause(xml: &mut Xml, seconds: u32) -> io::Result<()> {
    let length = seconds.to_string();
    xml.create_element("Pause").with_attribute(("length", length.as_str())).write_empty().map(drop)
}

fn empty(xml: &mut Xml, verb: &str) -> io::Result<()> {
    xml.create_element(verb).write_empty().map(drop)
}

/// Text without the characters that XML 1.0 forbids: the writer would pass them on, and no carrier could read them.
fn legal(text: &str) -> Cow<'_, str> {
    let forbidden =
        |c: char| matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { text.replace(forbidden, " ").into() } else { text.into() }
}
