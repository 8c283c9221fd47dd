//! From when a certificate that ends is a fault. Source: `monitoring` section 1.

use crate::observation::Status;

const WARNING_DAYS: i64 = 30;
const CRITICAL_DAYS: i64 = 7;
const DAY_S: i64 = 86_400;

/// How bad it is that a certificate ends in `left_s` seconds; below 0 it has ended.
pub fn judge_expiry(left_s: i64) -> Status {
    match left_s {
        left if left <= CRITICAL_DAYS * DAY_S => Status::Critical,
        left if left <= WARNING_DAYS * DAY_S => Status::Warning,
        _ => Status::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_in_steps() {
        for (left_s, status) in [
            (31 * DAY_S, Status::Ok),
            (30 * DAY_S + 1, Status::Ok),
            (30 * DAY_S, Status::Warning),
            (7 * DAY_S + 1, Status::Warning),
            (7 * DAY_S, Status::Critical),
            (0, Status::Critical),
            (-1, Status::Critical),
            (i64::MIN, Status::Critical),
        ] {
            assert_eq!(judge_expiry(left_s), status, "{left_s}");
        }
    }
}
