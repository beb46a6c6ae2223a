use headers::authorization::Credentials as _;
use percent_encoding::percent_decode_str;

/// A server that the relay sends to, as in `http://user:password@host:port/path`.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Without user and password, and without a slash at the end.
    pub url: String,
    /// The header that says who asks.
    pub authorization: Option<String>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// None: it is no URL of a server.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        if !matches!(scheme, "http" | "https") || host.is_empty() || path.contains(['?', '#']) {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let authorization = match login {
            Some(login) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                Some(basic(&decoded(user), &decoded(password))?)
            }
            None => None,
        };
        let url = format!("{scheme}://{host}{}", path.trim_end_matches('/'));
        Some(Self { url, authorization })
    }

    /// Whether it names only a server, and no path on it.
    pub fn is_bare(&self) -> bool {
        self.url.matches('/').count() == 2
    }
}

/// The header of Basic Auth. None: the user has a colon, which it cannot say.
pub fn basic(user: &str, password: &str) -> Option<String> {
    if user.contains(':') {
        return None;
    }
    let basic = headers::Authorization::basic(user, password);
    basic.0.encode().to_str().map(str::to_owned).ok()
}

/// Whether a host's name or address is this machine's own, which nobody else reaches.
pub(crate) fn is_local_name(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => {
            let name = bare.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_the_url_becomes_a_header() {
        for (text, expected) in [
            ("http://127.0.0.1:9093", Some(("http://127.0.0.1:9093", None))),
            ("https://am.example/prefix/", Some(("https://am.example/prefix", None))),
            // ann:p@ss
            ("http://ann:p%40ss@am:9093", Some(("http://am:9093", Some("Basic YW5uOnBAc3M=")))),
            ("am:9093", None),
            ("ftp://am", None),
            ("http://", None),
            ("http://am/?x=1", None),
        ] {
            let found = Endpoint::parse(text);
            let found = found.as_ref().map(|e| (e.url.as_str(), e.authorization.as_deref()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
