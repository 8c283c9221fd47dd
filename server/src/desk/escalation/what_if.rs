//! "A fault on this host at this time: who hears what when?", by the contract that covers the host then.

use app::api::{
    error::ApiError,
    escalation::{WhatIfAnswer, WhatIfInput, WhatIfLine, WhatIfPage},
};
use domain::{
    access::Scope,
    calendar::Zone,
    clock::{Count, Pauses, Terms},
    cover::CoverLevel,
    escalation::{self, Delay, EscalationTerms, Happening, Line, Question, WhatIf},
    id::{CustomerId, PolicyId},
    level::{Action, LevelTerms},
    observation::Status,
    probe::FieldError,
    text::HostName,
    time::Timestamp,
};
use jiff::civil::{Date, Time};
use sea_orm::ConnectionTrait;

use crate::{
    desk::internal,
    store::{
        calendars::{self, TermsRef},
        cover::{self, Promises},
        customers, directory,
        hosts::{self, Find, Host},
        levels,
        policies::{self, PolicyVersion},
    },
};

/// Before a place is chosen, which has its own.
const ZONE: &str = "Europe/London";
/// A week.
const ACKNOWLEDGED_AFTER_MAX: i64 = 7 * 24 * 60;
const STATUSES: [Status; 3] = [Status::Warning, Status::Critical, Status::Unknown];

/// Where the fault is.
enum Place {
    Host(Box<Host>),
    /// A customer's system that is not watched yet, by its level.
    Customer(customers::Customer),
}

/// What is promised there.
struct Ground {
    level: LevelTerms,
    because: String,
    /// None: no response is promised.
    response: Option<Terms>,
    terms: EscalationTerms,
    /// What the mails say where the contract does not cover the host.
    instead: Option<String>,
}

impl Ground {
    /// A fault of our own watching: nobody at the customer's is without anything, so no ticket opens and no policy is
    /// followed.
    fn promise_nothing(&mut self) {
        self.level.action = Action::Nobody;
        self.terms.paging = None;
        self.terms.policy.steps.clear();
        self.instead = Some("Nothing: only our staff hear of a fault of our own watching.".to_owned());
    }
}

pub(super) async fn page(
    db: &impl ConnectionTrait,
    now: Timestamp,
    input: WhatIfInput,
) -> Result<WhatIfPage, ApiError> {
    let policies = policies::current(db).await.map_err(internal)?;
    let mut wrong = Vec::new();
    let place = place(db, &input.place, &mut wrong).await?;
    let zone = zone_of(db, place.as_ref()).await?;
    let input = with_usual(input, now, &zone);
    let answer = match &place {
        None => None,
        Some(place) => answer(db, place, &zone, &input, &policies, &mut wrong).await?,
    };
    let level = |cover: CoverLevel| (cover.as_str().to_owned(), format!("{}, {}", cover.label(), cover.hours()));
    let levels = CoverLevel::ALL.into_iter().filter(|cover| *cover != CoverLevel::Custom).map(level).collect();
    let places = places(db, place.as_ref()).await?;
    let policies = policies.into_iter().map(|one| (one.of.to_string(), one.policy.name)).collect();
    Ok(WhatIfPage { now, input, places, levels, policies, wrong, answer })
}

async fn place(db: &impl ConnectionTrait, typed: &str, wrong: &mut Vec<FieldError>) -> Result<Option<Place>, ApiError> {
    let found = match typed.split_once(':') {
        None if typed.trim().is_empty() => return Ok(None),
        Some(("host", name)) => match HostName::parse(name) {
            Err(_) => None,
            Ok(name) => {
                let host = hosts::find(db, Scope::Everything, &name).await.map_err(internal)?;
                host.map(|host| Place::Host(Box::new(host)))
            }
        },
        Some(("customer", id)) => match id.parse::<CustomerId>() {
            Err(_) => None,
            Ok(id) => customers::find(db, Scope::Everything, id).await.map_err(internal)?.map(Place::Customer),
        },
        _ => None,
    };
    if found.is_none() {
        wrong.push(FieldError::new("place", "must be one of the hosts or customers"));
    }
    Ok(found)
}

impl Place {
    fn customer(&self) -> CustomerId {
        match self {
            Self::Host(host) => host.customer,
            Self::Customer(customer) => customer.id,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Host(host) => format!("{} ({}, {})", host.name, host.system, host.customer_name),
            Self::Customer(customer) => format!("a system of {}", customer.name),
        }
    }

    fn choice(&self) -> (String, String) {
        match self {
            Self::Host(host) => host_choice(host),
            Self::Customer(customer) => (format!("customer:{}", customer.id), customer.name.clone()),
        }
    }
}

fn host_choice(host: &Host) -> (String, String) {
    (format!("host:{}", host.name), format!("{}: {}, {}", host.customer_name, host.name, host.system))
}

/// The first page of hosts, all customers, and the place that is chosen.
async fn places(db: &impl ConnectionTrait, chosen: Option<&Place>) -> Result<Vec<(String, String)>, ApiError> {
    let (hosts, _) = hosts::list(db, Scope::Everything, None, &Find::default()).await.map_err(internal)?;
    let names = customers::names(db, Scope::Everything).await.map_err(internal)?;
    let customer = |(id, name)| (format!("customer:{id}"), format!("{name}, a system that is not watched yet"));
    let mut places: Vec<_> = hosts.iter().map(host_choice).chain(names.into_iter().map(customer)).collect();
    if let Some(chosen) = chosen.map(Place::choice)
        && !places.iter().any(|(value, _)| *value == chosen.0)
    {
        places.insert(0, chosen);
    }
    Ok(places)
}

async fn zone_of(db: &impl ConnectionTrait, place: Option<&Place>) -> Result<Zone, ApiError> {
    let name = match place {
        None => ZONE.to_owned(),
        Some(place) => {
            let customer = customers::find(db, Scope::Everything, place.customer()).await.map_err(internal)?;
            customer.map_or_else(|| ZONE.to_owned(), |customer| customer.zone)
        }
    };
    Zone::parse(&name).map_err(internal)
}

fn with_usual(mut input: WhatIfInput, now: Timestamp, zone: &Zone) -> WhatIfInput {
    let usual = |field: &mut String, usual: String| {
        if field.trim().is_empty() {
            *field = usual;
        }
    };
    usual(&mut input.date, local(now, zone, "%Y-%m-%d"));
    usual(&mut input.time, local(now, zone, "%H:%M"));
    usual(&mut input.status, Status::Critical.as_str().to_owned());
    input
}

fn local(at: Timestamp, zone: &Zone, format: &str) -> String {
    match at.as_jiff().in_tz(zone.name()) {
        Ok(local) => local.strftime(format).to_string(),
        Err(_) => at.to_string(),
    }
}

/// "Fri 27 Nov 2026, 22:00".
fn full(at: Timestamp, zone: &Zone) -> String {
    local(at, zone, "%a %-d %b %Y, %H:%M")
}

/// What was typed, understood.
struct Asked {
    at: Timestamp,
    status: Status,
    acknowledged_at: Option<Timestamp>,
    level: Option<CoverLevel>,
    policy: Option<PolicyVersion>,
}

fn asked(
    input: &WhatIfInput,
    place: &Place,
    zone: &Zone,
    policies: &[PolicyVersion],
    wrong: &mut Vec<FieldError>,
) -> Option<Asked> {
    let mut refuse = |field: &str, said: String| wrong.push(FieldError::new(field, said));
    let date: Option<Date> = input.date.parse().ok().filter(|_| input.date.len() == "2026-12-24".len());
    if date.is_none() {
        refuse("date", format!("must be a date such as 2026-12-24, not {:?}", input.date));
    }
    let time: Option<Time> = input.time.parse().ok().filter(|_| input.time.len() == "18:00".len());
    if time.is_none() {
        refuse("time", format!("must be a time such as 18:00, not {:?}", input.time));
    }
    let status = Status::parse(&input.status).filter(|status| STATUSES.contains(status));
    if status.is_none() {
        refuse("status", format!("must be one of {}", STATUSES.map(Status::as_str).join(", ")));
    }
    let acknowledged_after: Result<Option<i64>, ()> = match input.acknowledged_after.trim() {
        "" => Ok(None),
        typed => typed.parse().ok().filter(|after| (0..=ACKNOWLEDGED_AFTER_MAX).contains(after)).map(Some).ok_or(()),
    };
    if acknowledged_after.is_err() {
        let said = format!("must be 0 to {ACKNOWLEDGED_AFTER_MAX} minutes, or empty for never");
        refuse("acknowledged_after", said);
    }
    let level = match input.level.as_str() {
        "" => None,
        word => {
            let level = CoverLevel::parse(word).filter(|cover| *cover != CoverLevel::Custom);
            if level.is_none() {
                refuse("level", "must be one of the levels, or empty for the contract's".to_owned());
            }
            level
        }
    };
    if input.level.is_empty() && matches!(place, Place::Customer(_)) {
        refuse("level", "must be chosen: without a host no contract can be asked".to_owned());
    }
    let chosen = input.policy.parse::<PolicyId>().ok();
    let policy = policies.iter().find(|policy| chosen == Some(policy.of)).cloned();
    if policy.is_none() && !input.policy.is_empty() {
        refuse("policy", "must be one of the policies, or empty for the contract's".to_owned());
    }
    let time = time?;
    let minutes = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
    let at = zone.opening(date?, minutes)?;
    let acknowledged_at = acknowledged_after.ok()?.map(|minutes| at.plus_seconds(minutes * 60));
    Some(Asked { at, status: status?, acknowledged_at, level, policy })
}

async fn answer(
    db: &impl ConnectionTrait,
    place: &Place,
    zone: &Zone,
    input: &WhatIfInput,
    policies: &[PolicyVersion],
    wrong: &mut Vec<FieldError>,
) -> Result<Option<WhatIfAnswer>, ApiError> {
    let asked = asked(input, place, zone, policies, wrong);
    let Some(asked) = asked.filter(|_| wrong.is_empty()) else { return Ok(None) };
    let ground = match (asked.level, place) {
        (None, Place::Host(host)) => by_contract(db, host, &asked).await?,
        (level, _) => by_level(db, level.unwrap_or(CoverLevel::None), &asked).await?,
    };
    let Some(mut ground) = ground else {
        wrong.push(FieldError::new("policy", "must be made first: there is none yet"));
        return Ok(None);
    };
    if asked.status == Status::Unknown {
        ground.promise_nothing();
    }
    let people = directory::load(db, Some(place.customer())).await.map_err(internal)?;
    let question =
        Question { opened_at: asked.at, acknowledged_at: asked.acknowledged_at, opening: people.opening(asked.status) };
    let found = escalation::what_if(ground.terms.clone(), &ground.level, question, &people.directory());
    Ok(Some(in_words(place, zone, &asked, ground, found)))
}

/// What the host's contract gives at that instant.
async fn by_contract(db: &impl ConnectionTrait, host: &Host, asked: &Asked) -> Result<Option<Ground>, ApiError> {
    let promises = Promises::load(db).await.map_err(internal)?;
    let standing = cover::of_host(db, &promises, host.id, asked.at, asked.at).await.map_err(internal)?;
    let Some(paging) = standing.paging(&promises).map_err(internal)? else { return Ok(None) };
    let response = standing.response_terms(&promises).map_err(internal)?;
    let because = match &standing.contract {
        None => format!("{} has no contract for this host.", host.customer_name),
        Some(_) => standing.decision.for_staff(),
    };
    let instead = (!standing.is_covered() && standing.contract.is_some()).then(|| standing.decision.for_customer());
    let mut terms = paging.terms;
    if let Some(policy) = &asked.policy {
        terms.policy = policy.policy.clone();
    }
    let response = match response {
        None => None,
        Some(terms) => Some(terms_of(db, terms).await?),
    };
    Ok(Some(Ground { level: standing.level, because, response, terms, instead }))
}

async fn terms_of(db: &impl ConnectionTrait, terms: TermsRef) -> Result<Terms, ApiError> {
    let calendars = calendars::by_ids(db, terms.calendar).await.map_err(internal)?;
    terms.terms(&calendars).map_err(internal)
}

/// What a level gives, whatever contract there is.
async fn by_level(db: &impl ConnectionTrait, cover: CoverLevel, asked: &Asked) -> Result<Option<Ground>, ApiError> {
    let usual = match &asked.policy {
        Some(policy) => Some(policy.clone()),
        None => policies::usual(db).await.map_err(internal)?,
    };
    let level = levels::find_by_cover(db, cover).await.map_err(internal)?;
    let (Some(usual), Some(level)) = (usual, level) else { return Ok(None) };
    let calendars = calendars::in_force(db).await.map_err(internal)?.calendars;
    let response = level.terms.response_terms(&calendars).map_err(internal)?;
    let terms = EscalationTerms::new(usual.policy, &level.terms, &calendars).map_err(internal)?;
    let because = "As you asked, whatever contract there is.".to_owned();
    Ok(Some(Ground { level: level.terms, because, response, terms, instead: None }))
}

fn in_words(place: &Place, zone: &Zone, asked: &Asked, ground: Ground, found: WhatIf) -> WhatIfAnswer {
    let Ground { level, because, response, terms, instead } = ground;
    let due = response.filter(|_| found.opens_ticket).and_then(|Terms { cover, target_s }| {
        Count { cover, start: asked.at, target_s }.used_up_at(&Pauses::default()).ok()
    });
    let opens = terms.paging.as_ref().and_then(|paging| paging.spans(asked.at).next()).map(|span| span.from);
    let waits = match (&terms.paging, opens) {
        (Some(_), Some(opens)) if opens <= asked.at => Vec::new(),
        (Some(_), Some(opens)) => vec![format!("Nobody is paged before {}.", full(opens, zone))],
        _ => vec!["Nobody is paged at any hour.".to_owned()],
    };
    let why_silent = match terms.paging {
        None => "nobody is paged here",
        Some(_) => "the time by which it is counted never comes",
    };
    let silent = found.silent_steps.iter().map(|number| format!("Step {number} tells nobody: {why_silent}."));
    let forestalled = found.forestalled_steps.iter();
    let forestalled =
        forestalled.map(|number| format!("Step {number} tells nobody: the fault was acknowledged before."));
    let at = full(asked.at, zone);
    WhatIfAnswer {
        about: format!("A {} fault on {} that is confirmed on {at}.", asked.status.as_str(), place.words()),
        level: level.level,
        level_because: because,
        policy: format!("{}, version {}", terms.policy.name, terms.policy.version),
        opens_ticket: found.opens_ticket,
        response_due: due.map(|due| full(due, zone)),
        next_step: instead.unwrap_or_else(|| found.next_step.to_owned()),
        waits,
        silent: silent.chain(forestalled).collect(),
        lines: found.lines.into_iter().map(|one| line(one, zone)).collect(),
        zone: zone.name().to_owned(),
    }
}

fn line(line: Line, zone: &Zone) -> WhatIfLine {
    let (what, late) = match line.what {
        Happening::Opening => ("Mail: the fault opened".to_owned(), None),
        Happening::Step { number, after, delay } => {
            let late = delay.map(|delay| match delay {
                Delay::PagingHours { wanted_at } => {
                    format!("It would come on {}: nobody is paged at that hour.", full(wanted_at, zone))
                }
                other => format!("Later than it says: {other}."),
            });
            (format!("Step {number}, {after}"), late)
        }
    };
    WhatIfLine {
        at: line.at,
        local: full(line.at, zone),
        what,
        late,
        told: line.reached.told.into_iter().map(|told| (told.name, told.because.to_string())).collect(),
        missed: line.reached.missed.iter().map(ToString::to_string).collect(),
    }
}
