//! The levels of cover side by side, in the words of the contract page: a table, and on a phone one block for each.

use domain::{cover::CoverLevel, money::pounds_brief, quote::YearlyPrice};
use leptos::prelude::*;

use super::{cover_badge::CoverBadge, icon::Icon};
use crate::api::prices::GuidePrices;

/// What a level gives, row by row. `None`: the level has no such thing. Below these rows stands the price.
struct Level {
    level: CoverLevel,
    cells: [Option<&'static str>; ROWS.len()],
}

const ROWS: [&str; 5] = ["What it is", "First response", "When we work", "If equipment fails", "Web tickets"];

const LEVELS: [Level; 5] = [
    Level {
        level: CoverLevel::None,
        cells: [
            Some("Return to base. Nothing is automatic."),
            None,
            Some("Mon to Fri, 9 to 5"),
            Some("You send it back, we repair and return it"),
            None,
        ],
    },
    Level {
        level: CoverLevel::CatS,
        cells: [
            Some("Help with one problem at a time. We may decline."),
            None,
            Some("Mon to Fri, 9 to 5"),
            Some("Parts and shipping are charged"),
            None,
        ],
    },
    Level {
        level: CoverLevel::Cat1,
        cells: [
            Some("Remote help by phone and email."),
            Some("We aim for 8 working hours"),
            Some("Mon to Fri, 9 to 5, not holidays"),
            Some("You send it back, we repair and return it"),
            Some("Yes"),
        ],
    },
    Level {
        level: CoverLevel::Cat2,
        cells: [
            Some("Cat1 with longer hours and replacement parts."),
            Some("We aim for 4 hours within 07:00 to 23:00"),
            Some("07:00 to 23:00 every day"),
            Some("Next day courier. Same day for a one-off fee, if there is a courier"),
            Some("Yes"),
        ],
    },
    Level {
        level: CoverLevel::Cat4,
        cells: [
            Some("Cat1 with an engineer on site, where the location allows."),
            Some("We aim for 8 working hours, phone line at any hour"),
            Some("24 hours, own telephone number"),
            Some("We aim to be on site in 24 hours from when a visit is found to be required"),
            Some("Yes"),
        ],
    },
];

fn cell(words: Option<&'static str>, row: &'static str) -> impl IntoView {
    match (words, row) {
        (Some(words), _) => view! { {words} }.into_any(),
        (None, "First response") => view! { <span class="muted">"No target"</span> }.into_any(),
        (None, "Web tickets") => view! { <span class="muted">"No"</span> }.into_any(),
        (None, _) => view! { <span class="muted">"None"</span> }.into_any(),
    }
}

/// The price of a level as people read it: "£250 + £17.50 a port, then £22.50 from year 2".
pub(crate) fn guide_price(guide: &GuidePrices, level: CoverLevel) -> Option<String> {
    if level == CoverLevel::CatS {
        return Some(format!("{} + VAT per incident, up to 2 hours", pounds_brief(guide.prices.incident_pence)));
    }
    let YearlyPrice { base_pence, port_pence, port_later_pence } = guide.list.of(level)?;
    let first = format!("{} + {} a port", pounds_brief(base_pence), pounds_brief(port_pence));
    Some(match port_later_pence == port_pence {
        true => first,
        false => format!("{first}, then {} from year 2", pounds_brief(port_later_pence)),
    })
}

fn price(guide: &GuidePrices, level: CoverLevel) -> impl IntoView + use<> {
    match guide_price(guide, level) {
        Some(words) => view! { {words} }.into_any(),
        None => view! { <span class="muted">"None"</span> }.into_any(),
    }
}

/// The card "Levels of cover".
#[component]
pub fn LevelsCard(
    /// Today's prices.
    guide: GuidePrices,
    /// The reader's own level: it is marked, and on a phone it comes first and open.
    #[prop(optional)]
    own: Option<CoverLevel>,
) -> impl IntoView {
    let mut ordered: Vec<_> = LEVELS.iter().collect();
    ordered.sort_by_key(|level| Some(level.level) != own);
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"Levels of cover"</h2>
            </div>
            <div class="only-s">{ordered.into_iter().map(|level| view! { <LevelBlock level own guide /> }).collect_view()}</div>
            <div class="scroll-x not-s" tabindex="0" role="region" aria-label="Levels of cover, scrolls sideways">
                <LevelsTable own guide />
            </div>
            <div class="card-foot">
                "Working hours are Monday to Friday, 9 to 5, except holidays and announced shutdowns. Changes that take more than 30 minutes are design work and quoted separately. Handsets are covered only where the contract lists them."
            </div>
        </section>
    }
}

#[component]
fn LevelsTable(own: Option<CoverLevel>, guide: GuidePrices) -> impl IntoView {
    let mine = move |level: CoverLevel| (Some(level) == own).then_some("mine");
    let head = |level: &Level| {
        let yours = mine(level.level).map(|_| view! { " " <span class="sub">"yours"</span> });
        view! {
            <th scope="col" class=mine(level.level)>
                {level.level.label()}
                {yours}
            </th>
        }
    };
    let heads = LEVELS.iter().map(head).collect_view();
    let rows = ROWS
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let cells = LEVELS.iter().filter_map(|level| Some((level.level, level.cells.get(index).copied()?)));
            view! {
                <tr>
                    <th scope="row">{row}</th>
                    {cells
                        .map(|(level, words)| view! { <td class=mine(level)>{cell(words, row)}</td> })
                        .collect_view()}
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table levels">
            <thead>
                <tr>
                    <th scope="col">
                        <span class="vh">"Feature"</span>
                    </th>
                    {heads}
                </tr>
            </thead>
            <tbody>
                {rows} <tr>
                    <th scope="row">"Guide price"</th>
                    {LEVELS
                        .iter()
                        .map(|level| view! { <td class=mine(level.level)>{price(&guide, level.level)}</td> })
                        .collect_view()}
                </tr>
            </tbody>
        </table>
    }
}

#[component]
fn LevelBlock(
    /// One of [`LEVELS`].
    level: &'static Level,
    own: Option<CoverLevel>,
    guide: GuidePrices,
) -> impl IntoView {
    let [what, ..] = level.cells;
    let is_own = Some(level.level) == own;
    let class = if is_own { "lvl lvl--mine" } else { "lvl" };
    let rows = ROWS
        .into_iter()
        .zip(level.cells)
        .skip(1)
        .map(|(row, words)| view! { <dt>{row}</dt> <dd>{cell(words, row)}</dd> })
        .collect_view();
    view! {
        <details class=class open=is_own>
            <summary>
                <CoverBadge level=level.level bare=true />
                <span>{if is_own { Some("Yours") } else { what }}</span>
                <Icon name="down" />
            </summary>
            <dl class="kv kv--s">{rows} <dt>"Guide price"</dt> <dd>{price(&guide, level.level)}</dd></dl>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_promised_beyond_the_contract() {
        let words: String = LEVELS.iter().flat_map(|level| level.cells).flatten().collect();
        assert!(!words.to_lowercase().contains("guarantee"));
        let shown: Vec<_> = LEVELS.iter().map(|level| level.level.label()).collect();
        assert_eq!(
            guide_price(&GuidePrices::STANDARD, CoverLevel::Cat2).unwrap(),
            "£250 + £17.50 a port, then £22.50 from year 2"
        );
        assert_eq!(
            guide_price(&GuidePrices::STANDARD, CoverLevel::CatS).unwrap(),
            "£70 + VAT per incident, up to 2 hours"
        );
        assert_eq!(shown, ["No cover", "CatS", "Cat1", "Cat2", "Cat4"], "there is no Cat3");
    }
}
