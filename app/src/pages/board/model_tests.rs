use domain::{
    access::Side,
    fault::Acknowledgement,
    id::{CustomerId, HostId},
    observation::Status,
};
use uuid::Uuid;

use super::*;
use crate::{
    api::board::{EstateCustomer, Tile, TileState},
    pages::fault::sample,
};

/// 1 million seconds after 1970, plus `s`.
fn at(s: i64) -> Timestamp {
    Timestamp::from_millis((1_000_000 + s) * 1_000)
}

fn customer(number: u128) -> CustomerId {
    CustomerId(Uuid::from_u128(number))
}

fn fault(number: i64, status: Status, started_s: i64) -> FaultRow {
    let started_at = at(started_s);
    FaultRow { number, status, started_at, confirmed_at: at(started_s + 60), ..sample::row() }
}

fn taken(mut row: FaultRow, by: &str) -> FaultRow {
    let ack = Acknowledgement {
        side: Side::Staff,
        by: by.to_owned(),
        at: at(500),
        note: String::new(),
        expires_at: None,
        sticky: false,
    };
    row.staff_ack = Some(ack);
    row
}

fn cleared(mut row: FaultRow, s: i64) -> FaultRow {
    row.cleared_at = Some(at(s));
    row
}

fn board(faults: Vec<FaultRow>) -> Board {
    let tile = |state| Tile { state, acknowledged: false };
    let host = |id, state| EstateHost { id: HostId(Uuid::from_u128(id)), name: format!("h{id}"), tile: tile(state) };
    let estate = EstateCustomer {
        id: customer(1),
        name: "Kelston Care Homes".to_owned(),
        cover: CoverLevel::Cat4,
        hosts: vec![host(1, TileState::Critical), host(2, TileState::Ok)],
    };
    Board {
        now: at(0),
        seq: 10,
        open_count: faults.len() as u64,
        faults,
        recovered: Vec::new(),
        estate: vec![estate],
        last_observed_at: None,
    }
}

fn event(seq: i64, change: LiveChange) -> LiveEvent {
    LiveEvent { seq, at: at(seq), change }
}

fn row_event(seq: i64, row: FaultRow) -> LiveEvent {
    event(seq, LiveChange::Fault { row: Box::new(row) })
}

fn numbers(rows: &[FaultRow]) -> Vec<i64> {
    rows.iter().map(|row| row.number).collect()
}

#[test]
fn an_event_that_the_page_includes_changes_nothing() {
    let mut board = board(vec![fault(1, Status::Critical, 0)]);
    let before = board.clone();
    assert_eq!(apply(&mut board, &row_event(10, fault(2, Status::Critical, 0))), Applied::Nothing);
    assert_eq!(board, before);
}

#[test]
fn every_event_moves_the_number_on() {
    let mut board = board(Vec::new());
    for seq in 11..14 {
        apply(&mut board, &event(seq, LiveChange::Resync));
        assert_eq!(board.seq, seq);
        assert_eq!(board.last_observed_at, Some(at(seq)));
    }
}

#[test]
fn a_new_fault_takes_its_place_by_severity_and_age() {
    let mut board = board(vec![fault(1, Status::Critical, 0), fault(2, Status::Warning, 0)]);
    assert_eq!(apply(&mut board, &row_event(11, fault(3, Status::Critical, 5))), Applied::Arrived { number: 3 });
    assert_eq!(numbers(&board.faults), [1, 3, 2]);
    assert_eq!(board.open_count, 3);
}

#[test]
fn new_words_stay_in_place_and_an_acknowledgement_moves_the_row() {
    let mut board = board(vec![fault(1, Status::Critical, 0)]);
    let mut told = fault(1, Status::Critical, 0);
    told.detail = "still no reply".to_owned();
    assert_eq!(apply(&mut board, &row_event(11, told)), Applied::InPlace { number: 1 });
    let taken = taken(fault(1, Status::Critical, 0), "Ellie Marsh");
    assert_eq!(apply(&mut board, &row_event(12, taken)), Applied::Moved { number: 1 });
    assert_eq!(board.open_count, 1);
}

#[test]
fn getting_worse_moves_a_row_up() {
    let mut board = board(vec![fault(1, Status::Critical, 5), fault(2, Status::Warning, 0)]);
    assert_eq!(apply(&mut board, &row_event(11, fault(2, Status::Critical, 0))), Applied::Moved { number: 2 });
    assert_eq!(numbers(&board.faults), [2, 1]);
}

#[test]
fn a_recovery_goes_to_the_recovered_and_leaves_after_an_hour() {
    let mut board = board(vec![fault(1, Status::Critical, 0)]);
    let gone = cleared(fault(1, Status::Critical, 0), 11);
    assert_eq!(apply(&mut board, &row_event(11, gone.clone())), Applied::Recovered { number: 1 });
    assert_eq!((numbers(&board.faults), numbers(&board.recovered), board.open_count), (vec![], vec![1], 0));
    assert_eq!(apply(&mut board, &row_event(12, gone)), Applied::InPlace { number: 1 });
    assert_eq!(numbers(&board.recovered), [1]);
    apply(
        &mut board,
        &event(
            11 + 3_601,
            LiveChange::Host {
                host: HostId(Uuid::from_u128(9)),
                customer: customer(1),
                tile: Tile { state: TileState::Ok, acknowledged: false },
                service: None,
            },
        ),
    );
    assert!(board.recovered.is_empty());
}

#[test]
fn a_host_changes_its_mark_and_an_unknown_host_nothing() {
    let mut board = board(Vec::new());
    let tile = Tile { state: TileState::Degraded, acknowledged: false };
    let change =
        |host| LiveChange::Host { host: HostId(Uuid::from_u128(host)), customer: customer(1), tile, service: None };
    assert_eq!(apply(&mut board, &event(11, change(2))), Applied::Tile);
    assert_eq!(apply(&mut board, &event(12, change(2))), Applied::Nothing);
    assert_eq!(apply(&mut board, &event(13, change(7))), Applied::Nothing);
}

#[test]
fn a_changed_estate_or_a_gap_loads_everything_again() {
    let mut board = board(Vec::new());
    assert_eq!(apply(&mut board, &event(11, LiveChange::Estate { customer: customer(1) })), Applied::Reload);
    assert_eq!(apply(&mut board, &event(12, LiveChange::Resync)), Applied::Reload);
}

fn some_faults() -> Vec<FaultRow> {
    let mut cheap = fault(3, Status::Warning, 0);
    cheap.cover = CoverLevel::None;
    cheap.customer_id = customer(2);
    vec![
        fault(1, Status::Critical, 0),
        taken(fault(2, Status::Critical, 1), "Ellie Marsh"),
        cheap,
        taken(fault(4, Status::Warning, 1), "Tom Okafor"),
    ]
}

fn check(view: &str, customer: Option<CustomerId>, needs: &[i64], in_hand: &[i64]) {
    let filter = Filter { view: View::parse(view).unwrap(), customer };
    let layout = Layout::of(&some_faults(), filter, "Ellie Marsh");
    assert_eq!((layout.needs.as_slice(), layout.in_hand.as_slice()), (needs, in_hand), "{view}");
}

#[test]
fn views_and_customers_choose_the_rows() {
    check("all", None, &[1, 3], &[2, 4]);
    check("needs", None, &[1, 3], &[]);
    check("mine", None, &[], &[2]);
    check("cat", None, &[1], &[2, 4]);
    check("all", Some(customer(2)), &[3], &[]);
    assert_eq!(View::parse("tickets"), None);
}

#[test]
fn a_filter_survives_in_the_address() {
    assert_eq!(Filter::default().query(), "");
    let filter = Filter { view: View::Needs, customer: Some(customer(2)) };
    assert_eq!(filter.query(), "?view=needs&customer=00000000-0000-0000-0000-000000000002");
}

#[test]
fn the_sentence_counts() {
    let board = board(some_faults());
    let counts = Counts::of(&board, None, "Ellie Marsh");
    assert_eq!(counts.sentence(), "2 faults need somebody. 2 are in hand. 1 of 2 hosts are well.");
    assert_eq!(counts.tab(), "(2) Fault board");
    assert_eq!(counts.views, [4, 2, 1, 3]);
    assert_eq!(counts.of_view(View::Cat), 3);
    let calm = Counts { hosts: 2, well: 2, ..Counts::default() };
    assert_eq!(calm.sentence(), "No fault needs anybody. 2 of 2 hosts are well.");
    assert_eq!(calm.tab(), "Fault board");
}

#[test]
fn the_pill_names_what_is_new() {
    let layout = |needs: &[i64], in_hand: &[i64]| Layout { needs: needs.to_vec(), in_hand: in_hand.to_vec() };
    let shown = layout(&[1, 2], &[3]);
    assert_eq!(held_words(&shown, &shown), None);
    assert!(held_words(&shown, &layout(&[4, 1, 2], &[3])).unwrap().starts_with("1 new fault since"));
    assert!(held_words(&shown, &layout(&[4, 5], &[3])).unwrap().starts_with("2 new faults since"));
    assert!(held_words(&shown, &layout(&[2], &[1, 3])).unwrap().starts_with("1 change since"));
    assert!(held_words(&shown, &layout(&[], &[3])).unwrap().starts_with("2 changes since"));
}

#[test]
fn many_new_faults_become_one_sentence() {
    let row = fault(1, Status::Critical, 0);
    let one = ["Kelston Care Homes".to_owned()];
    let words = announcement(&row, "Critical", &one);
    assert_eq!(words, "New critical fault: Kelston Care Homes, Frome internet line is down.");
    let four = ["a", "b", "b", "c"].map(str::to_owned);
    assert_eq!(announcement(&row, "Critical", &four), "4 new faults, most at b.");
}

#[test]
fn a_fault_inside_a_downtime_needs_nobody() {
    let mut row = fault(7, Status::Critical, 0);
    assert!(row.is_lit(Side::Staff));
    row.quiet_until = Some(at(3_600));
    assert!(!row.is_lit(Side::Staff) && !row.is_lit(Side::Customer));
    let layout = Layout::of([&row], Filter::default(), "Ellie");
    assert_eq!((layout.needs, layout.in_hand), (Vec::new(), vec![7]));
    assert!(!Filter { view: View::Needs, ..Filter::default() }.shows(&row, "Ellie"));
}
