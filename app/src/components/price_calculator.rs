//! Guide prices that follow what is typed. A form, so that it also works, and can be sent on, as an address.

use domain::{
    cover::CoverLevel,
    money::pounds_brief,
    quote::{PHONE_SYSTEM_ADVICE, QuoteRequest, YearlyPrice},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{cover_badge::CoverBadge, icon::Icon};
use crate::api::prices::GuidePrices;

const PORTS_MAX: u32 = 100_000;
const PORTS_FIRST: u32 = 12;
const LEVELS: [CoverLevel; 3] = [CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4];

/// What is asked: ports as typed, and the year of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    ports: String,
    later: bool,
}

impl Question {
    fn ports(&self) -> Result<u32, String> {
        let ports = self.ports.trim().parse().ok().filter(|ports| (1..=PORTS_MAX).contains(ports));
        ports.ok_or_else(|| format!("Ports must be a whole number from 1 to {PORTS_MAX}."))
    }

    fn year(&self) -> u32 {
        if self.later { 2 } else { 1 }
    }
}

/// The card "Work out a guide price".
#[component]
pub fn PriceCalculator(
    /// Address of the page that it is on.
    action: &'static str,
    /// Today's prices.
    guide: GuidePrices,
    /// Ports to begin with.
    #[prop(default = PORTS_FIRST)]
    ports: u32,
) -> impl IntoView {
    let query = use_query_map();
    let asked = query.with_untracked(|query| Question {
        ports: query.get("ports").unwrap_or_else(|| ports.to_string()),
        later: query.get_str("year") == Some("2"),
    });
    let question = RwSignal::new(asked.clone());
    let wrong = Memo::new(move |_| question.with(Question::ports).err());
    let year = |later: bool, words: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="year"
                    value=if later { "2" } else { "1" }
                    checked=asked.later == later
                    on:change=move |_| question.update(|question| question.later = later)
                />
                {words}
            </label>
        }
    };
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"Work out a guide price"</h2>
                <span class="note">"Support for one year, without VAT"</span>
            </div>
            <div class="card-body">
                <form class="calc" method="get" action=action>
                    <div class="field">
                        <label for="f-ports">"Ports"</label>
                        <input
                            class="input"
                            id="f-ports"
                            name="ports"
                            type="number"
                            min="1"
                            max=PORTS_MAX
                            required
                            value=asked.ports.clone()
                            aria-invalid=move || wrong.get().is_some().then_some("true")
                            aria-describedby="f-ports-wrong"
                            on:input:target=move |event| {
                                let ports = event.target().value();
                                question.update(|question| question.ports = ports);
                            }
                        />
                        <p class="error" id="f-ports-wrong" role="status">
                            {move || wrong.get()}
                        </p>
                    </div>
                    <fieldset>
                        <legend class="label">"Year"</legend>
                        <div class="seg">{year(false, "Year 1")} {year(true, "Year 2 on")}</div>
                        <noscript>
                            <button class="btn" type="submit">
                                "Work it out"
                            </button>
                        </noscript>
                    </fieldset>
                    <output class="prices" for="f-ports" aria-label="Guide prices">
                        {move || question.get().ports().ok().map(|ports| prices(guide, ports, question.get().year()))}
                    </output>
                </form>
                <p class="note calc__advice">
                    <Icon name="info" small=true />
                    <span>{PHONE_SYSTEM_ADVICE}</span>
                </p>
            </div>
            <div class="card-foot">
                "A guide price only. Ask for an exact quote: the size and cost of the whole system, handset cover and distance change it. For handsets and servers there is no guide price."
            </div>
        </section>
    }
}

fn prices(guide: GuidePrices, ports: u32, year: u32) -> impl IntoView {
    let price = move |level: CoverLevel| {
        let quote = QuoteRequest { level, ports, year }.quote(&guide.list, guide.prices.vat).ok()?;
        Some(view! {
            <div>
                <CoverBadge level bare=true />
                <p class="big">{pounds_brief(quote.total.net_pence)}</p>
                <span class="sub">
                    {sum(&guide, level, ports, year)} <br /> {format!("{} with VAT", pounds_brief(quote.total.gross_pence))}
                </span>
            </div>
        })
    };
    LEVELS.map(price).into_iter().collect_view()
}

/// How a price is made: "£250 + 12 × £17.50".
fn sum(guide: &GuidePrices, level: CoverLevel, ports: u32, year: u32) -> Option<String> {
    let YearlyPrice { base_pence, port_pence, port_later_pence } = guide.list.of(level)?;
    let each = if year == 1 { port_pence } else { port_later_pence };
    Some(format!("{} + {ports} × {}", pounds_brief(base_pence), pounds_brief(each)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_a_whole_number_within_reason() {
        let ports = |text: &str| Question { ports: text.to_owned(), later: false }.ports();
        assert_eq!((ports("12"), ports(" 1 ")), (Ok(12), Ok(1)));
        for wrong in ["", "0", "-3", "1.5", "twelve", "100001", "99999999999"] {
            let error = ports(wrong).unwrap_err();
            assert!(error.contains("1 to 100000"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_price_shows_how_it_is_made() {
        assert_eq!(sum(&GuidePrices::STANDARD, CoverLevel::Cat2, 12, 1).unwrap(), "£250 + 12 × £17.50");
        assert_eq!(sum(&GuidePrices::STANDARD, CoverLevel::Cat4, 24, 2).unwrap(), "£400 + 24 × £30");
        assert_eq!(sum(&GuidePrices::STANDARD, CoverLevel::Cat1, 1, 9).unwrap(), "£175 + 1 × £10");
    }
}
