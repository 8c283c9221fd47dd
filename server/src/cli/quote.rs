//! `faultdesk quote`: the guide price of a year of cover.

use clap::{Args, builder::PossibleValuesParser};
use domain::{
    cover::CoverLevel,
    money::{VatRate, pounds},
    quote::{PriceList, Quote, QuoteRequest},
};

use super::output::{Done, Failure};

/// More than any phone system has.
const PORTS_MAX: i64 = 100_000;

#[derive(Debug, Args)]
pub struct QuoteArgs {
    /// Cover level
    #[arg(long, value_name = "LEVEL", ignore_case = true, value_parser = PossibleValuesParser::new(CoverLevel::ALL.map(CoverLevel::as_str)))]
    level: String,
    /// Ports of the phone system, 0 to 100000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=PORTS_MAX))]
    ports: u32,
    /// Year of the contract, counted from 1
    #[arg(long, value_name = "YEAR", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    year: u32,
    /// Print one object, prices in pence
    #[arg(long)]
    json: bool,
}

pub(super) const HELP: &str = "\
Prices are guide prices, net and with 20 % VAT. Handsets and servers need an exact quote.

Examples:
  faultdesk quote --level cat2 --ports 12
  faultdesk quote --level cat4 --ports 12 --year 2 --json";

pub(super) fn run(args: &QuoteArgs) -> Result<Done, Failure> {
    let level = CoverLevel::parse(&args.level)
        .ok_or_else(|| Failure::Misuse(format!("--level: {:?} is no cover level", args.level)))?;
    let request = QuoteRequest { level, ports: args.ports, year: args.year };
    let quote = request.quote(&PriceList::GUIDE, VatRate::STANDARD).map_err(Failure::failed)?;
    if args.json {
        return serde_json::to_string(&quote).map(|json| Done::text(json + "\n")).map_err(Failure::failed);
    }
    Ok(Done::text(words(&quote)))
}

fn words(quote: &Quote) -> String {
    let Quote { level, ports, year, total, note, .. } = quote;
    let count = if *ports == 1 { "1 port".to_owned() } else { format!("{ports} ports") };
    format!(
        "{}, {count}, year {year}: {} net, {} VAT, {} in all\n{note}\n",
        level.label(),
        pounds(total.net_pence),
        pounds(total.vat_pence),
        pounds(total.gross_pence),
    )
}
