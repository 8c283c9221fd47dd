//! Why something cannot happen to a piece of hardware.

/// Words that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The step does not follow on the state.
    #[error("It is {state} now, so it cannot be {step}.")]
    OutOfOrder { state: &'static str, step: &'static str },
    #[error("A loan unit is still out. It has to come back before this is closed.")]
    LoanOut,
    #[error("Delivery to the customer is not recorded yet.")]
    NotDelivered,
    #[error(
        "Repair costs the customer nothing here: {basis}. A charge needs a finding of misuse or neglect, and the \
         customer must have been told of it."
    )]
    NothingToPay { basis: &'static str },
    #[error("Record what was found first: misuse or neglect, and in which words.")]
    NoFinding,
    #[error("The customer has been told of the finding already.")]
    ToldAlready,
    #[error("The customer has to be told of the finding first.")]
    CustomerNotTold,
    #[error("Tick first that the unit provides the necessary facilities.")]
    FacilitiesNotChecked,
    #[error("A charge must be more than nothing.")]
    EmptyCharge,
    #[error("A visit needs Cat4 cover. This ticket's equipment comes back to base or goes by courier.")]
    NoVisitInCover,
    #[error("A courier needs Cat2 cover, or a visit that it brings equipment for. This equipment comes back to base.")]
    NoCourierInCover,
    #[error("Remote access is missing, so it cannot be determined whether a visit is needed. End that pause first.")]
    NoRemoteAccess,
    #[error("A visit is determined already.")]
    VisitOpen,
    #[error("No visit has been determined. Nobody can arrive before that.")]
    NotDetermined,
    #[error("The engineer has arrived already.")]
    ArrivedAlready,
    #[error("The engineer has left already.")]
    LeftAlready,
    #[error("The engineer has not arrived yet.")]
    NotArrived,
    #[error("The visit has to begin later than now.")]
    BookedInThePast,
    #[error("Same-day delivery needs a courier who has confirmed.")]
    NoCourierConfirmed,
    #[error("Same-day delivery needs the customer's approval of the one-off fee for this occasion.")]
    FeeNotApproved,
}
