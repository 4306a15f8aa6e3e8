//! Holding a call and giving it to a colleague from the page, in a real browser. Where there is none, skipped aloud.

use serde_json::Value;
use serde_json::json;

use super::chromium::Chromium;
use super::chromium::Tab;
use super::demo::API_TOKEN;
use super::demo::Demo;
use super::pages::MICROPHONE;
use super::pages::hears;
use super::pages::signs_in;

async fn opens<'b>(browser: &'b Chromium, demo: &Demo, agent: &str) -> Tab<'b> {
    let tab = browser.tab(&demo.engine.url("/softphone")).await;
    signs_in(&tab, agent, API_TOKEN).await;
    tab
}

/// How often the page has shown these words among what is said.
fn said(words: &str) -> String {
    format!("document.getElementById('captions').textContent.split('{words}').length - 1")
}

/// Ana in conversation with a patient at the page.
async fn in_conversation<'b>(browser: &'b Chromium, demo: &Demo) -> (Tab<'b>, Tab<'b>) {
    let ana = opens(browser, demo, "ana").await;
    let phone = browser.tab(&demo.engine.url("/phone")).await;
    phone.press("call").await;
    phone.shows("captions", "this is the phone assistant.").await;
    phone.is("document.querySelector('#keypad button').click()").await;
    ana.press("accept").await;
    ana.shows("state", "With a patient").await;
    phone.shows("captions", "Here is your assistant.").await;
    (ana, phone)
}

#[tokio::test]
async fn the_hold_button_puts_the_patient_on_hold_and_takes_her_back() {
    let Some(browser) = Chromium::start(&[MICROPHONE]).await else { return };
    let demo = Demo::start().await;
    let (ana, phone) = in_conversation(&browser, &demo).await;
    ana.press("hold").await;
    phone.shows("captions", "I am putting you on hold for a moment.").await;
    ana.shows("held", "Your patient is on hold: 0:").await;
    ana.shows("hold", "Resume").await;
    hears(&phone, "heard").await;
    ana.picture("softphone-on-hold").await;
    ana.press("hold").await;
    phone.until(&format!("{} === 2", said("Here is your assistant."))).await;
    ana.until("document.getElementById('held').hidden").await;
    ana.shows("hold", "Hold").await;
    hears(&ana, "heard").await;
    assert_eq!(demo.floor().await["calls"][0]["held_since"], Value::Null);
}

#[tokio::test]
async fn a_call_is_handed_over_after_a_word_with_the_colleague() {
    let Some(browser) = Chromium::start(&[MICROPHONE]).await else { return };
    let demo = Demo::start().await;
    let (ana, phone) = in_conversation(&browser, &demo).await;
    let ben = opens(&browser, &demo, "ben").await;
    ana.is("document.getElementById('transfer').value = 'general'").await;

    // Asked, and taken back before Ben has answered.
    ana.press("ask").await;
    ana.shows("asked", "Ben is being rung. Your patient is on hold.").await;
    ben.shows("ring-facts", "Asked byAna").await;
    ana.until("document.getElementById('complete').disabled && document.getElementById('give').disabled").await;
    ana.press("cancel").await;
    phone.until(&format!("{} === 2", said("Here is your assistant."))).await;
    ana.until("document.getElementById('asked').hidden").await;

    // Asked again: both talk, and the patient hears music.
    ben.shows("state", "Ready").await;
    ana.press("ask").await;
    ben.to_the_front().await;
    ben.press("accept").await;
    ben.shows("colleague", "Ana asks you to take this call over. The patient is on hold.").await;
    ben.until("document.getElementById('writing').hidden && document.getElementById('pass').hidden").await;
    ana.shows("asked", "You are talking with Ben.").await;
    hears(&ben, "heard").await;
    hears(&ana, "heard").await;
    phone.shows("captions", "I am putting you on hold for a moment.").await;
    ana.picture("softphone-asks-a-colleague").await;
    ben.picture("softphone-is-asked").await;

    ana.press("complete").await;
    phone.until(&format!("{} === 3", said("Here is your assistant."))).await;
    ana.shows("captions", "Your colleague has the call now.").await;
    ana.shows("state", "Ready").await;
    ben.until("document.getElementById('colleague').hidden && !document.getElementById('writing').hidden").await;
    ben.shows("lane-name", "the front desk").await;
    hears(&ben, "heard").await;
    let floor = demo.floor().await;
    let call = &floor["calls"][0];
    assert_eq!((&call["agent"], &call["lane"], &call["transfer"]), (&json!("ben"), &json!("general"), &Value::Null));
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
}
