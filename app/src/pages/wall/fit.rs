//! What fits on the wallboard. Pure. Sizes are those of `style/pages/_wall.scss` at 1920 by 1080.

/// Height between head and foot.
const ROOM_PX: usize = 850;
/// A fault nobody has, with its gap.
const LIT_PX: usize = 128;
/// A fault in hand, or "and 3 more".
const LINE_PX: usize = 68;
/// Faults nobody has may take this many rows when others are in hand: some of those stay in view.
const LIT_MAX_BESIDE_OTHERS: usize = 5;
/// A customer's row.
const CUSTOMER_PX: usize = 70;

/// Rows shown of each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) lit: usize,
    pub(crate) hand: usize,
}

/// How many rows of `count` fit into `room`, leaving a line for "and 3 more" if not all do; and the room left.
fn rows(count: usize, room: usize, row: usize) -> (usize, usize) {
    let all = room / row;
    if count <= all {
        return (count, room - count * row);
    }
    let some = room.saturating_sub(LINE_PX) / row;
    (some, room.saturating_sub(LINE_PX + some * row))
}

/// What fits of `lit` faults that nobody has and `hand` that somebody has.
pub(crate) fn fit(lit: usize, hand: usize) -> Fit {
    let lit_room = if hand == 0 { ROOM_PX } else { ROOM_PX.min(LIT_MAX_BESIDE_OTHERS * LIT_PX) };
    let (lit_shown, lit_left) = rows(lit, lit_room, LIT_PX);
    let (hand_shown, _) = rows(hand, ROOM_PX - lit_room + lit_left, LINE_PX);
    Fit { lit: lit_shown, hand: hand_shown }
}

/// How many of `count` customers fit.
pub(crate) fn fit_customers(count: usize) -> usize {
    rows(count, ROOM_PX, CUSTOMER_PX).0
}

/// "Kelston Care Homes" as "KCH".
pub(crate) fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .collect::<String>()
        .to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lit: usize, hand: usize, expected: (usize, usize)) {
        let shown = fit(lit, hand);
        assert_eq!((shown.lit, shown.hand), expected, "{lit} lit, {hand} in hand");
    }

    #[test]
    fn a_normal_day_fits() {
        check(0, 0, (0, 0));
        check(3, 5, (3, 5));
        check(6, 0, (6, 0));
    }

    #[test]
    fn what_does_not_fit_leaves_a_line_to_say_so() {
        check(7, 0, (6, 0));
        check(0, 20, (0, 11));
        check(20, 20, (4, 2));
    }

    #[test]
    fn nothing_ever_overflows() {
        for lit in 0..40 {
            for hand in 0..40 {
                let shown = fit(lit, hand);
                let more = usize::from(shown.lit < lit) + usize::from(shown.hand < hand);
                let used = shown.lit * LIT_PX + (shown.hand + more) * LINE_PX;
                assert!(used <= ROOM_PX, "{lit} {hand} use {used}");
            }
        }
    }

    #[test]
    fn customers_fit_or_are_counted() {
        assert_eq!(fit_customers(12), 12);
        assert_eq!(fit_customers(13), 11);
    }

    #[test]
    fn visitors_see_initials() {
        assert_eq!(initials("Kelston Care Homes"), "KCH");
        assert_eq!(initials("Bramley & Stone"), "BS");
    }
}
