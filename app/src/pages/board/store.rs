//! The board as the reader has it: the data as it is, and what of it is shown now.
//!
//! Rows change in place at once. Rows that come, go or move wait while the reader's pointer or focus is in the list, or
//! the list is scrolled: nothing moves under the pointer.

use std::collections::BTreeMap;

use domain::{access::Side, time::Timestamp};
use leptos::{prelude::*, task::spawn_local};

use super::model::{Applied, Counts, Filter, Layout, announcement, apply, apply_fault, held_words, sort_faults};
use crate::{
    api::{
        board::{Board, load_staff_board},
        faults::FaultRow,
        live::LiveEvent,
    },
    components::{
        estate::{EstateEntry, sort_estate},
        fault_list::FaultEntry,
        reading::{Presence, after, browser_now, keep_focus},
        shell::{Announcer, use_announcer},
        status::{fault_tile, state_word},
    },
};

/// A recovered row stays this long, so that the reader sees what became of it.
const LINGER_MS: u64 = 10_000;
/// The tint of a row that arrives, and a little more.
const ARRIVAL_MS: u64 = 600;
/// New faults within this time are read out as one.
const ANNOUNCE_TOGETHER_MS: i64 = 10_000;
/// Without a movement for this long nobody is reading any more.
const IDLE_MS_MAX: i64 = 60_000;

/// What is kept, not shown.
struct Kept {
    board: Board,
    /// Recovered rows that still stand in the list.
    lingering: Vec<FaultRow>,
    entries: BTreeMap<i64, FaultEntry>,
    /// When and at whom the last new faults came.
    announced: Vec<(Timestamp, String)>,
    /// The reader's last movement in the list.
    moved_at: Option<Timestamp>,
    /// Counts up with every change of the filter: a change by the reader's own hand is never held.
    filter: Filter,
}

/// The staff board's signals. Copies share them.
#[derive(Clone, Copy)]
pub(super) struct BoardStore {
    kept: StoredValue<Kept>,
    me: StoredValue<String>,
    announcer: StoredValue<Announcer>,
    /// Groups as shown.
    shown: RwSignal<Layout>,
    pub(super) needs: RwSignal<Vec<FaultEntry>>,
    pub(super) in_hand: RwSignal<Vec<FaultEntry>>,
    /// Words of the pill, while changes are held back.
    pub(super) held: RwSignal<Option<String>>,
    pub(super) counts: RwSignal<Counts>,
    pub(super) recovered: RwSignal<Vec<FaultRow>>,
    pub(super) estate: RwSignal<Vec<EstateEntry>>,
    pub(super) last_observed_at: RwSignal<Option<Timestamp>>,
    /// Open faults that the page does not hold, because there are very many.
    pub(super) left_out: RwSignal<u64>,
    /// Whether pointer or focus is in the list.
    pub(super) reader: Presence,
}

impl BoardStore {
    /// A store that shows `board` through `filter`. `me` is the reader's name.
    pub(super) fn new(mut board: Board, filter: Filter, me: String) -> Self {
        sort_faults(&mut board.faults);
        sort_estate(&mut board.estate);
        let kept = Kept {
            board,
            lingering: Vec::new(),
            entries: BTreeMap::new(),
            announced: Vec::new(),
            moved_at: None,
            filter,
        };
        let store = Self {
            kept: StoredValue::new(kept),
            me: StoredValue::new(me),
            announcer: StoredValue::new(use_announcer()),
            shown: RwSignal::new(Layout::default()),
            needs: RwSignal::new(Vec::new()),
            in_hand: RwSignal::new(Vec::new()),
            held: RwSignal::new(None),
            counts: RwSignal::new(Counts::default()),
            recovered: RwSignal::new(Vec::new()),
            estate: RwSignal::new(Vec::new()),
            last_observed_at: RwSignal::new(None),
            left_out: RwSignal::new(0),
            reader: Presence::new(),
        };
        store.take_entries();
        store.show(store.wanted());
        store.count();
        store.show_estate();
        store
    }

    /// Number of the last event that the board includes.
    pub(super) fn seq(self) -> i64 {
        self.kept.with_value(|kept| kept.board.seq)
    }

    /// Makes or updates the entry of every fault the board knows.
    fn take_entries(self) {
        self.kept.update_value(|kept| {
            let Kept { board, lingering, entries, .. } = kept;
            for row in board.faults.iter().chain(lingering.iter()) {
                match entries.get(&row.number) {
                    Some(entry) if entry.row.with_untracked(|old| old != row) => entry.row.set(row.clone()),
                    Some(_) => {}
                    None => {
                        entries.insert(row.number, FaultEntry::new(row.clone()));
                    }
                }
            }
            let known: Vec<_> = board.faults.iter().chain(lingering.iter()).map(|row| row.number).collect();
            // What is gone from the data may still be on the screen.
            let shown = self.shown.get_untracked();
            entries.retain(|number, _| {
                known.contains(number) || shown.needs.contains(number) || shown.in_hand.contains(number)
            });
        });
    }

    /// The groups as they should be.
    fn wanted(self) -> Layout {
        let me = self.me.get_value();
        self.kept.with_value(|kept| {
            let mut rows: Vec<_> = kept.board.faults.iter().chain(&kept.lingering).cloned().collect();
            sort_faults(&mut rows);
            Layout::of(&rows, kept.filter, &me)
        })
    }

    fn show(self, layout: Layout) {
        self.kept.with_value(|kept| {
            let find =
                |numbers: &[i64]| numbers.iter().filter_map(|number| kept.entries.get(number).copied()).collect();
            self.needs.set(find(&layout.needs));
            self.in_hand.set(find(&layout.in_hand));
        });
        self.shown.set(layout);
        self.held.set(None);
    }

    /// Shows the groups as they should be, now or, while the reader is in the list, later.
    fn arrange(self) {
        let wanted = self.wanted();
        let shown = self.shown.get_untracked();
        if wanted == shown {
            self.held.set(None);
        } else if self.reader.lets_move() {
            self.release();
        } else {
            self.held.set(held_words(&shown, &wanted));
        }
    }

    /// Shows everything that was held back; new rows are tinted. Answers the number of the first of them.
    pub(super) fn release(self) -> Option<i64> {
        let wanted = self.wanted();
        let arriving = wanted.beyond(&self.shown.get_untracked());
        keep_focus(|| self.show(wanted));
        let entries: Vec<_> = self
            .kept
            .with_value(|kept| arriving.iter().filter_map(|number| kept.entries.get(number).copied()).collect());
        for entry in &entries {
            entry.arriving.set(true);
        }
        after(ARRIVAL_MS, move || {
            for entry in &entries {
                entry.arriving.try_set(false);
            }
        });
        arriving.first().copied()
    }

    /// The reader moved in the list.
    pub(super) fn touch(self) {
        self.kept.update_value(|kept| kept.moved_at = Some(browser_now()));
    }

    /// Called every two seconds: releases what is held when the reader has left or has not moved for a minute.
    pub(super) fn look(self) {
        if self.held.with_untracked(Option::is_none) {
            return;
        }
        let idle =
            self.kept.with_value(|kept| kept.moved_at.is_some_and(|at| IDLE_MS_MAX <= browser_now().millis_since(at)));
        if idle || self.reader.lets_move() {
            self.release();
        }
    }

    /// The reader chose another view or customer: shown at once.
    pub(super) fn set_filter(self, filter: Filter) {
        let same = self.kept.with_value(|kept| kept.filter == filter);
        if !same {
            self.kept.update_value(|kept| kept.filter = filter);
            self.show(self.wanted());
            self.count();
        }
    }

    fn count(self) {
        let me = self.me.get_value();
        self.kept.with_value(|kept| {
            let Board { faults, open_count, recovered, last_observed_at, .. } = &kept.board;
            let counts = Counts::of(&kept.board, kept.filter.customer, &me);
            set_if_new(self.counts, counts);
            set_if_new(self.left_out, open_count.saturating_sub(faults.len() as u64));
            set_if_new(self.last_observed_at, *last_observed_at);
            set_if_new(self.recovered, recovered.clone());
        });
    }

    /// Takes the marks over; sorts only while nobody is pointing at them.
    fn show_estate(self) {
        let sort = self.reader.lets_move();
        self.kept.update_value(|kept| {
            if sort {
                sort_estate(&mut kept.board.estate);
            }
        });
        let old = self.estate.get_untracked();
        let new: Vec<_> = self.kept.with_value(|kept| {
            let entry =
                |customer: &crate::api::board::EstateCustomer| match old.iter().find(|entry| entry.id == customer.id) {
                    Some(entry) => {
                        set_if_new(entry.customer, customer.clone());
                        *entry
                    }
                    None => EstateEntry { id: customer.id, customer: RwSignal::new(customer.clone()) },
                };
            kept.board.estate.iter().map(entry).collect()
        });
        set_if_new(self.estate, new);
    }

    /// One event of the live stream.
    pub(super) fn take(self, event: &LiveEvent) {
        let mut applied = Applied::Nothing;
        self.kept.update_value(|kept| applied = apply(&mut kept.board, event));
        self.follow(applied);
    }

    /// The server's answer to the reader's own act.
    pub(super) fn take_row(self, row: &FaultRow) {
        let mut applied = Applied::Nothing;
        self.kept.update_value(|kept| applied = apply_fault(&mut kept.board, row));
        self.follow(applied);
    }

    fn follow(self, applied: Applied) {
        match applied {
            Applied::Nothing => return,
            Applied::Reload => return self.reload(),
            Applied::Tile => self.show_estate(),
            Applied::InPlace { .. } | Applied::Moved { .. } => self.take_entries(),
            Applied::Arrived { number } => {
                self.take_entries();
                self.announce(number);
            }
            Applied::Recovered { number } => self.linger(number),
        }
        self.count();
        self.arrange();
    }

    /// Keeps a recovered row in its place for a while.
    fn linger(self, number: i64) {
        self.kept.update_value(|kept| {
            let was_shown = kept.entries.contains_key(&number);
            let row = kept.board.recovered.iter().find(|row| row.number == number).cloned();
            kept.lingering.retain(|row| row.number != number);
            kept.lingering.extend(row.filter(|_| was_shown));
        });
        self.take_entries();
        after(LINGER_MS, move || {
            let still_there = self.kept.try_update_value(|kept| kept.lingering.retain(|row| row.number != number));
            if still_there.is_some() {
                self.arrange();
            }
        });
    }

    fn announce(self, number: i64) {
        let now = browser_now();
        let mut words = None;
        self.kept.update_value(|kept| {
            let row = kept.board.faults.iter().find(|row| row.number == number && row.is_lit(Side::Staff));
            let Some(row) = row else { return };
            kept.announced.retain(|(at, _)| now.millis_since(*at) <= ANNOUNCE_TOGETHER_MS);
            kept.announced.push((now, row.customer.clone()));
            let customers: Vec<_> = kept.announced.iter().map(|(_, customer)| customer.clone()).collect();
            let state = state_word(fault_tile(row, Side::Staff).state, Side::Staff);
            words = Some(announcement(row, state, &customers));
        });
        if let Some(words) = words {
            self.announcer.with_value(|announcer| announcer.say(words));
        }
    }

    /// Loads everything again: hosts were added or removed, more was missed than the server keeps, or it is time.
    pub(super) fn reload(self) {
        spawn_local(async move {
            if let Ok(mut board) = load_staff_board().await {
                sort_faults(&mut board.faults);
                let fresh = self.kept.try_update_value(|kept| {
                    let newer = kept.board.seq <= board.seq;
                    if newer {
                        kept.board = board;
                    }
                    newer
                });
                if fresh == Some(true) {
                    self.take_entries();
                    self.show_estate();
                    self.count();
                    self.arrange();
                }
            }
        });
    }
}

/// Sets a signal only if that changes it, so that nothing downstream runs in vain.
fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
