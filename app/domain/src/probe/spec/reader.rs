//! Reads parameters one by one and collects what is wrong with them.

use std::{fmt, str::FromStr};

use regex::Regex;

use super::LatencyLimits;
use crate::{
    probe::{FieldError, Params, ProbeKind},
    text::Address,
};

/// Longest text to send, expect or match.
pub(super) const TEXT_CHARS_MAX: usize = 1_024;
/// Keeps a pattern from costing more memory than the page it judges.
const PATTERN_BYTES_MAX: usize = 1 << 20;

pub(super) struct Reader<'a> {
    pub(super) params: &'a Params,
    pub(super) wrong: Vec<FieldError>,
}

impl Reader<'_> {
    pub(super) fn fail(&mut self, field: &str, message: impl ToString) {
        self.wrong.push(FieldError::new(field, message));
    }

    pub(super) fn refuse_unknown(&mut self, kind: ProbeKind) {
        let infos = kind.params();
        for (name, values) in &self.params.0 {
            match infos.iter().find(|info| info.name == name) {
                None => {
                    let known: Vec<_> = infos.iter().map(|info| info.name).collect();
                    let message = format!("is no parameter of {}; it has {}", kind.as_str(), known.join(", "));
                    self.wrong.push(FieldError::new(name, message));
                }
                Some(info) if !info.repeatable && 1 < values.len() => {
                    self.wrong.push(FieldError::new(name, "may be given once"));
                }
                Some(_) => {}
            }
        }
    }

    pub(super) fn number<T: FromStr + Copy + PartialOrd + fmt::Display>(
        &mut self,
        name: &str,
        min: T,
        max: T,
    ) -> Option<T> {
        let text = self.params.first(name)?;
        match text.trim().parse::<T>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                let message = format!("must be a whole number from {min} to {max}, not {text:?}");
                self.fail(name, message);
                None
            }
        }
    }

    pub(super) fn text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let text = self.params.first(name)?;
        let chars = text.chars().count();
        if chars_max < chars {
            self.fail(name, format!("may have {chars_max} characters at most, this one has {chars}"));
            return None;
        }
        Some(text.to_owned())
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        match self.params.first(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("no" | "false" | "0") => false,
            Some("yes" | "true" | "1") => true,
            Some(other) => {
                let message = format!("must be yes or no, not {other:?}");
                self.fail(name, message);
                false
            }
        }
    }

    pub(super) fn pattern(&mut self, name: &str, text: &str) -> Option<Regex> {
        match regex::RegexBuilder::new(text).size_limit(PATTERN_BYTES_MAX).build() {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.fail(name, format!("is not a regular expression: {error}"));
                None
            }
        }
    }

    pub(super) fn limits(&mut self, warning: &str, critical: &str) -> LatencyLimits {
        let limits = LatencyLimits {
            warning_ms: self.number(warning, 1, 60_000),
            critical_ms: self.number(critical, 1, 60_000),
        };
        if let (Some(low), Some(high)) = (limits.warning_ms, limits.critical_ms)
            && high < low
        {
            self.fail(critical, format!("must not be below {warning} ({low})"));
        }
        limits
    }

    pub(super) fn host_and_port(&mut self, kind: ProbeKind, target: &str) -> Option<(Address, u16)> {
        let parsed = split_port(target);
        if parsed.is_none() {
            self.fail("target", format!("must be {}, not {target:?}", kind.target_shape()));
        }
        parsed
    }

    pub(super) fn server_name(&mut self) -> Option<Address> {
        let text = self.text("server_name", TEXT_CHARS_MAX)?;
        Address::parse(&text).map_err(|error| self.fail("server_name", error)).ok()
    }
}

/// The two halves of `host:port`.
pub(super) fn split_port(text: &str) -> Option<(Address, u16)> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let port = port.parse::<u16>().ok().filter(|port| *port != 0)?;
    // Without brackets the last group of an IPv6 address would pass for a port.
    let bare_ipv6 = host.contains(':') && !host.starts_with('[');
    let host = Address::parse(host).ok()?;
    (!bare_ipv6).then_some((host, port))
}
