//! `faultdesk user`: accounts from the shell. Whoever can run this has the database in hand, so no role is asked for;
//! the audit log says `shell`.

mod args;

use std::{
    io::{self, BufRead, IsTerminal, Read},
    sync::Arc,
};

use app::api::{people::PeopleDesk, principal::Principal};
use domain::{
    access::{Role, Scope},
    id::{CustomerId, SessionId, UserId},
    probe::FieldError,
    text::{EmailAddress, NewPassword, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use uuid::Uuid;

use self::args::{AddArgs, WhoArgs};
use super::{
    output::{self, Done, Failure},
    settings,
};
use crate::{
    clock::Clock,
    config::Config,
    desk::{
        account_links::{AccountLinks, Parts},
        is_unique_violation,
        people::Desk,
    },
    entropy,
    links::password_token,
    passwords::Passwords,
    store::{
        Db,
        audit::{self, Act},
        customers,
        links::{self, LinkPurpose, NewLink},
        sessions,
        users::{self, Account, NewUser, Person},
    },
};

pub(super) use self::args::UserCommand;

/// Who acted, in the audit log.
pub(super) const ACTOR: &str = "shell";
/// An invitation is handed over by hand, and may wait for a person on holiday.
const INVITATION_S: i64 = 7 * 24 * 3_600;
/// A reset is waited for; a day is enough to hand it over.
const RESET_S: i64 = 24 * 3_600;

/// A row of `user list --json`.
#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    /// Empty for staff.
    customer: String,
    /// `invited`, `active` or `disabled`.
    state: &'static str,
    last_seen_at: Option<String>,
    receives_faults: bool,
}

pub(super) async fn run(command: UserCommand, config: &Config) -> Result<Done, Failure> {
    let shell = Shell { db: settings::connect_ready(config).await?, now: Clock::system().now(), config };
    let done = match command {
        UserCommand::Add(args) => shell.add(args).await,
        UserCommand::List { json } => shell.list(json).await,
        UserCommand::ResetPassword { who, password_stdin } => shell.reset(&who, password_stdin).await,
        UserCommand::Disable(who) => shell.set_disabled(&who, true).await,
        UserCommand::Enable(who) => shell.set_disabled(&who, false).await,
    };
    shell.db.close().await?;
    done
}

/// What all `user` commands work with.
struct Shell<'a> {
    db: Db,
    now: Timestamp,
    config: &'a Config,
}

impl Shell<'_> {
    async fn add(&self, args: AddArgs) -> Result<Done, Failure> {
        let form = args.parse().map_err(|wrong| Failure::fields(&wrong))?;
        let password_hash = match args.password_stdin {
            true => Some(read_password().await?),
            false => None,
        };
        let customer = match &form.customer {
            Some(name) => Some(self.customer(name).await?),
            None => None,
        };
        let (id, email, name) = (UserId(entropy::id(self.now)?), form.email.to_string(), form.name.to_string());
        let invited = password_hash.is_none();
        let new = NewUser {
            id,
            customer,
            name: form.name,
            email: form.email,
            role: form.role,
            password_hash,
            // Customers hear of faults as contacts.
            receives_faults: form.role.is_staff(),
            at: self.now,
        };
        let tx = self.db.begin().await?;
        if let Err(error) = users::create(&tx, new).await {
            return Err(match is_unique_violation(&error) {
                true => Failure::Failed(format!("{email} has an account already; see: faultdesk user list")),
                false => error.into(),
            });
        }
        self.record(&tx, "user.add", &email, customer, format!("as {}", form.role.as_str())).await?;
        let link = match invited {
            true => Some(self.link(&tx, id, LinkPurpose::Invitation, INVITATION_S).await?),
            false => None,
        };
        tx.commit().await?;
        let made = format!("{name} <{email}> is now {}", form.role.as_str());
        Ok(match link {
            Some(link) => Done {
                text: format!("{link}\n"),
                remark: format!("{made}. With the link above the person sets a password; it is good once, for 7 days."),
                code: 0,
            },
            None => Done::remark(format!("{made} and can sign in at {}", self.config.server.base_url)),
        })
    }

    async fn list(&self, json: bool) -> Result<Done, Failure> {
        let people = users::list(self.db.read(), Scope::Everything).await?;
        let rows: Vec<_> = people.into_iter().map(row).collect();
        if json {
            return output::json(&rows).map(Done::text);
        }
        if rows.is_empty() {
            return Ok(Done::remark(
                "there are no accounts yet; make the first: faultdesk user add --role administrator ...",
            ));
        }
        let line = |row: Row| {
            let seen = row.last_seen_at.unwrap_or_else(|| "never".to_owned());
            [row.email, row.name, row.role.to_owned(), row.customer, row.state.to_owned(), seen]
        };
        let lines: Vec<_> = rows.into_iter().map(line).collect();
        Ok(Done::text(output::table(["EMAIL", "NAME", "ROLE", "CUSTOMER", "STATE", "LAST SEEN"], &lines)))
    }

    async fn reset(&self, who: &WhoArgs, password_stdin: bool) -> Result<Done, Failure> {
        let account = self.account(who).await?;
        if account.disabled_at.is_some() {
            let email = &account.email;
            return Err(Failure::Failed(format!("{email} is disabled; first: faultdesk user enable --email {email}")));
        }
        let hash = match password_stdin {
            true => Some(read_password().await?),
            false => None,
        };
        let tx = self.db.begin().await?;
        let done = match hash {
            Some(hash) => {
                users::set_password(&tx, account.id, &hash).await?;
                sessions::end_all(&tx, account.id).await?;
                links::void_open(&tx, account.id, self.now).await?;
                self.record(&tx, "user.set_password", &account.email, account.customer, String::new()).await?;
                Done::remark(format!("{} has a new password and is signed out everywhere", account.email))
            }
            None => {
                let link = self.link(&tx, account.id, LinkPurpose::Reset, RESET_S).await?;
                self.record(&tx, "user.reset_password", &account.email, account.customer, String::new()).await?;
                let remark = "With the link above the person sets a new password; it is good once, for 24 hours.";
                Done { text: format!("{link}\n"), remark: remark.to_owned(), code: 0 }
            }
        };
        tx.commit().await?;
        Ok(done)
    }

    /// By the desk, so that the shell keeps the same rules as the page.
    async fn set_disabled(&self, who: &WhoArgs, disabled: bool) -> Result<Done, Failure> {
        let account = self.account(who).await?;
        let config = self.config;
        let links = AccountLinks::new(Parts {
            signer: settings::signer(config)?,
            base_url: config.server.base_url.to_string(),
            mail_domain: config.mail.from.domain().to_owned(),
            zone: config.support.zone.clone(),
            // The server looks for mail on its own, too; and disabling sends none.
            wake_mailer: Arc::new(|| {}),
        });
        let desk = Desk::new(self.db.clone(), Clock::system(), links);
        desk.set_disabled(&principal(), account.id, disabled).await?;
        let state = if disabled { "disabled and signed out everywhere" } else { "enabled" };
        Ok(Done::remark(format!("{} is {state}", account.email)))
    }

    async fn account(&self, who: &WhoArgs) -> Result<Account, Failure> {
        account(&self.db, &who.email).await
    }

    /// The customer with this name, compared without case.
    async fn customer(&self, name: &str) -> Result<CustomerId, Failure> {
        let known = customers::names(self.db.read(), Scope::Everything).await?;
        let wanted = name.trim().to_lowercase();
        if let Some((id, _)) = known.iter().find(|(_, name)| name.to_lowercase() == wanted) {
            return Ok(*id);
        }
        let likeness = |name: &str| strsim::jaro_winkler(&wanted, &name.to_lowercase());
        let nearest = known.iter().map(|(_, name)| (likeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = match nearest {
            Some((_, name)) => format!("did you mean {name:?}?"),
            None => "there are none yet".to_owned(),
        };
        Err(Failure::Failed(format!("--customer: no customer is called {name:?}; {hint}")))
    }

    /// A one-time link, which makes the account's earlier ones useless.
    async fn link(
        &self,
        db: &impl ConnectionTrait,
        user: UserId,
        purpose: LinkPurpose,
        seconds: i64,
    ) -> Result<String, Failure> {
        let signer = settings::signer(self.config)?;
        let id = entropy::id(self.now)?;
        links::void_open(db, user, self.now).await?;
        let expires_at = self.now.plus_seconds(seconds);
        links::create(db, NewLink { id, user, purpose, at: self.now, expires_at }).await?;
        let base = self.config.server.base_url.as_str().trim_end_matches('/');
        Ok(format!("{base}/p/{}", password_token(&signer, id)))
    }

    async fn record(
        &self,
        db: &impl ConnectionTrait,
        action: &str,
        subject: &str,
        customer: Option<CustomerId>,
        detail: String,
    ) -> Result<(), Failure> {
        let act = Act { user: None, actor: ACTOR, action, subject, customer, detail };
        Ok(audit::write(db, entropy::id(self.now)?, self.now, act).await?)
    }
}

/// The account with this address.
pub(super) async fn account(db: &Db, email: &str) -> Result<Account, Failure> {
    let email = EmailAddress::parse(email).map_err(|error| Failure::fields(&[FieldError::new("email", error)]))?;
    let found = users::find_by_email(db.read(), &email).await?;
    found.ok_or_else(|| Failure::Failed(format!("{email} has no account; they are listed by: faultdesk user list")))
}

/// The shell as a desk sees it: an administrator who is nobody's row.
fn principal() -> Principal {
    Principal {
        user: UserId(Uuid::nil()),
        session: SessionId(Uuid::nil()),
        name: ACTOR.to_owned(),
        role: Role::Administrator,
        customer: None,
    }
}

fn row(person: Person) -> Row {
    let state = match (person.disabled_at, person.activated) {
        (Some(_), _) => "disabled",
        (None, false) => "invited",
        (None, true) => "active",
    };
    Row {
        id: person.id.to_string(),
        name: person.name,
        email: person.email,
        role: person.role.as_str(),
        customer: person.customer_name,
        state,
        last_seen_at: person.last_seen_at.map(|at| at.to_string()),
        receives_faults: person.receives_faults,
    }
}

/// The hash of the first line of standard input.
async fn read_password() -> Result<String, Failure> {
    /// No character takes more than four bytes; one more shows that there was too much.
    const BYTES_MAX: u64 = PASSWORD_CHARS_MAX as u64 * 4 + 2;
    let stdin = io::stdin();
    if stdin.is_terminal() {
        output::remark(&format!(
            "Password, {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters, shown as you type:"
        ));
    }
    let mut text = String::new();
    let read = stdin.lock().take(BYTES_MAX).read_line(&mut text);
    read.map_err(|error| Failure::Failed(format!("the password cannot be read from standard input: {error}")))?;
    let line = text.lines().next().unwrap_or_default();
    let password = NewPassword::parse(line).map_err(|error| Failure::Misuse(format!("the password {error}")))?;
    Passwords::new().hash(&password).await.map_err(Failure::failed)
}
