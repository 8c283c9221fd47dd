//! From written values to typed ones.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use domain::text::EmailAddress;
use jiff::{
    civil::Time,
    tz::{self, TimeZone},
};
use url::Url;

use super::{
    LogFormat, Mistake, Network, Origin,
    keys::Key,
    sources::{self, Layers, Raw, Written},
};
use crate::mail::{inbound::settings::Inbound, message::Sender, transport::SmtpSettings};

/// Longest path or URL that is looked at.
const TEXT_CHARS_MAX: usize = 2_048;
/// Longer than any telephone number with its words, short enough for a page's footer.
const PHONE_CHARS_MAX: usize = 40;

/// A name with a mail address: `Faultdesk <faults@desk.example>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// `None` for a bare address.
    pub name: Option<String>,
    pub address: EmailAddress,
}

impl Mailbox {
    fn parse(text: &str) -> Result<Self, String> {
        Sender::parse(text)?;
        let wrong = || format!("must be a mailbox such as Faultdesk <faults@desk.example>, not {text:?}");
        let mailbox: lettre::message::Mailbox = text.trim().parse().map_err(|_| wrong())?;
        let address = EmailAddress::parse(mailbox.email.as_ref()).map_err(|error| error.to_string())?;
        Ok(Self { name: mailbox.name.filter(|name| !name.trim().is_empty()), address })
    }

    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.address.as_str().rsplit('@').next().unwrap_or_default()
    }

    /// Whether no other machine could answer to it.
    pub fn is_local(&self) -> bool {
        self.domain() == "localhost"
    }
}

/// As mail headers want it, a name with odd characters in quotes.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address.as_str().parse() {
            Ok(email) => lettre::message::Mailbox::new(self.name.clone(), email).fmt(f),
            Err(_) => f.write_str(self.address.as_str()),
        }
    }
}

/// Parses each value of a key, reports the wrong ones, and gives the last good one.
pub(super) struct Reader<'a> {
    layers: Layers,
    mistakes: &'a mut Vec<Mistake>,
    /// What `DATA_DIR` and `LISTEN` in defaults stand for.
    stand_ins: [(&'static str, String); 2],
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: Layers, mistakes: &'a mut Vec<Mistake>) -> Self {
        let default = |name| Key::find(name).map_or("", |key| key.default).to_owned();
        let stand_ins = [("DATA_DIR", default("data_dir")), ("LISTEN", default("server.listen"))];
        Self { layers, mistakes, stand_ins }
    }

    /// All values, defaults included for the keys that were read.
    pub(super) fn into_layers(self) -> Layers {
        self.layers
    }

    /// A mistake about the effective value of `name`.
    pub(super) fn refuse(&mut self, name: &str, message: &str) {
        let origin = self.layers.get(name).and_then(|layers| layers.last()).map(|written| &written.origin);
        self.mistakes.push(Mistake::new(origin.unwrap_or(&Origin::Default), name, message));
    }

    fn read<T>(&mut self, name: &str, parse: impl Fn(&Raw) -> Result<T, String>) -> Option<T> {
        let key = Key::find(name)?;
        let layers = self.layers.entry(key.name).or_default();
        let default = self.stand_ins.iter().fold(key.default.to_owned(), |text, (from, to)| text.replace(from, to));
        match sources::of_text(key, &default) {
            Ok(raw) => layers.insert(0, Written { raw, origin: Origin::Default }),
            Err(message) => self.mistakes.push(Mistake::new(&Origin::Default, name, message)),
        }
        let mut last = None;
        for written in layers.iter() {
            match parse(&written.raw) {
                Ok(value) => last = Some(value),
                Err(message) => self.mistakes.push(Mistake::new(&written.origin, name, message)),
            }
        }
        last
    }

    fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        self.read(name, |raw| match raw {
            Raw::Text(text) => {
                let chars = text.chars().count();
                match () {
                    () if TEXT_CHARS_MAX < chars => {
                        Err(format!("may have {TEXT_CHARS_MAX} characters at most, this one has {chars}"))
                    }
                    () if text.chars().any(char::is_control) => {
                        Err("must not contain control characters or line breaks".to_owned())
                    }
                    () => parse(text.trim()),
                }
            }
            Raw::Number(_) | Raw::List(_) => Err("must be text".to_owned()),
        })
    }

    pub(super) fn number(&mut self, name: &str, min: u32, max: u32) -> Option<u32> {
        self.read(name, |raw| match raw {
            Raw::Number(number) => u32::try_from(*number)
                .ok()
                .filter(|number| (min..=max).contains(number))
                .ok_or_else(|| format!("must be {min} to {max}, not {number}")),
            Raw::Text(_) | Raw::List(_) => Err("must be a number".to_owned()),
        })
    }

    pub(super) fn percent(&mut self, name: &str, min: u8, max: u8) -> Option<u8> {
        self.number(name, min.into(), max.into()).and_then(|number| u8::try_from(number).ok())
    }

    pub(super) fn networks(&mut self, name: &str) -> Option<Vec<Network>> {
        self.read(name, |raw| match raw {
            Raw::List(items) => {
                let parsed = items.iter().map(|item| item.parse::<Network>());
                let (good, bad): (Vec<_>, Vec<_>) = parsed.partition(Result::is_ok);
                let bad: Vec<_> = bad.into_iter().filter_map(Result::err).collect();
                match bad.is_empty() {
                    true => Ok(good.into_iter().flatten().collect()),
                    false => Err(bad.join("; ")),
                }
            }
            Raw::Text(_) | Raw::Number(_) => Err("must be a list".to_owned()),
        })
    }

    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        self.text(name, |text| match text.is_empty() {
            true => Err("must not be empty".to_owned()),
            false => Ok(PathBuf::from(text)),
        })
    }

    /// Also fixes what `DATA_DIR` stands for.
    pub(super) fn data_dir(&mut self) -> Option<PathBuf> {
        let path = self.text("data_dir", |text| match text {
            "" => Err("must not be empty".to_owned()),
            // The default database URL is made of it.
            _ if text.contains(['?', '#', '%']) => Err(format!("must not contain ?, # or %, not {text:?}")),
            _ => Ok(PathBuf::from(text)),
        })?;
        // A trailing slash would be doubled.
        let shown = path.display().to_string();
        let shown = shown.trim_end_matches('/');
        if let Some((_, stand_in)) = self.stand_ins.first_mut() {
            *stand_in = shown.to_owned();
        }
        Some(path)
    }

    /// Also fixes what `LISTEN` stands for.
    pub(super) fn listen(&mut self) -> Option<SocketAddr> {
        let address: SocketAddr = self.text("server.listen", |text| {
            text.parse().map_err(|_| {
                format!("must be an IP address with a port, such as 127.0.0.1:3000 or [::]:3000, not {text:?}")
            })
        })?;
        if let Some((_, stand_in)) = self.stand_ins.last_mut() {
            *stand_in = browsable(address).trim_start_matches("http://").to_owned();
        }
        Some(address)
    }

    pub(super) fn base_url(&mut self) -> Option<Url> {
        self.text("server.base_url", |text| {
            let wrong = "must be a web address such as https://faults.desk.example";
            let url = Url::parse(text).map_err(|error| format!("{wrong}; it is not a URL ({error})"))?;
            match () {
                () if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
                    Err(format!("{wrong}, with http:// or https:// in front"))
                }
                () if !url.username().is_empty() || url.password().is_some() => {
                    Err("must not hold a user name or password".to_owned())
                }
                () if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
                    Err("must end after the host and port: paths are not supported".to_owned())
                }
                () => Ok(url),
            }
        })
    }

    pub(super) fn database_url(&mut self) -> Option<String> {
        self.text("database.url", |text| check_database_url(text).map(|()| text.to_owned()))
    }

    /// `Some(None)` when there is none.
    pub(super) fn smtp_url(&mut self) -> Option<Option<String>> {
        self.text("mail.smtp_url", |text| match text {
            "" => Ok(None),
            _ => SmtpSettings::parse(text).map(|_| Some(text.to_owned())),
        })
    }

    /// `Some(None)` when there is none.
    pub(super) fn inbound(&mut self) -> Option<Option<Inbound>> {
        self.text("mail.inbound", |text| match text {
            "" => Ok(None),
            _ => Inbound::parse(text).map(Some),
        })
    }

    pub(super) fn mailbox(&mut self, name: &str) -> Option<Mailbox> {
        self.text(name, Mailbox::parse)
    }

    /// `Some(None)` when there is none.
    pub(super) fn email(&mut self, name: &str) -> Option<Option<EmailAddress>> {
        self.text(name, |text| match text {
            "" => Ok(None),
            _ => EmailAddress::parse(text).map(Some).map_err(|error| error.to_string()),
        })
    }

    pub(super) fn phone(&mut self, name: &str) -> Option<String> {
        self.text(name, |text| {
            let good = text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
            match good && text.chars().count() <= PHONE_CHARS_MAX {
                true => Ok(text.to_owned()),
                false => Err(format!(
                    "must be a telephone number of digits, spaces and + - ( ) . with {PHONE_CHARS_MAX} characters at \
                     most, not {text:?}"
                )),
            }
        })
    }

    /// Minutes after midnight.
    pub(super) fn time_of_day(&mut self, name: &str) -> Option<u16> {
        self.text(name, |text| {
            let time = text.parse::<Time>().ok().filter(|_| text.len() == "15:00".len());
            let minutes =
                time.and_then(|time| u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok());
            minutes.ok_or_else(|| format!("must be a time of day such as 15:00, not {text:?}"))
        })
    }

    /// Any text on one line.
    pub(super) fn line(&mut self, name: &str) -> Option<String> {
        self.text(name, |text| Ok(text.to_owned()))
    }

    pub(super) fn zone(&mut self, name: &str) -> Option<String> {
        self.text(name, |text| match TimeZone::get(text).ok().and_then(|zone| zone.iana_name().map(str::to_owned)) {
            Some(name) => Ok(name),
            None => {
                let hint = nearest_zone(text).map(|zone| format!("; did you mean {zone}?")).unwrap_or_default();
                Err(format!("must be an IANA time zone such as Europe/London, not {text:?}{hint}"))
            }
        })
    }

    pub(super) fn log_level(&mut self) -> Option<String> {
        self.text("log.level", |text| check_level(text).map(|()| text.to_owned()))
    }

    pub(super) fn log_format(&mut self) -> Option<LogFormat> {
        self.text("log.format", |text| match text {
            "auto" => Ok(LogFormat::Auto),
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(format!("must be auto, text or json, not {text:?}")),
        })
    }
}

/// An address for the address bar: "any address" becomes this machine.
pub(super) fn browsable(listen: SocketAddr) -> String {
    let host = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        other => other,
    };
    format!("http://{}", SocketAddr::new(host, listen.port()))
}

/// Whether `host` of a URL is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn check_database_url(text: &str) -> Result<(), String> {
    let wrong = "must be sqlite://FILE or postgres://USER:PASSWORD@HOST:PORT/NAME";
    match text.split_once("://") {
        Some(("sqlite", file)) => match file.split('?').next().unwrap_or_default() {
            "" => Err(format!("{wrong}; it names no file")),
            ":memory:" => Err("must name a file: a database in memory is another one for each connection".to_owned()),
            _ => Ok(()),
        },
        Some(("postgres" | "postgresql", _)) => {
            let url = Url::parse(text).map_err(|error| format!("{wrong}; it is not a URL ({error})"))?;
            let host = url.host_str().is_some_and(|host| !host.is_empty());
            match () {
                () if !host && !url.query_pairs().any(|(name, _)| name == "host") => {
                    Err(format!("{wrong}; it names no host"))
                }
                () if url.path().trim_matches('/').is_empty() => Err(format!("{wrong}; it names no database")),
                () => Ok(()),
            }
        }
        Some((scheme, _)) => Err(format!("{wrong}; it begins with {scheme}://")),
        None => Err(wrong.to_owned()),
    }
}

/// Each part is a level, or `target=level`. A level spelled wrong would silently become a target.
fn check_level(text: &str) -> Result<(), String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    for part in text.split(',') {
        let level = part.rsplit('=').next().unwrap_or_default().trim();
        if !LEVELS.contains(&level) {
            let known = LEVELS.join(", ");
            return Err(format!("must be one of {known}, or a list such as info,server::probes=debug, not {part:?}"));
        }
    }
    let parsed = tracing_subscriber::EnvFilter::try_new(text);
    parsed.map(drop).map_err(|error| format!("cannot be understood: {error}"))
}

fn nearest_zone(text: &str) -> Option<String> {
    const LIKENESS_MIN: f64 = 0.5;
    let wanted = text.to_lowercase().replace(' ', "_");
    let scored = tz::db().available().map(|zone| {
        let name = zone.as_str().to_lowercase();
        let city = name.rsplit('/').next().unwrap_or_default();
        let like = strsim::normalized_damerau_levenshtein(&wanted, &name)
            .max(strsim::normalized_damerau_levenshtein(&wanted, city));
        (like, zone.as_str().to_owned())
    });
    scored.filter(|(like, _)| LIKENESS_MIN <= *like).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, zone)| zone)
}
