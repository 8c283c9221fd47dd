//! What fits on the wallboard. Pure. Sizes are those of `style/pages/_wall.scss` at 1920 by 1080; on other screens
//! everything there grows and shrinks together. Texts are never cut: how many lines one takes is estimated, generously.

/// Height between head and foot.
const ROOM_PX: usize = 850;
/// A fault nobody has, with its gap, when headline and details take one line each.
const LIT_PX: usize = 128;
const LIT_HEADLINE: Lines = Lines { chars: 34, px: 49 };
const LIT_DETAIL: Lines = Lines { chars: 64, px: 36 };
/// A fault in hand, or "and 3 more".
const LINE_PX: usize = 68;
const HAND_WORDS: Lines = Lines { chars: 40, px: 36 };
/// Faults nobody has may take this much when others are in hand: some of those stay in view.
const LIT_ROOM_BESIDE_OTHERS_PX: usize = 5 * LIT_PX;
/// A customer's row.
const CUSTOMER_PX: usize = 70;
const CUSTOMER_NAME: Lines = Lines { chars: 24, px: 36 };

/// How a text wraps: characters in a line at least, and the height of every line after the first.
struct Lines {
    chars: usize,
    px: usize,
}

impl Lines {
    /// Height of the lines after the first.
    fn extra_px(&self, text: &str) -> usize {
        let (mut lines, mut used) = (0, 0);
        for word in text.split_whitespace() {
            let chars = word.chars().count();
            let after = if used == 0 { chars } else { used + 1 + chars };
            if used == 0 || self.chars < after {
                // A word longer than a line is broken.
                lines += chars.div_ceil(self.chars).max(1);
                used = chars % self.chars;
            } else {
                used = after;
            }
        }
        lines.saturating_sub(1) * self.px
    }
}

/// Height of a fault nobody has.
pub(crate) fn lit_px(headline: &str, detail: &str) -> usize {
    LIT_PX + LIT_HEADLINE.extra_px(headline) + LIT_DETAIL.extra_px(detail)
}

/// Height of a fault in hand.
pub(crate) fn hand_px(words: &str) -> usize {
    LINE_PX + HAND_WORDS.extra_px(words)
}

/// Height of a customer.
pub(crate) fn customer_px(name: &str) -> usize {
    CUSTOMER_PX + CUSTOMER_NAME.extra_px(name)
}

/// Rows shown of each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) lit: usize,
    pub(crate) hand: usize,
}

/// How many rows fit into `room`, from the first on, leaving a line for "and 3 more" if not all do; and the room left.
fn rows(heights: &[usize], room: usize) -> (usize, usize) {
    let all: usize = heights.iter().sum();
    if all <= room {
        return (heights.len(), room - all);
    }
    let (mut count, mut left) = (0, room.saturating_sub(LINE_PX));
    for height in heights.iter().take_while(|height| **height <= room) {
        if left < *height {
            break;
        }
        count += 1;
        left -= height;
    }
    (count, left)
}

/// What fits of the faults that nobody has and of those that somebody has, by their heights.
pub(crate) fn fit(lit: &[usize], hand: &[usize]) -> Fit {
    let hand_room = hand.iter().sum::<usize>().min(ROOM_PX - LIT_ROOM_BESIDE_OTHERS_PX);
    let (lit, left) = rows(lit, ROOM_PX - hand_room);
    let (hand, _) = rows(hand, hand_room + left);
    Fit { lit, hand }
}

/// How many of the customers fit, by their heights.
pub(crate) fn fit_customers(heights: &[usize]) -> usize {
    rows(heights, ROOM_PX).0
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
        let shown = fit(&vec![LIT_PX; lit], &vec![LINE_PX; hand]);
        assert_eq!((shown.lit, shown.hand), expected, "{lit} lit, {hand} in hand");
    }

    #[test]
    fn a_normal_day_fits() {
        check(0, 0, (0, 0));
        check(3, 5, (3, 5));
        check(6, 0, (6, 0));
        check(6, 1, (6, 1));
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
                let heights = |count, px: usize| (0..count).map(|row| px + row % 3 * 49).collect::<Vec<_>>();
                let (lit, hand) = (heights(lit, LIT_PX), heights(hand, LINE_PX));
                let shown = fit(&lit, &hand);
                let used = |heights: &[usize], count: usize| {
                    let more = if count < heights.len() { LINE_PX } else { 0 };
                    heights.iter().take(count).sum::<usize>() + more
                };
                let used = used(&lit, shown.lit) + used(&hand, shown.hand);
                assert!(used <= ROOM_PX, "{} and {} use {used}", lit.len(), hand.len());
            }
        }
    }

    #[test]
    fn a_long_text_takes_more_lines() {
        assert_eq!(lit_px("SIP trunk is down", "Kelston Care Homes, Cat4. Duty engineer, at any hour."), 128);
        assert_eq!(lit_px("Certificate of the secure payments page ends in 6 days", ""), 128 + 49);
        assert_eq!(hand_px("Incoming mail is down, Harbour Dental Group"), 68 + 36);
        assert_eq!(customer_px(&"x".repeat(49)), 70 + 2 * 36);
        assert_eq!(customer_px(""), 70);
    }

    #[test]
    fn customers_fit_or_are_counted() {
        assert_eq!(fit_customers(&[CUSTOMER_PX; 12]), 12);
        assert_eq!(fit_customers(&[CUSTOMER_PX; 13]), 11);
    }

    #[test]
    fn visitors_see_initials() {
        assert_eq!(initials("Kelston Care Homes"), "KCH");
        assert_eq!(initials("Bramley & Stone"), "BS");
    }
}
