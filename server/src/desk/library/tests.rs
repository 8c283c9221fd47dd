use domain::{access::Role, library::Visibility};

use super::*;
use crate::{
    desk::hosts::fixtures::{of, staff},
    store::hosts::fixtures::{now, owner},
    testing::{TestDb, databases},
};

fn desk(test: &TestDb) -> Desk {
    Desk { db: test.db.clone(), clock: Clock::from(now()) }
}

fn note(name: &str, visibility: &str, text: &str) -> LibraryInput {
    LibraryInput {
        kind: "note".to_owned(),
        name: name.to_owned(),
        text: text.to_owned(),
        visibility: visibility.to_owned(),
        ..LibraryInput::default()
    }
}

fn reply(name: &str, text: &str) -> LibraryInput {
    LibraryInput { kind: "reply".to_owned(), name: name.to_owned(), text: text.to_owned(), ..LibraryInput::default() }
}

#[tokio::test]
async fn supervisors_write_replies_and_a_wrong_placeholder_is_named() {
    for test in databases().await {
        let (desk, supervisor) = (desk(&test), staff(Role::Supervisor));
        let refused = desk.save(&staff(Role::Engineer), None, reply("Thanks", "x")).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}: {refused:?}", test.name);
        let wrong = desk.save(&supervisor, None, reply("", "Dear {name}")).await.unwrap_err();
        assert!(wrong.field("name").is_some(), "{}: {wrong}", test.name);
        let words = wrong.field("text").unwrap();
        assert!(words.contains("line 1, character 6") && words.contains("{support_phone}"), "{words}");
        desk.save(&supervisor, None, reply("Thanks", "Dear {contact}")).await.unwrap();
        let again = desk.save(&supervisor, None, reply("Thanks", "x")).await;
        assert!(matches!(again, Err(ApiError::Conflict(_))), "{}: {again:?}", test.name);
        let list = desk.list(&staff(Role::Agent), LibraryKind::Reply, String::new()).await.unwrap();
        assert_eq!((list.rows.len(), list.may_edit), (1, false), "{}", test.name);
        let id = list.rows[0].id;
        let edit = |version: &str| LibraryInput { version: version.to_owned(), ..reply("Thank you", "Hi {contact}") };
        desk.save(&supervisor, Some(id), edit("1")).await.unwrap();
        let stale = desk.save(&supervisor, Some(id), edit("1")).await;
        assert!(matches!(stale, Err(ApiError::Conflict(_))), "{}: {stale:?}", test.name);
        let form = desk.form(&supervisor, Some(id), Some(edit("1")), true).await.unwrap();
        assert_eq!((form.versions.len(), form.conflict.is_some()), (2, true), "{}", test.name);
        assert_eq!(form.input.version, "2", "{}: saving again puts it after theirs", test.name);
        desk.set_disabled(&supervisor, id, 2, true).await.unwrap();
        let list = desk.list(&supervisor, LibraryKind::Reply, String::new()).await.unwrap();
        assert!(list.rows[0].disabled, "{}", test.name);
    }
}

#[tokio::test]
async fn customers_read_and_find_only_what_is_for_them() {
    for test in databases().await {
        let (desk, agent) = (desk(&test), staff(Role::Agent));
        let bath = owner(&test.db, "Bath").await;
        let viewer = of(bath, Role::Viewer);
        desk.save(&agent, None, note("Crackling handsets", "everybody", "Swap the **cord**.")).await.unwrap();
        desk.save(&agent, None, note("Crackling trunks", "staff", "Ask the carrier.")).await.unwrap();
        let all = desk.list(&agent, LibraryKind::Note, String::new()).await.unwrap();
        assert_eq!((all.rows.len(), all.may_edit), (2, true), "{}", test.name);
        for find in ["", "crackling"] {
            let own = desk.list(&viewer, LibraryKind::Note, find.to_owned()).await.unwrap();
            let names: Vec<_> = own.rows.iter().map(|row| row.name.as_str()).collect();
            assert_eq!((names.as_slice(), own.may_edit), (&["Crackling handsets"][..], false), "{}", test.name);
            assert_eq!(own.rows[0].changed_by, "", "{}: customers read no names of ours", test.name);
        }
        let [public, hidden] = [Visibility::Everybody, Visibility::Staff]
            .map(|wanted| all.rows.iter().find(|row| row.visibility == Some(wanted)).unwrap().clone());
        assert_eq!(desk.note(&viewer, public.id).await.unwrap().blocks.len(), 1, "{}", test.name);
        let nothing = LibraryId(new_id(now()).unwrap());
        for id in [hidden.id, nothing] {
            assert_eq!(desk.note(&viewer, id).await, Err(ApiError::NotFound), "{}", test.name);
            assert_eq!(desk.form(&viewer, Some(id), None, false).await, Err(ApiError::NotFound), "{}", test.name);
        }
        let fitting = fitting(test.db.read(), Side::Customer, "handsets crackle", 3).await.unwrap();
        assert_eq!(fitting.iter().map(|item| item.id).collect::<Vec<_>>(), [public.id], "{}", test.name);
        desk.set_disabled(&agent, public.id, 1, true).await.unwrap();
        assert_eq!(desk.note(&viewer, public.id).await, Err(ApiError::NotFound), "{}: switched off", test.name);
        let refused = desk.save(&viewer, None, note("Mine", "everybody", "x")).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}: {refused:?}", test.name);
        let refused = desk.list(&viewer, LibraryKind::Reply, String::new()).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}: {refused:?}", test.name);
    }
}

#[tokio::test]
async fn a_macro_names_a_reply_that_is_in_use() {
    for test in databases().await {
        let (desk, supervisor) = (desk(&test), staff(Role::Supervisor));
        desk.save(&supervisor, None, reply("Thanks", "x")).await.unwrap();
        let id = desk.list(&supervisor, LibraryKind::Reply, String::new()).await.unwrap().rows[0].id;
        let macro_of = |reply: String| LibraryInput {
            kind: "macro".to_owned(),
            name: "Solved".to_owned(),
            reply,
            then: "close".to_owned(),
            ..LibraryInput::default()
        };
        desk.set_disabled(&supervisor, id, 1, true).await.unwrap();
        let wrong = desk.save(&supervisor, None, macro_of(id.to_string())).await.unwrap_err();
        assert!(wrong.field("reply").is_some(), "{}: {wrong}", test.name);
        desk.set_disabled(&supervisor, id, 1, false).await.unwrap();
        desk.save(&supervisor, None, macro_of(id.to_string())).await.unwrap();
        let list = desk.list(&supervisor, LibraryKind::Macro, String::new()).await.unwrap();
        assert_eq!(list.rows[0].summary, "Send the reply “Thanks”. Close the ticket", "{}", test.name);
    }
}
