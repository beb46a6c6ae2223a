//! What the details make of a line: frames of libraries folded away, JSON laid out, numbers drawn.

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::{Browser, LOADED_LATER, Page, Relay, Written, wait_async};
use thirtyfour::prelude::*;

const TRACE: &str = "failed: rtf=0.25
Traceback (most recent call last):
  File \"/app/webui.py\", line 12, in run
    model.generate(text)
  File \"/venv/lib/python3.10/site-packages/torch/nn/module.py\", line 1, in _call
    return forward(x)
  File \"/venv/lib/python3.10/site-packages/torch/nn/linear.py\", line 2, in forward
    return F.linear(x)
  File \"/venv/lib/python3.10/site-packages/torch/functional.py\", line 3, in linear
    raise error
torch.OutOfMemoryError: CUDA out of memory";
const JSON: &str = r#"request {"path":"/tts","body":{"text":"你好","seed":[1,2]}}"#;

/// Opens the details of the row that has this text.
async fn open(page: &Page, text: &str) -> Result<()> {
    for row in page.find_all("row").await? {
        if row.text().await?.contains(text) {
            row.click().await?;
        }
    }
    page.wait_for_text("raw", |raw| raw.contains(text)).await.map(|_| ())
}

#[tokio::test]
async fn a_line_is_laid_out_as_a_person_reads_it() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "app.log")?;
    log.line(TRACE)?;
    log.line(JSON)?;
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.goto(&format!("{}/#v=1&from=now-1h&to=now&q={{filename%3D~\".%2B\"}}", relay.url)).await?;
    page.wait_until_answered().await?;

    open(&page, "Traceback").await?;
    let raw = page.text("raw").await?;
    ensure!(raw.contains("/app/webui.py") && raw.contains("3 frames of libraries"), "{raw}");
    let height = "return document.querySelector('[data-testid=frames]').offsetHeight";
    let folded = page.script(height).await?.as_f64().unwrap_or_default();
    page.shot("details-trace-light").await?;
    page.script("document.documentElement.dataset.theme = 'dark'").await?;
    page.shot("details-trace-dark").await?;
    page.find("frames").await?.find(By::Css("summary")).await?.click().await?;
    let unfolded = page.script(height).await?.as_f64().unwrap_or_default();
    ensure!(unfolded > folded * 4.0, "{folded} and {unfolded} pixels");
    ensure!(page.text("raw").await?.ends_with("CUDA out of memory"));

    open(&page, "request").await?;
    let laid_out = "\n{\n  \"path\": \"/tts\",\n  \"body\": {\n    \"text\": \"你好\",";
    page.wait_for_text("raw", |raw| raw.contains(laid_out)).await?;
    page.shot("details-json").await?;
    page.click("as-written").await?;
    page.wait_for_text("raw", |raw| raw.ends_with(JSON)).await?;

    // The answer as a file: lines as they were written, oldest first.
    let catch = "const make = URL.createObjectURL;
        URL.createObjectURL = blob => { blob.text().then(text => window.file = text); return make(blob); };";
    page.script(catch).await?;
    page.click("save-menu").await?;
    for (button, start, rows) in [
        ("save-txt", "[INFO] ", 3),
        ("save-jsonl", "{\"fields\":", 3),
        ("save-csv", "time,level,job,instance,filename,line\r\n", 3),
    ] {
        page.script("window.file = null").await?;
        page.click(button).await?;
        page.wait_for_text("saved", |said| said == format!("{rows} lines saved")).await?;
        wait_async("the file", || async {
            let file = page.script("return window.file").await?;
            let file = file.as_str().context("there is none yet")?;
            ensure!(file.starts_with(start) && file.contains("site-packages"), "{file}");
            ensure!(file.find("failed") < file.find("request"), "{file}");
            Ok(())
        })
        .await?;
    }
    page.shot("save-menu").await?;
    page.script("document.querySelector('.popover__backdrop').dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))").await?;

    // A number is drawn by one click, and the library that draws comes with it.
    open(&page, "failed").await?;
    for field in page.find_all("field").await? {
        if field.attr("data-name").await?.as_deref() == Some("rtf") {
            field.find(By::Css("[data-testid=chart-field]")).await?.click().await?;
            break;
        }
    }
    wait_async("the chart", || async {
        let drawn = "return [document.querySelectorAll('.uplot canvas').length,
            performance.getEntriesByType('resource').map(of => of.name).join()]";
        let drawn = page.script(drawn).await?;
        ensure!(drawn[0] == 1 && drawn[1].as_str().unwrap_or_default().contains(LOADED_LATER));
        Ok(())
    })
    .await?;
    let coverage = page.wait_until_answered().await?;
    ensure!(coverage.contains("3 lines"), "{coverage}");
    page.shot("details-charted").await?;
    page.leave();
    Ok(())
}
