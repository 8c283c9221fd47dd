//! The fields of a probe kind, grouped by what they are about, with the hints that `faultdesk probe` prints too.

use domain::probe::{FieldError, ParamInfo, ProbeKind};
use leptos::prelude::*;

use super::field::{SelectField, TextArea, TextField};
use crate::api::{error::ApiError, hosts::ServiceInput};

/// Prefix by which the form's names and the links to wrong fields tell parameters from the service's own fields.
const PREFIX: &str = "params";

/// What a group of parameters is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Question,
    Answer,
    SignIn,
    Encryption,
    Limits,
}

impl Group {
    const ALL: [Self; 5] = [Self::Question, Self::Answer, Self::SignIn, Self::Encryption, Self::Limits];

    fn of(parameter: &str) -> Self {
        match parameter {
            "status" | "accept" | "rcode" | "answer" | "contains" | "matches" | "json_pointer" | "json_value"
            | "header_match" | "expect" => Self::Answer,
            "username" | "password" | "bearer" => Self::SignIn,
            "tls" | "starttls" | "server_name" | "ca_file" => Self::Encryption,
            name if name.ends_with("_warning") || name.ends_with("_critical") || name.ends_with("_ms") => Self::Limits,
            _ => Self::Question,
        }
    }

    fn legend(self) -> &'static str {
        match self {
            Self::Question => "What is sent",
            Self::Answer => "What must come back",
            Self::SignIn => "Signing in",
            Self::Encryption => "Encryption",
            Self::Limits => "From when it is a fault",
        }
    }
}

/// Fieldsets for all parameters of a kind.
#[component]
pub fn ProbeFields(
    /// The kind whose parameters are asked for.
    kind: ProbeKind,
    /// What stands in the fields at first.
    input: ServiceInput,
    /// Secrets that have a stored value, which is never sent to a browser.
    stored_secrets: Vec<String>,
    /// The last answer of the server.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    let field = |info: &'static ParamInfo| {
        let value = input.params.get(info.name).cloned().unwrap_or_default();
        let stored = info.secret && stored_secrets.iter().any(|name| name == info.name);
        view! { <ParamField kind info value stored error/> }.into_any()
    };
    let fieldset = |group: Group| {
        let infos: Vec<_> = kind.params().iter().filter(|info| Group::of(info.name) == group).collect();
        (!infos.is_empty()).then(|| {
            view! {
                <fieldset class="form__section">
                    <legend>{group.legend()}</legend>
                    <div class="form__grid">{infos.into_iter().map(field).collect_view()}</div>
                </fieldset>
            }
            .into_any()
        })
    };
    Group::ALL.into_iter().filter_map(fieldset).collect_view()
}

/// One parameter: a list where the words are fixed, several lines where it repeats, else one line.
#[component]
fn ParamField(
    kind: ProbeKind,
    info: &'static ParamInfo,
    value: String,
    stored: bool,
    #[prop(into)] error: Signal<Option<ApiError>>,
) -> impl IntoView {
    let name = format!("input[{PREFIX}][{}]", info.name);
    let wrong =
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| param_error(error, info.name))));
    let hint = hint(info, stored);
    if let Some(options) = choices(kind, info.name) {
        let options = options.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
        return view! { <SelectField label=info.label name value options hint error=wrong/> }.into_any();
    }
    if info.repeatable || info.name == "body" {
        return view! { <TextArea label=info.label name value hint error=wrong rows=3/> }.into_any();
    }
    if info.secret {
        return view! {
            <TextField label=info.label name hint error=wrong input_type="password" autocomplete="new-password"/>
        }
        .into_any();
    }
    view! { <TextField label=info.label name value hint error=wrong autocomplete="off"/> }.into_any()
}

fn hint(info: &ParamInfo, stored: bool) -> String {
    match (stored, info.repeatable) {
        (true, _) => "Stored; leave empty to keep it.".to_owned(),
        (false, true) => format!("{} One a line.", info.hint),
        (false, false) => info.hint.to_owned(),
    }
}

/// The words a parameter may have, where they are few.
fn choices(kind: ProbeKind, parameter: &str) -> Option<&'static [(&'static str, &'static str)]> {
    match parameter {
        "tls" => Some(&[("", "Default"), ("no", "No"), ("yes", "Yes")]),
        "transport" => Some(&[("", "Default"), ("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS")]),
        "type" => Some(&[
            ("", "Default"),
            ("A", "A"),
            ("AAAA", "AAAA"),
            ("MX", "MX"),
            ("TXT", "TXT"),
            ("NS", "NS"),
            ("CNAME", "CNAME"),
            ("SRV", "SRV"),
            ("PTR", "PTR"),
            ("SOA", "SOA"),
            ("CAA", "CAA"),
        ]),
        "rcode" => Some(&[
            ("", "Default"),
            ("NOERROR", "NOERROR"),
            ("NXDOMAIN", "NXDOMAIN"),
            ("REFUSED", "REFUSED"),
            ("SERVFAIL", "SERVFAIL"),
            ("NOTIMP", "NOTIMP"),
            ("FORMERR", "FORMERR"),
        ]),
        "starttls" if kind != ProbeKind::Tcp => {
            Some(&[("", "Default"), ("offered", "Where offered"), ("required", "Required"), ("none", "Never")])
        }
        "starttls" => Some(&[("", "Default"), ("none", "None"), ("smtp", "SMTP"), ("imap", "IMAP")]),
        "method" => Some(&[
            ("", "Default"),
            ("GET", "GET"),
            ("HEAD", "HEAD"),
            ("POST", "POST"),
            ("PUT", "PUT"),
            ("DELETE", "DELETE"),
            ("OPTIONS", "OPTIONS"),
            ("PATCH", "PATCH"),
        ]),
        _ => None,
    }
}

/// The message about one parameter, however the server wrote its name.
fn param_error(error: &ApiError, parameter: &str) -> Option<String> {
    error.field(parameter).or_else(|| error.field(&in_form(parameter)))
}

fn in_form(parameter: &str) -> String {
    format!("{PREFIX}[{parameter}]")
}

/// The same error with parameters named as the form names them, so that a link from the list leads to the field.
pub fn with_form_names(error: ApiError, kind: ProbeKind) -> ApiError {
    let is_param = |name: &str| kind.params().iter().any(|info| info.name == name);
    let rename = |error: FieldError| match is_param(&error.field) {
        true => FieldError { field: in_form(&error.field), message: error.message },
        false => error,
    };
    match error {
        ApiError::Invalid(errors) => ApiError::Invalid(errors.into_iter().map(rename).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_its_group() {
        let names = |kind: ProbeKind, group: Group| {
            kind.params().iter().map(|info| info.name).filter(|name| Group::of(name) == group).collect::<Vec<_>>()
        };
        assert_eq!(names(ProbeKind::Ping, Group::Question), ["count"]);
        assert_eq!(names(ProbeKind::Ping, Group::Limits).len(), 4);
        assert_eq!(names(ProbeKind::Tcp, Group::Encryption), ["tls", "starttls", "server_name", "ca_file"]);
        assert_eq!(names(ProbeKind::Sip, Group::Question), ["transport"]);
        assert_eq!(names(ProbeKind::Sip, Group::Answer), ["accept"]);
        assert_eq!(names(ProbeKind::Dns, Group::Question), ["resolver", "type"]);
        assert_eq!(names(ProbeKind::Dns, Group::Answer), ["rcode", "answer"]);
        assert_eq!(names(ProbeKind::Http, Group::SignIn), ["username", "password", "bearer"]);
        assert_eq!(names(ProbeKind::Http, Group::Question), ["redirects_max", "method", "header", "body"]);
    }

    #[test]
    fn choices_are_words_that_the_probe_understands() {
        for kind in ProbeKind::ALL {
            for info in kind.params() {
                for (value, _) in choices(kind, info.name).unwrap_or_default() {
                    let known = value.is_empty() || info.hint.contains(value);
                    assert!(known, "{} of {}", value, info.name);
                }
            }
        }
    }

    #[test]
    fn a_wrong_parameter_is_found_by_either_name() {
        let error = ApiError::Invalid(vec![FieldError::new("count", "must be 1"), FieldError::new("name", "must be")]);
        assert_eq!(param_error(&error, "count").as_deref(), Some("must be 1"));
        let renamed = with_form_names(error, ProbeKind::Ping);
        assert_eq!(param_error(&renamed, "count").as_deref(), Some("must be 1"));
        assert_eq!(renamed.field("params[count]").as_deref(), Some("must be 1"));
        assert_eq!(renamed.field("name").as_deref(), Some("must be"));
    }

    #[test]
    fn a_stored_secret_says_that_it_is_kept() {
        let info = ProbeKind::Http.params().iter().find(|info| info.secret).unwrap();
        assert_eq!(hint(info, true), "Stored; leave empty to keep it.");
        assert!(hint(info, false).contains("Never shown again"));
    }
}
