//! Who may see and do what. Source: `rules` section 13: people and rights.

use serde::{Deserialize, Serialize};

use crate::id::CustomerId;

/// What a person is. The first three belong to one customer, the others to the support company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Customer: sees their own systems.
    Viewer,
    /// Customer: may also acknowledge and log faults.
    Contact,
    /// Customer: may also manage their own people and see contracts.
    Manager,
    /// Staff: works the board.
    Agent,
    /// Staff: may also edit hosts and services.
    Engineer,
    /// Staff: may also manage customers' people.
    Supervisor,
    /// Staff: everything.
    Administrator,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Viewer,
        Self::Contact,
        Self::Manager,
        Self::Agent,
        Self::Engineer,
        Self::Supervisor,
        Self::Administrator,
    ];

    pub fn is_staff(self) -> bool {
        matches!(self, Self::Agent | Self::Engineer | Self::Supervisor | Self::Administrator)
    }

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Contact => "contact",
            Self::Manager => "manager",
            Self::Agent => "agent",
            Self::Engineer => "engineer",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The word on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Contact => "Contact",
            Self::Manager => "Manager",
            Self::Agent => "Agent",
            Self::Engineer => "Engineer",
            Self::Supervisor => "Supervisor",
            Self::Administrator => "Administrator",
        }
    }

    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::SeeBoard | P::ReadKnowledge => true,
            P::AcknowledgeFault => self != Self::Viewer,
            P::ManageOwnPeople => matches!(self, Self::Manager | Self::Supervisor | Self::Administrator),
            P::WriteToTickets => self != Self::Viewer,
            P::SeeContracts | P::OrderIncidents | P::SeeDowntimes => self == Self::Manager || self.is_staff(),
            P::SeeMailLog
            | P::SeeWallboard
            | P::UseLab
            | P::SeeEscalation
            | P::WorkTickets
            | P::SeeRotas
            | P::SwapShifts
            | P::SeeEveryContract
            | P::UseLibrary => self.is_staff(),
            P::EditHosts => matches!(self, Self::Engineer | Self::Supervisor | Self::Administrator),
            P::ManageCustomersPeople
            | P::ExcuseClocks
            | P::SettleHardware
            | P::ManageContracts
            | P::EditLibrary
            | P::CorrectEverybodysTime
            | P::WaiveTraining
            | P::SeeBilling => matches!(self, Self::Supervisor | Self::Administrator),
            P::ManageStaff | P::EditEscalation | P::EditCalendars | P::EditRotas | P::EditLevels => {
                self == Self::Administrator
            }
        }
    }

    /// Whether someone in this role may give a person the role `other`.
    pub fn may_grant(self, other: Self) -> bool {
        match (other.is_staff(), self) {
            (true, _) => self.may(Permission::ManageStaff),
            (false, Self::Manager) => true,
            (false, _) => self.may(Permission::ManageCustomersPeople),
        }
    }
}

/// One thing a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Permission {
    SeeBoard,
    AcknowledgeFault,
    /// Send a message on a ticket that one may see.
    WriteToTickets,
    /// Order a CatS incident and approve its units: it costs money, so a manager of the customer's does, or staff write
    /// down who did.
    OrderIncidents,
    /// Reply, log calls, pause, close, change the level.
    WorkTickets,
    /// Excuse a missed clock, or void one that should not run.
    ExcuseClocks,
    /// Take back that a visit is needed; charge for damage to hardware.
    SettleHardware,
    ManageOwnPeople,
    SeeMailLog,
    SeeWallboard,
    UseLab,
    /// And plan downtimes, in which nobody is told of their faults.
    EditHosts,
    /// The list of planned, running and past downtimes; that one runs now is seen on every board.
    SeeDowntimes,
    ManageCustomersPeople,
    ManageStaff,
    SeeEscalation,
    EditEscalation,
    /// Rotas, calendars and announced days.
    SeeRotas,
    /// Let somebody take over for a while.
    SwapShifts,
    /// Calendars, announced days and bank holidays.
    EditCalendars,
    EditRotas,
    /// A customer's manager sees those of their own company.
    SeeContracts,
    /// The list and the record of every customer's.
    SeeEveryContract,
    /// Enter, edit and end contracts, approve locations, settle inspections.
    ManageContracts,
    /// What each cover level promises and costs.
    EditLevels,
    /// Knowledge notes; a customer's user reads those for customers.
    ReadKnowledge,
    /// Saved replies and macros, and write knowledge notes.
    UseLibrary,
    /// Write saved replies and macros.
    EditLibrary,
    /// One's own time needs no permission but that to work tickets.
    CorrectEverybodysTime,
    WaiveTraining,
    /// What a month charges.
    SeeBilling,
}

/// The rows a principal may see. Every query takes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Staff: all customers.
    Everything,
    /// A customer's user: that customer's rows only.
    Customer(CustomerId),
}

impl Scope {
    pub fn covers(self, customer: CustomerId) -> bool {
        match self {
            Self::Everything => true,
            Self::Customer(own) => own == customer,
        }
    }

    /// The customer whose rows are seen; `None` means all.
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Everything => None,
            Self::Customer(own) => Some(own),
        }
    }
}

/// Which side a person stands on. Their acknowledgements are two different acts (`rules` section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Customer,
    Staff,
}

impl Side {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
        }
    }
}

impl From<Role> for Side {
    fn from(role: Role) -> Self {
        if role.is_staff() { Self::Staff } else { Self::Customer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_roles_agree() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }

    #[test]
    fn a_viewer_only_looks() {
        assert!(Role::Viewer.may(Permission::SeeBoard));
        assert!(!Role::Viewer.may(Permission::AcknowledgeFault));
        assert!(!Role::Viewer.may(Permission::WriteToTickets));
    }

    #[test]
    fn an_engineer_works_tickets_and_a_supervisor_excuses() {
        assert!(Role::Agent.may(Permission::WorkTickets) && Role::Contact.may(Permission::WriteToTickets));
        assert!(!Role::Engineer.may(Permission::ExcuseClocks) && Role::Supervisor.may(Permission::ExcuseClocks));
        assert!(!Role::Engineer.may(Permission::SettleHardware) && Role::Supervisor.may(Permission::SettleHardware));
    }

    #[test]
    fn nobody_at_a_customer_touches_the_engine_or_staff() {
        use Permission as P;
        for role in [Role::Viewer, Role::Contact, Role::Manager] {
            for permission in [
                P::SeeMailLog,
                P::EditHosts,
                P::ManageStaff,
                P::ManageCustomersPeople,
                P::UseLab,
                P::WorkTickets,
                P::ExcuseClocks,
                P::SettleHardware,
            ] {
                assert!(!role.may(permission), "{role:?} {permission:?}");
            }
            assert!(!role.may_grant(Role::Agent), "{role:?}");
        }
    }

    #[test]
    fn staff_see_escalation_policies_and_administrators_change_them() {
        for role in Role::ALL {
            assert_eq!(role.may(Permission::SeeEscalation), role.is_staff(), "{role:?}");
            assert_eq!(role.may(Permission::EditEscalation), role == Role::Administrator, "{role:?}");
        }
    }

    #[test]
    fn staff_see_rotas_and_swap_and_an_administrator_edits() {
        use Permission as P;
        for role in Role::ALL {
            for permission in [P::SeeRotas, P::SwapShifts] {
                assert_eq!(role.may(permission), role.is_staff(), "{role:?} {permission:?}");
            }
            for permission in [P::EditCalendars, P::EditRotas] {
                assert_eq!(role.may(permission), role == Role::Administrator, "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn contracts_are_seen_by_managers_and_staff_and_entered_by_supervisors() {
        let may = |permission| Role::ALL.into_iter().filter(|role| role.may(permission)).collect::<Vec<_>>();
        use Role as R;
        let staff = [R::Manager, R::Agent, R::Engineer, R::Supervisor, R::Administrator];
        assert_eq!(may(Permission::SeeContracts), staff);
        assert_eq!(may(Permission::OrderIncidents), staff, "who may spend money");
        assert_eq!(may(Permission::SeeDowntimes), staff);
        assert_eq!(may(Permission::ManageContracts), [R::Supervisor, R::Administrator]);
        assert_eq!(may(Permission::EditLevels), [R::Administrator]);
    }

    #[test]
    fn everybody_reads_notes_staff_write_them_and_supervisors_write_replies() {
        let may = |permission| Role::ALL.into_iter().filter(|role| role.may(permission)).collect::<Vec<_>>();
        assert_eq!(may(Permission::ReadKnowledge), Role::ALL);
        assert_eq!(may(Permission::UseLibrary), [Role::Agent, Role::Engineer, Role::Supervisor, Role::Administrator]);
        assert_eq!(may(Permission::EditLibrary), [Role::Supervisor, Role::Administrator]);
    }

    #[test]
    fn supervisors_correct_time_waive_training_and_see_what_is_billed() {
        use Permission as P;
        for role in Role::ALL {
            for permission in [P::CorrectEverybodysTime, P::WaiveTraining, P::SeeBilling] {
                let supervises = matches!(role, Role::Supervisor | Role::Administrator);
                assert_eq!(role.may(permission), supervises, "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn only_an_administrator_makes_staff() {
        assert!(Role::Administrator.may_grant(Role::Administrator));
        assert!(!Role::Supervisor.may_grant(Role::Agent));
        assert!(Role::Supervisor.may_grant(Role::Manager));
        assert!(Role::Manager.may_grant(Role::Manager));
        assert!(!Role::Engineer.may_grant(Role::Viewer));
    }

    #[test]
    fn a_scope_covers_its_own_customer_only() {
        let (own, other) = (CustomerId(uuid::Uuid::from_u128(1)), CustomerId(uuid::Uuid::from_u128(2)));
        assert!(Scope::Customer(own).covers(own));
        assert!(!Scope::Customer(own).covers(other));
        assert!(Scope::Everything.covers(other));
    }
}
