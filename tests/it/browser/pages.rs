//! The pages in a real browser: two tabs carry a call, a tab in the background is not falsely silent, a frozen one is,
//! and whoever has no microphone listens. Where there is no Chromium, they are skipped aloud.

use std::time::Duration;

use tokio::time::sleep;

use super::chromium::Chromium;
use super::chromium::Tab;
use super::demo::API_TOKEN;
use super::demo::Demo;
use super::softphone::of;

pub(super) const MICROPHONE: &str = "--use-fake-ui-for-media-stream";

/// Opens a softphone and signs in.
async fn softphone<'b>(browser: &'b Chromium, demo: &Demo, agent: &str) -> Tab<'b> {
    let tab = browser.tab(&demo.engine.url("/softphone")).await;
    tab.picture("softphone-signing-in").await;
    signs_in(&tab, agent, API_TOKEN).await;
    tab
}

/// At an open softphone: signs in, and is ready.
pub(super) async fn signs_in(tab: &Tab<'_>, agent: &str, token: &str) {
    tab.write("agent", agent).await;
    tab.write("token", token).await;
    tab.is("document.querySelector('#signin button').click()").await;
    tab.shows("idle", "Press Ready").await;
    tab.picture("softphone-signed-in").await;
    tab.press("ready").await;
    tab.shows("state", "Ready").await;
}

/// Waits until the page's meter has shown a sound.
pub(super) async fn hears(tab: &Tab<'_>, meter: &str) {
    tab.until(&format!("document.getElementById('{meter}').value > 0.1")).await;
}

#[tokio::test]
async fn two_tabs_carry_a_call_from_the_greeting_to_the_note() {
    let Some(browser) = Chromium::start(&[MICROPHONE]).await else { return };
    let demo = Demo::start().await;
    let ana = softphone(&browser, &demo, "ana").await;
    ana.picture("softphone-ready").await;

    let phone = browser.tab(&demo.engine.url("/phone")).await;
    phone.picture("phone-before").await;
    phone.press("call").await;
    phone.shows("captions", "Riverside Family Medicine, this is the phone assistant.").await;
    hears(&phone, "heard").await;
    phone.picture("phone-greeting").await;
    phone.is("document.querySelector('#keypad button').click()").await;
    phone.shows("captions", "You are in line for appointments.").await;

    // The softphone is in the background, and rings all the same.
    ana.until("!document.getElementById('ring').hidden && document.getElementById('ring-facts').children.length > 0")
        .await;
    ana.to_the_front().await;
    ana.picture("softphone-rings").await;
    ana.press("accept").await;
    ana.shows("state", "With a patient").await;
    phone.shows("captions", "Here is your assistant.").await;
    // Each hears the other's microphone.
    hears(&ana, "heard").await;
    phone.to_the_front().await;
    phone.is("window.silent = document.getElementById('heard').value").await;
    hears(&phone, "heard").await;
    phone.picture("phone-in-conversation").await;
    ana.picture("softphone-in-conversation").await;

    phone.press("hangup").await;
    phone.shows("state", "The call is over").await;
    ana.shows("state", "Writing up").await;
    ana.is("document.getElementById('outcome').value = 'booked'").await;
    ana.is("document.querySelector('#note button').click()").await;
    ana.until("!document.getElementById('missing').hidden").await;
    ana.picture("softphone-note-missing").await;
    let note = "Asks for a physical exam; booked it with Dr. Lee; the front desk sends the forms";
    ana.is(&format!("document.querySelectorAll('#fields textarea').forEach((field) => {{ field.value = '{note}'; }})"))
        .await;
    ana.is("document.querySelector('#note button').click()").await;
    ana.shows("state", "Ready").await;
    let ledger = demo.floor().await["ledger"].clone();
    assert_eq!((&ledger["answered"], &ledger["unaccounted"]), (&1.into(), &0.into()), "{ledger}");
    // The refused note is answered with 422, which a browser writes down; nothing else may be amiss.
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|text| text.contains("422")), "{complaints:?}");
}

#[tokio::test]
async fn a_supervisor_listens_whispers_joins_in_and_leaves_from_her_page() {
    let Some(browser) = Chromium::start(&[MICROPHONE]).await else { return };
    let demo = Demo::start().await;
    let ben = softphone(&browser, &demo, "ben").await;
    let phone = browser.tab(&demo.engine.url("/phone")).await;
    phone.press("call").await;
    phone.shows("captions", "this is the phone assistant.").await;
    phone.is("document.querySelector('#keypad button').click()").await;
    ben.to_the_front().await;
    ben.press("accept").await;
    ben.shows("state", "With a patient").await;
    let ana = browser.tab(&demo.engine.url("/softphone")).await;
    signs_in(&ana, "ana", API_TOKEN).await;
    ana.shows("talks", "scheduling").await;
    ana.picture("softphone-conversations").await;

    let call = demo.floor().await["calls"][0]["call"].as_str().expect("a call").to_owned();
    ana.press(&format!("listen-{call}")).await;
    ana.press("accept").await;
    ana.until(&format!("document.getElementById('leave-{call}') !== null")).await;
    let part = |mode: &'static str| {
        move |floor: &serde_json::Value| {
            floor["calls"][0]["supervised_by"] == serde_json::json!({"agent": "ana", "mode": mode})
        }
    };
    demo.until_floor(part("listen")).await;
    ben.shows("supervised", "listens in").await;
    hears(&ana, "heard").await;
    for mode in ["whisper", "barge"] {
        ana.press(&format!("{mode}-{call}")).await;
        demo.until_floor(part(mode)).await;
    }
    ben.shows("supervised", "is in this conversation").await;
    ana.picture("softphone-supervises").await;
    ana.press(&format!("leave-{call}")).await;
    demo.until_floor(|floor| floor["calls"][0]["supervised_by"].is_null()).await;
    assert_eq!(demo.floor().await["calls"][0]["state"], "talking", "the others go on");
    ana.until(&format!("document.getElementById('listen-{call}') !== null")).await;
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test]
async fn a_tab_in_the_background_is_heard_and_a_frozen_one_is_not() {
    let Some(browser) = Chromium::start(&[MICROPHONE]).await else { return };
    let demo = Demo::start().await;
    let ana = softphone(&browser, &demo, "ana").await;
    let other = browser.tab("about:blank").await;
    other.to_the_front().await;
    sleep(Duration::from_secs(8)).await;
    assert_eq!(of(&demo.floor().await, "ana"), (true, "available".to_owned()));
    ana.ask("Page.setWebLifecycleState", serde_json::json!({"state": "frozen"})).await;
    demo.until_floor(|floor| of(floor, "ana") == (false, "not_ready softphone silent".to_owned())).await;
    ana.ask("Page.setWebLifecycleState", serde_json::json!({"state": "active"})).await;
    demo.until_floor(|floor| of(floor, "ana") == (true, "available".to_owned())).await;
}

#[tokio::test]
async fn a_softphone_that_is_loaded_again_in_mid_call_is_in_the_call_again() {
    let Some(browser) = Chromium::start(&[MICROPHONE, "--autoplay-policy=no-user-gesture-required"]).await else {
        return;
    };
    let demo = Demo::start().await;
    let ana = softphone(&browser, &demo, "ana").await;
    let phone = browser.tab(&demo.engine.url("/phone")).await;
    phone.press("call").await;
    phone.shows("captions", "this is the phone assistant.").await;
    phone.is("document.querySelector('#keypad button').click()").await;
    ana.press("accept").await;
    ana.shows("state", "With a patient").await;
    phone.shows("captions", "Here is your assistant.").await;
    ana.ask("Page.reload", serde_json::json!({})).await;
    phone.shows("captions", "the line to your assistant was lost").await;
    ana.shows("call-state", "On the line").await;
    ana.shows("state", "With a patient").await;
    hears(&phone, "heard").await;
    assert_eq!(demo.floor().await["calls"][0]["state"], "talking");
}

#[tokio::test]
async fn without_a_microphone_one_listens_and_presses_keys() {
    // Nobody answers the browser's question for the microphone but its policy: no.
    let Some(browser) = Chromium::start(&["--deny-permission-prompts"]).await else { return };
    let demo = Demo::start().await;
    let phone = browser.tab(&demo.engine.url("/phone")).await;
    phone.press("call").await;
    phone.shows("trouble", "microphone").await;
    phone.picture("phone-without-microphone").await;
    phone.shows("captions", "this is the phone assistant.").await;
    phone.is("document.querySelector('#keypad button').click()").await;
    phone.shows("captions", "You are in line for appointments.").await;
}

#[tokio::test]
async fn an_assistant_without_a_microphone_is_told_so_takes_calls_and_listens() {
    let Some(browser) = Chromium::start(&["--deny-permission-prompts"]).await else { return };
    let demo = Demo::start().await;
    let ana = softphone(&browser, &demo, "ana").await;
    ana.shows("trouble", "The browser may not use the microphone. You can listen and press keys.").await;
    let mut phone = demo.patient_calls("+15550142131").await;
    phone.press('1').await;
    ana.press("accept").await;
    ana.shows("state", "With a patient").await;
    // She hears the patient, and her own meter stays still.
    for _ in 0..50 {
        phone.speak(&[0x11; 160]).await;
        sleep(Duration::from_millis(20)).await;
    }
    hears(&ana, "heard").await;
    assert_eq!(ana.is("document.getElementById('spoken').value").await, 0);
}
