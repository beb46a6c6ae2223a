//! Promtail's command line, and what only looks at its configuration.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use model::Labels;

use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::config::{ConfigError, parse_label};
use crate::configured::{FileError, PromtailFile, import};

/// The flags of Promtail that work here, in its spelling.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "As Promtail")]
pub struct PromtailArgs {
    /// Promtail's configuration file
    #[arg(long = "config.file", env = "LOGPANE_CONFIG_FILE", value_name = "FILE")]
    pub config_file: Option<PathBuf>,
    /// Replace ${NAME} and ${NAME:-default} in it
    #[arg(long = "config.expand-env", env = "LOGPANE_CONFIG_EXPAND_ENV", value_name = "BOOL",
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set, hide_default_value = true,
        hide_possible_values = true)]
    pub expand_env: bool,
    /// Only say what is wrong with it
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set, hide_default_value = true,
        value_name = "BOOL", hide_possible_values = true)]
    pub check_syntax: bool,
    /// Print entries instead of keeping them
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set, hide_default_value = true,
        value_name = "BOOL", hide_possible_values = true)]
    pub dry_run: bool,
    /// Print what each stage does with each line
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set, hide_default_value = true,
        value_name = "BOOL", hide_possible_values = true)]
    pub inspect: bool,
    /// Read standard input instead of the files, with the stages of the first job
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set, hide_default_value = true,
        value_name = "BOOL", hide_possible_values = true)]
    pub stdin: bool,
    /// Print the configuration as it is used on stderr
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, action = clap::ArgAction::Set, hide_default_value = true,
        value_name = "BOOL", hide_possible_values = true)]
    pub print_config_stderr: bool,
    /// Labels for every line
    #[arg(long = "client.external-labels", value_name = "K=V,…", value_delimiter = ',')]
    pub external_labels: Vec<String>,
    /// Means nothing here; LOGPANE_LOG does
    #[arg(long = "log.level", value_name = "LEVEL", hide = true)]
    pub log_level: Option<String>,
}

/// `logpane import-promtail FILE`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Promtail's configuration file
    pub file: PathBuf,
    /// Replace ${NAME} and ${NAME:-default} in it
    #[arg(long)]
    pub expand_env: bool,
}

/// Flags that Go's programs take with one dash as well.
const FLAGS: [&str; 10] = [
    "config.file",
    "config.expand-env",
    "check-syntax",
    "dry-run",
    "inspect",
    "stdin",
    "print-config-stderr",
    "client.external-labels",
    "log.level",
    "version",
];

/// The arguments with Promtail's flags in the spelling of all others: `-config.file` is
/// `--config.file`.
pub fn arguments(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut is_behind_dashes = false;
    let two_dashes = |arg: OsString| {
        is_behind_dashes |= arg == "--";
        let text = arg.to_str().filter(|_| !is_behind_dashes).unwrap_or_default();
        let flag = text.strip_prefix('-').filter(|flag| !flag.starts_with('-'));
        let name = flag.map(|flag| flag.split('=').next().unwrap_or(flag));
        match (flag, name) {
            (Some(flag), Some(name)) if FLAGS.contains(&name) => format!("--{flag}").into(),
            _ => arg,
        }
    };
    args.map(two_dashes).collect()
}

impl PromtailArgs {
    /// The file that was named.
    pub fn file(&self) -> Result<Option<PromtailFile>, ConfigError> {
        let Some(path) = &self.config_file else { return Ok(None) };
        let labels = self.external_labels.iter().map(|text| {
            // Promtail's own way: a label may be set that a file could set as well.
            match text.split_once('=') {
                Some((name @ ("job" | "filename" | "level"), value)) => {
                    Ok((name.to_owned(), value.to_owned()))
                }
                _ => parse_label(text),
            }
        });
        Ok(Some(PromtailFile {
            path: path.clone(),
            expands: self.expand_env,
            external_labels: labels.collect::<Result<Labels, _>>()?,
            reads_stdin: self.stdin,
        }))
    }

    /// Does what is asked for instead of serving. None: nothing is.
    pub fn look(&self) -> Option<Result<(), Failure>> {
        let file = match self.file() {
            Ok(Some(file)) => file,
            Ok(None) => {
                let flags = [
                    ("-check-syntax", self.check_syntax),
                    ("-dry-run", self.dry_run),
                    ("-inspect", self.inspect),
                    ("-stdin", self.stdin),
                ];
                let (flag, _) = flags.into_iter().find(|(_, is_set)| *is_set)?;
                return Some(Err(Failure::usage(format!("{flag} needs -config.file FILE"))));
            }
            Err(error) => return Some(Err(error.into())),
        };
        if self.print_config_stderr {
            match file.text() {
                Ok(text) => _ = std::io::stderr().write_all(text.as_bytes()),
                Err(error) => return Some(Err(usage(error))),
            }
        }
        if self.check_syntax {
            return Some(check_syntax(&file));
        }
        if self.inspect || self.dry_run {
            return Some(crate::cli::dry_run::run(&file, self.inspect));
        }
        None
    }
}

fn usage(error: FileError) -> Failure {
    ConfigError::from(error).into()
}

/// Names everything that is wrong, and fails if something is.
fn check_syntax(file: &PromtailFile) -> Result<(), Failure> {
    let loaded = file.load(None).map_err(usage)?;
    loaded.notices.iter().for_each(|notice| say(notice));
    if !loaded.problems.is_empty() {
        return Err(Failure::usage(loaded.problems.join("\n")));
    }
    written(writeln!(std::io::stdout(), "Valid config file! No syntax issues found"))
}

/// `logpane import-promtail`
pub fn run_import(args: &ImportArgs) -> Result<(), Failure> {
    let file = PromtailFile {
        path: args.file.clone(),
        expands: args.expand_env,
        ..PromtailFile::default()
    };
    let host = crate::configured::host_name();
    let found = import(&file, &host).map_err(usage)?;
    for sentence in &found.left_out {
        say(sentence);
    }
    written(std::io::stdout().write_all(found.text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dash_is_as_good_as_two() {
        for (typed, expected) in [
            ("logpane -config.file=a -dry-run", "logpane --config.file=a --dry-run"),
            ("logpane --config.file a -c b -h", "logpane --config.file a -c b -h"),
            ("logpane - -x -version", "logpane - -x --version"),
            ("logpane -- -dry-run", "logpane -- -dry-run"),
        ] {
            let args = typed.split(' ').map(OsString::from);
            let found: Vec<String> =
                arguments(args).into_iter().map(|arg| arg.into_string().unwrap()).collect();
            assert_eq!(found.join(" "), expected);
        }
    }
}
