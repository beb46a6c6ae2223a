use crate::alert::AlertOptions;
use crate::auth::Passwords;
use crate::cli::args::RawConfig;
use crate::config::{
    self, Config, ConfigError, DEFAULT_LISTEN, DEFAULT_RETENTION, DEFAULT_RETENTION_BYTES,
    TypedRetention,
};
use crate::configured::{ConfigFile, FileError, OwnConfig, Watches, host_name};
use crate::forward::Destination;
use crate::store::{RetentionRule, RuleError};

impl RawConfig {
    /// Checks every setting and fills in what was left out: first from the configuration file,
    /// then with the defaults.
    pub fn check(&self) -> Result<Config, ConfigError> {
        let own = self.config.as_deref().map(OwnConfig::read).transpose()?.unwrap_or_default();
        let zone = own.time_zone();
        // Typed rules go instead of those of the file, so that their order is plain.
        let retention_rules = match self.retention_for.is_empty() {
            // Checked when the file was read.
            true => own.retention_rules().unwrap_or_default(),
            false => self.retention_rules()?,
        };
        let in_yaml =
            |problem: yaml::Problem| FileError::Wrong { problems: vec![problem.to_string()] };
        let of_file = self.config.as_deref().map_or(Ok(AlertOptions::default()), |f| own.alerts(f));
        let alerts = self.alerts.over(of_file.map_err(in_yaml)?)?;
        let in_file = |path: String| {
            self.config.as_deref().map(|file| OwnConfig::path(file, &path)).unwrap_or_default()
        };
        let promtail = self.promtail.file()?.map(ConfigFile::Promtail);
        let file = match (promtail, &self.config) {
            (Some(_), Some(_)) => return Err(ConfigError::TwoFiles),
            (Some(file), None) => Some(file),
            (None, own) => own.clone().map(ConfigFile::Own),
        };
        let text = |typed: &Option<String>, file: Option<String>, default: &str| {
            typed.clone().or(file).unwrap_or_else(|| default.to_owned())
        };
        let unit = |flag| move |source| ConfigError::Unit { flag, source };

        let listen = text(&self.listen, own.listen.map(|marked| marked.value), DEFAULT_LISTEN);
        let listen = config::parse_listen(&listen)?;
        let auth_file = self.auth_file.clone().or_else(|| own.auth_file.map(in_file));
        let passwords = auth_file.as_deref().map(Passwords::read).transpose()?;
        if passwords.is_none() && !listen.ip().is_loopback() {
            return Err(ConfigError::OpenToAll { addr: listen });
        }
        let retention =
            text(&self.retention, own.retention.map(|marked| marked.value), DEFAULT_RETENTION);
        let retention = config::parse_retention(&retention).map_err(unit("retention"))?;
        let size = own.retention_bytes.map(|marked| marked.value);
        let size = text(&self.retention_bytes, size, DEFAULT_RETENTION_BYTES);
        let origins = match self.allow_origins.is_empty() {
            true => own.allow_origins,
            false => self.allow_origins.clone(),
        };
        let data = self.data.clone().or_else(|| own.data.map(in_file));
        let data = data.map_or_else(config::default_data_dir, Ok)?;
        let loaded = file.as_ref().map(|file| file.load(&data)).transpose()?.unwrap_or_default();
        let forwards =
            self.forward.iter().map(|url| self.destination(url)).collect::<Result<Vec<_>, _>>()?;
        Destination::check(loaded.forwards.iter().chain(&forwards), listen)?;
        let labels = self.labels.iter().map(|text| config::parse_label(text));
        Ok(Config {
            listen,
            paths: self.paths.clone(),
            job: self.job.clone(),
            labels: labels.collect::<Result<_, _>>()?,
            retention: retention.ok_or(ConfigError::RetentionZero)?,
            retention_rules,
            retention_bytes: model::parse_bytes(&size).map_err(unit("retention-bytes"))?,
            typed: TypedRetention {
                keep: self.retention.is_some(),
                rules: !self.retention_for.is_empty(),
                bytes: self.retention_bytes.is_some(),
            },
            passwords,
            allow_origins: origins
                .iter()
                .map(|text| config::parse_origin(text))
                .collect::<Result<_, _>>()?,
            discover: self.discover || own.discover,
            limits: self.limits.clone().or(own.limits).check()?,
            alerts,
            forwards,
            zone,
            file,
            loaded,
            watches: Watches::default(),
            data,
        })
    }

    fn destination(&self, url: &str) -> Result<Destination, ConfigError> {
        let mut to = Destination::parse(url)?;
        to.instance = Some(host_name());
        Ok(to)
    }

    fn retention_rules(&self) -> Result<Vec<RetentionRule>, RuleError> {
        let mut rules = Vec::new();
        for text in &self.retention_for {
            rules.append(&mut RetentionRule::parse_all(text)?);
        }
        Ok(rules)
    }
}
