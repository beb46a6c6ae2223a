//! What axe-core finds on every page, in both themes, wide and narrow: nothing serious.

use std::cell::RefCell;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use tests::{Look, Page, every_look, root};

/// What is wrong with the page as it stands, told so that it can be found.
async fn violations(page: &Page, axe: &str) -> Result<String> {
    page.script(axe).await?;
    let run = "const found = await axe.run(document, {
            resultTypes: ['violations'],
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
        });
        return found.violations
            .filter(of => ['serious', 'critical'].includes(of.impact))
            .flatMap(of => of.nodes.map(node => `${of.id}: ${node.html.slice(0, 160)} (${
                [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')})`))
            .join('\\n');";
    let found = page.script(run).await?;
    Ok(found.as_str().context("axe-core gave no list")?.to_owned())
}

#[tokio::test]
async fn no_page_shuts_anybody_out() -> Result<()> {
    let axe = root().join("target/clients/node/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe).context("`cargo xtask setup` installs axe-core")?;
    let found = RefCell::new(String::new());
    every_look(&[("light", "en"), ("dark", "zh")], async |page, look| {
        let wrong = violations(page, &axe).await?;
        if !wrong.is_empty() {
            let Look { screen, theme, width, .. } = look;
            *found.borrow_mut() += &format!("{}, {theme}, {width} px:\n{wrong}\n", screen.name);
        }
        Ok(())
    })
    .await?;
    let found = found.into_inner();
    ensure!(found.is_empty(), "{found}");
    Ok(())
}
