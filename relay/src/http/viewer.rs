//! The viewer: `dist/`, embedded as it stands.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::read::GzDecoder;
use rust_embed::{Embed, EmbeddedFile};
use warp::filters::BoxedFilter;
use warp::http::header::{self, HeaderMap, HeaderValue};
use warp::http::{StatusCode, uri::Authority};
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::ApiError;

/// What `cargo xtask dist` built: the pages, and beside each file that packs well `FILE.br` and
/// `FILE.gz`. Of the wasm these alone: hardly a client takes neither.
#[derive(Embed)]
#[exclude = "*.wasm"]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
#[allow_missing = true]
struct Dist;

/// One file of the viewer.
struct Asset {
    bytes: Bytes,
    hash: [u8; 32],
}

impl Asset {
    fn embedded(name: &str) -> Option<Self> {
        let EmbeddedFile { data, metadata } = Dist::get(name)?;
        let bytes = match data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            // A debug build reads dist/ from the disk.
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Self { bytes, hash: metadata.sha256_hash() })
    }

    /// For who does not unpack by itself.
    fn unpacked(&self) -> Option<Self> {
        let mut bytes = Vec::new();
        GzDecoder::new(&*self.bytes).read_to_end(&mut bytes).ok()?;
        // Other bytes under another name.
        let hash = self.hash.map(|byte| !byte);
        Some(Self { bytes: Bytes::from(bytes), hash })
    }
}

const MISSING: &str = "\
The viewer is not in this build of Logpane.

Build the whole program with `cargo xtask dist`, or run it with `cargo xtask run`.
The relay itself works: `logpane query '{job=~\".+\"}'` asks it.
";

/// `GET /…`: the page and its files.
pub fn routes() -> BoxedFilter<(Response,)> {
    warp::get()
        .or(warp::head())
        .unify()
        .and(warp::path::full())
        .and(warp::header::headers_cloned())
        .map(|path: FullPath, headers: HeaderMap| {
            let page = page(path.as_str(), &headers, Asset::embedded);
            page.unwrap_or_else(warp::Reply::into_response)
        })
        .boxed()
}

/// What a report carries of the viewer.
#[derive(Debug)]
pub struct ViewerOfReport {
    pub script: Vec<u8>,
    /// Packed: the script unpacks it.
    pub wasm: Vec<u8>,
    pub style: Vec<u8>,
}

/// None in a build without the viewer.
pub fn viewer_of_report() -> Option<ViewerOfReport> {
    let get = |name: &str| Some(Dist::get(name)?.data.into_owned());
    Some(ViewerOfReport {
        script: get("report/script.js")?,
        wasm: get("report/app.wasm.zst")?,
        style: get("report/style.css")?,
    })
}

/// Whether the viewer answers this path.
pub fn has(path: &str) -> bool {
    let name = name(path);
    path == "/" || Dist::get(name).is_some() || Dist::get(&format!("{name}.gz")).is_some()
}

/// Changes with every build of the viewer; a page of an older one asks to be reloaded.
pub fn build_id() -> &'static str {
    static ID: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Dist::iter().collect();
        names.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for file in names.iter().filter_map(|name| Dist::get(name)) {
            hasher.update(&file.metadata.sha256_hash());
        }
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.finalize().to_hex().as_str().get(..16).unwrap_or_default().to_owned()
    });
    &ID
}

fn name(path: &str) -> &str {
    match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    }
}

fn page(
    path: &str,
    request: &HeaderMap,
    find: impl Fn(&str) -> Option<Asset>,
) -> Result<Response, ApiError> {
    let name = name(path);
    let packed = |suffix: &str| find(&format!("{name}.{suffix}"));
    let found = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(request, encoding))
        .find_map(|(encoding, suffix)| Some((packed(suffix)?, Some(encoding))))
        .or_else(|| Some((find(name)?, None)))
        .or_else(|| Some((packed("gz")?.unpacked()?, None)));
    let Some((file, encoding)) = found else {
        if path == "/" {
            let page = warp::reply::with_status(MISSING, StatusCode::NOT_FOUND);
            return Ok(page.into_response());
        }
        return Err(ApiError::NotFound);
    };

    let hash: String = file.hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{hash}\"");
    let known = request.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let unchanged = known.is_some_and(|tags| {
        tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*")
    });
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = warp::http::Response::new(file.bytes).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
        response
    };
    let headers = response.headers_mut();
    if let (Some(encoding), false) = (encoding, unchanged) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let caching = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Ok(policy) = HeaderValue::from_str(&content_policy(request)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// Nothing from elsewhere, no inline script, no eval but wasm. Attributes may carry styles: the
/// position of a row in a long list has no other place.
fn content_policy(request: &HeaderMap) -> String {
    // Older browsers do not count the WebSocket of the same host to 'self'.
    let host = request.get(header::HOST).and_then(|host| host.to_str().ok());
    let sockets = host
        .filter(|host| host.parse::<Authority>().is_ok_and(|a| !a.as_str().contains('@')))
        .filter(|host| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b)))
        .map(|host| format!(" ws://{host} wss://{host}"))
        .unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; \
         connect-src 'self'{sockets}; object-src 'none'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = parts.any(|p| {
                p.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
            });
            named && !refused
        })
}

/// Trunk writes `name-0123456789abcdef.css` and `name-0123456789abcdef_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('-').is_some_and(|(_, rest)| {
        let hash = rest.split(['.', '_']).next().unwrap_or_default();
        hash.len() >= 16 && hash.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "ftl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A viewer of one file that was packed one way.
    fn find(name: &str) -> Option<Asset> {
        let bytes = match name {
            "index.html" => Bytes::from_static(b"plain"),
            "index.html.gz" => Bytes::from_static(b"packed"),
            "app-0123456789abcdef.js" => Bytes::from_static(b"script"),
            "app.wasm.gz" => gzip(b"wasm"),
            _ => return None,
        };
        Some(Asset { hash: [u8::try_from(bytes.len()).unwrap(); 32], bytes })
    }

    fn get(path: &str, name: header::HeaderName, value: &'static str) -> Response {
        let request = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        page(path, &request, find).unwrap_or_else(warp::Reply::into_response)
    }

    #[test]
    fn the_smallest_that_the_browser_takes_is_sent() {
        for (accepted, encoding) in [
            ("gzip, deflate, br", Some("gzip")),
            ("br", None),
            ("identity", None),
            ("gzip;q=0", None),
            ("GZIP;q=0.5", Some("gzip")),
        ] {
            let response = get("/", header::ACCEPT_ENCODING, accepted);
            let found = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(found.map(|v| v.to_str().unwrap()), encoding, "{accepted}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        }
    }

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut packed = Vec::new();
        flate2::read::GzEncoder::new(bytes, flate2::Compression::fast())
            .read_to_end(&mut packed)
            .unwrap();
        Bytes::from(packed)
    }

    #[tokio::test]
    async fn what_is_there_packed_only_is_unpacked_for_who_cannot() {
        let routes = warp::path::full().and(warp::header::headers_cloned()).map(
            |path: FullPath, headers: HeaderMap| {
                let page = page(path.as_str(), &headers, find);
                page.unwrap_or_else(warp::Reply::into_response)
            },
        );
        for (accepted, encoding, body) in
            [("gzip", Some("gzip"), gzip(b"wasm")), ("identity", None, Bytes::from_static(b"wasm"))]
        {
            let asked = warp::test::request().path("/app.wasm").header("accept-encoding", accepted);
            let answer = asked.reply(&routes).await;
            let found = answer.headers().get(header::CONTENT_ENCODING);
            assert_eq!(found.map(|v| v.to_str().unwrap()), encoding, "{accepted}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/wasm");
            assert_eq!(answer.body(), &body, "{accepted}");
        }
        let tags = ["gzip", "identity"].map(|accepted| {
            get("/app.wasm", header::ACCEPT_ENCODING, accepted).headers()[header::ETAG].clone()
        });
        assert_ne!(tags[0], tags[1]);
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let path = "/app-0123456789abcdef.js";
        let first = get(path, header::ACCEPT, "*/*");
        assert_eq!(first.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        let etag = "\"060606060606060606060606\"";
        assert_eq!(first.headers()[header::ETAG], etag);
        for (known, status) in [(etag, 304), ("*", 304), ("\"other\"", 200)] {
            let again = get(path, header::IF_NONE_MATCH, known);
            assert_eq!(again.status(), status, "{known}");
        }
    }

    #[test]
    fn a_build_without_viewer_says_so() {
        let request = HeaderMap::new();
        let root = page("/", &request, |_| None).unwrap_or_else(warp::Reply::into_response);
        assert_eq!(root.status(), 404);
        assert!(matches!(page("/app.js", &request, |_| None), Err(ApiError::NotFound)));
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for (name, hashed) in [
            ("app-0123456789abcdef.js", true),
            ("app-0123456789abcdef_bg.wasm", true),
            ("style/tokens-00ff00ff00ff00ff.css", true),
            ("worker.js", false),
            ("worker-boot.js", false),
            ("index.html", false),
            ("app-0123.js", false),
        ] {
            assert_eq!(is_hashed(name), hashed, "{name}");
        }
    }

    #[test]
    fn the_policy_names_the_own_socket_and_takes_nothing_odd_into_it() {
        let policy = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            content_policy(&headers)
        };
        assert!(policy("localhost:3100").contains("'self' ws://localhost:3100 wss://"));
        assert!(policy("a;script-src *").contains("connect-src 'self';"));
    }
}
