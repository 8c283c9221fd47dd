//! `faultdesk token`: bearer tokens of the HTTP API. Each has the rights of its person.

use clap::Subcommand;
use domain::{probe::FieldError, text::Name};
use serde::Serialize;
use uuid::Uuid;

use super::{
    output::{self, Done, Failure},
    people, settings,
};
use crate::{
    clock::Clock,
    config::Config,
    desk::session::token::Token,
    entropy,
    store::{
        Db,
        audit::{self, Act},
        tokens::{self, NewToken, TokenRow},
    },
};

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it; it is shown this once
    #[command(after_help = "\
The token goes to standard output and is stored nowhere: only its hash is kept.

Examples:
  faultdesk token add --email jo@desk.example --name 'backup script' >token
  curl -H \"Authorization: Bearer $(cat token)\" http://127.0.0.1:3000/api/v1/hosts")]
    Add {
        /// Mail address of the person whose rights it has
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// What it is for, 1 to 80 characters
        #[arg(long)]
        name: String,
    },
    /// List tokens, newest first
    #[command(after_help = "Examples:\n  faultdesk token list\n  faultdesk token list --email jo@desk.example --json")]
    List {
        /// Only those of this person
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// Print [{"id", "name", "email", "created_at", "last_used_at", "revoked_at"}]
        #[arg(long)]
        json: bool,
    },
    /// End a token, at once and for good
    #[command(
        after_help = "Examples:\n  faultdesk token list\n  faultdesk token revoke 0198c5c6-6a4e-7000-8000-2f5c3a1b9d10"
    )]
    Revoke {
        /// Its id, as listed
        id: Uuid,
    },
}

/// A row of `token list --json`; instants in RFC 3339.
#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    email: String,
    created_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl From<TokenRow> for Row {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            email: row.email,
            created_at: row.created_at.to_string(),
            last_used_at: row.last_used_at.map(|at| at.to_string()),
            revoked_at: row.revoked_at.map(|at| at.to_string()),
        }
    }
}

pub(super) async fn run(command: TokenCommand, config: &Config) -> Result<Done, Failure> {
    let db = settings::connect_ready(config).await?;
    let done = match command {
        TokenCommand::Add { email, name } => add(&db, &email, &name).await,
        TokenCommand::List { email, json } => list(&db, email.as_deref(), json).await,
        TokenCommand::Revoke { id } => revoke(&db, id).await,
    };
    db.close().await?;
    done
}

async fn add(db: &Db, email: &str, name: &str) -> Result<Done, Failure> {
    let name = Name::parse(name).map_err(|error| Failure::fields(&[FieldError::new("name", error)]))?;
    let account = people::account(db, email).await?;
    if account.disabled_at.is_some() {
        return Err(Failure::Failed(format!("{} is disabled, and so would the token be", account.email)));
    }
    let (now, token) = (Clock::system().now(), Token::for_api()?);
    let id = entropy::id(now)?;
    let act = Act {
        user: None,
        actor: people::ACTOR,
        action: "token.add",
        subject: &account.email,
        customer: account.customer,
        detail: name.to_string(),
    };
    let tx = db.begin().await?;
    audit::write(&tx, entropy::id(now)?, now, act).await?;
    tokens::create(&tx, NewToken { id, user: account.id, name, token_hash: token.hash, at: now }).await?;
    tx.commit().await?;
    let remark = format!("The token above has the rights of {}. To end it: faultdesk token revoke {id}", account.email);
    Ok(Done { text: format!("{}\n", token.text), remark, code: 0 })
}

async fn list(db: &Db, email: Option<&str>, json: bool) -> Result<Done, Failure> {
    let user = match email {
        Some(email) => Some(people::account(db, email).await?.id),
        None => None,
    };
    let rows: Vec<Row> = tokens::list(db.read(), user).await?.into_iter().map(Row::from).collect();
    if json {
        return output::json(&rows).map(Done::text);
    }
    if rows.is_empty() {
        return Ok(Done::remark("there are no tokens"));
    }
    let line = |row: Row| {
        let state = match row.revoked_at {
            Some(at) => format!("revoked {at}"),
            None => row.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at}")),
        };
        [row.id, row.email, row.name, state]
    };
    let lines: Vec<_> = rows.into_iter().map(line).collect();
    Ok(Done::text(output::table(["ID", "EMAIL", "NAME", "STATE"], &lines)))
}

async fn revoke(db: &Db, id: Uuid) -> Result<Done, Failure> {
    let now = Clock::system().now();
    let tx = db.begin().await?;
    if tokens::revoke(&tx, id, now).await? == 0 {
        return Err(Failure::Failed(format!(
            "no token {id} is in use; those there are, are listed by: faultdesk token list"
        )));
    }
    let subject = id.to_string();
    let act = Act {
        user: None,
        actor: people::ACTOR,
        action: "token.revoke",
        subject: &subject,
        customer: None,
        detail: String::new(),
    };
    audit::write(&tx, entropy::id(now)?, now, act).await?;
    tx.commit().await?;
    Ok(Done::remark(format!("the token {id} is revoked")))
}
