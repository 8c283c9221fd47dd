//! What can be typed behind `faultdesk user`.

use clap::{Args, Subcommand};
use domain::{
    access::Role,
    probe::FieldError,
    text::{EmailAddress, Name},
};

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account and print a one-time link with which its owner sets a password
    #[command(after_help = "\
Roles of staff: administrator, supervisor, engineer, agent.
Roles at a customer, which need --customer: manager, contact, viewer.

The link goes to standard output and is good for 7 days. No mail is sent: hand it over yourself.

Examples:
  faultdesk user add --email jo@desk.example --name 'Jo Bell' --role administrator
  faultdesk user add --email sam@bath.example --name 'Sam Hill' --role manager --customer 'Bath Dental'
  pass show faultdesk/jo | faultdesk user add --email jo@desk.example --name Jo --role agent --password-stdin")]
    Add(AddArgs),
    /// List all accounts
    #[command(after_help = "\
Examples:
  faultdesk user list
  faultdesk user list --json | jq -r '.[] | select(.state == \"invited\") | .email'")]
    List {
        /// Print [{"id", "name", "email", "role", "customer", "state", "last_seen_at", "receives_faults"}]
        #[arg(long)]
        json: bool,
    },
    /// Print a one-time link with which a person sets a new password, or set it from standard input
    #[command(after_help = "\
The link is good for 24 hours and makes earlier ones useless; the old password works until it is used.
With --password-stdin the new password works at once and every browser of the person is signed out.

Examples:
  faultdesk user reset-password --email jo@desk.example
  pass show faultdesk/jo | faultdesk user reset-password --email jo@desk.example --password-stdin")]
    ResetPassword {
        #[command(flatten)]
        who: WhoArgs,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Shut an account: signed out everywhere, no sign-in, no mail
    #[command(after_help = "\
The last administrator and the last of the staff who is told of faults cannot be disabled.

Examples:
  faultdesk user disable --email jo@desk.example")]
    Disable(WhoArgs),
    /// Open a disabled account again
    #[command(after_help = "Examples:\n  faultdesk user enable --email jo@desk.example")]
    Enable(WhoArgs),
}

#[derive(Debug, Args)]
pub struct AddArgs {
    /// Mail address; the person signs in with it
    #[arg(long, value_name = "ADDRESS")]
    pub(super) email: String,
    /// The person's name, 1 to 80 characters
    #[arg(long)]
    pub(super) name: String,
    /// What the person may do, see below
    #[arg(long)]
    pub(super) role: String,
    /// Name of the customer that the person belongs to; for roles at a customer
    #[arg(long, value_name = "NAME")]
    pub(super) customer: Option<String>,
    /// Read the password from the first line of standard input instead of printing a link
    #[arg(long)]
    pub(super) password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct WhoArgs {
    /// Mail address of the account
    #[arg(long, value_name = "ADDRESS")]
    pub(super) email: String,
}

/// What is known of the account to be made, before the database is asked.
pub(super) struct Form {
    pub(super) email: EmailAddress,
    pub(super) name: Name,
    pub(super) role: Role,
    pub(super) customer: Option<String>,
}

impl AddArgs {
    /// The account to be made, or everything that is wrong with the flags.
    pub(super) fn parse(&self) -> Result<Form, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut note = |field: &str, message: String| wrong.push(FieldError::new(field, message));
        let email = EmailAddress::parse(&self.email).map_err(|error| note("email", error.to_string())).ok();
        let name = Name::parse(&self.name).map_err(|error| note("name", error.to_string())).ok();
        let role = Role::parse(self.role.trim());
        if role.is_none() {
            let roles = Role::ALL.map(Role::as_str).join(", ");
            note("role", format!("must be one of {roles}, not {:?}", self.role));
        }
        match (role, &self.customer) {
            (Some(role), Some(_)) if role.is_staff() => {
                note("customer", format!("must be left out: {} is a role of staff", role.as_str()));
            }
            (Some(role), None) if !role.is_staff() => {
                note("customer", format!("is needed: {} is a role at a customer", role.as_str()));
            }
            _ => {}
        }
        match (email, name, role) {
            (Some(email), Some(name), Some(role)) if wrong.is_empty() => {
                Ok(Form { email, name, role, customer: self.customer.clone() })
            }
            _ => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(email: &str, name: &str, role: &str, customer: Option<&str>, wrong: &[&str]) {
        let args = AddArgs {
            email: email.to_owned(),
            name: name.to_owned(),
            role: role.to_owned(),
            customer: customer.map(str::to_owned),
            password_stdin: false,
        };
        let fields: Vec<_> = args.parse().err().unwrap_or_default().into_iter().map(|wrong| wrong.field).collect();
        assert_eq!(fields, wrong, "{args:?}");
    }

    #[test]
    fn all_wrong_flags_of_an_account_are_told_together() {
        check("jo@desk.example", "Jo", "administrator", None, &[]);
        check("sam@bath.example", "Sam", "manager", Some("Bath Dental"), &[]);
        check("jo", "", "root", None, &["email", "name", "role"]);
        check("jo@desk.example", "Jo", "agent", Some("Bath Dental"), &["customer"]);
        check("sam@bath.example", "Sam", "viewer", None, &["customer"]);
    }
}
