//! Pictures of every screen, both themes, both languages, wide and narrow, for people to look at:
//! `tests/shots/every/NAME-THEME-LANGUAGE-WIDTH.png`. The pictures of the README are among them.

use anyhow::Result;
use tests::{Look, every_look};

const LOOKS: [(&str, &str); 4] = [("light", "en"), ("dark", "en"), ("light", "zh"), ("dark", "zh")];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    every_look(&LOOKS, async |page, Look { screen, theme, language, width }| {
        let name = format!("every/{}-{theme}-{language}-{width}", screen.name);
        page.shot(&name).await?;
        println!("tests/shots/{name}.png");
        Ok(())
    })
    .await
}
