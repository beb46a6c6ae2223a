//! A report made in the page: what is shown becomes one file, looked at before it is saved.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::{Answer, Browser, Page, Relay, Voice, Written, wait_async};

const JOB: &str = r#"{job="cosyvoice3"}"#;

fn logpane(args: &[&str]) -> Result<Answer> {
    Answer::of(Command::new(Relay::program()).args(args))
}

/// Waits until the report is ready, and gives what is said of its size.
async fn ready(page: &Page) -> Result<String> {
    wait_async("a report that can be saved", || async {
        let problems = page.find_all("export-problem").await?;
        ensure!(problems.is_empty(), "{}", page.text("export-problem").await?);
        let is_off = "return document.querySelector('[data-testid=export-save]').disabled";
        ensure!(page.script(is_off).await? == false);
        page.text("export-size").await
    })
    .await
}

/// Saves, and gives the file that the browser has then.
async fn save(page: &Page, folder: &Path) -> Result<PathBuf> {
    page.click("export-save").await?;
    let said = page.wait_for_text("export-saved", |said| said.contains(".html")).await?;
    let name = said.split_whitespace().find(|word| word.contains(".html")).context("no name")?;
    let file = folder.join(name);
    wait_async("the saved file", || async {
        ensure!(file.exists(), "{} is not there", file.display());
        Ok(())
    })
    .await?;
    Ok(file)
}

/// Everything in the file as plain text, file names included.
fn plain(file: &Path, dir: &Path) -> Result<String> {
    let name = file.to_str().context("a temporary folder")?;
    let verified = logpane(&["verify", name])?;
    ensure!(verified.code == 0 && verified.stdout.contains("whole and unchanged"), "{verified:?}");
    let out = dir.join("out");
    let extracted = logpane(&["extract", name, "-o", out.to_str().context("a folder")?])?;
    ensure!(extracted.code == 0, "{extracted:?}");
    let mut all = fs::read_to_string(file)?;
    for entry in fs::read_dir(&out)? {
        let entry = entry?;
        all += &entry.file_name().to_string_lossy();
        all += &fs::read_to_string(entry.path())?;
    }
    fs::remove_dir_all(&out)?;
    Ok(all)
}

#[tokio::test]
async fn what_is_shown_becomes_a_file_that_answers_alike() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let (from, to) = voice.stamped_range()?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.save_files_to(dir.path()).await?;

    page.explore(&relay.url, JOB, from, to, "&wrap=1&tz=utc").await?;
    page.wait_until_answered().await?;
    page.click("save-menu").await?;
    let link = page.find("save-report").await?.prop("href").await?.context("no link")?;
    page.goto(&link).await?;
    ready(&page).await?;
    page.shot("export-light").await?;

    // What stays out is counted, and comes back.
    let all = page.text("export-found").await?;
    let lines = all.split(" lines").next().context("no count")?.to_owned();
    page.click("level-info").await?;
    let fewer = ready(&page).await?;
    ensure!(!fewer.starts_with(&lines), "nothing was left out: {fewer}");
    page.click("level-info").await?;
    let again = ready(&page).await?;
    ensure!(again.starts_with(&lines), "{again} are not {all}");

    page.type_into("export-title", "It <b>hangs</b> & burns").await?;
    page.type_into("export-note", "since the update").await?;
    let file = save(&page, dir.path()).await?;
    page.script("document.documentElement.dataset.theme = 'dark'").await?;
    page.shot("export-dark").await?;
    let args = [JOB, "--from", &from.to_string(), "--to", &to.to_string(), "--limit", "5000"];
    let query = r#"{job="cosyvoice3"} |~ "timeout|fail""#;
    let on_relay = relay.query(&[&[query], &args[1..], &["-o", "jsonl"]].concat())?;
    let expected = on_relay.stdout.lines().count();
    relay.stop()?;

    page.goto(&format!("file://{}", file.display())).await?;
    let shown = page.wait_for_text("report", |said| said.contains("hangs")).await?;
    for part in ["It <b>hangs</b> & burns", "since the update", &lines] {
        ensure!(shown.contains(part), "no {part:?} in {shown}");
    }
    page.wait_until_answered().await?;
    let fragment = page.script("return location.hash").await?;
    ensure!(fragment.as_str().is_some_and(|f| f.contains("wrap=1&tz=utc")), "{fragment}");
    let fragment: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let url = format!("file://{}#v=1&q={fragment}&from={from}&to={to}", file.display());
    page.goto(&url).await?;
    let coverage = page.wait_until_answered().await?;
    ensure!(coverage.replace(',', "").contains(&format!("{expected} match")), "{coverage}");
    page.leave();
    Ok(())
}

#[tokio::test]
async fn what_is_hidden_is_nowhere_in_the_file() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "203.0.113.77.log")?;
    log.of("ERROR", "client 203.0.113.77:51234 sent key sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12Mn34")?;
    log.of("ERROR", "ticket T-4711 of customer Zweistein, torch 2.3.1")?;
    log.line("token_abc of <img src=x onerror=alert(1)>")?;
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(360, 740).await?;
    page.save_files_to(dir.path()).await?;
    page.goto(&format!("{}/export.html#v=1&q=%7Bjob=~%22.%2B%22%7D&from=now-1h&to=now", relay.url))
        .await?;
    ready(&page).await?;

    // Each rule says what it found, and shows it.
    ensure!(page.text("found-ip").await?.starts_with(char::is_numeric));
    let shown = page.text("export-redaction").await?;
    ensure!(shown.contains("203.0.113.77") && shown.contains("ip-1"), "{shown}");
    let lines = page.text("export-lines").await?;
    ensure!(lines.contains("client ip-1:51234 sent key key-1"), "{lines}");
    ensure!(lines.contains("<img src=x onerror=alert(1)>"), "{lines}");
    let wide = page.script("return document.documentElement.scrollWidth").await?;
    ensure!(wide.as_u64().is_some_and(|wide| wide <= 360), "{wide} pixels wide");
    page.shot("export-360").await?;

    // What no rule knows: selected in a line, and by a regular expression.
    page.script(
        "const line = [...document.querySelectorAll('.export__line')]
             .find(line => line.textContent.includes('Zweistein')).firstChild;
         const at = line.textContent.indexOf('Zweistein');
         getSelection().setBaseAndExtent(line, at, line, at + 9);",
    )
    .await?;
    page.click("hide-selected").await?;
    ready(&page).await?;
    page.script(
        "const kind = document.querySelector('[data-testid=own-kind]');
         kind.value = 'regex';
         kind.dispatchEvent(new Event('change', {bubbles: true}));",
    )
    .await?;
    page.type_into("own-text", "(").await?;
    page.click("own-add").await?;
    page.wait_for_text("own-refused", |said| said.contains("regular expression")).await?;
    page.type_into("own-text", "token_\\w+").await?;
    page.click("own-add").await?;
    ready(&page).await?;
    let file = save(&page, dir.path()).await?;
    let all = plain(&file, dir.path())?;
    for secret in ["203.0.113.77", "Ab12Cd34Ef56", "Zweistein", "token_abc"] {
        ensure!(!all.contains(secret), "{secret} is in the report: {all}");
    }
    ensure!(all.contains("T-4711") && all.contains("torch 2.3.1"), "{all}");

    // The same as a text to paste: the gravest line, what surrounds it, and nothing else.
    for (place, sign) in [("GitHub", "<details open>"), ("Discord", "```"), ("WeChat", "Query:")] {
        page.click(&format!("paste-{place}")).await?;
        page.wait_for_text("paste-copied", |said| said.contains(place)).await?;
        let text = page.find("paste-text").await?.prop("value").await?.unwrap_or_default();
        ensure!(text.contains("customer private-1") && text.contains(sign), "{place}: {text}");
        ensure!(!text.contains("Zweistein") && text.contains("client ip-1:51234"), "{text}");
    }
    page.shot("export-360-pasted").await?;

    // Nothing is hidden by who wants nothing hidden, and the report says so.
    page.script(
        "document.querySelectorAll('[data-testid^=rule-]:checked').forEach(rule => rule.click());
         document.querySelectorAll('.export__finding button').forEach(own => own.click());",
    )
    .await?;
    page.wait_for_text("export-lines", |lines| lines.contains("Zweistein")).await?;
    relay.stop()
}

#[tokio::test]
async fn who_was_given_a_link_makes_reports_of_its_scope() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let (from, to) = voice.stamped_range()?;
    let scope = r#"{job="cosyvoice3"} |= "CUDA out of memory""#;
    let args = ["share", "create", scope, "--addr", &relay.url];
    let range = ["--from", &from.to_string(), "--to", &to.to_string()];
    let made = logpane(&[&args[..], &range].concat())?;
    let token = made.stdout.trim().rsplit('=').next().context("no token")?;

    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.save_files_to(dir.path()).await?;
    let all = "%7Bjob=~%22.%2B%22%7D";
    let url = format!("{}/export.html#v=1&share={token}&q={all}&from={from}&to={to}", relay.url);
    page.goto(&url).await?;
    ready(&page).await?;
    let file = save(&page, dir.path()).await?;
    let shared =
        relay.query(&[&[scope], &range[..], &["--limit", "5000", "-o", "jsonl"]].concat())?;
    let expected = shared.stdout.lines().count();
    let all_of_it = plain(&file, dir.path())?;
    let verified = logpane(&["verify", file.to_str().context("a temporary folder")?])?.stdout;
    ensure!(expected > 0 && verified.contains(&format!("{expected} entries")), "{verified}");
    ensure!(!all_of_it.contains(token) && !all_of_it.contains("ffmpeg"), "more than the scope");

    // A link that was taken back, and a query that finds nothing, are said.
    for (fragment, said) in [
        (format!("#v=1&share=x{token}&q={all}&from={from}&to={to}"), "403"),
        ("#v=1&q=%7Bjob=%22nobody%22%7D&from=now-1h&to=now".to_owned(), "Nothing matches"),
        ("#v=1&q=%7Bjob=%22a%22&from=now-1h&to=now".to_owned(), "never closed"),
    ] {
        page.goto(&format!("{}/export.html{fragment}", relay.url)).await?;
        page.wait_for_text("export-problem", |text| text.contains(said)).await?;
    }
    relay.stop()
}
