//! The colours of a mail.

use domain::{notice::NoticeKind, observation::Status};

/// The colours and the shape of the band on top. The values are those of `style/_tokens.scss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Critical,
    Warning,
    Neutral,
    Ok,
    Accent,
}

impl Tone {
    pub(super) fn of(kind: NoticeKind, status: Status) -> Self {
        match (kind, status) {
            (NoticeKind::Abandoned, _) | (_, Status::Unknown) => Self::Neutral,
            (NoticeKind::Recovered, _) | (_, Status::Ok) => Self::Ok,
            (NoticeKind::Flapping, _) | (_, Status::Warning) => Self::Warning,
            (_, Status::Critical) => Self::Critical,
        }
    }

    pub(super) fn ground(self) -> &'static str {
        match self {
            Self::Critical => "#fce6e2",
            Self::Warning => "#fdefd2",
            Self::Neutral => "#e7edee",
            Self::Ok => "#dff2e8",
            Self::Accent => "#d8edf1",
        }
    }

    pub(super) fn ink(self) -> &'static str {
        match self {
            Self::Critical => "#a31c11",
            Self::Warning => "#7d4a00",
            Self::Neutral => "#46575c",
            Self::Ok => "#12633f",
            Self::Accent => "#0a5b6c",
        }
    }

    pub(super) fn ground_dark(self) -> &'static str {
        match self {
            Self::Critical => "#361916",
            Self::Warning => "#2f250f",
            Self::Neutral => "#1d292d",
            Self::Ok => "#10291f",
            Self::Accent => "#12343c",
        }
    }

    pub(super) fn ink_dark(self) -> &'static str {
        match self {
            Self::Critical => "#ff9384",
            Self::Warning => "#f3bd55",
            Self::Neutral => "#b6c6ca",
            Self::Ok => "#6fd5a4",
            Self::Accent => "#58c1d5",
        }
    }

    /// A shape for each colour, so that the colour is never alone.
    pub(super) fn glyph(self) -> &'static str {
        match self {
            Self::Critical => "■",
            Self::Warning => "▲",
            Self::Neutral => "◆",
            Self::Ok | Self::Accent => "●",
        }
    }
}
