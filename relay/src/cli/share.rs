//! `logpane share`: read-only links from the command line.

use std::io::Write as _;

use jiff::tz::TimeZone;
use model::Timestamp;
use protocol::share::{CreatedShare, NewShare, Share, ShareRange, Shares};

use crate::cli::args::{ShareArgs, ShareCommand, ShareCreateArgs};
use crate::cli::client::Client;
use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::cli::times;
use crate::http::now_ns;
use crate::share::qr;

pub fn run(args: &ShareArgs) -> Result<(), Failure> {
    match &args.command {
        ShareCommand::Create(typed) => create(&Client::new(&typed.client)?, typed),
        ShareCommand::List(client) => list(&Client::new(client)?),
        ShareCommand::Revoke { id, client } => {
            Client::new(client)?.delete(&format!("/api/shares/{id}"))?;
            say(&format!("share {id} is taken back: its link does not work any more"));
            Ok(())
        }
    }
}

fn create(client: &Client, args: &ShareCreateArgs) -> Result<(), Failure> {
    let zone = TimeZone::system();
    let new = NewShare {
        scope: args.scope.clone(),
        range: range(args, now_ns(), &zone)?,
        expires_seconds: match args.expires.as_str() {
            "never" => None,
            text => Some(seconds("expires", text)?),
        },
        label: args.label.clone().unwrap_or_default(),
        view: String::new(),
        base: format!("{}/", client.addr()),
    };
    let CreatedShare { share, token, loopback_only, .. } = client.post_json("/api/shares", &new)?;
    let link = format!("{}/#share={token}", client.addr());
    written(writeln!(std::io::stdout(), "{link}"))?;
    if args.qr {
        say(&format!("\n{}", qr::text(&link).unwrap_or_default()));
    }
    let ends = share.expires.map_or_else(
        || "until it is taken back".to_owned(),
        |expires| format!("until {}", times::show(expires.0, &zone)),
    );
    say(&format!(
        "whoever has this link reads {} of {}, {ends}; `logpane share revoke {}` ends it",
        shown(share.range, &zone),
        share.scope,
        share.id
    ));
    if loopback_only {
        say("only this machine can open it: the relay listens on loopback. For others start it \
             with --listen 0.0.0.0:3100 --auth-file FILE");
    }
    Ok(())
}

fn list(client: &Client) -> Result<(), Failure> {
    let Shares { shares, .. } = client.get_json("/api/shares")?;
    let zone = TimeZone::system();
    if shares.is_empty() {
        say("nothing is shared");
    }
    let now = now_ns();
    let mut out = std::io::stdout().lock();
    for share in shares {
        written(writeln!(out, "{}", row(&share, now, &zone)))?;
    }
    Ok(())
}

fn row(share: &Share, now: i64, zone: &TimeZone) -> String {
    let ends = match share.expires {
        None => "no end".to_owned(),
        Some(expires) if expires.0 <= now => "expired".to_owned(),
        Some(expires) => format!("until {}", times::show(expires.0, zone)),
    };
    let used = match share.last_used {
        None => "never used".to_owned(),
        Some(at) => format!("{} requests, last {}", share.uses, times::show(at.0, zone)),
    };
    let label = if share.label.is_empty() { "-" } else { &share.label };
    let range = shown(share.range, zone);
    format!("{}  {ends}  {used}  {label}  {range}  {}", share.id, share.scope)
}

fn shown(range: ShareRange, zone: &TimeZone) -> String {
    match range {
        ShareRange::Between { start, end } => {
            format!("{} to {}", times::show(start.0, zone), times::show(end.0, zone))
        }
        ShareRange::Last { seconds } => {
            let ns = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
            format!("the last {}", model::format_duration(ns))
        }
    }
}

fn range(args: &ShareCreateArgs, now: i64, zone: &TimeZone) -> Result<ShareRange, Failure> {
    let starts = [&args.last, &args.since, &args.from];
    if starts.iter().filter(|given| given.is_some()).count() > 1 {
        return Err(Failure::usage(
            "--last, --since and --from are three ways to say the time, expected one of them",
        ));
    }
    if let Some(text) = &args.last {
        if args.to.is_some() {
            return Err(Failure::usage("--last moves along with the time, it has no --to"));
        }
        return Ok(ShareRange::Last { seconds: seconds("last", text)? });
    }
    let span = || {
        let seconds = seconds("since", args.since.as_deref().unwrap_or("1h"))?;
        Ok(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000))
    };
    let (start, end) = times::between(args.from.as_deref(), args.to.as_deref(), now, zone, span)?;
    Ok(ShareRange::Between { start: Timestamp(start), end: Timestamp(end) })
}

fn seconds(flag: &str, text: &str) -> Result<u64, Failure> {
    let ns = model::parse_duration(text)
        .map_err(|error| Failure::usage(format!("--{flag}: {error}")))?;
    match u64::try_from(ns / 1_000_000_000) {
        Ok(seconds @ 1..) => Ok(seconds),
        _ => Err(Failure::usage(format!("--{flag} must be at least a second"))),
    }
}
