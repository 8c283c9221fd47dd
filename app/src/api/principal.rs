//! Who is asking, and how a server function finds its desk. Server only.

use std::sync::Arc;

use domain::{
    access::{Permission, Role, Scope, Side},
    id::{CustomerId, SessionId, UserId},
};
use leptos::prelude::use_context;

use super::error::ApiError;

/// The signed-in person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub user: UserId,
    pub session: SessionId,
    pub name: String,
    pub role: Role,
    /// `None` for staff.
    pub customer: Option<CustomerId>,
}

impl Principal {
    /// The rows this person may see. A customer's user without a customer sees none at all.
    pub fn scope(&self) -> Scope {
        match (self.role.is_staff(), self.customer) {
            (true, _) => Scope::Everything,
            (false, Some(customer)) => Scope::Customer(customer),
            (false, None) => Scope::Customer(CustomerId(uuid::Uuid::nil())),
        }
    }

    pub fn side(&self) -> Side {
        self.role.into()
    }

    pub fn require(&self, permission: Permission) -> Result<(), ApiError> {
        match self.role.may(permission) {
            true => Ok(()),
            false => Err(ApiError::Forbidden { ask: self.whom_to_ask().to_owned() }),
        }
    }

    fn whom_to_ask(&self) -> &'static str {
        match self.role.is_staff() {
            true => "a supervisor or an administrator",
            false => "the person at your company who manages your users",
        }
    }
}

/// The caller, or `SignedOut`.
pub fn principal() -> Result<Principal, ApiError> {
    use_context::<Principal>().ok_or(ApiError::SignedOut)
}

/// The desk of an area, as the server provided it.
pub fn desk<D: ?Sized + Send + Sync + 'static>() -> Result<Arc<D>, ApiError> {
    use_context::<Arc<D>>().ok_or_else(|| ApiError::Internal { reference: "no desk".to_owned() })
}
