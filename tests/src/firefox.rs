use std::time::Duration;

use anyhow::Result;
use thirtyfour::prelude::*;

use crate::Page;
use crate::driver::Driver;
use crate::relay::root;

/// Firefox by geckodriver: for what has to work in the other engine as well.
#[derive(Debug)]
pub struct Firefox {
    driver: Driver,
}

impl Firefox {
    pub fn start() -> Result<Self> {
        // Set-up builds it into the checkout where the machine has none; Debian has no package of it.
        let built = root().join("target/tools/bin/geckodriver");
        let program = if built.exists() { built } else { "geckodriver".into() };
        Ok(Self { driver: Driver::start(program, &["--port", "0"], "Listening on ")? })
    }

    /// Its one window, of a desktop's size. It has to be closed by [`Page::close`]: it would outlive
    /// its driver.
    pub async fn open(&self) -> Result<Page> {
        let mut firefox = DesiredCapabilities::firefox();
        firefox.set_headless()?;
        let driver = WebDriver::new(&self.driver.url, firefox).await?;
        driver.set_script_timeout(Duration::from_secs(60)).await?;
        driver.set_window_rect(0, 0, 1440, 900).await?;
        Ok(Page { driver })
    }
}
