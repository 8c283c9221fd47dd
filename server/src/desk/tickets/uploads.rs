//! Photos and files that somebody adds in the browser: an entry like any other, with its files in the same transaction.

use app::api::{error::ApiError, principal::Principal, tickets::ReplyInput};
use domain::{access::Permission, incoming::clean_file_name, probe::FieldError, time::Timestamp, upload::Tally};

use sha2::{Digest, Sha256};
use uuid::Uuid;

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
    async fn add(&self, who: &Principal, number: i64, input: &ReplyInput, files: Vec<Upload>) -> Result<i64, ApiError>;
}

#[async_trait::async_trait]
impl TicketFiles for Desk {
    async fn add(&self, who: &Principal, number: i64, input: &ReplyInput, files: Vec<Upload>) -> Result<i64, ApiError> {
        let found = tickets::find(self.db.read(), who.scope(), number).await.map_err(internal)?;
        require(found, who, Permission::WriteToTickets)?;
        check(&Tally::of(files.iter().map(|file| (file.name(), file.bytes.len() as u64))))?;
        // Before the ticket is held: others wait for it.
        let files = read(files, self.clock.now()).await?;
        let mut reply = input::reply(input, files)?;
        reply.key = reply.key.map(|form| key_of(form, &reply));
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

/// The same form with the same files is sent once. With others it is another: browsers show an old form again, and what
/// is chosen in it then must not be taken for what was sent.
fn key_of(form: Uuid, reply: &input::Reply) -> Uuid {
    let mut digest = Sha256::new();
    digest.update(form);
    digest.update([u8::from(reply.note)]);
    let parts = reply.files.iter().flat_map(|file| [&file.name, &file.sha256]).chain([&reply.text]);
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What the files are, on a thread of its own: 25 MB take a moment.
async fn read(files: Vec<Upload>, now: Timestamp) -> Result<Vec<NewFile>, ApiError> {
    let reading = tokio::task::spawn_blocking(move || {
        files.into_iter().map(|file| NewFile::new(file.name, file.bytes, now)).collect::<Result<_, _>>()
    });
    reading.await.map_err(internal)?.map_err(internal)
}
