//! One cover window as wall-clock times of the day it opens on.

use std::fmt;

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

    /// Windows as people type them: "09:00-12:00, 13:00-17:00". Empty, "closed" and "-" are none.
    ///
    /// Only the shape is looked at; the error is the part that has none.
    pub fn split_text(text: &str) -> Result<Vec<(String, String)>, String> {
        let text = text.trim();
        if text.is_empty() || text == "-" || text.eq_ignore_ascii_case("closed") {
            return Ok(Vec::new());
        }
        let pair = |part: &str| {
            let (opens, closes) = part.split_once(['-', '\u{2013}'])?;
            Some((opens.trim().to_owned(), closes.trim().to_owned()))
        };
        text.split(',').map(str::trim).map(|part| pair(part).ok_or_else(|| part.to_owned())).collect()
    }
}

/// "09:00 to 12:00"; a window past midnight closes at "06:00 the day after".
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY_MIN: u16 = 24 * MINUTES_PER_HOUR;
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / MINUTES_PER_HOUR, minutes % MINUTES_PER_HOUR);
        let opens = time(self.opens_min);
        match self.closes_min.checked_sub(DAY_MIN) {
            None | Some(0) => write!(f, "{opens} to {}", time(self.closes_min)),
            Some(after) => write!(f, "{opens} to {} the day after", time(after)),
        }
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
    fn windows_are_typed_with_commas() {
        let split = |text: &str| Window::split_text(text);
        let pair = |opens: &str, closes: &str| (opens.to_owned(), closes.to_owned());
        assert_eq!(split("09:00-17:00, 18:00 - 30:00"), Ok(vec![pair("09:00", "17:00"), pair("18:00", "30:00")]));
        assert_eq!(split("09:00\u{2013}12:00"), Ok(vec![pair("09:00", "12:00")]));
        for none in ["", " ", "-", "closed", "Closed"] {
            assert_eq!(split(none), Ok(Vec::new()), "{none:?}");
        }
        assert_eq!(split("09:00-17:00, noon"), Err("noon".to_owned()));
        assert_eq!(split("09:00-17:00,"), Err(String::new()));
    }

    #[test]
    fn a_window_past_midnight_says_so() {
        let words = |opens, closes| Window::parse(opens, closes).unwrap().to_string();
        assert_eq!(words("09:00", "12:00"), "09:00 to 12:00");
        assert_eq!(words("00:00", "24:00"), "00:00 to 24:00");
        assert_eq!(words("22:00", "30:00"), "22:00 to 06:00 the day after");
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
