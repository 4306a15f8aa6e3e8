//! The API's contacts over real sockets: what is on record about a number, and who reads it.

use carelane::carrier::local::Faults;
use serde_json::json;

use super::asking::ask;
use super::world::World;

#[tokio::test]
async fn what_a_number_wants_is_kept_found_by_its_number_and_never_in_a_url() {
    let mut world = World::start(10.0, Faults::default()).await;
    let contacts = "practices/riverside/contacts";
    let number = r#"{"number":"+15550109400"}"#;
    assert_eq!(ask(&world, &format!("POST {contacts}/find"), &[], number).await.status, 404);
    let body = r#"{"number":"+15550109400","texts":true,"how":"spoken","talking":"es-US","by":"ana"}"#;
    let key = [("idempotency-key", "one")];
    let made = ask(&world, &format!("POST {contacts}"), &key, body).await;
    assert_eq!((made.status, &made.json()["id"]), (200, &json!("contact-1")), "{}", made.text());
    assert_eq!(ask(&world, &format!("POST {contacts}"), &key, body).await.json(), made.json());
    let consent = &made.json()["text_consent"];
    assert_eq!((&consent["given"], &consent["by"], &consent["how"]), (&json!(true), &json!("ana"), &json!("spoken")));
    let change = |body: &'static str, tag: String| {
        let (world, path) = (&world, format!("PATCH {contacts}/contact-1"));
        async move { ask(world, &path, &[("if-match", &*tag)], body).await }
    };
    let private = change(r#"{"confidential":true,"preferred_window":"weekdays after 15:00"}"#, made.etag.clone()).await;
    assert_eq!((private.status, &private.json()["may_leave_message"]), (200, &json!(false)), "{}", private.text());
    assert_eq!(change(r#"{"message":true}"#, made.etag).await.status, 412, "meant for an earlier version");
    assert_eq!(change(r#"{"calls":false}"#, "*".to_owned()).await.status, 422, "nobody says who wrote it down");
    assert_eq!(change(r#"{"talking":"fr-FR"}"#, "*".to_owned()).await.status, 422);
    assert_eq!(change(r#"{"number":"+15550109401"}"#, "*".to_owned()).await.status, 422);
    for (path, status) in [
        ("GET practices/riverside/contacts/contact-9", 404),
        ("GET practices/elm/contacts/contact-1", 404),
        ("GET practices/riverside/contacts/+15550109400", 404),
        ("PUT practices/riverside/contacts/contact-1", 405),
        ("GET practices/riverside/contacts", 405),
    ] {
        assert_eq!(ask(&world, path, &[], "").await.status, status, "{path}");
    }
    // The caller is spoken to in her language, and what is on record stands beside her item.
    let script = "dial\nexpect \"oprima\"\nkey 1\nexpect \"llam\"\nexpect-ended";
    world.patient("+15550109400", script).await;
    world.until_quiet().await;
    let item = ask(&world, "GET items/item-1", &[], "").await.json();
    assert_eq!(item["contact"]["id"], "contact-1", "{item}");
    assert_eq!((&item["language"], &item["contact"]["confidential"]), (&json!("es-US"), &json!(true)));
    assert_eq!(item["caller_is"]["preferred_window"], "weekdays after 15:00", "taken over from her record");
    world.engine.kill();
    world.engine.start_and_wait().await;
    let found = ask(&world, &format!("POST {contacts}/find"), &[], number).await;
    assert_eq!(found.json(), private.json(), "also after a crash");
}
