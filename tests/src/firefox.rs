use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use thirtyfour::prelude::*;

use crate::Page;
use crate::relay::root;

/// geckodriver, ended with the value: for what has to work in the other engine as well.
#[derive(Debug)]
pub struct Firefox {
    driver: Child,
    url: String,
}

impl Firefox {
    pub fn start() -> Result<Self> {
        // Set-up builds it into the checkout; Debian has no package of it.
        let program = root().join("target/tools/bin/geckodriver");
        let mut driver = Command::new(&program)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program:?}; run `cargo xtask setup`"))?;
        let stdout = driver.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        while let Some(line) = lines.next() {
            if let Some((_, addr)) = line.split_once("Listening on ") {
                let url = format!("http://{}", addr.trim());
                // It goes on talking, and ends where nobody listens.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { driver, url });
            }
        }
        driver.kill().ok();
        bail!("geckodriver did not start");
    }

    /// Its one window. It is closed by [`Firefox::close`], or else it would outlive its driver.
    pub async fn open(&self) -> Result<Page> {
        let mut firefox = DesiredCapabilities::firefox();
        firefox.set_headless()?;
        let driver = WebDriver::new(&self.url, firefox).await?;
        driver.set_script_timeout(Duration::from_secs(60)).await?;
        driver.set_window_rect(0, 0, 1440, 900).await?;
        Ok(Page { driver })
    }

    pub async fn close(&self, page: Page) -> Result<()> {
        Ok(page.driver.quit().await?)
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}
