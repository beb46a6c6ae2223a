//! Links of Grafana's Explore, read and written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an Explore link shows of a Loki data source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrafanaView {
    /// Of its Grafana, as in `https://grafana.example/sub`.
    pub address: String,
    pub query: String,
    /// `now-1h`, milliseconds since 1970, or RFC 3339, as it stands in the link.
    pub from: String,
    pub to: String,
}

/// What Grafana writes for one side of Explore. Its other keys say nothing that we could show.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Pane {
    datasource: Value,
    queries: Vec<Query>,
    range: Range,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Query {
    ref_id: String,
    expr: String,
    query_type: String,
    editor_mode: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Range {
    from: String,
    to: String,
}

impl Default for Range {
    fn default() -> Self {
        Self { from: "now-1h".to_owned(), to: "now".to_owned() }
    }
}

/// What a pasted link shows: the first pane with a query, in each of the forms that Grafana has
/// written over the years. None for any other text.
pub fn read_grafana_link(text: &str) -> Option<GrafanaView> {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return None;
    }
    let (path, query) = text.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let address = path.trim_end_matches('/').strip_suffix("/explore")?;
    let shown =
        form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| match &*name {
            "panes" => panes(&value),
            "left" | "right" => left(&value),
            _ => None,
        })?;
    Some(GrafanaView { address: address.to_owned(), ..shown })
}

/// `{"abc":{"datasource":…,"queries":[{"expr":…}],"range":{…}}}`
fn panes(value: &str) -> Option<GrafanaView> {
    let panes: BTreeMap<String, Pane> = serde_json::from_str(value).ok()?;
    panes.into_values().find_map(Pane::view)
}

/// The same without a name, or `["now-1h","now","Loki",{"expr":…}]`.
fn left(value: &str) -> Option<GrafanaView> {
    let Ok(Value::Array(parts)) = serde_json::from_str(value) else {
        return serde_json::from_str::<Pane>(value).ok()?.view();
    };
    let mut texts = parts.iter().map_while(Value::as_str);
    let range = Range { from: texts.next()?.to_owned(), to: texts.next()?.to_owned() };
    let queries = parts.iter().filter_map(|part| Query::deserialize(part).ok()).collect();
    Pane { queries, range, ..Pane::default() }.view()
}

impl Pane {
    fn view(self) -> Option<GrafanaView> {
        let query = self.queries.into_iter().find(|query| !query.expr.trim().is_empty())?;
        let Range { from, to } = self.range;
        Some(GrafanaView { address: String::new(), query: query.expr, from, to })
    }
}

/// The view in Explore of its Grafana, in the default Loki data source there.
pub fn grafana_link(view: &GrafanaView) -> String {
    let query = Query {
        ref_id: "A".to_owned(),
        expr: view.query.clone(),
        query_type: "range".to_owned(),
        editor_mode: "code".to_owned(),
    };
    let pane = Pane {
        // A data source's uid is known to its Grafana only; its type is enough to find one.
        datasource: Value::from("loki"),
        queries: vec![query],
        range: Range { from: view.from.clone(), to: view.to.clone() },
    };
    let panes = BTreeMap::from([("logpane", pane)]);
    // Texts and a map of them: this cannot fail.
    let panes = serde_json::to_string(&panes).unwrap_or_default();
    let panes: Cow<'_, str> = form_urlencoded::byte_serialize(panes.as_bytes()).collect();
    format!("{}/explore?schemaVersion=1&orgId=1&panes={panes}", view.address.trim_end_matches('/'))
}
