//! The only error on the wire.

use domain::{probe::FieldError, time::Timestamp};
use leptos::{prelude::FromServerFnError, server_fn::codec::JsonEncoding, server_fn::error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What a browser may learn about a failure. `NotFound` also stands for rows that the caller may not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ApiError {
    #[error("There is no such page, or it is not yours to see.")]
    NotFound,
    #[error("You are not allowed to do this. Ask {ask}.")]
    Forbidden { ask: String },
    #[error("Please sign in.")]
    SignedOut,
    #[error("{}", fields(.0))]
    Invalid(Vec<FieldError>),
    /// Somebody else was faster; the message says who and when.
    #[error("{0}")]
    Conflict(String),
    #[error("Too many tries. Try again in {} s.", .seconds)]
    Limited { until: Timestamp, seconds: i64 },
    /// Logged on the server under this reference.
    #[error("Something failed on our side. Nothing was changed. Reference {reference}.")]
    Internal { reference: String },
    /// The server could not be reached, or answered something else.
    #[error("The server could not be reached. Nothing was changed.")]
    Unreachable { detail: String },
}

fn fields(errors: &[FieldError]) -> String {
    errors.iter().map(FieldError::to_string).collect::<Vec<_>>().join("; ")
}

impl ApiError {
    /// A single wrong field.
    pub fn invalid(field: &str, message: impl ToString) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// The message for one field of a form, if that field was wrong.
    pub fn field(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid(errors) => errors.iter().find(|error| error.field == name).map(|error| error.message.clone()),
            _ => None,
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                Self::Invalid(vec![FieldError::new("form", detail)])
            }
            other => Self::Unreachable { detail: other.to_string() },
        }
    }
}
