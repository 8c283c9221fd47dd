//! Settings: read once, typed, every mistake reported together. `docs/configuration.md` lists them.
//!
//! Defaults are overruled by `faultdesk.toml`, that by the environment (`FAULTDESK_SECTION__KEY`), that by flags.

pub mod keys;
mod mistake;
mod network;
mod shown;
mod sources;
mod values;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use domain::{cover::CoverLevel, flapping::FlapLimits, text::EmailAddress};
use url::Url;

use crate::mail::{inbound::settings::Inbound, transport::SmtpSettings};

use self::{
    keys::{KEYS, Key},
    sources::Layers,
};

pub use self::{
    mistake::{Mistake, Origin},
    network::Network,
    shown::masked_database_url,
    sources::{FILE_USUAL, Flags, Sources},
    values::Mailbox,
};

/// Most probes that may run at once; each may hold a socket, and a process rarely gets more.
pub const IN_FLIGHT_MAX: u32 = 20_000;
/// A unit that stays longer than a year was sold.
pub const LOAN_DAYS_MAX: u32 = 365;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    pub data_dir: PathBuf,
    /// File with the key that signs links.
    pub secret_key_file: PathBuf,
    pub site_dir: PathBuf,
    pub server: Server,
    pub database: Database,
    pub mail: Mail,
    pub support: Support,
    pub hardware: Hardware,
    pub monitor: Monitor,
    pub log: Log,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub listen: SocketAddr,
    /// `http` or `https`, without path, query or credentials.
    pub base_url: Url,
    pub trusted_proxies: Vec<Network>,
}

/// Shows no password.
#[derive(Clone)]
pub struct Database {
    /// `sqlite://...` or `postgres://...`, possibly with a password.
    pub url: String,
}

/// Shows no password.
#[derive(Clone)]
pub struct Mail {
    /// Proved by [`SmtpSettings::parse`]. `None`: mails become files in `directory`.
    pub smtp_url: Option<String>,
    /// `None`: no mail comes in.
    pub inbound: Option<Inbound>,
    pub from: Mailbox,
    /// `None`: no mail goes to customers yet.
    pub support_address: Option<EmailAddress>,
    pub directory: PathBuf,
}

#[derive(Debug, Clone, Default)]
pub struct Support {
    /// Empty when there is none to show.
    pub phone: String,
    pub phone_24h: String,
    /// An IANA name that jiff knows.
    pub zone: String,
}

impl Support {
    /// The number for a customer with this cover: the one that is answered at night only where cover includes the night.
    pub fn phone_for(&self, cover: CoverLevel) -> &str {
        match cover {
            CoverLevel::Cat4 if !self.phone_24h.is_empty() => &self.phone_24h,
            _ => &self.phone,
        }
    }
}

/// Couriers, loans and returns.
#[derive(Debug, Clone)]
pub struct Hardware {
    /// Minutes after midnight, on working days of the working-hours calendar.
    pub courier_before_min: u16,
    /// 1 to [`LOAN_DAYS_MAX`].
    pub loan_days: u32,
    /// One line; empty when there is none.
    pub return_address: String,
}

#[derive(Debug, Clone)]
pub struct Monitor {
    /// 1 to [`IN_FLIGHT_MAX`].
    pub max_in_flight: u32,
    pub deny_networks: Vec<Network>,
    pub flap_limits: FlapLimits,
}

#[derive(Debug, Clone)]
pub struct Log {
    /// A list of directives that `tracing_subscriber::EnvFilter` understands.
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    Text,
    Json,
}

/// A good configuration, and where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub config: Config,
    /// In the order of [`KEYS`].
    pub settings: Vec<Setting>,
}

/// One effective value as it may be shown: without passwords.
#[derive(Debug, Clone)]
pub struct Setting {
    pub key: &'static Key,
    pub shown: String,
    pub origin: Origin,
}

/// Everything that is wrong: the file from top to bottom, then the environment, then flags. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl std::error::Error for Mistakes {}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "the configuration has a mistake:")?,
            count => write!(f, "the configuration has {count} mistakes:")?,
        }
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl Config {
    /// Reads all sources.
    ///
    /// # Errors
    /// Every mistake of every source, also of values that a later source overrules.
    pub fn load(sources: &Sources) -> Result<Loaded, Mistakes> {
        let mut mistakes = Vec::new();
        let layers = sources::gather(sources, &mut mistakes);
        let mut reader = values::Reader::new(layers, &mut mistakes);
        let config = read(&mut reader);
        let layers = reader.into_layers();
        match config {
            Some(config) if mistakes.is_empty() => {
                let settings = KEYS.iter().filter_map(|key| shown(key, &layers)).collect();
                Ok(Loaded { config, settings })
            }
            _ => {
                mistakes.sort_by_key(Mistake::rank);
                Err(Mistakes(mistakes))
            }
        }
    }

    /// The defaults with everything kept in `folder`: for tests and tools.
    ///
    /// # Errors
    /// When the folder's name cannot be part of a database URL.
    pub fn in_folder(folder: &Path) -> Result<Self, Mistakes> {
        let flags = Flags { data_dir: Some(folder.display().to_string()), ..Flags::default() };
        Self::load(&Sources { flags, ..Sources::default() }).map(|loaded| loaded.config)
    }
}

impl Server {
    /// `base_url`, with the port that the system chose for `listen` when the URL is the default one.
    pub fn base_url_at(&self, bound: SocketAddr) -> Url {
        let default = values::browsable(self.listen);
        match Url::parse(&default) {
            Ok(default) if default == self.base_url => {
                Url::parse(&values::browsable(bound)).unwrap_or_else(|_| self.base_url.clone())
            }
            _ => self.base_url.clone(),
        }
    }
}

/// The typed configuration; `None` only when there are mistakes.
fn read(reader: &mut values::Reader<'_>) -> Option<Config> {
    // First the two that other defaults are made of.
    let data_dir = reader.data_dir();
    let listen = reader.listen();
    let (secret_key_file, site_dir) = (reader.path("secret_key_file"), reader.path("site_dir"));
    let (base_url, trusted_proxies) = (reader.base_url(), reader.networks("server.trusted_proxies"));
    let url = reader.database_url();
    let mail = read_mail(reader);
    let support = read_support(reader);
    let hardware = read_hardware(reader);
    let max_in_flight = reader.number("monitor.max_in_flight", 1, IN_FLIGHT_MAX);
    let deny_networks = reader.networks("monitor.deny_networks");
    let flapping_above = reader.percent("monitor.flapping_above", 1, 100);
    let settled_at = reader.percent("monitor.settled_at", 0, 99);
    let (level, format) = (reader.log_level(), reader.log_format());
    let config = Config {
        data_dir: data_dir?,
        secret_key_file: secret_key_file?,
        site_dir: site_dir?,
        server: Server { listen: listen?, base_url: base_url?, trusted_proxies: trusted_proxies? },
        database: Database { url: url? },
        mail: mail?,
        support: support?,
        hardware: hardware?,
        monitor: Monitor {
            max_in_flight: max_in_flight?,
            deny_networks: deny_networks?,
            flap_limits: FlapLimits { start: flapping_above?, end: settled_at? },
        },
        log: Log { level: level?, format: format? },
    };
    check_together(&config, reader);
    Some(config)
}

fn read_mail(reader: &mut values::Reader<'_>) -> Option<Mail> {
    let (smtp_url, from) = (reader.smtp_url(), reader.mailbox("mail.from"));
    let inbound = reader.inbound();
    let (support_address, directory) = (reader.email("mail.support_address"), reader.path("mail.directory"));
    Some(Mail {
        smtp_url: smtp_url?,
        inbound: inbound?,
        from: from?,
        support_address: support_address?,
        directory: directory?,
    })
}

fn read_support(reader: &mut values::Reader<'_>) -> Option<Support> {
    let (phone, phone_24h) = (reader.phone("support.phone"), reader.phone("support.phone_24h"));
    let zone = reader.zone("support.zone");
    Some(Support { phone: phone?, phone_24h: phone_24h?, zone: zone? })
}

fn read_hardware(reader: &mut values::Reader<'_>) -> Option<Hardware> {
    let courier_before_min = reader.time_of_day("hardware.courier_before");
    let loan_days = reader.number("hardware.loan_days", 1, LOAN_DAYS_MAX);
    let return_address = reader.line("hardware.return_address");
    Some(Hardware { courier_before_min: courier_before_min?, loan_days: loan_days?, return_address: return_address? })
}

/// Settings that are good alone and senseless together.
fn check_together(config: &Config, reader: &mut values::Reader<'_>) {
    let FlapLimits { start, end } = config.monitor.flap_limits;
    if start < end {
        let message = format!("must not be above monitor.flapping_above ({start}), and is {end}");
        reader.refuse("monitor.settled_at", &message);
    }
    if config.mail.inbound.is_some() && config.mail.support_address.is_none() {
        reader.refuse("mail.inbound", "takes mail for mail.support_address, which is not set");
    }
    let smtp = config.mail.smtp_url.as_deref().and_then(|url| SmtpSettings::parse(url).ok());
    let Some(smtp) = smtp.filter(|smtp| !values::is_loopback(&smtp.host)) else {
        return; // Mails stay on this machine, so do their links.
    };
    if config.mail.from.is_local() {
        let message =
            format!("is {}, which {smtp} cannot deliver answers to; set an address of yours", config.mail.from);
        reader.refuse("mail.from", &message);
    }
    let host = config.server.base_url.host_str().unwrap_or_default();
    if values::is_loopback(host) {
        let message = format!(
            "is {}, so links in mails sent through {smtp} would lead people to their own machine; set the address that \
             they can reach",
            config.server.base_url
        );
        reader.refuse("server.base_url", &message);
    }
}

/// The effective value of a key, fit to be shown.
fn shown(key: &'static Key, layers: &Layers) -> Option<Setting> {
    let written = layers.get(key.name)?.last()?;
    Some(Setting { key, shown: shown::shown(key, &written.raw), origin: written.origin.clone() })
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("url", &masked_database_url(&self.url)).finish()
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("smtp_url", &self.smtp_url.as_deref().map(shown::masked_smtp_url))
            .field("inbound", &self.inbound)
            .field("from", &self.from)
            .field("support_address", &self.support_address)
            .field("directory", &self.directory)
            .finish()
    }
}

#[cfg(test)]
mod tests;
