//! The directory of people for escalation: who a rota, a role or "the contacts" is, with names and addresses.

use std::collections::BTreeMap;

use domain::{
    access::Side,
    escalation::{Because, Contact, Directory, NotReached, Reached, StaffMember, Told},
    id::{CustomerId, RotaId, UserId},
    notice::{Candidate, NoticeKind, Recipient, Who, audience},
    observation::Status,
    rota::Rota,
    text::EmailAddress,
};
use entity::user;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{contacts, rotas};

/// More staff than a support company has.
const STAFF_MAX: u64 = 2_000;

/// Everybody who may be told of one customer's fault, or of none's yet. Owns what [`Directory`] borrows.
#[derive(Debug, Clone, Default)]
pub struct People {
    rotas: BTreeMap<RotaId, Rota>,
    staff: Vec<StaffMember>,
    contacts: Vec<Contact>,
    recipients: BTreeMap<Who, Recipient>,
    /// Those who hear of every fault at once, and from which status on.
    candidates: Vec<Candidate>,
}

impl People {
    pub fn directory(&self) -> Directory<'_> {
        Directory { rotas: &self.rotas, staff: &self.staff, contacts: &self.contacts }
    }

    /// Name and address. None: the person is not in here, or what is stored is no mail address. An address that a mail
    /// server has refused is given; whether it works is in the directory.
    pub fn recipient(&self, who: Who) -> Option<&Recipient> {
        self.recipients.get(&who)
    }

    /// Those who are mailed when a fault opens, whatever the level: the customer's contacts and the staff who receive
    /// faults. See [`domain::notice::audience`].
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Who is mailed as a fault of `status` opens, and whose address does not work.
    pub fn opening(&self, status: Status) -> Reached {
        let mut opening = Reached::default();
        for Candidate { recipient: Recipient { who, name, .. }, .. } in
            audience(NoticeKind::Opened, status, false, &self.candidates)
        {
            let (who, name) = (*who, name.clone());
            match who.side() {
                _ if !self.address_works(who) => opening.missed.push(NotReached::NoAddress { who, name }),
                Side::Customer => opening.told.push(Told { who, name, because: Because::Contact }),
                Side::Staff => opening.told.push(Told { who, name, because: Because::EveryFault }),
            }
        }
        opening
    }

    fn address_works(&self, who: Who) -> bool {
        match who {
            Who::User(id) => self.staff.iter().any(|member| member.user == id && member.address_works),
            Who::Contact(id) => self.contacts.iter().any(|contact| contact.contact == id && contact.address_works),
        }
    }

    fn add(&mut self, who: Who, name: &str, email: &str, hears_from: Option<Status>) -> bool {
        let email = match EmailAddress::parse(email) {
            Ok(email) => email,
            Err(error) => {
                tracing::error!(recipient = %who.id(), %error, "an address in the database is no mail address");
                return false;
            }
        };
        let recipient = Recipient { who, name: name.to_owned(), email };
        if let Some(severity_min) = hears_from {
            self.candidates.push(Candidate { recipient: recipient.clone(), severity_min, told: false });
        }
        self.recipients.insert(who, recipient);
        true
    }
}

/// The staff who are not disabled, all rotas and the contacts of `customer`, in a fixed number of queries.
///
/// A rota that cannot be read is left out and named in the log: steps that tell it fall back.
pub async fn load(db: &impl ConnectionTrait, customer: Option<CustomerId>) -> Result<People, DbErr> {
    let mut people = People::default();
    for stored in rotas::list(db).await? {
        match stored.rota() {
            Ok(rota) => drop(people.rotas.insert(stored.id, rota)),
            Err(error) => tracing::error!(rota = %stored.draft.name, %error, "a rota is left out of escalations"),
        }
    }
    for row in staff(db).await? {
        let who = Who::User(UserId(row.id));
        let hears_from = row.receives_faults.then_some(Status::Warning);
        let readable = people.add(who, &row.name, &row.email, hears_from);
        let address_works = readable && row.refused_at.is_none();
        people.staff.push(StaffMember { user: UserId(row.id), name: row.name, role: row.role.0, address_works });
    }
    let Some(customer) = customer else { return Ok(people) };
    for contact in contacts::list_of(db, customer).await? {
        let who = Who::Contact(contact.id);
        let readable = people.add(who, &contact.name, &contact.email, Some(contact.severity_min));
        let address_works = readable && contact.refused.is_none();
        people.contacts.push(Contact { contact: contact.id, name: contact.name, address_works });
    }
    Ok(people)
}

async fn staff(db: &impl ConnectionTrait) -> Result<Vec<user::Model>, DbErr> {
    user::Entity::find()
        .filter(user::Column::CustomerId.is_null())
        .filter(user::Column::DisabledAt.is_null())
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .limit(STAFF_MAX)
        .all(db)
        .await
}

#[cfg(test)]
mod tests {
    use domain::{
        access::Role,
        escalation::Whom,
        rota::{LayerDraft, RotaDraft, RotationDraft, ShiftLength},
        time::Timestamp,
    };
    use entity::{contact, rota};
    use sea_orm::sea_query::Expr;
    use uuid::Uuid;

    use super::*;
    use crate::{
        store::{
            Db,
            faults::new_id,
            hosts::fixtures::{contact as add_contact, now, owner, staff as add_staff},
            users,
        },
        testing::databases,
    };

    /// One layer, days from 09:00 on.
    async fn add_rota(db: &Db, name: &str, people: Vec<UserId>) -> RotaId {
        let id = RotaId(new_id(now()).unwrap());
        let rotation = RotationDraft {
            people,
            shift: ShiftLength::Days(1),
            weekday: None,
            hand_over: "09:00".to_owned(),
            starts_on: "2026-11-01".to_owned(),
            ends_on: None,
        };
        let layer = LayerDraft { name: "First".to_owned(), rotations: vec![rotation], ..LayerDraft::default() };
        let draft = RotaDraft { name: name.to_owned(), zone: "Europe/London".to_owned(), layers: vec![layer] };
        rotas::insert(db.writer(), id, &draft, now()).await.unwrap();
        id
    }

    fn told(people: &People, whom: Whom) -> Vec<(String, Because)> {
        let reached = people.directory().reach(&[whom], now());
        reached.told.into_iter().map(|told| (told.name, told.because)).collect()
    }

    async fn refuse(db: &Db, who: Who) {
        let at: Option<i64> = Some(now().as_micros());
        let done = match who {
            Who::User(id) => {
                user::Entity::update_many()
                    .col_expr(user::Column::RefusedAt, Expr::value(at))
                    .filter(user::Column::Id.eq(id.0))
                    .exec(db.writer())
                    .await
            }
            Who::Contact(id) => {
                contact::Entity::update_many()
                    .col_expr(contact::Column::RefusedAt, Expr::value(at))
                    .filter(contact::Column::Id.eq(id.0))
                    .exec(db.writer())
                    .await
            }
        };
        assert_eq!(done.unwrap().rows_affected, 1);
    }

    #[tokio::test]
    async fn groups_become_people_with_their_addresses() {
        for test in databases().await {
            let (db, bath) = (&test.db, owner(&test.db, "Bath Print").await);
            let wells = owner(db, "Wells").await;
            let (priya, tom) = (add_staff(db, "Priya").await, add_staff(db, "Tom").await);
            let left = add_staff(db, "Left").await;
            users::set_disabled(db.writer(), left, Some(now())).await.unwrap();
            users::set_receives_faults(db.writer(), tom, false).await.unwrap();
            let ruth = add_contact(db, bath.customer, "Ruth", Status::Critical).await;
            add_contact(db, wells.customer, "Stranger", Status::Warning).await;
            let rota = add_rota(db, "Duty", vec![priya]).await;
            let people = load(db.read(), Some(bath.customer)).await.unwrap();
            let on_call = Because::OnCall { rota: "Duty".to_owned(), layer: "First".to_owned() };
            assert_eq!(told(&people, Whom::Rota { rota, layer: 0 }), [("Priya".to_owned(), on_call)], "{}", test.name);
            let engineer = |name: &str| (name.to_owned(), Because::Role(Role::Engineer));
            assert_eq!(told(&people, Whom::Role(Role::Engineer)), [engineer("Priya"), engineer("Tom")]);
            assert_eq!(told(&people, Whom::CustomerContacts), [("Ruth".to_owned(), Because::Contact)]);
            let recipient = people.recipient(Who::Contact(ruth)).unwrap();
            assert_eq!((recipient.name.as_str(), recipient.email.as_str()), ("Ruth", "Ruth@bath.example"));
            assert_eq!(people.recipient(Who::User(tom)).unwrap().email.as_str(), "Tom@desk.example");
            assert_eq!(people.recipient(Who::User(left)), None, "{}", test.name);
            let hear: Vec<_> =
                people.candidates().iter().map(|one| (one.recipient.name.as_str(), one.severity_min)).collect();
            assert_eq!(hear, [("Priya", Status::Warning), ("Ruth", Status::Critical)], "{}", test.name);
            let names = |status| {
                people.opening(status).told.into_iter().map(|told| (told.name, told.because)).collect::<Vec<_>>()
            };
            let everybody = [("Priya".to_owned(), Because::EveryFault), ("Ruth".to_owned(), Because::Contact)];
            assert_eq!(names(Status::Critical), everybody, "{}", test.name);
            assert_eq!(names(Status::Unknown), everybody[..1], "{}", test.name);
            let nobodys = load(db.read(), None).await.unwrap();
            assert!(nobodys.directory().contacts.is_empty(), "{}", test.name);
            assert_eq!(nobodys.directory().staff, people.directory().staff);
        }
    }

    #[tokio::test]
    async fn a_refused_or_unreadable_address_does_not_work() {
        for test in databases().await {
            let (db, bath) = (&test.db, owner(&test.db, "Bath Print").await);
            let (priya, tom) = (add_staff(db, "Priya").await, add_staff(db, "Tom").await);
            let ruth = add_contact(db, bath.customer, "Ruth", Status::Warning).await;
            refuse(db, Who::User(priya)).await;
            refuse(db, Who::Contact(ruth)).await;
            user::Entity::update_many()
                .col_expr(user::Column::Email, Expr::value("nowhere"))
                .filter(user::Column::Id.eq(tom.0))
                .exec(db.writer())
                .await
                .unwrap();
            let people = load(db.read(), Some(bath.customer)).await.unwrap();
            let works: Vec<_> = people.directory().staff.iter().map(|one| one.address_works).collect();
            assert_eq!(works, [false, false], "{}", test.name);
            assert!(!people.directory().contacts[0].address_works, "{}", test.name);
            let opening = people.opening(Status::Critical);
            assert!(opening.told.is_empty(), "{} {opening:?}", test.name);
            let missed: Vec<_> = opening.missed.iter().map(ToString::to_string).collect();
            assert_eq!(missed, ["Priya has no working mail address", "Ruth has no working mail address"]);
            assert!(people.recipient(Who::User(priya)).is_some(), "{}", test.name);
            assert_eq!(people.recipient(Who::User(tom)), None, "{}", test.name);
        }
    }

    #[tokio::test]
    async fn a_rota_that_cannot_be_read_holds_up_no_other() {
        for test in databases().await {
            let db = &test.db;
            let priya = add_staff(db, "Priya").await;
            let (good, bad) = (add_rota(db, "Duty", vec![priya]).await, add_rota(db, "Nights", vec![priya]).await);
            rota::Entity::update_many()
                .col_expr(rota::Column::Zone, Expr::value("Europe/Londres"))
                .filter(rota::Column::Id.eq(bad.0))
                .exec(db.writer())
                .await
                .unwrap();
            let people = load(db.read(), None).await.unwrap();
            let known: Vec<_> = people.directory().rotas.keys().copied().collect();
            assert_eq!(known, [good], "{}", test.name);
        }
    }

    #[tokio::test]
    async fn without_rows_there_is_nobody() {
        for test in databases().await {
            let people = load(test.db.read(), Some(CustomerId(Uuid::from_u128(1)))).await.unwrap();
            let reached = people.directory().reach(&[Whom::Role(Role::Engineer)], Timestamp::EPOCH);
            assert!(reached.told.is_empty(), "{}", test.name);
        }
    }
}
