//! Escalation policies: what they say, their form, and "a fault on this host at this time: who hears what when?".

mod input;

use domain::{
    cover::CoverLevel,
    id::{ContractId, PolicyId},
    probe::FieldError,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

pub use input::{Edit, PolicyInput, StepInput, WhatIfInput};

use super::error::ApiError;

/// All policies, or one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyList {
    pub now: Timestamp,
    /// By name.
    pub policies: Vec<PolicyRow>,
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRow {
    pub id: PolicyId,
    pub name: String,
    pub version: u32,
    /// Followed by contracts that name no other.
    pub usual: bool,
    pub steps: Vec<StepRow>,
    /// "Reminders every 4 h.", or that there are none.
    pub reminder: String,
    /// Contracts that follow it and have not ended.
    pub contracts: Vec<ContractUse>,
    /// The latest first.
    pub versions: Vec<VersionRow>,
}

/// One step in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// "at once", "15 min after the fault opened".
    pub after: String,
    pub whom: Vec<WhomRow>,
    /// Who hears instead while the step reaches nobody; empty when it reaches somebody.
    pub instead: Vec<String>,
    /// Nobody that the step names can be told now.
    pub reaches_nobody: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhomRow {
    /// "everybody with the role Engineer".
    pub words: String,
    /// Names of those it means now.
    pub now: Vec<String>,
    /// Why some or all of them cannot be told now: "Priya has no working mail address".
    pub missed: Vec<String>,
    /// It means nobody now who can be told.
    pub reaches_nobody: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractUse {
    pub contract: ContractId,
    pub customer: String,
    pub level: CoverLevel,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionRow {
    pub version: u32,
    pub at: Timestamp,
    /// None: it came with the installation.
    pub by: Option<String>,
}

/// A policy's form: what stands in it, what is wrong with it, and what can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyForm {
    pub id: Option<PolicyId>,
    pub input: PolicyInput,
    /// By field: `steps[0].whom[1]`. Only when the form was sent.
    pub wrong: Vec<FieldError>,
    /// Somebody else saved meanwhile: who and when.
    pub conflict: Option<String>,
    /// Value and words of everybody who can be told.
    pub choices: Vec<(String, String)>,
}

/// The question, what can be asked, and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIfPage {
    pub now: Timestamp,
    /// With what is usual where nothing was asked.
    pub input: WhatIfInput,
    /// Value and words of hosts and customers.
    pub places: Vec<(String, String)>,
    pub levels: Vec<(String, String)>,
    pub policies: Vec<(String, String)>,
    pub wrong: Vec<FieldError>,
    /// None: nothing was asked yet, or something is wrong with it.
    pub answer: Option<WhatIfAnswer>,
}

/// What one fault would set off. Times are ready to read, in the zone of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIfAnswer {
    /// "Ping on pbx-bath-1 …": what is asked, in a sentence.
    pub about: String,
    pub level: CoverLevel,
    /// Why this level: the contract, that there is none, or that it was asked for.
    pub level_because: String,
    /// "Standard, version 3".
    pub policy: String,
    pub opens_ticket: bool,
    /// "Tue 1 Dec 2026, 09:00"; None: no response is promised.
    pub response_due: Option<String>,
    /// What every mail says happens next.
    pub next_step: String,
    /// Hours in which nobody is paged, as sentences.
    pub waits: Vec<String>,
    pub lines: Vec<WhatIfLine>,
    /// Steps that tell nobody, each with its reason.
    pub silent: Vec<String>,
    /// IANA name of the zone of all times.
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIfLine {
    pub at: Timestamp,
    /// "Fri 27 Nov 2026, 22:00".
    pub local: String,
    /// "Mail: the fault opened", "Step 1, at once".
    pub what: String,
    /// Why it is later than the policy alone would have it.
    pub late: Option<String>,
    /// Name and reason.
    pub told: Vec<(String, String)>,
    pub missed: Vec<String>,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait EscalationDesk: Send + Sync {
    async fn list(&self, who: &super::principal::Principal) -> Result<PolicyList, ApiError>;
    /// A list of the one policy.
    async fn policy(&self, who: &super::principal::Principal, id: PolicyId) -> Result<PolicyList, ApiError>;
    /// `input` is what was typed so far; None: the stored policy, or an empty one. `check` says what is wrong with it.
    async fn form(
        &self,
        who: &super::principal::Principal,
        id: Option<PolicyId>,
        input: Option<PolicyInput>,
        check: bool,
    ) -> Result<PolicyForm, ApiError>;
    /// Adds a policy when `id` is `None`, else makes its next version.
    async fn save(
        &self,
        who: &super::principal::Principal,
        id: Option<PolicyId>,
        input: PolicyInput,
    ) -> Result<PolicyId, ApiError>;
    async fn make_usual(&self, who: &super::principal::Principal, id: PolicyId) -> Result<(), ApiError>;
    async fn what_if(&self, who: &super::principal::Principal, input: WhatIfInput) -> Result<WhatIfPage, ApiError>;
}

#[server(endpoint = "escalation/list", input = server_fn::codec::GetUrl)]
pub async fn load_policies() -> Result<PolicyList, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EscalationDesk>()?.list(&who).await
}

#[server(endpoint = "escalation/policy", input = server_fn::codec::GetUrl)]
pub async fn load_policy(id: PolicyId) -> Result<PolicyList, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EscalationDesk>()?.policy(&who, id).await
}

/// `check` is `yes` to hear what is wrong with `input`.
#[server(endpoint = "escalation/form", input = server_fn::codec::GetUrl)]
pub async fn load_policy_form(
    id: Option<PolicyId>,
    input: Option<PolicyInput>,
    #[server(default)] check: String,
) -> Result<PolicyForm, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EscalationDesk>()?.form(&who, id, input, check == "yes").await
}

/// Saves a policy and goes to its page. A browser that sent the form without script goes back to it when it is refused,
/// with everything that was typed.
#[server(endpoint = "escalation/save")]
pub async fn save_policy(id: Option<PolicyId>, input: PolicyInput) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    match super::principal::desk::<dyn EscalationDesk>()?.save(&who, id, input.clone()).await {
        Ok(id) => {
            leptos_axum::redirect(&format!("/escalation/{id}"));
            Ok(())
        }
        Err(ApiError::Invalid(_) | ApiError::Conflict(_)) if super::asks_for_page() => {
            leptos_axum::redirect(&input.address(id, Edit::Check));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[server(endpoint = "escalation/make-usual")]
pub async fn make_policy_usual(id: PolicyId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EscalationDesk>()?.make_usual(&who, id).await
}

#[server(endpoint = "escalation/what-if", input = server_fn::codec::GetUrl)]
pub async fn load_what_if(#[server(default)] input: WhatIfInput) -> Result<WhatIfPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EscalationDesk>()?.what_if(&who, input).await
}
