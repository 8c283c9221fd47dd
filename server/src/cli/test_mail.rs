//! `faultdesk test-mail`: one real mail, the way all mails go, and what the server said.

use clap::Args;
use domain::{id::NoticeId, message_id, notice::MailFacts, outbox::Attempt, probe::FieldError, text::EmailAddress};

use super::{
    output::{Done, Failure},
    settings::SettingsArgs,
};
use crate::{
    clock::Clock,
    config::Config,
    entropy,
    mail::{
        message::{Outgoing, Sender},
        render::{self, Links},
        transport::{SmtpLimits, SmtpPool, SmtpSettings, Transport},
    },
};

#[derive(Debug, Args)]
pub struct TestMailArgs {
    /// Who gets the mail
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) async fn run(args: TestMailArgs) -> Result<Done, Failure> {
    let to = EmailAddress::parse(&args.to).map_err(|error| Failure::fields(&[FieldError::new("to", error)]))?;
    let config = args.settings.config()?;
    let sender =
        Sender::parse(&config.mail.from.to_string()).map_err(|error| Failure::Failed(format!("mail.from {error}")))?;
    let transport = transport(&config)?;
    let mail = mail(&config, &sender, &to)?;
    match transport.send(&sender, &mail).await {
        Attempt::Accepted { reply } => Ok(Done::text(format!("{transport} took the mail to {to}: {reply}\n"))),
        Attempt::Unreachable { reason } => Err(Failure::Failed(format!(
            "{transport} was not reached: {reason}\nCheck mail.smtp_url (see: faultdesk check-config) and the network."
        ))),
        Attempt::Deferred { reply } => {
            Err(Failure::Failed(format!("{transport} refused the mail for now: {reply}\nTry again in a few minutes.")))
        }
        Attempt::Refused { reply } => Err(Failure::Failed(format!(
            "{transport} refused the mail: {reply}\n\
             Check the address {to}, mail.from ({}) and the user in mail.smtp_url.",
            config.mail.from
        ))),
    }
}

fn transport(config: &Config) -> Result<Transport, Failure> {
    match &config.mail.smtp_url {
        Some(url) => {
            let settings =
                SmtpSettings::parse(url).map_err(|error| Failure::Failed(format!("mail.smtp_url {error}")))?;
            SmtpPool::new(settings, SmtpLimits::default()).map(Transport::Smtp).map_err(Failure::Failed)
        }
        None => Ok(Transport::Directory(config.mail.directory.clone())),
    }
}

fn mail(config: &Config, sender: &Sender, to: &EmailAddress) -> Result<Outgoing, Failure> {
    let at = Clock::system().now();
    let links = Links { base_url: config.server.base_url.to_string(), ..Links::default() };
    let rendered = render::render(&MailFacts::Test { at }, &links, &config.support.phone);
    Ok(Outgoing {
        to_name: String::new(),
        to_email: to.to_string(),
        message_id: message_id::follow_up(NoticeId(entropy::id(at)?), sender.domain()),
        in_reply_to: None,
        invitation: None,
        at,
        reply_to: None,
        rendered: rendered.map_err(|error| Failure::caused(&error))?,
    })
}
