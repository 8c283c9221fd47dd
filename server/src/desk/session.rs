//! Signing in and out, password links, who the reader is.
//!
//! Nobody learns from an answer, or from how long it takes, whether an address has an account: a wrong password, an
//! unknown address, a disabled account and one without a password get the same words after the same work.

pub mod cookie;
pub mod gate;
mod reset;
pub mod token;

#[cfg(test)]
mod tests;

use std::time::Duration;

use app::api::{
    error::ApiError,
    people::PasswordLink,
    principal::Principal,
    session::{Me, OnCall, SessionDesk, SignedIn, Welcome},
};
use domain::{
    access::{Permission, Scope},
    id::{CustomerId, SessionId, UserId},
    text::{EmailAddress, NewPassword},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use self::{cookie::SessionCookie, token::Token};
use super::{account_links::AccountLinks, act, dates, internal, new_id};
use crate::{
    clock::Clock,
    config::Support,
    duty,
    passwords::{PasswordError, Passwords},
    rate_limit::{Allowance, RateLimit, client_key},
    store::{
        Db,
        audit::{self, Act},
        board,
        cover::Levels,
        links::{self, Link, LinkPurpose},
        sessions::{self, ABSOLUTE_S, NewSession},
        tickets,
        users::{self, Account},
    },
};

/// Failed sign-ins for one address: room for a person who mistypes, 2,880 guesses a day for one who guesses.
const ACCOUNT_TRIES: Allowance = Allowance { burst: 5, every_s: 30 };
/// Failed sign-ins from one client: an office shares an address, and a machine that guesses has one too.
const CLIENT_TRIES: Allowance = Allowance { burst: 20, every_s: 5 };
/// Requests for resets from one client, whatever the address.
const CLIENT_RESETS: Allowance = Allowance { burst: 10, every_s: 60 };
/// A request for a reset is answered after this long at the earliest: longer than the writing takes that only happens
/// when there is such an account.
const RESET_ANSWER: Duration = Duration::from_millis(250);
/// Signed-in browsers of one person; the oldest goes when there are more.
const SESSIONS_MAX: u64 = 30;

/// What the demonstration tells everybody.
#[derive(Debug, Clone, Default)]
pub struct DemoInfo {
    /// Name and role, mail address, password.
    pub accounts: Vec<(String, String, String)>,
}

/// What the desk works with.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub passwords: Passwords,
    pub links: AccountLinks,
    pub cookie: SessionCookie,
    /// `None` unless the demonstration runs.
    pub demo: Option<DemoInfo>,
    pub support: Support,
}

/// Implements [`SessionDesk`].
pub struct Desk {
    parts: Parts,
    account_tries: RateLimit,
    client_tries: RateLimit,
    client_resets: RateLimit,
}

impl Desk {
    pub fn new(parts: Parts) -> Self {
        let limit = |allowance| RateLimit::new(allowance, parts.clock);
        Self {
            account_tries: limit(ACCOUNT_TRIES),
            client_tries: limit(CLIENT_TRIES),
            client_resets: limit(CLIENT_RESETS),
            parts,
        }
    }

    /// The number that is answered for a person's cover; staff see the daytime one.
    async fn phone(&self, scope: Scope) -> Result<String, ApiError> {
        let support = &self.parts.support;
        let Scope::Customer(_) = scope else { return Ok(support.phone.clone()) };
        let own = board::customers(self.parts.db.read(), scope).await.map_err(internal)?;
        let Some(id) = own.first().map(|own| CustomerId(own.id)) else { return Ok(support.phone.clone()) };
        let levels = Levels::of_customers(self.parts.db.read(), &[id]).await.map_err(internal)?;
        Ok(support.phone_for(levels.of_customer(id, self.parts.clock.now())).to_owned())
    }

    /// Without an answer the page still opens: who is on call stands on the rota as well.
    async fn on_call(&self, who: &Principal) -> Option<OnCall> {
        if !who.role.may(Permission::SeeRotas) {
            return None;
        }
        let (db, now) = (self.parts.db.read(), self.parts.clock.now());
        let found = duty::now(db, now).await.inspect_err(|error| tracing::error!(%error, "who is on call is unknown"));
        let duty = found.ok()??;
        let until = duty.until.map(|at| format!("On call until {}", dates::soon(&duty.zone, at, now)));
        Some(OnCall { until: until.unwrap_or_else(|| "On call".to_owned()), names: duty.names.join(", then ") })
    }

    async fn account_of(&self, email: &EmailAddress) -> Result<Option<Account>, ApiError> {
        users::find_by_email(self.parts.db.read(), email).await.map_err(internal)
    }

    /// Records a failed sign-in. The typed text is written only when it is a mail address: people type passwords into
    /// the wrong field.
    async fn refuse(
        &self,
        email: Option<&EmailAddress>,
        account: Option<&Account>,
        client: &str,
        now: Timestamp,
    ) -> Result<SignedIn, ApiError> {
        let why = match account {
            None => "unknown address",
            Some(account) if account.disabled_at.is_some() => "disabled account",
            Some(account) if account.password_hash.is_none() => "invitation not used yet",
            Some(_) => "wrong password",
        };
        let act = Act {
            user: account.map(|account| account.id.0),
            actor: "sign-in",
            action: "session.refuse",
            subject: email.map_or("(not a mail address)", EmailAddress::as_str),
            customer: account.and_then(|account| account.customer),
            detail: format!("{why}, from {client}"),
        };
        let tx = self.parts.db.begin().await.map_err(internal)?;
        audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        Err(wrong_credentials())
    }

    /// A session for an account, in the caller's transaction; stale and surplus ones go.
    async fn open_session(&self, db: &impl ConnectionTrait, user: UserId, now: Timestamp) -> Result<String, ApiError> {
        let (id, token) = (SessionId(new_id(now)?), Token::for_session().map_err(internal)?);
        let expires_at = now.plus_seconds(ABSOLUTE_S);
        sessions::end_stale(db, now).await.map_err(internal)?;
        sessions::create(db, NewSession { id, user, token_hash: token.hash, at: now, expires_at })
            .await
            .map_err(internal)?;
        sessions::keep_newest(db, user, SESSIONS_MAX).await.map_err(internal)?;
        users::touch(db, user, now).await.map_err(internal)?;
        Ok(token.text)
    }

    /// The link of a token while it can be used.
    async fn open_link(&self, token: &str, now: Timestamp) -> Result<Link, ApiError> {
        let id = self.parts.links.open(token).ok_or_else(spent_link)?;
        let link = links::find(self.parts.db.read(), id).await.map_err(internal)?;
        link.filter(|link| link.used_at.is_none() && now < link.expires_at && link.account.disabled_at.is_none())
            .ok_or_else(spent_link)
    }
}

fn wrong_credentials() -> ApiError {
    ApiError::invalid("password", "the mail address or the password is wrong")
}

fn spent_link() -> ApiError {
    ApiError::invalid("token", "this link has expired or was used; ask for a new one")
}

/// A full line at the hasher is "come back in a moment"; anything else is ours to mend.
fn password_failure(error: PasswordError, now: Timestamp) -> ApiError {
    match error {
        PasswordError::Busy => ApiError::Limited { until: now.plus_seconds(1), seconds: 1 },
        other => internal(other),
    }
}

#[async_trait::async_trait]
impl SessionDesk for Desk {
    async fn me(&self, who: &Principal) -> Result<Me, ApiError> {
        let person = users::find_person(self.parts.db.read(), who.scope(), who.user).await.map_err(internal)?;
        let person = person.ok_or(ApiError::SignedOut)?;
        Ok(Me {
            name: person.name,
            email: person.email,
            role: person.role,
            customer: person.customer_name,
            demo: self.parts.demo.is_some(),
            support_phone: self.phone(who.scope()).await?,
            open_tickets: tickets::open_count(self.parts.db.read(), who.scope()).await.map_err(internal)?,
            on_call: self.on_call(who).await,
        })
    }

    async fn welcome(&self) -> Result<Welcome, ApiError> {
        let demo = self.parts.demo.as_ref();
        Ok(Welcome {
            demo: demo.is_some(),
            accounts: demo.map(|demo| demo.accounts.clone()).unwrap_or_default(),
            support_phone: self.parts.support.phone.clone(),
        })
    }

    async fn sign_in(&self, email: &str, password: &str, client: &str) -> Result<SignedIn, ApiError> {
        let now = self.parts.clock.now();
        let address = EmailAddress::parse(email).ok();
        let account_key = address.as_ref().map_or_else(|| email.trim().to_lowercase(), EmailAddress::key);
        let client_key = client_key(client);
        self.client_tries.attempt(&client_key)?;
        self.account_tries.attempt(&account_key)?;
        let account = match &address {
            Some(address) => self.account_of(address).await?,
            None => None,
        };
        let hash = account.as_ref().filter(|account| account.disabled_at.is_none());
        let hash = hash.and_then(|account| account.password_hash.as_deref());
        let verdict = self.parts.passwords.verify(password, hash).await;
        if !matches!(verdict, Ok(false)) {
            // Only failures count, and being turned away at the hasher is none.
            self.client_tries.give_back(&client_key);
            self.account_tries.give_back(&account_key);
        }
        let right = verdict.map_err(|error| password_failure(error, now))?;
        let Some(account) = account.as_ref().filter(|_| right) else {
            return self.refuse(address.as_ref(), account.as_ref(), client, now).await;
        };

        let tx = self.parts.db.begin().await.map_err(internal)?;
        let still = users::lock(&tx, Scope::Everything, account.id).await.map_err(internal)?;
        // Disabled or given another password while this one was being checked.
        if still.is_none_or(|still| still.disabled_at.is_some() || still.password_hash != account.password_hash) {
            return Err(wrong_credentials());
        }
        let cookie = self.open_session(&tx, account.id, now).await?;
        let act = Act {
            user: Some(account.id.0),
            actor: &account.name,
            action: "session.open",
            subject: &account.email,
            customer: account.customer,
            detail: format!("signed in from {client}"),
        };
        audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        Ok(SignedIn { cookie, role: account.role })
    }

    async fn sign_out(&self, who: &Principal) -> Result<(), ApiError> {
        let now = self.parts.clock.now();
        let tx = self.parts.db.begin().await.map_err(internal)?;
        if 0 < sessions::end(&tx, who.session).await.map_err(internal)? {
            let act = act(who, "session.end", &who.name, "signed out");
            audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        }
        tx.commit().await.map_err(internal)
    }

    async fn sign_out_everywhere(&self, who: &Principal) -> Result<(), ApiError> {
        let now = self.parts.clock.now();
        let tx = self.parts.db.begin().await.map_err(internal)?;
        let ended = sessions::end_all(&tx, who.user).await.map_err(internal)?;
        let act = act(who, "session.end_all", &who.name, format!("signed out everywhere: {ended} sessions"));
        audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        tx.commit().await.map_err(internal)
    }

    /// An account that got its three mails this hour gets no fourth, and the answer is still yes: the newest of them is
    /// the one that works. A client that asks for many is told to wait, whatever the addresses are.
    async fn request_reset(&self, email: &str, client: &str) -> Result<(), ApiError> {
        let address = EmailAddress::parse(email).map_err(|error| ApiError::invalid("email", error))?;
        self.client_resets.attempt(&client_key(client))?;
        let (done, ()) = tokio::join!(self.send_reset(&address, client), tokio::time::sleep(RESET_ANSWER));
        done
    }

    async fn password_link(&self, token: &str) -> Result<PasswordLink, ApiError> {
        let link = self.open_link(token, self.parts.clock.now()).await?;
        Ok(PasswordLink {
            name: link.account.name,
            email: link.account.email,
            invitation: link.purpose == LinkPurpose::Invitation,
        })
    }

    async fn use_password_link(&self, token: &str, password: &str, client: &str) -> Result<SignedIn, ApiError> {
        let now = self.parts.clock.now();
        let Link { id, account, purpose, .. } = self.open_link(token, now).await?;
        let password = NewPassword::parse(password).map_err(|error| ApiError::invalid("password", error))?;
        let hash = self.parts.passwords.hash(&password).await.map_err(|error| password_failure(error, now))?;

        let tx = self.parts.db.begin().await.map_err(internal)?;
        let still = users::lock(&tx, Scope::Everything, account.id).await.map_err(internal)?;
        if still.is_none_or(|still| still.disabled_at.is_some())
            || links::consume(&tx, id, now).await.map_err(internal)? == 0
        {
            return Err(spent_link());
        }
        users::set_password(&tx, account.id, &hash).await.map_err(internal)?;
        links::void_open(&tx, account.id, now).await.map_err(internal)?;
        let ended = sessions::end_all(&tx, account.id).await.map_err(internal)?;
        let cookie = self.open_session(&tx, account.id, now).await?;
        let act = Act {
            user: Some(account.id.0),
            actor: &account.name,
            action: "user.set_password",
            subject: &account.email,
            customer: account.customer,
            detail: format!("by {} link, from {client}; {ended} sessions ended", purpose.as_str()),
        };
        audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        Ok(SignedIn { cookie, role: account.role })
    }

    fn set_cookie(&self, cookie: Option<&str>) -> String {
        self.parts.cookie.set(cookie)
    }
}
