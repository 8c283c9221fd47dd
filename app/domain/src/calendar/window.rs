//! One cover window as wall-clock times of the day it opens on.

const MINUTES_PER_HOUR: u16 = 60;
/// A window opens on its own day.
const OPENS_MIN_MAX: u16 = 24 * MINUTES_PER_HOUR - 1;
/// A window may fill the next day too and no more: overlaps are then a matter of neighbouring days.
const CLOSES_MIN_MAX: u16 = 48 * MINUTES_PER_HOUR;

/// Minutes after midnight of the day it opens on, half open: 1320 to 1800 is 22:00 until 06:00 of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    pub opens_min: u16,
    pub closes_min: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    #[error("{0:?} is not a time such as \"09:00\" (00:00 to 48:00)")]
    NotATime(String),
    #[error("opens at {0:?}, which is on the next day: list it there")]
    OpensTooLate(String),
    #[error("closes at {closes:?}, which is not after it opens at {opens:?}; 06:00 of the next day is \"30:00\"")]
    ClosesTooEarly { opens: String, closes: String },
}

impl Window {
    /// The window from `opens` ("00:00" to "23:59") until `closes` (up to "48:00"; "24:00" is midnight).
    pub fn parse(opens: &str, closes: &str) -> Result<Self, WindowError> {
        let opens_min = minutes(opens).ok_or_else(|| WindowError::NotATime(opens.to_owned()))?;
        let closes_min = minutes(closes).ok_or_else(|| WindowError::NotATime(closes.to_owned()))?;
        if OPENS_MIN_MAX < opens_min {
            return Err(WindowError::OpensTooLate(opens.to_owned()));
        }
        if closes_min <= opens_min {
            return Err(WindowError::ClosesTooEarly { opens: opens.to_owned(), closes: closes.to_owned() });
        }
        Ok(Self { opens_min, closes_min })
    }
}

/// Two digits, a colon, two digits; up to 48:00.
pub(crate) fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
    };
    let minutes = number(minutes).filter(|minutes| *minutes < MINUTES_PER_HOUR)?;
    Some(number(hours)? * MINUTES_PER_HOUR + minutes).filter(|all| *all <= CLOSES_MIN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_minutes_of_the_day_they_open_on() {
        for (opens, closes, minutes) in [
            ("09:00", "17:00", (540, 1_020)),
            ("00:00", "24:00", (0, 1_440)),
            ("22:00", "30:00", (1_320, 1_800)),
            ("23:59", "48:00", (1_439, 2_880)),
        ] {
            let window = Window::parse(opens, closes).unwrap();
            assert_eq!((window.opens_min, window.closes_min), minutes, "{opens} {closes}");
        }
    }

    #[test]
    fn a_wrong_window_says_which_time_is_wrong() {
        for (opens, closes, said) in [
            ("9:00", "17:00", "\"9:00\" is not a time"),
            ("09:00", "17:60", "\"17:60\" is not a time"),
            ("09:00", "48:01", "\"48:01\" is not a time"),
            ("+9:00", "17:00", "\"+9:00\" is not a time"),
            ("09:00:00", "17:00", "\"09:00:00\" is not a time"),
            ("", "17:00", "\"\" is not a time"),
            ("24:00", "30:00", "opens at \"24:00\", which is on the next day"),
            ("22:00", "06:00", "closes at \"06:00\", which is not after it opens at \"22:00\""),
            ("09:00", "09:00", "closes at \"09:00\""),
        ] {
            let error = Window::parse(opens, closes).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
