//! A report: one file that opens from the disk, without a relay and without a network.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tests::{Answer, Browser, Files, Firefox, Page, Relay, Voice, Written, root, wait_async};

fn logpane(args: &[&str]) -> Result<Answer> {
    Answer::of(Command::new(Relay::program()).args(args))
}

/// Writes what a query selects on the relay, `how` as further flags.
fn export(relay: &Relay, query: &str, how: &[&str], file: &Path) -> Result<()> {
    let name = file.to_str().context("a temporary folder")?;
    let made = logpane(&[&["export", query, "--addr", &relay.url, "-o", name], how].concat())?;
    ensure!(made.code == 0, "{made:?}");
    Ok(())
}

/// Where a double-click opens a file.
fn on_disk(file: &Path) -> String {
    format!("file://{}", file.display())
}

/// Waits until the page says that its query found so many lines.
async fn wait_for_matches(page: &Page, lines: u64) -> Result<()> {
    wait_async("how many lines match", || async {
        let coverage = page.wait_until_answered().await?;
        let found = coverage.split('·').find_map(|part| {
            let (number, _) = part.split_once(" match")?;
            number.trim().rsplit(' ').next()?.replace(',', "").parse().ok()
        });
        ensure!(found == Some(lines), "{coverage}, expected {lines}");
        Ok(())
    })
    .await
}

/// What the article asks of its logs.
const ASKED: [&str; 4] = [
    r#"{job="cosyvoice3"} |= "error""#,
    r#"{job="cosyvoice3"} |~ "timeout|fail""#,
    r#"{job="cosyvoice3"} |= "commit abc1234""#,
    r#"{job="cosyvoice3"} | commit="abc1234""#,
];

/// How many lines the relay finds for each, to compare with once it is gone.
fn asked(relay: &Relay, (from, to): (i64, i64)) -> Result<Vec<(&'static str, u64)>> {
    let (start, end) = (from.to_string(), to.to_string());
    let count = |query| {
        let args = [query, "--from", &start, "--to", &end, "--limit", "5000", "-o", "jsonl"];
        let answer = relay.query(&args)?;
        ensure!(answer.code == 0, "{answer:?}");
        Ok((query, u64::try_from(answer.stdout.lines().count())?))
    };
    ASKED.into_iter().map(count).collect()
}

/// The report finds as many lines as the relay did.
async fn answers_alike(
    page: &Page,
    report: &str,
    expected: &[(&str, u64)],
    (from, to): (i64, i64),
) -> Result<()> {
    for (query, lines) in expected {
        let fragment: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        page.goto(&format!("{report}#v=1&q={fragment}&from={from}&to={to}")).await?;
        wait_for_matches(page, *lines).await.with_context(|| query.to_string())?;
    }
    Ok(())
}

/// A line, what is around it, and a chart; and nothing was fetched for any of it.
async fn works(page: &Page, report: &str, (from, to): (i64, i64)) -> Result<()> {
    let fragment = "#v=1&q=%7Bjob%3D%22cosyvoice3%22%7D%20%7C%3D%20%22CUDA%20out%20of%20memory%22";
    page.goto(&format!("{report}{fragment}&from={from}&to={to}")).await?;
    page.wait_until_answered().await?;
    page.click("row").await?;
    page.wait_for_text("raw", |raw| raw.contains("CUDA out of memory")).await?;
    page.click("context").await?;
    page.find("around").await?;
    page.wait_until_answered().await?;
    page.shot("report-context").await?;
    let rate =
        "#v=1&q=sum%20by%20(level)%20(count_over_time(%7Bjob%3D%22cosyvoice3%22%7D%5B5m%5D))";
    page.goto(&format!("{report}{rate}&from={from}&to={to}")).await?;
    wait_async("the chart", || async {
        ensure!(
            page.script("return document.querySelectorAll('.uplot canvas').length").await? == 1
        );
        Ok(())
    })
    .await?;
    let asked = "return performance.getEntriesByType('resource')
        .map(of => of.name).filter(name => !/^(blob|data|file):/.test(name))";
    let asked = page.script(asked).await?;
    ensure!(asked.as_array().is_some_and(Vec::is_empty), "something was fetched: {asked}");
    Ok(())
}

#[tokio::test]
async fn a_report_opens_from_the_disk_and_answers_as_the_relay_does() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let (from, to) = voice.stamped_range()?;
    let (start, end) = (from.to_string(), to.to_string());
    let file = dir.path().join("report.html");
    let name = file.to_str().context("a temporary folder")?;
    let all = r#"{job="cosyvoice3"}"#;
    let range = ["--from", &start, "--to", &end];
    let words = ["--title", "It <b>hangs</b> & burns", "--note", "since the update"];
    let how: Vec<&str> = range.into_iter().chain(words).collect();
    export(&relay, all, &how, &file)?;
    let bytes = fs::read(&file)?;

    // The same selection gives the same file.
    let again = dir.path().join("again.html");
    export(&relay, all, &how, &again)?;
    ensure!(fs::read(&again)? == bytes, "two exports differ");

    // Whole and unchanged, until a byte is another.
    let verified = logpane(&["verify", name])?;
    ensure!(verified.code == 0 && verified.stdout.contains("whole and unchanged"), "{verified:?}");
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    fs::write(&again, changed)?;
    let refused = logpane(&["verify", again.to_str().context("a temporary folder")?])?;
    ensure!(refused.code == 1 && refused.stderr.contains("changed"), "{refused:?}");

    // The relay's answers, to compare with once it is gone.
    let expected = asked(&relay, (from, to))?;
    relay.stop()?;

    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.goto(&on_disk(&file)).await?;
    let shown = page.wait_for_text("report", |said| said.contains("hangs")).await?;
    ensure!(
        shown.contains("It <b>hangs</b> & burns") && shown.contains("since the update"),
        "{shown}"
    );
    page.wait_until_answered().await?;
    page.shot("report-light").await?;
    answers_alike(&page, &on_disk(&file), &expected, (from, to)).await?;

    // What a relay would be needed for is not offered; all else works.
    for id in ["live", "share", "alerts"] {
        ensure!(page.find_all(id).await?.is_empty(), "a report offers {id}");
    }
    works(&page, &on_disk(&file), (from, to)).await?;
    page.script("document.documentElement.dataset.theme = 'dark'").await?;
    page.shot("report-chart-dark").await?;
    page.leave();

    let phone = browser.open(360, 740).await?;
    phone.goto(&on_disk(&file)).await?;
    phone.wait_until_answered().await?;
    phone.shot("report-360").await?;
    let wide = phone.script("return document.documentElement.scrollWidth").await?;
    ensure!(wide.as_u64().is_some_and(|wide| wide <= 360), "{wide} pixels wide");
    phone.leave();

    // The plain logs come back.
    let out = dir.path().join("out");
    let extracted = logpane(&["extract", name, "-o", out.to_str().context("a folder")?])?;
    ensure!(extracted.code == 0, "{extracted:?}");
    let mut lines = 0;
    for entry in fs::read_dir(&out)? {
        let text = String::from_utf8_lossy(&fs::read(entry?.path())?).into_owned();
        lines += text.lines().filter(|line| line.contains("error")).count();
    }
    if lines < usize::try_from(expected[0].1)? {
        bail!("{lines} lines with an error came back, {} were exported", expected[0].1);
    }
    Ok(())
}

#[tokio::test]
async fn a_report_opens_in_firefox() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let (from, to) = voice.stamped_range()?;
    let file = dir.path().join("report.html");
    let range = ["--from", &from.to_string(), "--to", &to.to_string()];
    export(&relay, r#"{job="cosyvoice3"}"#, &range, &file)?;
    let expected = asked(&relay, (from, to))?;
    relay.stop()?;

    let firefox = Firefox::start()?;
    let page = firefox.open().await?;
    answers_alike(&page, &on_disk(&file), &expected, (from, to)).await?;
    works(&page, &on_disk(&file), (from, to)).await?;
    page.shot("report-firefox").await?;
    page.close().await
}

/// Drops a file on the page, as a mouse does.
async fn drop_file(page: &Page, name: &str, bytes: &[u8]) -> Result<()> {
    let bytes = STANDARD.encode(bytes);
    let drop = format!(
        "const bytes = Uint8Array.from(atob('{bytes}'), (character) => character.charCodeAt(0));
         const dataTransfer = new DataTransfer();
         dataTransfer.items.add(new File([bytes], '{name}'));
         const how = {{ dataTransfer, bubbles: true, cancelable: true }};
         document.body.dispatchEvent(new DragEvent('drop', how));"
    );
    page.script(&drop).await.map(std::mem::drop)
}

#[tokio::test]
async fn a_report_opens_where_it_is_dropped_without_a_relay() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let (from, to) = voice.stamped_range()?;
    let file = dir.path().join("report.html");
    let range = ["--from", &from.to_string(), "--to", &to.to_string(), "--title", "It hangs"];
    export(&relay, r#"{job="cosyvoice3"}"#, &range, &file)?;
    let expected = asked(&relay, (from, to))?;
    relay.stop()?;

    // The viewer as plain files.
    let files = Files::serve(&root().join("dist"))?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.goto(&files.url).await?;
    page.find("range").await?;
    drop_file(&page, "app.log", b"2024-12-17 ERROR no report").await?;
    page.wait_for_text("dropped", |said| said.contains("no report of Logpane")).await?;
    drop_file(&page, "report.html", &fs::read(&file)?).await?;
    page.wait_for_text("report", |said| said.contains("It hangs")).await?;
    page.wait_until_answered().await?;
    page.shot("report-dropped").await?;
    answers_alike(&page, &format!("{}/?report", files.url), &expected, (from, to)).await?;
    let damaged = b"<meta name=\"logpane-report\" content=\"1\">";
    drop_file(&page, "damaged.html", damaged).await?;
    page.wait_for_text("dropped", |said| said.contains("cannot be opened")).await?;
    // Whoever goes back to a page without it has let it go.
    page.goto(&files.url).await?;
    page.find("range").await?;
    page.goto(&format!("{}/?report", files.url)).await?;
    page.wait_for_text("dropped", |said| said.contains("not here any more")).await?;
    page.leave();
    Ok(())
}

/// Each as it stands in a log, and what of it must not be in the report.
const SECRETS: [(&str, &str); 9] = [
    ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlc2ln", "eyJzdWIi"),
    ("using OPENAI_API_KEY=sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12Mn34", "Ab12Cd34Ef56"),
    ("HF_TOKEN=hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345", "AbCdEfGhIjKl"),
    (r#"config {"apiKey": "9f8e7d6c5b4a39281706"}"#, "9f8e7d6c5b4a"),
    ("https_proxy=http://ann:hunter2-secret@proxy.corp.lan:3128", "hunter2-secret"),
    ("mail to ann.example@corp-mail.example", "ann.example@"),
    ("client 203.0.113.77:51234 connected", "203.0.113.77"),
    ("\u{1b}[1;31m198.51.100.23\u{1b}[0m - GET /tts", "198.51.100.23"),
    ("loading /home/annabelle/models/cosy.pt with torch 2.3.1", "annabelle"),
];

#[tokio::test]
async fn what_is_secret_is_nowhere_in_the_file() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "203.0.113.77.log")?;
    for (line, _) in SECRETS {
        log.line(line)?;
    }
    log.line("ticket T-4711 of customer Zweistein, torch 2.3.1")?;
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let file = dir.path().join("report.html");
    let name = file.to_str().context("a temporary folder")?;
    let query = r#"{job=~".+"} != "203.0.113.78""#;
    let how = [
        "--since",
        "1h",
        "--title",
        "why 203.0.113.77?",
        "--redact",
        "default,hosts,prompts",
        "--redact-rule",
        r"customer (\w+)",
    ];
    // Before it is made: what each rule finds, and nothing is written.
    let asked = [&["export", query, "--addr", &relay.url, "--review"], &how[..]].concat();
    let review = logpane(&asked)?;
    ensure!(review.code == 0 && review.stderr.contains("10 entries"), "{review:?}");
    for shown in [" client 203.0.113.77:51234", " client ip-1:51234", "own-1: 1 text"] {
        ensure!(review.stdout.contains(shown), "no {shown:?} in {}", review.stdout);
    }

    export(&relay, query, &how, &file)?;
    let out = dir.path().join("out");
    let extracted = logpane(&["extract", name, "-o", out.to_str().context("a folder")?])?;
    ensure!(extracted.code == 0, "{extracted:?}");
    let mut all = fs::read_to_string(&file)?;
    let mut plain = String::new();
    for entry in fs::read_dir(&out)? {
        let entry = entry?;
        all += &entry.file_name().to_string_lossy();
        plain += &fs::read_to_string(entry.path())?;
    }
    all += &plain;
    let secrets = SECRETS.iter().map(|(_, secret)| *secret);
    for secret in secrets.chain(["proxy.corp.lan", "Zweistein", "203.0.113.78"]) {
        ensure!(!all.contains(secret), "{secret} is in the report:\n{plain}");
    }
    // What helps to understand stays, and the report says what was done.
    ensure!(plain.matches("torch 2.3.1").count() == 2 && plain.contains("T-4711"), "{plain}");
    let other = dir.path().join("other.html");
    for query in [r#"{job=~".+"} |~ "203\\.0\\.113\\.77""#, r"{job=~`.+`} |~ `203\.0\.113\.77`"] {
        export(&relay, query, &["--since", "1h"], &other)?;
        let text = fs::read_to_string(&other)?.replace('\\', "");
        ensure!(!text.contains("203.0.113.77"), "the query tells it: {query}");
    }
    let verified = logpane(&["verify", name])?.stdout;
    ensure!(verified.contains("ip ") && verified.contains("own "), "{verified}");
    relay.stop()
}
