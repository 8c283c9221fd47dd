//! Whether an answer is the wanted one.

use std::cmp::Ordering;

use domain::probe::{BodyCheck, HeaderMatch, HttpMethod, HttpSpec};
use http::HeaderMap;
use serde_json::Value;

use super::{Answer, BODY_BYTES_MAX};
use crate::probes::Trouble;

/// Bodies up to this size are judged at once. More goes to tokio's pool for blocking work: a slow pattern or a deep
/// document may take longer than the other probes of this thread can wait, and than the deadline allows.
const INLINE_BYTES_MAX: usize = 4_096;

/// Longest part of a JSON value in a text.
const SHOWN_CHARS_MAX: usize = 80;

/// Everything that is wrong with `answer`; empty when nothing is.
pub(super) async fn all(spec: &HttpSpec, answer: Answer) -> Result<Vec<String>, Trouble> {
    let mut failures = Vec::new();
    let status = answer.status.as_u16();
    if !spec.status.contains(status) {
        failures.push(format!("answered {status}, expected {}", spec.status));
    }
    if let Some(wanted) = &spec.header_match {
        failures.extend(header(wanted, &answer.headers));
    }
    // An answer to HEAD has no body that could be judged.
    if spec.method == HttpMethod::Head || spec.checks.is_empty() {
        return Ok(failures);
    }
    if answer.body.len() <= INLINE_BYTES_MAX {
        failures.extend(body(&spec.checks, &answer));
        return Ok(failures);
    }
    let checks = spec.checks.clone();
    let judged = tokio::task::spawn_blocking(move || {
        failures.extend(body(&checks, &answer));
        failures
    });
    judged.await.map_err(|_| Trouble::Ours("judging the body was broken off".to_owned()))
}

fn header(wanted: &HeaderMatch, headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(wanted.name.as_str()).iter().peekable();
    if values.peek().is_none() {
        return Some(format!("has no header {}", wanted.name));
    }
    let matches = values.any(|value| wanted.pattern.is_match(&String::from_utf8_lossy(value.as_bytes())));
    (!matches).then(|| format!("header {} does not match {}", wanted.name, wanted.pattern))
}

fn body(checks: &[BodyCheck], answer: &Answer) -> Vec<String> {
    let text = String::from_utf8_lossy(&answer.body);
    let scope = match answer.cut {
        true => format!(" (only its first {BODY_BYTES_MAX} bytes were read)"),
        false => String::new(),
    };
    let mut failures = Vec::new();
    for check in checks {
        let failure = match check {
            BodyCheck::Contains(wanted) if text.contains(wanted) => None,
            BodyCheck::Contains(wanted) => Some(format!("the body does not contain {wanted:?}{scope}")),
            BodyCheck::Matches(pattern) if pattern.is_match(&text) => None,
            BodyCheck::Matches(pattern) => Some(format!("the body does not match {pattern}{scope}")),
            BodyCheck::Json { pointer, wanted } => json(&text, pointer, wanted.as_deref()).map(|why| why + &scope),
        };
        failures.extend(failure);
    }
    failures
}

/// What is wrong at `pointer`, if anything.
fn json(text: &str, pointer: &str, wanted: Option<&str>) -> Option<String> {
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return Some(format!("the body is not JSON: {error}")),
    };
    let Some(found) = document.pointer(pointer) else {
        return Some(format!("the body has nothing at {pointer}"));
    };
    let wanted = wanted?;
    let (operator, operand) = split_operator(wanted);
    let holds = match operator {
        "=" => equals(found, operand),
        "!=" => !equals(found, operand),
        _ => match compare(found, operand) {
            Some(order) => match operator {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            },
            None => false,
        },
    };
    let shown: String = found.to_string().chars().take(SHOWN_CHARS_MAX).collect();
    (!holds).then(|| format!("{pointer} is {shown}, expected {wanted}"))
}

/// `>= 3` into operator and operand. Without an operator it is equality.
fn split_operator(wanted: &str) -> (&str, &str) {
    let wanted = wanted.trim();
    for operator in ["<=", ">=", "!=", "<", ">"] {
        if let Some(operand) = wanted.strip_prefix(operator) {
            return (operator, operand.trim());
        }
    }
    ("=", wanted)
}

fn equals(found: &Value, wanted: &str) -> bool {
    match (found, number(wanted)) {
        (Value::String(text), _) => text == wanted,
        (Value::Number(found), Some(wanted)) => found.as_f64() == Some(wanted),
        // `true`, `null`, lists and objects are compared as JSON.
        _ => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *found),
    }
}

/// The order of the found value and the wanted one: as numbers if both are, else as texts; nothing else has an order.
fn compare(found: &Value, wanted: &str) -> Option<Ordering> {
    match found {
        Value::Number(found) => found.as_f64()?.partial_cmp(&number(wanted)?),
        Value::String(text) => match (number(text), number(wanted)) {
            (Some(found), Some(wanted)) => found.partial_cmp(&wanted),
            _ => Some(text.as_str().cmp(wanted)),
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &str, good: bool) {
        let body = r#"{"status":"ok","queue":3,"load":0.5,"on":true,"none":null,"list":[{"a":"7"}],"a/b":1}"#;
        let (pointer, wanted) = wanted.split_once(' ').unwrap_or((wanted, ""));
        let wanted = (!wanted.is_empty()).then_some(wanted);
        let failure = json(body, pointer, wanted);
        assert_eq!(failure.is_none(), good, "{pointer} {wanted:?}: {failure:?}");
    }

    #[test]
    fn values_are_compared_by_their_type() {
        for good in [
            "/status",
            "/status ok",
            "/status != down",
            "/status < oz",
            "/queue 3",
            "/queue 3.0",
            "/queue <= 3",
            "/queue < 10",
            "/queue >=3",
            "/queue != 4",
            "/load > 0.4",
            "/on true",
            "/none null",
            "/list/0/a 7",
            "/list/0/a < 10",
            "/list [{\"a\":\"7\"}]",
            "/a~1b 1",
            "/none",
        ] {
            check(good, true);
        }
        for bad in [
            "/missing",
            "/status down",
            "/status != ok",
            "/queue > 3",
            "/queue three",
            "/queue < three",
            "/on < 2",
            "/none 0",
            "/list > 0",
            "/list/1",
            "/on false",
        ] {
            check(bad, false);
        }
    }

    #[test]
    fn the_failure_names_what_stood_there() {
        assert_eq!(json("{\"queue\":12}", "/queue", Some("<= 5")).unwrap(), "/queue is 12, expected <= 5");
        assert!(json("<html>", "/queue", None).unwrap().starts_with("the body is not JSON"));
        // serde_json stops at a depth of 128, so nesting cannot exhaust the stack.
        assert!(json(&"[".repeat(100_000), "/0", None).unwrap().contains("recursion limit"));
    }
}
