use super::Asked;

/// The programs a query can be handed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// `logpane query`
    Logpane,
    /// `logpane export`: the lines as a file that opens anywhere
    Export,
    /// Grafana's `logcli query`
    Logcli,
    /// Loki's HTTP API
    Curl,
}

/// One line for a POSIX shell that asks the same.
pub fn command(shell: Shell, asked: &Asked<'_>) -> String {
    let Asked { address, from, to, .. } = *asked;
    let query = quoted(asked.query);
    let address_word = quoted(address);
    match shell {
        Shell::Logpane => {
            format!("logpane query {query} --addr {address_word} --from {from} --to {to}")
        }
        Shell::Export => format!(
            "logpane export {query} --addr {address_word} --from {from} --to {to} -o report.html"
        ),
        Shell::Logcli => {
            format!(
                "logcli query {query} --addr={address_word} --from={from} --to={to} --limit=5000"
            )
        }
        Shell::Curl => {
            let url = quoted(&format!("{address}/loki/api/v1/query_range"));
            format!(
                "curl -sG {url} --data-urlencode {} -d start={from} -d end={to} -d limit=5000",
                quoted(&format!("query={}", asked.query)),
            )
        }
    }
}

/// `text` as one word: within single quotes a shell reads nothing but the quote itself.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":/._-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
