//! Photos and files that somebody adds in the browser: an entry like any other, with its files in the same transaction.

use app::api::{error::ApiError, principal::Principal, tickets::ReplyInput};
use domain::{access::Permission, incoming::clean_file_name, probe::FieldError, time::Timestamp, upload::Tally};

use super::{Desk, input, internal, require, writing};
use crate::store::{attachments::NewFile, tickets};

/// The field of the form.
const FIELD: &str = "files";

/// A file as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    name: String,
    pub bytes: Vec<u8>,
}

impl Upload {
    /// `declared` is the name that the browser says, and may be anything.
    pub fn named(declared: &str) -> Self {
        Self { name: clean_file_name(declared), bytes: Vec::new() }
    }

    /// As it is shown.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Adding files to a ticket, for the route beside the pages.
#[async_trait::async_trait]
pub trait TicketFiles: Send + Sync {
    /// Adds an entry with files, words or none: a message of a customer, a note or a public reply of staff, which is not
    /// held. Answers the number of the ticket that it went to.
    ///
    /// # Errors
    /// `Invalid` names each file that is not taken; nothing is kept then.
    async fn add(
        &self,
        who: &Principal,
        number: i64,
        input: &ReplyInput,
        files: Vec<Upload>,
    ) -> Result<i64, ApiError>;
}

#[async_trait::async_trait]
impl TicketFiles for Desk {
    async fn add(
        &self,
        who: &Principal,
        number: i64,
        input: &ReplyInput,
        files: Vec<Upload>,
    ) -> Result<i64, ApiError> {
        let found = tickets::find(self.db.read(), who.scope(), number).await.map_err(internal)?;
        require(found, who, Permission::WriteToTickets)?;
        check(&Tally::of(files.iter().map(|file| (file.name(), file.bytes.len() as u64))))?;
        // Before the ticket is held: others wait for it.
        let files = read(files, self.clock.now()).await?;
        let reply = input::reply(input, files)?;
        writing::write(writing::take_survivor(self, who, number).await?, reply).await
    }
}

/// Everything that is wrong with the files of a form.
///
/// # Errors
/// `Invalid`, once for each.
pub fn check(tally: &Tally) -> Result<(), ApiError> {
    let wrong: Vec<_> = tally.wrong().into_iter().map(|words| FieldError::new(FIELD, words)).collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(ApiError::Invalid(wrong)),
    }
}

/// What the files are, on a thread of its own: 25 MB take a moment.
async fn read(files: Vec<Upload>, now: Timestamp) -> Result<Vec<NewFile>, ApiError> {
    let reading = tokio::task::spawn_blocking(move || {
        files.into_iter().map(|file| NewFile::new(file.name, file.bytes, now)).collect::<Result<_, _>>()
    });
    reading.await.map_err(internal)?.map_err(internal)
}
