//! From a key to how many lines each part of a query leaves.

use std::time::Duration;

use anyhow::{Context, Result};
use tests::{Browser, Page};

use super::logs::Logs;
use super::page::{at_rest, left, opened};
use super::table::Table;
use super::{RUNS, fresh};

/// Words as somebody looks for them: one that is in many lines, one that is in some, one in none.
const WORDS: [&str; 3] = ["synthesis", "timeout", "segfault"];

pub async fn figures(logs: &Logs, table: &mut Table) -> Result<()> {
    let browser = Browser::start()?;
    let relay = fresh(logs)?;
    relay.wait_until_read(logs.files.len())?;
    let name = &logs.name;
    // Of a word's keys: the first of all, the first three of others, which are in nearly every
    // line, and the rest.
    let (mut partial, mut first, mut short, mut long) = (vec![], vec![], vec![], vec![]);
    for run in 0..RUNS {
        let page = opened(&browser, &relay).await?;
        page.script(WATCH).await?;
        for word in WORDS {
            clear(&page).await?;
            for (at, letter) in word.char_indices() {
                let typed = word.get(..=at).unwrap_or(word);
                let [any, all] = key(&page, letter, typed).await?;
                match (word == WORDS[0], at) {
                    (true, 0) => {
                        partial.push(any);
                        first.push(all);
                    }
                    (_, 0..3) => short.push(all),
                    _ => long.push(all),
                }
            }
        }
        if run == 0 {
            eprintln!("{name}: {}", page.text("survivors").await?);
        }
        left(page).await?;
    }
    table.times(&format!("{name}: first key to first counts, cold"), &partial, "≤ 1000 ms");
    table.times(&format!("{name}: first key to all counts, cold"), &first, "");
    let goal = "≤ 50 ms on 1 M lines, ≤ 150 ms on 10 M";
    table.times(&format!("{name}: a word's first three keys to all counts"), &short, goal);
    table.times(&format!("{name}: its further keys to all counts"), &long, goal);
    Ok(())
}

/// Notes in the page when a key was pressed, and when its counts came.
const WATCH: &str = "
    window.typed = {};
    document.querySelector('[data-testid=query]').addEventListener('keydown', event => {
      window.pressed = { at: event.timeStamp };
    }, true);
    const look = () => {
      const line = document.querySelector('[data-testid=survivors]');
      const step = [...line?.querySelectorAll('code') ?? []].at(-1)?.textContent;
      if (!step || !window.pressed) return;
      const seen = typed[step] ??= {};
      seen.any ??= performance.now() - pressed.at;
      if (line.dataset.running === 'false') seen.all ??= performance.now() - pressed.at;
    };
    new MutationObserver(look).observe(document.body,
      { childList: true, subtree: true, characterData: true, attributes: true });";

async fn clear(page: &Page) -> Result<()> {
    at_rest(page).await?;
    page.script(
        "const query = document.querySelector('[data-testid=query]');
         query.focus();
         query.select();
         window.typed = {};
         window.pressed = null;",
    )
    .await?;
    Ok(())
}

/// Presses a key: the time until counts of what is typed then came, and until all did.
async fn key(page: &Page, letter: char, typed: &str) -> Result<[Duration; 2]> {
    page.press(letter.to_string()).await?;
    let code = format!(
        "const step = '|= \"{typed}\"';
         return new Promise(resolve => {{
           const look = () => {{
             const seen = typed[step];
             if (seen?.all === undefined) setTimeout(look, 2);
             else resolve([seen.any, seen.all]);
           }};
           look();
         }});"
    );
    let ms = page.script(&code).await?;
    let at = |at: usize| {
        let ms = ms.get(at).and_then(serde_json::Value::as_f64).context("no time")?;
        anyhow::Ok(Duration::from_secs_f64(ms / 1000.0))
    };
    Ok([at(0)?, at(1)?])
}
