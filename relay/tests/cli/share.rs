//! `logpane share`.

use crate::program::{Program, logpane, run};
use crate::{folder, log_of};

#[test]
fn a_link_is_made_listed_and_taken_back() {
    let dir = folder();
    let data = dir.path().join("data");
    let relay = Program::serve(&data, &[&log_of(dir.path())]);
    relay.wait_for_entries(3);
    let share = |args: &[&str]| run(logpane().arg("share").args(args).args(["--addr", &relay.url]));
    let ask = |token: &str| {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let request = ureq::Agent::new_with_config(config).get(format!("{}/api/index", relay.url));
        request.header("x-logpane-share", token).call().unwrap().status().as_u16()
    };

    let scope = r#"{job="cosyvoice3"} |= "CUDA""#;
    let made = share(&["create", scope, "--from", "2024-12-17", "--label", "for Bob"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let token = made.stdout.trim().strip_prefix(&format!("{}/#share=", relay.url)).unwrap();
    assert!(made.stderr.contains("only this machine can open it"), "{}", made.stderr);
    assert_eq!(ask(token), 200);
    let drawn = share(&["create", scope, "--qr"]);
    assert!(drawn.code == 0 && drawn.stderr.contains("▀▀▀"), "{}", drawn.stderr);
    let id = share(&["list"]).stdout.split_whitespace().next().unwrap().to_owned();
    assert_eq!(share(&["revoke", &id]).code, 0);
    // Kept over a restart, and only as a hash.
    let stored = std::fs::read_to_string(data.join("shares.json")).unwrap();
    assert!(stored.contains("for Bob") && !stored.contains(token));

    let listed = share(&["list"]).stdout;
    let id = listed.split_whitespace().next().unwrap().to_owned();
    assert!(listed.contains("1 requests") && listed.contains(scope), "{listed}");
    assert_eq!(share(&["revoke", &id]).code, 0);
    assert_eq!(ask(token), 403);
    assert_eq!(share(&["list"]).stdout, "");
    // An id may begin with a dash, as those of earlier versions did.
    for id in [id.as_str(), "-x3fVx0a"] {
        let again = share(&["revoke", id]);
        let said = again.stderr.contains("this share is not here");
        assert!(again.code == 1 && said, "{id}: {}", again.stderr);
    }

    for (args, message) in [
        (&["create", "{job=}"][..], "parse error at line 1, col 6"),
        (&["create", scope, "--last", "1h", "--since", "1h"], "three ways to say the time"),
        (&["create", scope, "--last", "5s"], "at least a minute"),
        (&["create", scope, "--expires", "soon"], "--expires: \"soon\" is not a duration"),
    ] {
        let done = share(args);
        assert_eq!(done.code, 2, "{args:?}: {}", done.stderr);
        assert!(done.stderr.contains(message), "{args:?}: {}", done.stderr);
    }
}
