use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::{Browser, Page, Relay, Voice, wait_async};

/// A screen of the page: what is asked, and what is clicked then.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub name: &'static str,
    /// Another one than the first.
    page: &'static str,
    query: &'static str,
    clicks: &'static [&'static str],
}

/// One look of a screen.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub screen: Screen,
    pub theme: &'static str,
    pub language: &'static str,
    pub width: u32,
}

const fn screen(
    name: &'static str,
    query: &'static str,
    clicks: &'static [&'static str],
) -> Screen {
    Screen { name, page: "", query, clicks }
}

const JOB: &str = r#"{job="cosyvoice3"}"#;
const OOM: &str = r#"{job="cosyvoice3"} |= "CUDA out of memory""#;
const LEVELS: &str = r#"sum by (level) (count_over_time({job="cosyvoice3"}[5m]))"#;

/// Every screen there is.
pub const SCREENS: &[Screen] = &[
    screen("first", "", &[]),
    screen("lines", JOB, &[]),
    screen("nothing", r#"{job="nobody"}"#, &[]),
    screen("mistake", r#"{job="cosyvoice3" |= "x""#, &[]),
    screen("chart", LEVELS, &[]),
    screen("table", LEVELS, &["table-switch"]),
    screen("details", OOM, &["row"]),
    screen("context", OOM, &["row", "context"]),
    screen("explained", r#"{job="cosyvoice3"} |= "error" | logfmt"#, &["explain"]),
    screen("ranges", JOB, &["range"]),
    screen("save", JOB, &["save-menu"]),
    screen("copy", JOB, &["copy-menu"]),
    screen("share", JOB, &["share"]),
    screen("sources", JOB, &["sources", "all-sources"]),
    screen("alerts", JOB, &["alerts"]),
    screen("palette", JOB, &["palette-open"]),
    screen("keys", JOB, &["help"]),
    Screen { page: "export.html", ..screen("export", JOB, &["paste-GitHub"]) },
];

/// What plays while an animation runs is shown as it ends.
const SETTLE: &str = "document.getAnimations()
    .filter(of => of.effect.getComputedTiming().endTime < Infinity)
    .forEach(of => of.finish());";

const RULES: &str = "
groups:
  - name: speech
    rules:
      - alert: OutOfMemory
        expr: sum(count_over_time({job=\"cosyvoice3\"} |= \"CUDA out of memory\" [1000h])) > 5
        labels: {severity: critical}
        annotations: {summary: 'The GPU is full: {{ $value }} times'}
      - alert: Slow
        expr: sum(count_over_time({job=\"cosyvoice3\"} |= \"no such line\" [5m])) > 5
";

/// Opens every screen in both themes, both languages, wide and narrow, in a browser on a relay
/// with generated logs, and hands each to `look`.
pub async fn every_look(
    languages: &[(&'static str, &'static str)],
    look: impl AsyncFn(&Page, Look) -> Result<()>,
) -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let rules = dir.path().join("rules");
    std::fs::create_dir_all(&rules)?;
    std::fs::write(rules.join("speech.yaml"), RULES)?;
    let mut args = voice.paths();
    args.extend(["--rules".into(), rules.into()]);
    let relay = Relay::start(&dir.path().join("data"), &args)?;
    relay.wait_until_read(4)?;
    let (from, to) = voice.stamped_range()?;
    let browser = Browser::start()?;
    for width in [1440, 360] {
        let page = browser.open(width, if width > 1000 { 900 } else { 740 }).await?;
        for (theme, language) in languages {
            page.goto(&relay.url).await?;
            let settings = format!(
                "localStorage.setItem('logpane.theme', '{theme}');
                 localStorage.setItem('logpane.language', '{language}');"
            );
            page.script(&settings).await?;
            for screen in SCREENS {
                let url = format!("{}/{}", relay.url, screen.page);
                page.explore_at(&url, screen.query, from, to, "").await?;
                let at = Look { screen: *screen, theme, language, width };
                shown(&page, screen).await.with_context(|| format!("{at:?}"))?;
                look(&page, at).await?;
            }
        }
        page.leave();
    }
    Ok(())
}

async fn answered(page: &Page, screen: &Screen) -> Result<()> {
    if screen.page.is_empty() {
        page.wait_until_answered().await.map(drop)
    } else {
        page.find("export-size").await.map(drop)
    }
}

async fn shown(page: &Page, screen: &Screen) -> Result<()> {
    answered(page, screen).await?;
    for id in screen.clicks {
        // The keys have no button where there is no keyboard: it is there, and cannot be seen.
        page.find(id).await?;
        page.script(&format!("document.querySelector('[data-testid={id}]').click()")).await?;
    }
    wait_async("the answer to what was clicked", || async {
        answered(page, screen).await?;
        let busy = "return document.querySelectorAll('.is-stale, [aria-busy=true]').length";
        ensure!(page.script(busy).await? == 0);
        Ok(())
    })
    .await?;
    page.script(SETTLE).await.map(drop)
}
