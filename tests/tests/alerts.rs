//! The sheet of alerts: what fires is told in the header, and everything about it behind that.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::{Browser, Relay, Sink, Written, wait_async};

const RULES: &str = r#"groups:
- name: tts
  interval: 1s
  rules:
  - alert: OutOfMemory
    expr: sum by (job) (count_over_time({job="app"} |= "CUDA out of memory"[1h])) > 0
    labels: {severity: critical}
  - alert: Quiet
    expr: count_over_time({job="app"} |= "nobody says this"[1h]) > 5
  - record: lines
    expr: sum(count_over_time({job="app"}[1h]))
"#;

#[tokio::test]
async fn what_fires_is_told_in_the_header_and_behind_it() -> Result<()> {
    let dir = TempDir::new()?;
    let rules = dir.path().join("rules");
    fs::create_dir(&rules)?;
    fs::write(rules.join("tts.yaml"), RULES)?;
    fs::write(
        rules.join("broken.yaml"),
        "groups:\n- name: a\n  rules:\n  - alrt: x\n    expr: '{'\n",
    )?;
    let mut log = Written::create(dir.path(), "app.log")?;
    log.line("CUDA out of memory")?;
    let sink = Sink::start()?;
    let to = |kind: &str, url: &str| ["--alert-to".into(), format!("{kind}:{url}").into()];
    // Nobody listens at the second.
    let told = [to("slack", &format!("{}/hook", sink.url)), to("discord", "http://127.0.0.1:9/x")];
    let args = [log.path.clone().into(), "--rules".into(), rules.into()];
    let args = [&args[..], &told.concat()].concat();
    let relay = Relay::start(&dir.path().join("data"), &args)?;
    let browser = Browser::start()?;
    for (width, height, name) in [(1440, 900, "wide"), (360, 740, "narrow")] {
        let page = browser.open(width, height).await?;
        page.goto(&relay.url).await?;
        page.wait_for_text("num-firing", |said| said == "1").await?;
        page.click("alerts").await?;
        wait_async("the rules", || async {
            let mut said = String::new();
            for rule in page.find_all("rule").await? {
                said += &rule.text().await?;
            }
            let all = ["OutOfMemory", "firing", "job=app", "Quiet", "inactive", "lines", "records"];
            ensure!(all.iter().all(|word| said.contains(word)), "{said}");
            Ok(())
        })
        .await?;
        page.wait_for_text("rule-problems", |said| said.contains("broken.yaml:4")).await?;
        page.wait_for_text("alert-history", |said| said.contains("OutOfMemory")).await?;
        for (at, expected) in [(0, "refused"), (1, "the test was taken")] {
            let buttons = page.find_all("receiver-test").await?;
            buttons.get(at).context("a receiver")?.click().await?;
            wait_async(expected, || async {
                let mut said = String::new();
                for tested in page.find_all("receiver-tested").await? {
                    said += &tested.text().await?;
                }
                ensure!(said.contains(expected), "{said}");
                Ok(())
            })
            .await?;
        }
        page.shot(&format!("alerts-{name}-light")).await?;
        page.script("document.documentElement.dataset.theme = 'dark'").await?;
        page.shot(&format!("alerts-{name}-dark")).await?;
        // From a rule to what it asks.
        page.click("rule-query").await?;
        wait_async("the query of the rule", || async {
            ensure!(page.find_all("alert-sheet").await?.is_empty());
            ensure!(
                page.script("return location.hash").await?.to_string().contains("count_over_time")
            );
            Ok(())
        })
        .await?;
        page.leave();
    }
    Ok(())
}
