//! Forms as typed, into fields with proof. Every wrong field is named.

use app::api::{error::ApiError, hosts::{HostInput, HostKind, ServiceInput}};
use domain::{
    id::SiteId,
    probe::{FieldError, Params, ProbeKind, ProbePolicy, ProbeSpec, default_name, expand_target},
    text::{Address, HostName, Name, Note},
};

/// A good host form, except for what only the database knows.
#[derive(Debug)]
pub(super) struct HostParts {
    pub(super) name: HostName,
    pub(super) system: Name,
    pub(super) kind: HostKind,
    pub(super) address: Address,
    pub(super) site: SiteId,
    pub(super) access_note: Note,
    pub(super) parents: Vec<HostName>,
}

/// Collects what is wrong and goes on.
struct Collector(Vec<FieldError>);

impl Collector {
    fn take<T, E: ToString>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error.to_string()))).ok()
    }
}

pub(super) fn host(input: &HostInput) -> Result<HostParts, ApiError> {
    let mut wrong = Collector(Vec::new());
    let kinds = HostKind::ALL.map(HostKind::as_str).join(", ");
    let name = wrong.take("name", HostName::parse(&input.name));
    let system = wrong.take("system", Name::parse(&input.system));
    let kind =
        wrong.take("kind", HostKind::parse(&input.kind).ok_or_else(|| format!("must be one of {kinds}, not {:?}", input.kind)));
    let address = wrong.take("address", Address::parse(&input.address));
    let site = wrong.take("site", input.site.parse::<SiteId>().map_err(|_| "must be one of the sites in the list"));
    let access_note = wrong.take("access_note", Note::parse(&input.access_note));
    let names = input.parents.split([',', ' ', '\n']).map(str::trim).filter(|name| !name.is_empty());
    let parents = wrong.take("parents", names.map(HostName::parse).collect::<Result<Vec<_>, _>>());
    match (name, system, kind, address, site, access_note, parents) {
        (Some(name), Some(system), Some(kind), Some(address), Some(site), Some(access_note), Some(parents)) => {
            Ok(HostParts { name, system, kind, address, site, access_note, parents })
        }
        _ => Err(ApiError::Invalid(wrong.0)),
    }
}

/// A good service form. `params` hold secrets in the clear.
#[derive(Debug)]
pub(super) struct ServiceParts {
    pub(super) name: Name,
    pub(super) kind: ProbeKind,
    pub(super) target: String,
    pub(super) params: Params,
    pub(super) policy: ProbePolicy,
}

/// `kept` are stored secrets, used where the form leaves one empty.
pub(super) fn service(input: &ServiceInput, address: &str, kept: &Params) -> Result<ServiceParts, ApiError> {
    let mut wrong = Collector(Vec::new());
    let kinds = ProbeKind::ALL.map(ProbeKind::as_str).join(", ");
    let kind =
        wrong.take("kind", ProbeKind::parse(&input.kind).ok_or_else(|| format!("must be one of {kinds}, not {:?}", input.kind)));
    let policy = policy(input, &mut wrong);
    let address = wrong.take("address", Address::parse(address));
    let (Some(kind), Some(address)) = (kind, address) else { return Err(ApiError::Invalid(wrong.0)) };
    let params = params(kind, input, kept);
    let target = input.target.trim().to_owned();
    let spec = match ProbeSpec::parse(kind, &expand_target(kind, &target, &address), &params) {
        Ok(spec) => Some(spec),
        Err(errors) => {
            wrong.0.extend(errors.into_iter().map(|error| match error.field.as_str() {
                "target" => error,
                name => FieldError::new(&format!("params.{name}"), error.message),
            }));
            None
        }
    };
    let typed = input.name.trim();
    let name = match (typed.is_empty(), &spec) {
        (true, Some(spec)) => wrong.take("name", Name::parse(&default_name(spec))),
        (true, None) => None,
        (false, _) => wrong.take("name", Name::parse(typed)),
    };
    match (name, policy, spec, wrong.0.is_empty()) {
        (Some(name), Some(policy), Some(_), true) => Ok(ServiceParts { name, kind, target, params, policy }),
        _ => Err(ApiError::Invalid(wrong.0)),
    }
}

fn policy(input: &ServiceInput, wrong: &mut Collector) -> Option<ProbePolicy> {
    let default = ProbePolicy::default();
    let mut number = |field: &str, text: &str, default: u32| match text.trim() {
        "" => Some(default),
        text => wrong.take(field, text.parse::<u32>().map_err(|_| format!("must be a whole number, not {text:?}"))),
    };
    let interval_s = number("interval_s", &input.interval_s, default.interval_s);
    let retry_interval_s = number("retry_interval_s", &input.retry_interval_s, default.retry_interval_s);
    let timeout_ms = number("timeout_ms", &input.timeout_ms, default.timeout_ms);
    let attempts = number("attempts_max", &input.attempts_max, u32::from(default.attempts_max));
    let policy = ProbePolicy {
        interval_s: interval_s?,
        retry_interval_s: retry_interval_s?,
        timeout_ms: timeout_ms?,
        // Too many for a byte is too many altogether; the check below says so.
        attempts_max: u8::try_from(attempts?).unwrap_or(u8::MAX),
    };
    policy.checked().map_err(|errors| wrong.0.extend(errors)).ok()
}

fn params(kind: ProbeKind, input: &ServiceInput, kept: &Params) -> Params {
    let mut params = Params::default();
    for info in kind.params() {
        let typed = input.params.get(info.name).map_or("", String::as_str);
        match (typed.trim().is_empty(), info.secret, info.repeatable) {
            (true, true, _) => {
                if let Some(secret) = kept.first(info.name) {
                    params.add(info.name, secret);
                }
            }
            (true, false, _) => {}
            (false, _, true) => typed.lines().map(str::trim).for_each(|line| params.add(info.name, line)),
            (false, _, false) => params.add(info.name, typed),
        }
    }
    // A name that no parameter has is refused by the parser, with the names there are.
    for (name, value) in &input.params {
        if !kind.params().iter().any(|info| info.name == name) {
            params.add(name, value);
        }
    }
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(error: ApiError) -> Vec<String> {
        match error {
            ApiError::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_field_of_a_host_is_named_at_once() {
        let wrong = host(&HostInput { parents: "x y!".to_owned(), ..HostInput::default() }).unwrap_err();
        assert_eq!(fields(wrong), ["name", "system", "kind", "address", "site", "parents"]);
    }

    #[test]
    fn every_wrong_field_of_a_service_is_named_at_once() {
        let mut input = ServiceInput {
            kind: "http".to_owned(),
            target: "ftp://x".to_owned(),
            interval_s: "0".to_owned(),
            timeout_ms: "soon".to_owned(),
            ..ServiceInput::default()
        };
        input.params.insert("status".to_owned(), "9".to_owned());
        let wrong = service(&input, "127.0.0.1", &Params::default()).unwrap_err();
        assert_eq!(fields(wrong), ["timeout_ms", "target", "params.status"]);
        input.timeout_ms = "500".to_owned();
        input.target = "http://{address}/".to_owned();
        input.params.clear();
        let wrong = service(&input, "127.0.0.1", &Params::default()).unwrap_err();
        assert_eq!(fields(wrong), ["interval_s"]);
    }

    #[test]
    fn a_secret_left_empty_is_kept() {
        let mut input = ServiceInput { kind: "http".to_owned(), target: "http://{address}/".to_owned(), ..ServiceInput::default() };
        input.params.insert("username".to_owned(), "jo".to_owned());
        let kept: Params = [("password", "old")].into_iter().collect();
        let parts = service(&input, "127.0.0.1", &kept).unwrap();
        assert_eq!(parts.params.first("password"), Some("old"));
        assert_eq!(parts.name.as_str(), "Web page /", "a service without a name gets one");
    }
}
