use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use model::{Labels, MatchOp, Matcher};
use protocol::place::FileRange;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::params::{Params, params, parse_selector};
use crate::http::{ApiError, App};

/// Files beside the one that was read that are looked at for its bytes.
const MAX_SIBLINGS: usize = 200;

/// `GET /api/place?match={stream}&ts=NS&arrival=N`: which bytes of which file an entry is. `match`
/// names all labels of its stream. 404: it was read from no file, or is not kept any more.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "place")
        .and(warp::get())
        .and(params())
        .then(move |params| {
            let app = app.clone();
            async move { place(&app, params).await.into_response() }
        })
        .boxed()
}

async fn place(app: &App, params: Result<Params, ApiError>) -> Result<warp::reply::Json, ApiError> {
    let params = params?;
    let store = app.store()?.clone();
    let labels = stream(&parse_selector(params.get("match").unwrap_or_default())?)?;
    let ts: i64 = params.parsed("ts", "nanoseconds since 1970")?.unwrap_or_default();
    let arrival: u64 = params.parsed("arrival", "a number")?.unwrap_or_default();
    blocking(move || {
        let place = store.places([(&labels, ts, arrival)]).remove(&arrival);
        let gone = || ApiError::Gone { what: "the place of this entry".to_owned() };
        let mut range = FileRange::from(&place.ok_or_else(gone)?);
        range.now = whereabouts(&range);
        Ok(warp::reply::json(&range))
    })
    .await
}

fn stream(matchers: &[Matcher]) -> Result<Labels, ApiError> {
    if let Some(matcher) = matchers.iter().find(|matcher| matcher.op != MatchOp::Equal) {
        return Err(ApiError::bad_request(format!(
            "match: expected the labels of one stream, each as name=\"value\", found {matcher}"
        )));
    }
    Ok(matchers.iter().map(|matcher| (matcher.name.as_str(), matcher.value.as_str())).collect())
}

/// The file that was read, under the name it has today: its own, or one beside it that is named
/// after it, as rotation does.
fn whereabouts(range: &FileRange) -> Option<String> {
    let path = Path::new(&range.path);
    let is_it = |path: &Path| {
        fs::metadata(path).is_ok_and(|found| {
            (found.dev(), found.ino()) == (range.device, range.inode)
                && found.len() >= range.offset.saturating_add(range.length)
        })
    };
    if is_it(path) {
        return Some(range.path.clone());
    }
    let name = path.file_name()?.to_str()?;
    let siblings = fs::read_dir(path.parent()?).ok()?.flatten().map(|entry| entry.path());
    let is_sibling = |path: &PathBuf| {
        path.file_name().and_then(|n| n.to_str()).is_some_and(|sibling| sibling.starts_with(name))
    };
    let found = siblings.filter(is_sibling).take(MAX_SIBLINGS).find(|path| is_it(path))?;
    Some(found.to_str()?.to_owned())
}
