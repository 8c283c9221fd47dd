//! What a month charges, as lines and as CSV. A month is one of the support company's zone. Source: `rules` section 7.

use jiff::civil::Date;

use crate::{
    calendar::Zone,
    money::Total,
    time::{Span, Timestamp},
};

/// A month such as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// None: it is not a year of four digits, a hyphen and a month of two.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == "2026-11".len()).then_some(())?;
        format!("{text}-01").parse().ok().map(Self)
    }

    /// The month of an instant in `zone`.
    pub fn of(at: Timestamp, zone: &Zone) -> Self {
        Self(zone.date_at(at).first_of_month())
    }

    /// From its first midnight until the next month's. None beyond the years of the calendar.
    pub fn span(self, zone: &Zone) -> Option<Span> {
        let next = self.0.last_of_month().tomorrow().ok()?;
        Some(Span { from: zone.opening(self.0, 0)?, until: zone.opening(next, 0)? })
    }

    pub fn before(self) -> Self {
        self.0.yesterday().map_or(self, |day| Self(day.first_of_month()))
    }

    pub fn after(self) -> Self {
        self.0.last_of_month().tomorrow().map_or(self, Self)
    }

    /// "November 2026".
    pub fn words(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m"))
    }
}

/// One charge of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingLine {
    pub on: Date,
    pub customer: String,
    /// Number of the ticket.
    pub ticket: i64,
    pub subject: String,
    /// "CatS unit 1", "Part: battery".
    pub what: String,
    /// 1 for a unit of work, 0 for parts and shipping.
    pub units: u32,
    pub total: Total,
    pub price_list_version: u32,
}

/// The sum of all lines.
pub fn sum(lines: &[BillingLine]) -> (u64, Total) {
    let zero = Total { net_pence: 0, vat_pence: 0, gross_pence: 0 };
    lines.iter().fold((0, zero), |(units, sum), line| {
        let total = Total {
            net_pence: sum.net_pence.saturating_add(line.total.net_pence),
            vat_pence: sum.vat_pence.saturating_add(line.total.vat_pence),
            gross_pence: sum.gross_pence.saturating_add(line.total.gross_pence),
        };
        (units + u64::from(line.units), total)
    })
}

/// The lines as CSV (RFC 4180) with a head and, last, the totals. Amounts are pounds with two decimals.
pub fn csv(lines: &[BillingLine]) -> String {
    const HEAD: [&str; 10] =
        ["Date", "Customer", "Ticket", "Subject", "What", "Units", "Net", "VAT", "Gross", "Price list version"];
    let mut out = record(HEAD.map(str::to_owned));
    for line in lines {
        let Total { net_pence, vat_pence, gross_pence } = line.total;
        out.push_str(&record([
            line.on.to_string(),
            line.customer.clone(),
            crate::ticket::reference(line.ticket),
            line.subject.clone(),
            line.what.clone(),
            line.units.to_string(),
            amount(net_pence),
            amount(vat_pence),
            amount(gross_pence),
            line.price_list_version.to_string(),
        ]));
    }
    let (units, Total { net_pence, vat_pence, gross_pence }) = sum(lines);
    let empty = String::new;
    let (total, units) = ("Total".to_owned(), units.to_string());
    let [net, vat, gross] = [net_pence, vat_pence, gross_pence].map(amount);
    out.push_str(&record([total, empty(), empty(), empty(), empty(), units, net, vat, gross, empty()]));
    out
}

/// "1234.50".
fn amount(pence: u64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

fn record<const N: usize>(cells: [String; N]) -> String {
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula: what begins like one is led by an apostrophe.
fn cell(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::money::VatRate;

    fn line(customer: &str, subject: &str, net_pence: u64) -> BillingLine {
        BillingLine {
            on: date(2026, 11, 5),
            customer: customer.to_owned(),
            ticket: 2_001,
            subject: subject.to_owned(),
            what: "CatS unit 1".to_owned(),
            units: 1,
            total: Total::of(net_pence, VatRate::STANDARD),
            price_list_version: 1,
        }
    }

    #[test]
    fn months_are_of_their_zone() {
        let london = Zone::parse("Europe/London").unwrap();
        let span = |text| Month::parse(text).unwrap().span(&london).unwrap();
        assert_eq!(span("2026-11").from.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(span("2026-07").from.to_string(), "2026-06-30T23:00:00Z", "summer time");
        assert_eq!(span("2026-10").until.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(span("2026-03").until.to_string(), "2026-03-31T23:00:00Z");
        let edge: Timestamp = "2026-06-30T23:30:00Z".parse::<jiff::Timestamp>().unwrap().into();
        assert_eq!(Month::of(edge, &london).to_string(), "2026-07");
        let december = Month::parse("2026-12").unwrap();
        assert_eq!(
            (december.after().to_string(), december.words()),
            ("2027-01".to_owned(), "December 2026".to_owned())
        );
        assert_eq!(december.after().before(), december);
        for text in ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "2026/11", "../..csv", "-026-11"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell_) in [
            ("=1+1", "'=1+1"),
            ("+44 117", "'+44 117"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "'\t=1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("Bath, Wells", "\"Bath, Wells\""),
            ("Bath & Wells", "Bath & Wells"),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(cell(text), cell_, "{text:?}");
        }
    }

    #[test]
    fn the_last_record_is_the_sum_of_all_lines() {
        let lines = [line("Bath", "No tone", 7_000), line("=Avon", "Router, \"new\"", 1_253)];
        let text = csv(&lines);
        let records: Vec<_> = text.lines().collect();
        assert_eq!(records[1], "2026-11-05,Bath,T-2001,No tone,CatS unit 1,1,70.00,14.00,84.00,1");
        assert_eq!(records[2], "2026-11-05,'=Avon,T-2001,\"Router, \"\"new\"\"\",CatS unit 1,1,12.53,2.51,15.04,1");
        assert_eq!(records[3], "Total,,,,,2,82.53,16.51,99.04,");
        assert_eq!(csv(&lines), text);
        assert!(csv(&[]).ends_with("Total,,,,,0,0.00,0.00,0.00,\r\n"));
    }
}
