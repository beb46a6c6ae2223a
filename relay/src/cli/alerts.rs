use std::path::PathBuf;

use clap::Args;

use crate::alert::{AlertOptions, Channel, alertmanager};
use crate::config::ConfigError;

/// Rules and who is told, as typed.
#[derive(Clone, Debug, Default, Args)]
pub struct AlertArgs {
    /// Evaluate the rules of this file or folder, as Loki's ruler does (may be repeated)
    #[arg(long, env = "LOGPANE_RULES", value_name = "PATH", value_delimiter = ',')]
    pub rules: Vec<PathBuf>,
    /// Tell this Alertmanager, as in http://user:password@am:9093 (may be repeated)
    #[arg(
        long = "alertmanager",
        env = "LOGPANE_ALERTMANAGER",
        value_name = "URL",
        value_delimiter = ',',
        hide_short_help = true,
        hide_env_values = true
    )]
    pub alertmanagers: Vec<String>,
    /// Tell a chat or a webhook, as in wecom:https://…; webhook, wecom, dingtalk, feishu, slack,
    /// discord or ntfy (may be repeated)
    #[arg(
        long = "alert-to",
        env = "LOGPANE_ALERT_TO",
        value_name = "KIND:URL",
        hide_short_help = true,
        hide_env_values = true
    )]
    pub receivers: Vec<String>,
    /// Where people reach this relay: links of alerts lead there [default: where it listens]
    #[arg(long, env = "LOGPANE_EXTERNAL_URL", value_name = "URL", hide_short_help = true)]
    pub external_url: Option<String>,
}

impl AlertArgs {
    /// What was typed, and for the rest what the file says.
    pub fn over(&self, file: AlertOptions) -> Result<AlertOptions, ConfigError> {
        let mut options = file;
        if !self.rules.is_empty() {
            options.rules.clone_from(&self.rules);
        }
        if !self.alertmanagers.is_empty() {
            let endpoints = self.alertmanagers.iter().map(|url| alertmanager(url));
            options.alertmanagers = endpoints.collect::<Result<_, _>>()?;
        }
        if !self.receivers.is_empty() {
            options.receivers.clear();
            for text in &self.receivers {
                let channel = Channel::parse(text)?;
                if options.receivers.iter().any(|known| known.name == channel.name) {
                    return Err(ConfigError::SameReceiver { name: channel.name });
                }
                options.receivers.push(channel);
            }
        }
        if let Some(url) = &self.external_url {
            options.external_url = Some(url.trim_end_matches('/').to_owned());
        }
        match &options.external_url {
            Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
                Err(ConfigError::ExternalUrl { text: url.clone() })
            }
            _ => Ok(options),
        }
    }
}
