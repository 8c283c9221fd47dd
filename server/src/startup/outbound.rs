//! The way out for mail.

use super::StartError;
use crate::{
    clock::Clock,
    config::Config,
    mail::{
        message::Sender,
        transport::{SmtpLimits, SmtpPool, SmtpSettings, Transport},
    },
    post::Post,
    secrets::Signer,
};

/// What turns notices into mails and sends them where the settings say.
pub(super) fn post(config: &Config, clock: Clock, signer: Signer, base_url: &str) -> Result<Post, StartError> {
    let transport = match &config.mail.smtp_url {
        Some(url) => {
            let settings = SmtpSettings::parse(url).map_err(StartError::Mail)?;
            Transport::Smtp(SmtpPool::new(settings, SmtpLimits::default()).map_err(StartError::Mail)?)
        }
        None => Transport::Directory(config.mail.directory.clone()),
    };
    let sender = Sender::parse(&config.mail.from.to_string()).map_err(StartError::Mail)?;
    Ok(Post {
        clock,
        transport,
        sender,
        signer,
        base_url: base_url.to_owned(),
        support: config.support.clone(),
        support_address: config.mail.support_address.as_ref().map(ToString::to_string),
    })
}
