use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use thirtyfour::extensions::cdp::ChromeDevTools;
use thirtyfour::prelude::*;

use crate::driver::Driver;
use crate::relay::root;
use crate::wait_async;

/// chromedriver and the folder of its browser's profile, ended with the value.
#[derive(Debug)]
pub struct Browser {
    driver: Driver,
    profile: TempDir,
}

/// A page in a browser window.
#[derive(Debug)]
pub struct Page {
    pub driver: WebDriver,
}

impl Browser {
    pub fn start() -> Result<Self> {
        let driver = Driver::start("chromedriver", &["--port=0"], "started successfully on port ")?;
        Ok(Self { driver, profile: TempDir::new()? })
    }

    /// A window of this many CSS pixels.
    pub async fn open(&self, width: u32, height: u32) -> Result<Page> {
        let mut chrome = DesiredCapabilities::chrome();
        let profile = TempDir::new_in(self.profile.path())?.keep();
        for arg in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=en-US",
        ] {
            chrome.add_arg(arg)?;
        }
        chrome.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        chrome.add_arg(&format!("--window-size={width},{height}"))?;
        let driver = WebDriver::new(&self.driver.url, chrome).await?;
        driver.set_script_timeout(Duration::from_secs(60)).await?;
        // No window is narrower than 500 pixels; a phone's screen is.
        let metrics = serde_json::json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        ChromeDevTools::new(driver.handle.clone())
            .execute_cdp_with_params("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        Ok(Page { driver })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Killed outright it would leave its browsers behind.
        let shutdown = ureq::get(format!("{}/shutdown", self.driver.url));
        shutdown.config().timeout_global(Some(Duration::from_secs(10))).build().call().ok();
    }
}

impl Page {
    pub async fn goto(&self, url: &str) -> Result<()> {
        // A change of the fragment alone would not load the page again.
        self.driver.goto("about:blank").await?;
        Ok(self.driver.goto(url).await?)
    }

    /// Files that the page gives are put there without a question.
    pub async fn save_files_to(&self, folder: &Path) -> Result<()> {
        let how = serde_json::json!({ "behavior": "allow", "downloadPath": folder });
        ChromeDevTools::new(self.driver.handle.clone())
            .execute_cdp_with_params("Browser.setDownloadBehavior", how)
            .await?;
        Ok(())
    }

    /// Follows a query live, as a shared link would.
    pub async fn follow(&self, url: &str, query: &str) -> Result<()> {
        let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.goto(&format!("{url}/#v=1&q={query}&from=oldest&to=newest&live=1")).await
    }

    /// The lines that stand in the list, from the top.
    pub async fn lines(&self) -> Result<Vec<String>> {
        let lines = self
            .script(
                "return [...document.querySelectorAll('[data-testid=row] .log-row__line')]
                     .map(line => line.textContent);",
            )
            .await?;
        Ok(serde_json::from_value(lines)?)
    }

    /// Waits until these lines stand in the list.
    pub async fn wait_for_lines(&self, expected: &[String]) -> Result<()> {
        wait_async("the lines of the file in the page", || async {
            let lines = self.lines().await?;
            if lines == expected { Ok(()) } else { bail!("{lines:#?} are not {expected:#?}") }
        })
        .await
    }

    /// Opens a query over a range in nanoseconds, as a shared link would.
    pub async fn explore(
        &self,
        url: &str,
        query: &str,
        from: i64,
        to: i64,
        view: &str,
    ) -> Result<()> {
        self.explore_at(&format!("{url}/"), query, from, to, view).await
    }

    /// The same in a page of the relay.
    pub async fn explore_at(
        &self,
        page: &str,
        query: &str,
        from: i64,
        to: i64,
        view: &str,
    ) -> Result<()> {
        let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.goto(&format!("{page}#v=1&q={query}&from={from}&to={to}{view}")).await
    }

    /// Waits until the query has ended, and gives the line that says what the answer covers.
    pub async fn wait_until_answered(&self) -> Result<String> {
        wait_async("an answer", || async {
            let phase = self.attribute("result", "data-phase").await?;
            match phase.as_str() {
                "done" | "failed" => self.text("coverage").await,
                _ => bail!("the query is {phase}"),
            }
        })
        .await
    }

    /// The first element with this `data-testid`, waited for.
    pub async fn find(&self, id: &str) -> Result<WebElement> {
        let selector = format!("[data-testid='{id}']");
        wait_async(&format!("{id} on the page"), || async {
            Ok(self.driver.find(By::Css(&selector)).await?)
        })
        .await
    }

    pub async fn find_all(&self, id: &str) -> Result<Vec<WebElement>> {
        Ok(self.driver.find_all(By::Css(format!("[data-testid='{id}']"))).await?)
    }

    pub async fn text(&self, id: &str) -> Result<String> {
        Ok(self.find(id).await?.text().await?)
    }

    pub async fn click(&self, id: &str) -> Result<()> {
        wait_async(&format!("a click on {id}"), || async {
            Ok(self.find(id).await?.click().await?)
        })
        .await
    }

    /// Types a text in place of what a field holds.
    pub async fn type_into(&self, id: &str, text: &str) -> Result<()> {
        let field = self.find(id).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// An attribute of the first element with this `data-testid`.
    pub async fn attribute(&self, id: &str, name: &str) -> Result<String> {
        self.find(id).await?.attr(name).await?.with_context(|| format!("{id} has no {name}"))
    }

    /// Waits until the text of an element says what is expected.
    pub async fn wait_for_text(&self, id: &str, expected: impl Fn(&str) -> bool) -> Result<String> {
        wait_async(&format!("the text of {id}"), || async {
            let text = self.text(id).await?;
            if expected(&text) { Ok(text) } else { bail!("{id} says {text:?}") }
        })
        .await
    }

    /// Types where the keyboard is.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(keys).await?)
    }

    /// The view, as the address has it.
    pub async fn fragment(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.fragment().unwrap_or_default().to_owned())
    }

    /// Runs JavaScript in the page and gives what it returns.
    pub async fn script(&self, code: &str) -> Result<serde_json::Value> {
        Ok(self.driver.execute(code, Vec::new()).await?.json().clone())
    }

    /// A screenshot for people to look at: `tests/shots/NAME.png`.
    pub async fn shot(&self, name: &str) -> Result<()> {
        let file: PathBuf = root().join("tests/shots").join(format!("{name}.png"));
        std::fs::create_dir_all(file.parent().unwrap_or(&file))?;
        Ok(self.driver.screenshot(&file).await?)
    }

    /// Closes the window and its browser.
    pub async fn close(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }

    /// Lets go of the window; it ends with its [`Browser`].
    pub fn leave(self) {
        self.driver.leak().ok();
    }
}
