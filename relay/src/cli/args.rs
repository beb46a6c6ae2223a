//! The command line as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::alerts::AlertArgs;
use crate::cli::limits::RawLimits;
use crate::cli::promtail::{ImportArgs, PromtailArgs};
use crate::config::DEFAULT_LISTEN;

const EXAMPLES: &str = "\
Examples:
  logpane ~/CosyVoice/logs/*.log          follow these files and open the page
  logpane '~/apps/**/*.log' --job tts     a glob that also finds files to come
  logpane run -- python app.py            run a program and keep what it prints
  python app.py 2>&1 | logpane -          follow a program's output
  logpane                                 look again at what was kept
  logpane query '{job=\"cosyvoice3\"} |= \"error\"' --since 1h
  logpane demo                            see it on a simulated service

Without configuration: job, instance, level and times are found in paths and lines; entries are
kept for 7 days in ~/.local/share/logpane. Query language: LogQL, as Grafana Loki's.
Messages of the program itself go to stderr; LOGPANE_LOG=debug shows more of them.";

const QUERY_EXAMPLES: &str = "\
Examples:
  logpane query '{job=\"cosyvoice3\"} |~ \"timeout|fail\"' --since 6h
  logpane query '{job=\"cosyvoice3\"} | commit=\"abc1234\"' --from '2024-12-17 14:00' --to '2024-12-17 15:00'
  logpane query 'sum by (level) (count_over_time({job=\"cosyvoice3\"}[1h]))' --at now
  logpane query 'rate({job=\"cosyvoice3\"}[5m])' --step 1m -o jsonl
  logpane query '{job=\"cosyvoice3\"}' --data ~/.local/share/logpane -o raw   without a running relay

Times: RFC 3339, seconds / ms / us / ns since 1970, now, now-1h30m, or local time 2024-12-17 14:30.
Exit code: 0 also when nothing is found, 1 when the query failed, 2 when it cannot be asked so.";

const SERVE_EXAMPLES: &str = "\
Examples:
  logpane serve ~/CosyVoice/logs/*.log
  logpane serve --listen 0.0.0.0:3100 --auth-file users /srv/tts/logs/*.log
  htpasswd -nB ann > users                make the password file (Debian: apache2-utils)";

const SHARE_EXAMPLES: &str = "\
Examples:
  logpane share create '{job=\"cosyvoice3\"}' --last 1h --expires 7d --label 'for the issue'
  logpane share create '{job=\"cosyvoice3\"} |= \"CUDA\"' --from '2024-12-17 14:00' --to '2024-12-17 15:00'
  logpane share list
  logpane share revoke 3f9e0a1b77c2

Whoever has the link reads this scope and nothing else: no other streams or times, no files, no
settings. The relay keeps a hash of the link's token, so that it is shown this once.";

const RUN_EXAMPLES: &str = "\
Examples:
  logpane run -- python app.py --port 8188
  logpane run --job tts -- ./start.sh
  logpane query '{job=\"tts\"} | stream=\"stderr\" | commit=~\"abc1234.*\"'

The output passes through unchanged; each line is kept with stream, command, cwd, exit_status and,
in a git work tree, commit and dirty. A relay that has the data folder takes it; without one,
the program has a relay and its page beside it while it runs: the URL goes to stderr.
Exit code: the program's; 128 and the number of the signal that ended it; 127 if there is none.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  logpane export '{job=\"cosyvoice3\"}' --since 1h -o report.html
  logpane export '{job=\"cosyvoice3\"} |= \"CUDA\"' --since 1d --redact default,prompts -o report.html
  logpane export '{job=\"cosyvoice3\"}' --since 1h --review
  logpane export '{job=~\".+\", level!=\"debug\"}' --from '2024-12-17 14:00' --to '2024-12-17 15:00' \
    --data ~/.local/share/logpane -o report.html

The file opens by double-click, without a network: who gets it queries, charts and copies as here.
Secrets are replaced before anything is written; which rules ran and how often stands in the report.
Look at it before you send it (--review shows what each rule finds): no rule knows what you
consider private.
Rules: default (keys, tokens, passwords, e-mails, addresses, home folders), hosts, prompts, none;
-NAME leaves one out.";

const DEMO_EXAMPLES: &str = "\
Examples:
  logpane demo                            write logs into a temporary folder and show them
  logpane demo --speed 20                 twenty times as busy
  logpane demo --write-only --dir logs    only write; look with: logpane logs/*

Try there:
  {job=\"cosyvoice3\"} |= \"error\"
  {job=\"cosyvoice3\"} |~ \"timeout|fail\"
  rate({job=\"cosyvoice3\"}[5m])
  count_over_time({job=\"cosyvoice3\"} |= \"CUDA out of memory\"[5m]) > 5
  {job=\"cosyvoice3\"} | commit=\"abc1234\"";

/// Tails log files, keeps them for a week and shows them in the browser
#[derive(Debug, Parser)]
#[command(
    name = "logpane",
    version,
    after_long_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub open: OpenArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow files and serve them as a service: never opens a browser
    #[command(after_long_help = SERVE_EXAMPLES)]
    Serve(RawConfig),
    /// Ask a running relay, or a data folder, and print the answer
    #[command(after_long_help = QUERY_EXAMPLES)]
    Query(QueryArgs),
    /// Print matching entries as they arrive
    Tail(TailArgs),
    /// Make, list and take back read-only links
    #[command(after_long_help = SHARE_EXAMPLES)]
    Share(ShareArgs),
    /// Write what a query selects as one HTML file, with the viewer inside
    #[command(after_long_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Say whether an exported report is whole and unchanged
    Verify(VerifyArgs),
    /// Get the logs of an exported report back as files
    Extract(ExtractArgs),
    /// Print Promtail's configuration as one of Logpane's own, and on stderr what it leaves out
    ImportPromtail(ImportArgs),
    /// Say whether the relay could start so, and what stands in its way
    Check(RawConfig),
    /// Run a program, pass its output through and keep it
    #[command(after_long_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Write the logs of a simulated speech service and show them
    #[command(after_long_help = DEMO_EXAMPLES)]
    Demo(DemoArgs),
    /// Print a completion script for a shell
    Completions { shell: Shell },
}

/// `logpane [PATHS…]`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    #[command(flatten)]
    pub raw: RawConfig,
    /// Do not open the browser
    #[arg(
        long,
        env = "LOGPANE_NO_OPEN",
        help_heading = "Options",
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub no_open: bool,
}

/// What was typed for the relay; `check` makes a [`Config`] of it.
#[derive(Clone, Debug, Default, Args)]
pub struct RawConfig {
    /// Files and globs (** too); - is standard input
    #[arg(value_name = "PATHS")]
    pub paths: Vec<String>,
    /// A configuration file of Logpane's own (logpane.yaml); what is typed goes before it
    #[arg(short, long, env = "LOGPANE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to serve [default: 127.0.0.1:3100]
    #[arg(long, env = "LOGPANE_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// Folder for what is kept [default: $XDG_DATA_HOME/logpane or ~/.local/share/logpane]
    #[arg(long, env = "LOGPANE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The label job of these files, instead of the one found from the path
    #[arg(long, env = "LOGPANE_JOB", value_name = "NAME")]
    pub job: Option<String>,
    /// A label for every stream of these files (may be repeated)
    #[arg(long = "label", env = "LOGPANE_LABEL", value_name = "K=V", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// How long entries are kept, from when they were read [default: 7d]
    #[arg(long, env = "LOGPANE_RETENTION", value_name = "TIME")]
    pub retention: Option<String>,
    /// How long entries of some streams are kept, as in {level="debug"}=1d (may be repeated; the
    /// first that is for a stream counts)
    #[arg(
        long = "retention-for",
        env = "LOGPANE_RETENTION_FOR",
        value_name = "SELECTOR=TIME",
        hide_short_help = true
    )]
    pub retention_for: Vec<String>,
    /// How much disk they may take; the oldest go first [default: 10GB]
    #[arg(long, env = "LOGPANE_RETENTION_BYTES", value_name = "SIZE")]
    pub retention_bytes: Option<String>,
    /// Ask for user and password: a file of user:bcrypt lines
    #[arg(long, env = "LOGPANE_AUTH_FILE", value_name = "FILE")]
    pub auth_file: Option<PathBuf>,
    /// Let pages of this origin use the API, as in https://logs.example (may be repeated)
    #[arg(
        long = "allow-origin",
        env = "LOGPANE_ALLOW_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ',',
        hide_short_help = true
    )]
    pub allow_origins: Vec<String>,
    /// Give what clients push to the Loki API service_name and detected_level, as Loki does
    #[arg(
        long,
        env = "LOGPANE_DISCOVER",
        hide_short_help = true,
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub discover: bool,
    /// Send what comes in on to another Loki, as in https://user:password@loki.example (may be
    /// repeated)
    #[arg(
        long,
        env = "LOGPANE_FORWARD",
        value_name = "URL",
        value_delimiter = ',',
        hide_short_help = true,
        hide_env_values = true
    )]
    pub forward: Vec<String>,
    #[command(flatten)]
    pub alerts: AlertArgs,
    #[command(flatten)]
    pub limits: RawLimits,
    #[command(flatten)]
    pub promtail: PromtailArgs,
}

/// Which relay to ask, and as whom.
#[derive(Clone, Debug, Args)]
pub struct ClientArgs {
    /// The relay (or a Loki) to ask [default: http://127.0.0.1:3100]
    #[arg(long, env = "LOKI_ADDR", value_name = "URL")]
    pub addr: Option<String>,
    #[arg(long, env = "LOKI_USERNAME", value_name = "USER", hide_short_help = true)]
    pub username: Option<String>,
    #[arg(
        long,
        env = "LOKI_PASSWORD",
        value_name = "PASSWORD",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub password: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Time, labels and line, for reading
    #[default]
    Default,
    /// The lines alone
    Raw,
    /// One JSON object for each entry or sample
    Jsonl,
    /// The body of Loki's answer
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DirectionArg {
    /// Newest first
    #[default]
    Backward,
    /// Oldest first
    Forward,
}

#[derive(Debug, Args)]
pub struct QueryArgs {
    /// LogQL, such as '{job="cosyvoice3"} |= "error"'
    pub query: String,
    #[command(flatten)]
    pub client: ClientArgs,
    /// Read this data folder instead of asking a relay
    #[arg(long, env = "LOGPANE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    // What excludes each other is settled in `cli::query`: clap would count a setting of the
    // environment as typed.
    /// The last while, as in 30m, 6h or 7d [default: 1h]
    #[arg(long, env = "LOGPANE_SINCE", value_name = "TIME")]
    pub since: Option<String>,
    /// From this time on
    #[arg(long, env = "LOGPANE_FROM", value_name = "T")]
    pub from: Option<String>,
    /// Up to this time, exclusive for entries [default: now]
    #[arg(long, env = "LOGPANE_TO", value_name = "T")]
    pub to: Option<String>,
    /// Evaluate a metric query at this one time
    #[arg(long, env = "LOGPANE_AT", value_name = "T")]
    pub at: Option<String>,
    /// Time between two points of a metric query [default: range ÷ 250, at least 1s]
    #[arg(long, env = "LOGPANE_STEP", value_name = "TIME")]
    pub step: Option<String>,
    /// Most entries to print
    #[arg(long, env = "LOGPANE_LIMIT", value_name = "N", default_value_t = 100)]
    pub limit: usize,
    #[arg(long, env = "LOGPANE_DIRECTION", value_enum, default_value_t)]
    pub direction: DirectionArg,
    #[arg(short, long, env = "LOGPANE_OUTPUT", value_enum, default_value_t)]
    pub output: OutputFormat,
}

#[derive(Debug, Args)]
pub struct TailArgs {
    /// LogQL, such as '{job="cosyvoice3"} |= "error"'
    pub query: String,
    #[command(flatten)]
    pub client: ClientArgs,
    #[arg(short, long, env = "LOGPANE_OUTPUT", value_enum, default_value_t)]
    pub output: OutputFormat,
}

#[derive(Debug, Args)]
pub struct ShareArgs {
    #[command(subcommand)]
    pub command: ShareCommand,
}

#[derive(Debug, Subcommand)]
pub enum ShareCommand {
    /// Print a link that reads a scope
    Create(ShareCreateArgs),
    /// List the links there are
    List(ClientArgs),
    /// End a link at once
    Revoke {
        /// As `list` tells it
        #[arg(allow_hyphen_values = true)]
        id: String,
        #[command(flatten)]
        client: ClientArgs,
    },
}

/// `logpane export QUERY`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// LogQL: a selector, with a pipeline if need be
    pub query: String,
    /// The file that is written [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The while before now [default: 1h]
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// From this time on
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// Up to this time, exclusive [default: now]
    #[arg(long, value_name = "T")]
    pub to: Option<String>,
    /// What stands above it [default: the query]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// What a reader should know
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// What is replaced before it is written
    #[arg(long, value_name = "RULES", default_value = "default,hosts", allow_hyphen_values = true)]
    pub redact: String,
    /// A regular expression of your own whose matches, or groups, are replaced (may be repeated)
    #[arg(long = "redact-rule", value_name = "REGEX")]
    pub redact_rules: Vec<String>,
    /// Write no file; print what each rule would replace, before and after, and how large it would be
    #[arg(long, conflicts_with = "output")]
    pub review: bool,
    /// Read a data folder instead of asking a relay
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub client: ClientArgs,
}

/// `logpane verify FILE`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An exported report
    pub file: PathBuf,
}

/// `logpane extract FILE`.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// An exported report
    pub file: PathBuf,
    /// The folder that the files are written to
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct ShareCreateArgs {
    /// A selector, with stages that filter if need be: all that the link can ever show
    pub scope: String,
    /// The newest while at any time, as in 1h: the link moves along
    #[arg(long, value_name = "TIME")]
    pub last: Option<String>,
    /// The while before now, fixed [default: 1h]
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// From this time on
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// Up to this time, exclusive [default: now]
    #[arg(long, value_name = "T")]
    pub to: Option<String>,
    /// When the link ends by itself; never: only when it is taken back
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub expires: String,
    /// What you call it
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// Draw the link as a QR code as well
    #[arg(long)]
    pub qr: bool,
    #[command(flatten)]
    pub client: ClientArgs,
}

/// `logpane run -- CMD…`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The label job [default: from the folder and the program, as from a path]
    #[arg(long, env = "LOGPANE_JOB", value_name = "NAME")]
    pub job: Option<String>,
    /// The label instance [default: localhost]
    #[arg(long, env = "LOGPANE_INSTANCE", value_name = "NAME")]
    pub instance: Option<String>,
    /// The relay on this machine that takes it [default: the one that has the data folder]
    #[arg(long, env = "LOGPANE_ADDR", value_name = "URL")]
    pub addr: Option<String>,
    /// Folder for what is kept [default: $XDG_DATA_HOME/logpane or ~/.local/share/logpane]
    #[arg(long, env = "LOGPANE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The program and its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "CMD"
    )]
    pub command: Vec<String>,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Write the logs here [default: a temporary folder, removed at the end]
    #[arg(long, env = "LOGPANE_DEMO_DIR", value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// How much faster than life
    #[arg(long, env = "LOGPANE_DEMO_SPEED", value_name = "X", default_value_t = 1.0)]
    pub speed: f64,
    /// Hours of past written at once
    #[arg(long, env = "LOGPANE_DEMO_HOURS", value_name = "H", default_value_t = 6.0)]
    pub hours: f64,
    /// The same number gives the same story
    #[arg(long, env = "LOGPANE_DEMO_SEED", value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// Only write the logs, serve nothing
    #[arg(long, env = "LOGPANE_DEMO_WRITE_ONLY", value_parser = clap::builder::FalseyValueParser::new())]
    pub write_only: bool,
    /// Where to serve
    #[arg(long, env = "LOGPANE_LISTEN", value_name = "ADDR", default_value = DEFAULT_LISTEN)]
    pub listen: String,
    // No twin in the environment: made-up logs must not end up in the folder of the real ones.
    /// Folder for what is kept [default: a temporary folder, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long, env = "LOGPANE_NO_OPEN", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_open: bool,
}
