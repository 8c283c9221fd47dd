//! What people type about incidents. Everything wrong is named together.

use app::api::{
    error::ApiError,
    incidents::{ConsentInput, ExtraInput},
    principal::Principal,
};
use domain::{
    access::Side,
    incident::{ConsentHow, ExtraKind},
    text::Name,
    time::Timestamp,
};

use crate::desk::tickets::{
    input::{SHAPE, Wrong, local_time},
    local::Local,
};

/// More than any part costs: who types it has made a slip.
const PENCE_MAX: u64 = 10_000_000;

/// A yes of the customer.
pub(super) struct Consent {
    pub(super) how: ConsentHow,
    pub(super) given_by: String,
    pub(super) at: Timestamp,
}

/// Customers say it themselves, now and on the page. Staff write down who said it, how and when; not before `since`.
pub(super) fn consent(
    input: &ConsentInput,
    who: &Principal,
    local: &Local,
    (since, now): (Timestamp, Timestamp),
) -> Result<Consent, ApiError> {
    if who.side() == Side::Customer {
        return Ok(Consent { how: ConsentHow::Page, given_by: who.name.clone(), at: now });
    }
    let mut wrong = Wrong::default();
    let how = ConsentHow::parse(&input.how).filter(|how| *how != ConsentHow::Page);
    if how.is_none() {
        wrong.add("how", "must be phone or mail");
    }
    let given_by = Name::parse(&input.given_by).map_err(|error| wrong.add("given_by", error)).ok();
    let at = local_time(&input.approved_at, local);
    match at {
        None => wrong.add("approved_at", format!("must be a date and time such as {SHAPE}")),
        Some(at) if now < at => {
            wrong.add("approved_at", format!("must not be in the future; it is {} now", local.full(now)))
        }
        Some(at) if at.plus_seconds(60) <= since => {
            wrong.add("approved_at", format!("must not be before the ticket was logged, {}", local.full(since)));
        }
        Some(_) => {}
    }
    let consent = how.zip(given_by).zip(at);
    wrong.done(consent.map(|((how, given_by), at)| Consent { how, given_by: given_by.into(), at: at.max(since) }))
}

pub(super) struct Extra {
    pub(super) kind: ExtraKind,
    pub(super) what: String,
    pub(super) net_pence: u64,
    pub(super) under_warranty: bool,
}

pub(super) fn extra(input: &ExtraInput) -> Result<Extra, ApiError> {
    let mut wrong = Wrong::default();
    let kind = ExtraKind::parse(&input.kind);
    if kind.is_none() {
        wrong.add("kind", "must be part or shipping");
    }
    let what = Name::parse(&input.item).map_err(|error| wrong.add("item", error)).ok();
    let net_pence = pence(&input.pounds).filter(|pence| *pence <= PENCE_MAX);
    if net_pence.is_none() {
        wrong.add("pounds", "must be an amount in pounds such as 12.53, up to 100000");
    }
    let extra = kind.zip(what).zip(net_pence);
    wrong.done(extra.map(|((kind, what), net_pence)| Extra {
        kind,
        what: what.into(),
        net_pence,
        under_warranty: input.warranty == "yes",
    }))
}

/// Pence of `12.53`, `12` or `£12.50`.
fn pence(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix('£').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (pounds, pence) = text.split_once('.').unwrap_or((text, "00"));
    if !digits(pounds) || !digits(pence) || pence.len() != 2 {
        return None;
    }
    pounds.parse::<u64>().ok()?.checked_mul(100)?.checked_add(pence.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_pounds_with_or_without_pence() {
        for (text, expected) in [("12.53", Some(1_253)), ("12", Some(1_200)), (" £0.05 ", Some(5)), ("0", Some(0))] {
            assert_eq!(pence(text), expected, "{text}");
        }
        for text in ["", "12.5", "12.", ".50", "-1", "+1", "1,000", "1e3", "12.534", "99999999999999999999"] {
            assert_eq!(pence(text), None, "{text}");
        }
    }
}
