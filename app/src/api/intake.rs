//! What people bring: the new-ticket form of customers and staff, what to expect before it is sent, and calls.

mod input;

use domain::{
    contract::CoverDecision,
    cover::CoverLevel,
    id::{ContactId, CustomerId, LibraryId},
    intake::Door,
    observation::Status,
    probe::FieldError,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

pub use input::{CallLogInput, NewTicketInput};

/// The form of a new ticket with everything around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTicketPage {
    pub now: Timestamp,
    /// What was typed so far; a fresh form has its key and the usual choices.
    pub input: NewTicketInput,
    /// What is wrong with it, if it was sent.
    pub wrong: Vec<FieldError>,
    /// Why it was not taken although nothing in it is wrong.
    pub conflict: Option<String>,
    /// For staff only.
    pub staff: Option<StaffChoices>,
    pub systems: Vec<SystemChoice>,
    /// Faults that are open on their systems.
    pub known: Vec<KnownFault>,
    /// For the chosen system; None: staff have not chosen a customer.
    pub expect: Option<Expect>,
    pub support_phone: String,
    /// Whether anything of theirs can be told here; else there is the price and the phone number.
    pub open: bool,
}

/// What staff choose from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StaffChoices {
    pub customers: Vec<(CustomerId, String)>,
    /// Of the chosen customer.
    pub contacts: Vec<(ContactId, String)>,
    /// Who can have it: the accounts of staff.
    pub people: Vec<(String, String)>,
    /// The zone of the chosen customer, in which the time of a call is typed.
    pub zone: String,
}

/// Something that a ticket can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemChoice {
    /// `host:<id>`, `piece:<id>`, or empty for nothing in particular.
    pub value: String,
    pub name: String,
    /// Where it is and how it is: "Bath, OK", "Already known: SIP trunk is down".
    pub hint: String,
}

/// An open fault and the ticket that goes on about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFault {
    pub number: i64,
    pub system: String,
    pub headline: String,
    pub status: Status,
    pub started_at: Timestamp,
    /// None: the level opens none.
    pub ticket: Option<i64>,
}

/// What happens with a ticket that is sent now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    pub level: CoverLevel,
    pub cover: CoverDecision,
    pub door: Door,
    /// "Fri 20 Nov, 16:42"; None: no response is promised.
    pub due: Option<String>,
    /// "8 working hours from now. …"; empty without a target.
    pub hours: String,
    /// "Mon 9 Nov, 09:00": we are closed until then.
    pub opens: Option<String>,
    /// "Handsets are not on your covered list. …", and other things worth knowing; each a heading and a sentence.
    pub remarks: Vec<(String, String)>,
    /// "Tested 2 min ago: SSH and web page answer."; empty where nothing is known.
    pub access: String,
    /// £70.00 + VAT, where an incident is what can be had.
    pub price: Option<String>,
    pub phone: String,
    /// Notes that fit what was typed so far.
    pub notes: Vec<NoteLink>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteLink {
    pub id: LibraryId,
    pub title: String,
}

/// Who calls, and what is open there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallPage {
    pub now: Timestamp,
    pub input: CallLogInput,
    pub wrong: Vec<FieldError>,
    pub conflict: Option<String>,
    /// The number as it is said; None: none was typed, or it is wrong.
    pub shown: Option<String>,
    pub callers: Vec<CallerRow>,
    /// All of them, for a caller whom the number does not tell.
    pub customers: Vec<(CustomerId, String)>,
    /// The zone in which the time of the call is typed, and the present there.
    pub zone: String,
    pub now_local: String,
}

/// One customer to whom the number belongs, or who was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallerRow {
    pub customer: CustomerId,
    pub name: String,
    /// Whose number it is there: contacts and sites by name.
    pub people: Vec<String>,
    /// The contact, if it is one person's.
    pub contact: Option<ContactId>,
    pub level: CoverLevel,
    pub tickets: Vec<CallTicket>,
    /// Faults that nobody on our side has taken.
    pub lit: Vec<KnownFault>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTicket {
    pub number: i64,
    pub subject: String,
    pub state: String,
}

/// Use cases around what people bring.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait IntakeDesk: Send + Sync {
    /// `input` is what was typed so far; `check` says what is wrong with it.
    async fn form(
        &self,
        who: &super::principal::Principal,
        input: Option<NewTicketInput>,
        check: bool,
    ) -> Result<NewTicketPage, ApiError>;
    /// What to expect for what is typed so far; changes nothing.
    async fn expect(&self, who: &super::principal::Principal, input: NewTicketInput) -> Result<Expect, ApiError>;
    /// Opens a ticket, once for each form. Answers its number.
    async fn open(&self, who: &super::principal::Principal, input: NewTicketInput) -> Result<i64, ApiError>;
    async fn call_page(
        &self,
        who: &super::principal::Principal,
        input: CallLogInput,
        check: bool,
    ) -> Result<CallPage, ApiError>;
    /// Logs a call on an open ticket. Answers its number.
    async fn log_call(&self, who: &super::principal::Principal, input: CallLogInput) -> Result<i64, ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn IntakeDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn IntakeDesk>()?))
}

/// `check` is `yes` to hear what is wrong with `input`.
#[server(endpoint = "tickets/new-form", input = server_fn::codec::GetUrl)]
pub async fn load_new_ticket(
    input: Option<NewTicketInput>,
    #[server(default)] check: String,
) -> Result<NewTicketPage, ApiError> {
    let (who, desk) = desk()?;
    desk.form(&who, input, check == "yes").await
}

#[server(endpoint = "tickets/expect", input = server_fn::codec::GetUrl)]
pub async fn load_expect(#[server(default)] input: NewTicketInput) -> Result<Expect, ApiError> {
    let (who, desk) = desk()?;
    desk.expect(&who, input).await
}

/// Opens a ticket and goes to its page. A refused form comes back with everything that was typed.
#[server(endpoint = "tickets/open")]
pub async fn open_ticket(#[server(default)] input: NewTicketInput) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    match desk.open(&who, input.clone()).await {
        Ok(number) => {
            leptos_axum::redirect(&format!("/t/{number}"));
            Ok(number)
        }
        Err(ApiError::Invalid(_) | ApiError::Conflict(_)) if super::asks_for_page() => {
            leptos_axum::redirect(&input.address(true));
            Ok(0)
        }
        Err(error) => Err(error),
    }
}

#[server(endpoint = "calls/page", input = server_fn::codec::GetUrl)]
pub async fn load_call(
    #[server(default)] input: CallLogInput,
    #[server(default)] check: String,
) -> Result<CallPage, ApiError> {
    let (who, desk) = desk()?;
    desk.call_page(&who, input, check == "yes").await
}

#[server(endpoint = "calls/log")]
pub async fn log_new_call(#[server(default)] input: CallLogInput) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    match desk.log_call(&who, input.clone()).await {
        Ok(number) => {
            leptos_axum::redirect(&format!("/t/{number}"));
            Ok(number)
        }
        Err(ApiError::Invalid(_) | ApiError::Conflict(_)) if super::asks_for_page() => {
            leptos_axum::redirect(&input.address(true));
            Ok(0)
        }
        Err(error) => Err(error),
    }
}
