//! Which notes fit what somebody wrote: shared words, rare ones weigh more. The same texts give the same answer anywhere.

use std::collections::{BTreeMap, BTreeSet};

/// Shorter words say little.
const WORD_CHARS_MIN: usize = 3;
/// A word in the title says more than one in the text.
const TITLE_TIMES: u64 = 3;
/// Weight of a word that only one of many notes has.
const SCALE: u64 = 1_000;

/// Words that fit everything.
const COMMON: &[&str] = &[
    "about", "after", "all", "also", "and", "any", "are", "been", "but", "can", "cannot", "could", "did", "does",
    "for", "from", "get", "had", "has", "have", "her", "his", "how", "into", "its", "just", "new", "not", "now", "one",
    "only", "our", "out", "please", "say", "she", "since", "some", "than", "that", "the", "their", "them", "then",
    "there", "they", "this", "too", "two", "very", "was", "were", "what", "when", "where", "which", "who", "will",
    "with", "would", "you", "your",
];

/// A note as it is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed<'a> {
    /// With its tags.
    pub title: &'a str,
    pub text: &'a str,
}

/// The words of a text that say something: in lower case, without endings of the plural, each once.
pub fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| WORD_CHARS_MIN <= word.chars().count() && !COMMON.contains(&word.as_str())).map(stem).collect()
}

/// `phones` and `phone` are one word; so are `crackle`, `crackles` and `crackling`.
fn stem(word: String) -> String {
    const STEM_CHARS_MIN: usize = 4;
    for ending in ["ing", "ed", "es", "s", "e"] {
        if let Some(stem) = word.strip_suffix(ending)
            && STEM_CHARS_MIN <= stem.chars().count()
            && !(ending == "s" && stem.ends_with('s'))
        {
            return stem.to_owned();
        }
    }
    word
}

/// Whether a note has enough to do with what somebody wrote to be offered unasked: a word of its title, or two of its
/// text.
pub fn fits(asked: &str, note: Weighed<'_>) -> bool {
    let asked = words(asked);
    let shared = |text: &str| words(text).intersection(&asked).count();
    0 < shared(note.title) || 1 < shared(note.text)
}

/// The places of the notes that fit `asked`, the best first; equals stay in the order given. `most` at most.
pub fn best(asked: &str, notes: &[Weighed<'_>], most: usize) -> Vec<usize> {
    let asked = words(asked);
    let known: Vec<_> = notes.iter().map(|note| (words(note.title), words(note.text))).collect();
    let mut having: BTreeMap<&str, u64> = BTreeMap::new();
    for (title, text) in &known {
        for word in title.union(text) {
            *having.entry(word).or_default() += 1;
        }
    }
    let all = u64::try_from(notes.len()).unwrap_or(u64::MAX);
    let weight = |word: &String| having.get(word.as_str()).map_or(0, |count| rarity(all, *count));
    let score = |(title, text): &(BTreeSet<String>, BTreeSet<String>)| -> u64 {
        let of = |word: &String| match (title.contains(word), text.contains(word)) {
            (true, _) => TITLE_TIMES * weight(word),
            (false, true) => weight(word),
            (false, false) => 0,
        };
        asked.iter().map(of).sum()
    };
    let mut scored: Vec<_> = known.iter().map(score).enumerate().filter(|(_, score)| 0 < *score).collect();
    scored.sort_by(|(_, one), (_, other)| other.cmp(one));
    scored.into_iter().take(most).map(|(place, _)| place).collect()
}

/// More for a word that fewer of `all` notes have; a word that all have weighs least. In whole numbers, which every
/// machine adds up alike.
fn rarity(all: u64, having: u64) -> u64 {
    SCALE * (all + 1 - having.min(all)) / (all + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: [Weighed<'static>; 4] = [
        Weighed { title: "Handsets crackle on outside calls", text: "handset line noise. Swap the cord of the phone." },
        Weighed { title: "Voicemail to email stopped", text: "mail voicemail. Check the mailbox of the phone." },
        Weighed { title: "Divert your phone", text: "Press the divert key of the phone." },
        Weighed { title: "Invoices", text: "When bills are due." },
    ];

    #[test]
    fn endings_and_common_words_play_no_part() {
        let said: Vec<_> = words("The PHONES are crackling, crackles: crackle! 221 glass").into_iter().collect();
        assert_eq!(said, ["221", "crackl", "glass", "phon"]);
    }

    #[test]
    fn the_note_with_the_rarest_shared_words_comes_first() {
        for (asked, expected) in [
            ("Two handsets crackle on a phone", vec![0, 2, 1]),
            ("no voicemail reaches our mailbox", vec![1]),
            ("how do I divert a phone", vec![2, 0, 1]),
            ("printer on fire", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(best(asked, &NOTES, 3), expected, "{asked}");
        }
        assert_eq!(best("phone", &NOTES, 1), [2], "a title counts more than a text");
    }

    #[test]
    fn a_word_that_all_have_weighs_less_than_one_that_one_has() {
        assert!(rarity(4, 4) < rarity(4, 1) && 0 < rarity(4, 4) && rarity(1, 1) < SCALE);
    }

    #[test]
    fn one_word_of_a_text_by_itself_is_no_reason_to_offer_a_note() {
        let [handsets, voicemail, ..] = NOTES;
        assert!(fits("my handset", handsets) && fits("line noise", handsets));
        assert!(!fits("swap the printer", handsets) && !fits("check this", voicemail));
    }

    #[test]
    fn equals_stay_in_order() {
        let same = [Weighed { title: "Phone", text: "" }; 3];
        assert_eq!(best("phone", &same, 2), [0, 1]);
    }
}
