//! The worklist's page in a real browser: an item appears as it comes, is claimed, read, tried and closed, and what is
//! refused is said in words. Where there is no Chromium, it is skipped aloud.

use serde_json::json;

use super::chromium::Chromium;
use super::chromium::Tab;
use super::demo::API_TOKEN;
use super::demo::Demo;

/// A patient who waited for an appointment and hung up.
async fn gives_up(demo: &Demo, number: &str, items: usize) {
    let mut phone = demo.patient_calls(number).await;
    phone.press('1').await;
    phone.until_clear().await;
    drop(phone);
    demo.until_floor(|floor| floor["items"].as_array().is_some_and(|list| list.len() == items)).await;
}

/// Types into every field of the note that is shown.
async fn notes(tab: &Tab<'_>, outcome: &str, words: &str) {
    tab.is(&format!(
        "{{ const chosen = document.getElementById('outcome'); chosen.value = '{outcome}'; \
         chosen.dispatchEvent(new Event('change')); \
         document.querySelectorAll('#fields label:not([hidden]) textarea').forEach((text) => {{ text.value = '{words}'; }}); }}"
    ))
    .await;
}

#[tokio::test]
async fn an_item_is_claimed_tried_promised_and_closed_from_the_worklist() {
    let Some(browser) = Chromium::start(&[]).await else { return };
    let demo = Demo::start().await;
    let tab = browser.tab(&demo.engine.url("/desk")).await;
    tab.write("agent", "ana").await;
    tab.write("token", API_TOKEN).await;
    tab.is("document.querySelector('#signin button').click()").await;
    tab.shows("none", "Nothing is open.").await;

    // It comes while she looks, without a press.
    gives_up(&demo, "+15550142201", 1).await;
    tab.shows("items", "+15550142201").await;
    tab.shows("view-unowned", "1").await;
    tab.press("item-1").await;
    tab.shows("title", "+15550142201").await;
    tab.shows("sheet-facts", "Goal").await;
    tab.picture("worklist-item").await;
    tab.press("claim").await;
    tab.shows("view-mine", "1").await;
    tab.press("said-recognition").await;
    tab.shows("steps", "by ana").await;

    notes(&tab, "message_left", "handled").await;
    tab.press("save").await;
    tab.shows("missing", "“What was done”").await;
    tab.picture("worklist-refused").await;
    let told =
        "left word with her son that we call about the visit; asked for a physical exam; the front desk calls again";
    notes(&tab, "message_left", told).await;
    tab.is(
        "document.getElementById('promise-at').value = new Date(Date.now() + 26 * 3600_000).toISOString().slice(0, 16)",
    )
    .await;
    tab.press("save").await;
    tab.shows("state", "The attempt is recorded.").await;
    tab.shows("promised", "ana promised a call by").await;
    let item = &demo.floor().await["items"][0];
    let promise = &item["promise"];
    assert_eq!((&item["owner"], &item["attempts"]), (&json!("ana"), &json!(1)), "{item}");
    assert_eq!((&promise["source"], &promise["by"]), (&json!("person"), &json!("ana")), "{item}");

    gives_up(&demo, "+15550142202", 2).await;
    tab.shows("items", "+15550142202").await;
    tab.picture("worklist").await;
    tab.press("said-next_step").await;
    tab.shows("steps", "by ana").await;
    notes(
        &tab,
        "booked",
        "asked for a physical exam; booked it for Tuesday with Dr. Lee; the front desk sends the forms",
    )
    .await;
    tab.press("save").await;
    tab.shows("state", "Closed. Not ticked as said: recognition, reason, confirmation.").await;
    tab.until("document.getElementById('item').hidden").await;
    demo.until_floor(|floor| floor["items"].as_array().is_some_and(|list| list.len() == 1)).await;

    // Nothing of a patient stays behind.
    tab.press("leave").await;
    tab.until("!document.body.textContent.includes('+1555')").await;
    // The refused note is answered with 422, which a browser writes down; nothing else may be amiss.
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|text| text.contains("422")), "{complaints:?}");
}
