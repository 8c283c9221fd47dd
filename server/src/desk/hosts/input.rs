//! Forms as typed, into fields with proof. Every wrong field is named, and all of them together.

use app::api::{
    error::ApiError,
    hosts::{HostInput, HostKind, ServiceInput},
};
use domain::{
    id::{CustomerId, SiteId},
    probe::{FieldError, Params, ProbeKind, ProbePolicy, ProbeSpec, default_name, expand_target},
    text::{Address, HostName, Name, Note},
};

use crate::{
    store::{
        hosts::HostFields,
        services::{self, Service, ServiceFields},
    },
    vault::{Vault, VaultError},
};

pub(super) const SITE: &str = "must be one of the sites in the list";

/// Collects what is wrong and goes on.
#[derive(Debug, Default)]
pub(super) struct Wrong(Vec<FieldError>);

impl Wrong {
    pub(super) fn add(&mut self, field: &str, message: impl ToString) {
        self.0.push(FieldError::new(field, message));
    }

    fn take<T, E: ToString>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }

    fn one_of<T>(&mut self, field: &str, parsed: Option<T>, words: &[&str], given: &str) -> Option<T> {
        if parsed.is_none() {
            self.add(field, format!("must be one of {}, not {given:?}", words.join(", ")));
        }
        parsed
    }

    /// The version that a form was loaded with. Without it an edit could overwrite another one unseen.
    pub(super) fn version(&mut self, typed: &str) -> Option<i64> {
        let wrong = |_| format!("must be the number that the form was loaded with, not {typed:?}");
        self.take("version", typed.trim().parse::<i64>().map_err(wrong))
    }

    /// The result, when nothing was wrong.
    pub(super) fn none_but<T>(self, result: Option<T>) -> Result<T, ApiError> {
        match result {
            Some(result) if self.0.is_empty() => Ok(result),
            _ => Err(ApiError::Invalid(self.0)),
        }
    }
}

/// A host form as far as it is good. What only the database knows is still to be asked.
#[derive(Debug)]
pub(super) struct HostDraft {
    pub(super) name: Option<HostName>,
    system: Option<Name>,
    kind: Option<HostKind>,
    address: Option<Address>,
    pub(super) site: Option<SiteId>,
    access_note: Option<Note>,
    pub(super) parents: Option<Vec<HostName>>,
}

impl HostDraft {
    pub(super) fn fields(self, customer: CustomerId) -> Option<HostFields> {
        Some(HostFields {
            customer,
            site: self.site?,
            name: self.name?,
            system: self.system?,
            kind: self.kind?.as_str(),
            address: self.address?,
            access_note: self.access_note?,
        })
    }
}

pub(super) fn host(input: &HostInput, wrong: &mut Wrong) -> HostDraft {
    let parents = input.parents.split([',', ' ', '\n', '\r', '\t']).filter(|name| !name.is_empty());
    HostDraft {
        name: wrong.take("name", HostName::parse(&input.name)),
        system: wrong.take("system", Name::parse(&input.system)),
        kind: wrong.one_of("kind", HostKind::parse(&input.kind), &HostKind::ALL.map(HostKind::as_str), &input.kind),
        address: wrong.take("address", Address::parse(&input.address)),
        site: wrong.take("site", input.site.parse::<SiteId>().map_err(|_| SITE)),
        access_note: wrong.take("access_note", Note::parse(&input.access_note)),
        parents: wrong.take("parents", parents.map(HostName::parse).collect::<Result<Vec<_>, _>>()),
    }
}

/// The fields of a service form; `None` when anything is wrong. Secrets are in the clear as typed, or sealed as `old`
/// has them where the form leaves them empty.
pub(super) fn service(
    input: &ServiceInput,
    address: &str,
    old: Option<&Service>,
    vault: &Vault,
    wrong: &mut Wrong,
) -> Option<ServiceFields> {
    let words = ProbeKind::ALL.map(ProbeKind::as_str);
    let kind = wrong.one_of("kind", ProbeKind::parse(&input.kind), &words, &input.kind);
    let policy = policy(input, wrong);
    let address = wrong.take("address", Address::parse(address));
    let typed = input.name.trim();
    let name = if typed.is_empty() { None } else { wrong.take("name", Name::parse(typed)) };
    let (kind, address) = (kind?, address?);
    let params = params(kind, input, old);
    let target = input.target.trim().to_owned();
    let clear = revealed(vault, &params, wrong);
    let spec = match ProbeSpec::parse(kind, &expand_target(kind, &target, &address), &clear) {
        Ok(spec) => spec,
        Err(errors) => {
            for error in errors {
                match error.field.as_str() {
                    "target" => wrong.add("target", error.message),
                    name => wrong.add(&in_params(name), error.message),
                }
            }
            return None;
        }
    };
    let name = match typed.is_empty() {
        true => wrong.take(
            "name",
            Name::parse(&default_name(&spec).chars().take(domain::text::NAME_CHARS_MAX).collect::<String>()),
        ),
        false => name,
    };
    Some(ServiceFields { name: name?, kind, target, params, policy: policy? })
}

fn in_params(name: &str) -> String {
    format!("params.{name}")
}

fn policy(input: &ServiceInput, wrong: &mut Wrong) -> Option<ProbePolicy> {
    let default = ProbePolicy::default();
    let mut good = true;
    let mut number = |field: &str, text: &str, default: u32| match text.trim() {
        "" => default,
        text => text.parse::<u32>().unwrap_or_else(|_| {
            wrong.add(field, format!("must be a whole number, not {text:?}"));
            good = false;
            // Stands in, so that the other numbers are judged as well.
            default
        }),
    };
    let policy = ProbePolicy {
        interval_s: number("interval_s", &input.interval_s, default.interval_s),
        retry_interval_s: number("retry_interval_s", &input.retry_interval_s, default.retry_interval_s),
        timeout_ms: number("timeout_ms", &input.timeout_ms, default.timeout_ms),
        // Too many for a byte is too many altogether; the check below says so.
        attempts_max: u8::try_from(number("attempts_max", &input.attempts_max, u32::from(default.attempts_max)))
            .unwrap_or(u8::MAX),
    };
    policy.checked().map_err(|errors| wrong.0.extend(errors)).ok().filter(|_| good)
}

/// Parameters as typed. A stored secret stays where the form leaves it empty, as long as it is still of use: a password
/// goes with its user name, a token when a user name takes its place.
fn params(kind: ProbeKind, input: &ServiceInput, old: Option<&Service>) -> Params {
    let typed = |name: &str| input.params.get(name).map_or("", String::as_str);
    let basic = !typed("username").trim().is_empty();
    let token = !typed("bearer").trim().is_empty();
    let of_use = |name: &str| match name {
        "password" => basic && !token,
        "bearer" => !basic,
        _ => true,
    };
    let mut params = Params::default();
    for info in kind.params() {
        let text = typed(info.name);
        match (text.trim().is_empty(), info.secret, info.repeatable) {
            (true, true, _) => {
                let stored = old.filter(|old| old.kind == kind && of_use(info.name));
                params.add(info.name, stored.and_then(|old| old.params.first(info.name)).unwrap_or_default());
            }
            (true, false, _) => {}
            (false, _, true) => text.lines().map(str::trim).for_each(|line| params.add(info.name, line)),
            (false, _, false) => params.add(info.name, text),
        }
    }
    // A name that no parameter has is refused by the parser, which says what names there are.
    for (name, text) in &input.params {
        if !text.trim().is_empty() && !kind.params().iter().any(|info| info.name == name) {
            params.add(name, text);
        }
    }
    params
}

/// The parameters with open secrets, to be judged. One that cannot be opened has to be entered again.
fn revealed(vault: &Vault, params: &Params, wrong: &mut Wrong) -> Params {
    services::reveal(vault, params).unwrap_or_else(|error| {
        let field = match &error {
            VaultError::Sealed { name } | VaultError::Seal { name } => in_params(name),
            VaultError::Entropy(_) => "params".to_owned(),
        };
        wrong.add(&field, error);
        params.clone()
    })
}

#[cfg(test)]
mod tests {
    use domain::{
        id::{HostId, ServiceId},
        time::Timestamp,
    };

    use super::*;
    use crate::secrets::Signer;

    fn vault() -> Vault {
        Vault::new(&Signer::new(&[7; 32]))
    }

    fn parse(input: &ServiceInput, old: Option<&Service>) -> Result<ServiceFields, Vec<String>> {
        let mut wrong = Wrong::default();
        let fields = service(input, "127.0.0.1", old, &vault(), &mut wrong);
        wrong.none_but(fields).map_err(|error| match error {
            ApiError::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        })
    }

    fn http(params: &[(&str, &str)]) -> ServiceInput {
        ServiceInput {
            kind: "http".to_owned(),
            target: "http://{address}/".to_owned(),
            params: params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..ServiceInput::default()
        }
    }

    /// A service that holds a password and a token, sealed.
    fn stored(params: &[(&str, &str)]) -> Service {
        Service {
            id: ServiceId(uuid::Uuid::nil()),
            host: HostId(uuid::Uuid::nil()),
            customer: CustomerId(uuid::Uuid::nil()),
            name: "Web page".to_owned(),
            kind: ProbeKind::Http,
            target: "http://{address}/".to_owned(),
            params: services::seal(&vault(), &params.iter().copied().collect()).unwrap(),
            policy: ProbePolicy::default(),
            version: 1,
            created_at: Timestamp::EPOCH,
            paused_at: None,
        }
    }

    #[test]
    fn every_wrong_field_of_a_host_is_named_at_once() {
        let mut wrong = Wrong::default();
        let draft = host(&HostInput { parents: "x y!".to_owned(), ..HostInput::default() }, &mut wrong);
        let fields: Vec<_> = wrong.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "system", "kind", "address", "site", "parents"]);
        assert!(draft.fields(CustomerId(uuid::Uuid::nil())).is_none());
        assert!(wrong.0[2].message.contains("mitel_3300"), "the allowed words are named: {}", wrong.0[2]);
    }

    #[test]
    fn every_wrong_field_of_a_service_is_named_at_once() {
        let input = ServiceInput {
            name: "x".repeat(81),
            target: "ftp://x".to_owned(),
            interval_s: "0".to_owned(),
            timeout_ms: "soon".to_owned(),
            attempts_max: "300".to_owned(),
            ..http(&[("status", "9"), ("count", "3")])
        };
        let mut wrong = parse(&input, None).unwrap_err();
        wrong.sort();
        let expected = ["attempts_max", "interval_s", "name", "params.count", "params.status", "target", "timeout_ms"];
        assert_eq!(wrong, expected);
        assert_eq!(parse(&ServiceInput::default(), None).unwrap_err(), ["kind"]);
    }

    #[test]
    fn a_service_without_a_name_gets_one() {
        assert_eq!(parse(&http(&[]), None).unwrap().name.as_str(), "Web page /");
        let long = ServiceInput { target: format!("http://{{address}}/{}", "x".repeat(100)), ..http(&[]) };
        assert_eq!(parse(&long, None).unwrap().name.as_str().chars().count(), 80);
    }

    #[test]
    fn a_repeatable_parameter_has_one_value_a_line() {
        let fields = parse(&http(&[("header", "A: 1\r\n\r\n B: 2 ")]), None).unwrap();
        assert_eq!(fields.params.all("header"), ["A: 1", "B: 2"]);
    }

    #[test]
    fn a_secret_left_empty_stays_sealed_as_it_was() {
        let old = stored(&[("username", "jo"), ("password", "hunter2")]);
        let kept = parse(&http(&[("username", "jo"), ("password", "")]), Some(&old)).unwrap();
        assert_eq!(kept.params, old.params);
        let typed = parse(&http(&[("username", "jo"), ("password", "new")]), Some(&old)).unwrap();
        assert_eq!(typed.params.first("password"), Some("new"));
    }

    #[test]
    fn a_secret_goes_when_nothing_needs_it() {
        let old = stored(&[("username", "jo"), ("password", "hunter2")]);
        assert_eq!(parse(&http(&[("username", "")]), Some(&old)).unwrap().params, Params::default());
        let token = parse(&http(&[("bearer", "t")]), Some(&old)).unwrap();
        assert_eq!((token.params.first("bearer"), token.params.first("password")), (Some("t"), None));
        let old = stored(&[("bearer", "t")]);
        let basic = parse(&http(&[("username", "jo"), ("password", "p")]), Some(&old)).unwrap();
        assert_eq!((basic.params.first("bearer"), basic.params.first("password")), (None, Some("p")));
        let ping = ServiceInput { kind: "ping".to_owned(), target: "{address}".to_owned(), ..ServiceInput::default() };
        assert_eq!(parse(&ping, Some(&old)).unwrap().params, Params::default());
    }

    #[test]
    fn a_secret_of_another_key_file_has_to_be_entered_again() {
        let mut old = stored(&[("bearer", "t")]);
        let other = Vault::new(&Signer::new(&[8; 32]));
        old.params = services::seal(&other, &[("bearer", "t")].into_iter().collect()).unwrap();
        assert_eq!(parse(&http(&[]), Some(&old)).unwrap_err(), ["params.bearer"]);
        assert!(parse(&http(&[("bearer", "new")]), Some(&old)).is_ok());
    }
}
