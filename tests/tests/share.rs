//! A read-only link, made in one page and opened in another.

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tests::{Browser, Gate, Relay, Written, wait_async};

#[tokio::test]
async fn a_link_shows_its_scope_until_it_is_taken_back() -> Result<()> {
    check(None).await
}

#[tokio::test]
async fn a_link_works_below_a_path_of_a_proxy() -> Result<()> {
    check(Some("/tools/logs")).await
}

#[tokio::test]
async fn a_link_tells_whether_the_data_is_still_the_same() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "app.log")?;
    let stamp = "2026-03-02T10:00:00Z";
    log.at(stamp);
    log.line("first")?;
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    let at = 1_772_445_600_000_000_000;
    let query = log.selector();
    page.explore(&relay.url, &query, at - 1_000_000_000, at + 1_000_000_000, "").await?;
    page.wait_until_answered().await?;
    // A headless browser has no clipboard to read from.
    page.script("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        .await?;
    let copied = async || {
        page.click("copy-menu").await?;
        page.click("copy-link").await?;
        let copied = page.script("return window.copied").await?;
        anyhow::Ok(copied.as_str().context("nothing was copied")?.to_owned())
    };
    let link = wait_async("a link that tells what is there", || async {
        let link = copied().await?;
        if link.contains("&fp=1-") { Ok(link) } else { bail!("{link}") }
    })
    .await?;
    page.goto(&link).await?;
    page.wait_for_text("fingerprint", |said| said.contains("same data")).await?;
    log.line("second")?;
    wait_async("the second line", || async {
        page.goto(&link).await?;
        page.wait_until_answered().await?;
        let said = page.text("fingerprint").await?;
        if said.contains("1 then, 2 now") { Ok(()) } else { bail!("{said}") }
    })
    .await?;
    // Another question has nothing to do with the link.
    page.explore(&relay.url, &query, at - 1, at + 1, "").await?;
    page.wait_until_answered().await?;
    assert!(page.find_all("fingerprint").await?.is_empty());
    page.leave();
    relay.stop()
}

#[tokio::test]
async fn a_page_opens_with_user_and_password_in_its_address() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "app.log")?;
    let lines = vec![log.line("for ann")?];
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    let url = relay.url.replace("http://", "http://ann:pw@");
    for path in ["/", "/export.html"] {
        page.goto(&format!("{url}{path}#v=1&q={{job=~\".%2B\"}}&from=now-1h&to=now")).await?;
        if path == "/" {
            page.wait_for_lines(&lines).await?;
        } else {
            page.wait_for_text("export-size", |said| said.contains("MB")).await?;
        }
    }
    page.leave();
    relay.stop()
}

/// `path`: where a proxy has the relay.
async fn check(path: Option<&'static str>) -> Result<()> {
    let dir = TempDir::new()?;
    let mut shared = Written::create(dir.path(), "app.log")?;
    let mut private = Written::create(dir.path(), "private.log")?;
    let mut lines = vec![shared.line("for everybody")?];
    private.line("a secret")?;
    let paths = [shared.path.clone().into(), private.path.clone().into()];
    let relay = Relay::start(&dir.path().join("data"), &paths)?;
    relay.wait_until_read(2)?;
    let proxy = match path {
        Some(path) => Some(Gate::below(&relay.url, path).await?),
        None => None,
    };
    proxy.iter().for_each(Gate::open);
    let url = proxy.as_ref().map_or(&relay.url, |proxy| &proxy.url);
    let browser = Browser::start()?;

    let owner = browser.open(1440, 900).await?;
    let encoded = |query: &str| -> String { query.bytes().map(|b| format!("%{b:02X}")).collect() };
    let view = format!("v=1&q={}&from=now-1h&to=now", encoded(&shared.selector()));
    owner.goto(&format!("{url}/#{view}")).await?;
    owner.wait_until_answered().await?;
    owner.click("share").await?;
    // The range moves along, so that what comes is seen too.
    owner
        .script(
            "const range = document.querySelector('[data-testid=share-range]');
             range.value = 'moving';
             range.dispatchEvent(new Event('change', {bubbles: true}));",
        )
        .await?;
    owner.find("share-label").await?.send_keys("for Bob").await?;
    owner.click("share-create").await?;
    let link = owner.find("share-link").await?.value().await?.context("no link")?;
    assert!(link.starts_with(&format!("{url}/#share=")), "{link} is not below {url}");
    owner.shot("share-sheet").await?;
    let report = owner.find("share-report").await?.prop("href").await?.context("no link")?;
    assert!(report.starts_with(&format!("{url}/export.html#")), "{report} is not below {url}");

    let guest = browser.open(1440, 900).await?;
    guest.goto(&link).await?;
    guest.wait_for_text("shared", |text| text.contains("for Bob")).await?;
    guest.wait_for_lines(&lines).await?;
    assert!(guest.find_all("share").await?.is_empty(), "a guest cannot share");
    let token = link.rsplit_once('#').context("no fragment")?.1;
    guest.goto(&format!("{url}/export.html#{token}&{view}")).await?;
    guest.wait_for_text("export-size", |text| text.contains("MB")).await?;
    guest.goto(&link).await?;
    guest.wait_for_lines(&lines).await?;
    guest.shot("shared-view").await?;

    // Whatever else is asked with this link, nothing else is there.
    let other = format!("&v=1&q={}&from=oldest&to=newest", encoded(&private.selector()));
    guest.goto(&format!("{link}{other}")).await?;
    guest.wait_until_answered().await?;
    assert_eq!(guest.lines().await?, Vec::<String>::new());
    let every = encoded(r#"{filename=~".+"}"#);
    guest.goto(&format!("{link}&v=1&q={every}&from=oldest&to=newest&live=1")).await?;
    guest.wait_for_lines(&lines).await?;
    // What comes while it is followed; once it is: the first line tells.
    private.line("another secret")?;
    lines.push(shared.line("a new line")?);
    guest.wait_for_lines(&lines).await?;
    private.line("a third secret")?;
    lines.push(shared.line("the last line")?);
    guest.wait_for_lines(&lines).await?;

    owner.click("share-revoke").await?;
    wait_async("the list without the link", || async {
        if owner.find_all("share-revoke").await?.is_empty() { Ok(()) } else { bail!("it stands") }
    })
    .await?;
    guest.goto(&link).await?;
    guest.wait_for_text("share-refused", |text| text.contains("does not work")).await?;
    assert_eq!(guest.lines().await?, Vec::<String>::new());
    owner.leave();
    guest.leave();
    Ok(())
}
