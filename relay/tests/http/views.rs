//! Views that were given a name.

use serde_json::{Value, json};

use crate::world::{Relay, text};

async fn save(relay: &Relay, name: &str, view: &str) -> (u16, String) {
    let body = json!({"name": name, "view": view});
    let request = warp::test::request().method("POST").path("/api/views").json(&body);
    let answer = relay.ask(request).await;
    (answer.status().as_u16(), text(&answer))
}

fn named(listed: &Value) -> Vec<(&str, &str)> {
    let views = listed["views"].as_array().unwrap();
    views.iter().map(|v| (v["name"].as_str().unwrap(), v["view"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_view_is_kept_under_its_name_until_it_is_removed() {
    let relay = Relay::start();
    assert_eq!(relay.json("/api/views").await, json!({"views": []}));
    for (name, view) in [("slow", "v=1&q=a"), (" 显存 ", "v=1&q=b"), ("slow", "v=1&q=c")] {
        assert_eq!(save(&relay, name, view).await.0, 200);
    }
    let listed = relay.json("/api/views").await;
    assert_eq!(named(&listed), [("slow", "v=1&q=c"), ("显存", "v=1&q=b")]);

    // Another start of the same folder finds them.
    let kept = relay::views::Views::open(relay.store.dir()).list();
    assert_eq!(serde_json::to_value(kept).unwrap(), listed);

    let id = listed["views"][0]["id"].as_str().unwrap();
    for path in [format!("/api/views/{id}"), "/api/views/none".to_owned()] {
        let answer = relay.ask(warp::test::request().method("DELETE").path(&path)).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    assert_eq!(named(&relay.json("/api/views").await), [("显存", "v=1&q=b")]);
}

#[tokio::test]
async fn what_is_no_view_is_said() {
    let relay = Relay::start();
    for (name, view, status, said) in [
        ("", "v=1", 400, "a name of 1 to 200"),
        (" \n", "v=1", 400, "a name of 1 to 200"),
        (&*"x".repeat(201), "v=1", 400, "a name of 1 to 200"),
        ("x", &*"x".repeat(70_000), 400, "longer than 65536 bytes"),
        ("x", &*"x".repeat(300_000), 413, "larger than 262144 bytes"),
    ] {
        let (answered, message) = save(&relay, name, view).await;
        assert_eq!(answered, status, "{message}");
        assert!(message.contains(said), "{message}");
    }
    assert_eq!(named(&relay.json("/api/views").await), []);
}
