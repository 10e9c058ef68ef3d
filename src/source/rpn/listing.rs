//! The records as `voir` lists them, and with all keys for programs.

use super::container::Container;
use super::dates::Stamp;
use super::descriptor::Descriptor;
use super::levels::{self, Coded};
use crate::source::{Column, Entry, Record, RecordList};
use crate::time::Moment;

const COLUMNS: &[Column] = &[
    Column::right("NO"),
    Column::left("NOMV"),
    Column::left("TV"),
    Column::left("ETIQUETTE"),
    Column::right("NI"),
    Column::right("NJ"),
    Column::right("NK"),
    Column::left("(DATE-O    h m s)"),
    Column::right("IP1"),
    Column::left("LEVEL"),
    Column::right("IP2"),
    Column::right("IP3"),
    Column::right("DEET"),
    Column::right("NPAS"),
    Column::left("DTY"),
    Column::left("G"),
    Column::right("IG1"),
    Column::right("IG2"),
    Column::right("IG3"),
    Column::right("IG4"),
];

pub fn list(mut container: Container) -> RecordList {
    let warnings = std::mem::take(&mut container.notes);
    let count = container.len();
    let describe = move |number| Some(describe(number, container.record(number)?));
    RecordList { format: super::FORMAT, columns: COLUMNS, count, describe: Box::new(describe), warnings }
}

fn describe(number: usize, record: &Descriptor) -> Record {
    let stamp = Stamp::unpack(record.date());
    let lead = i64::from(record.deet()) * i64::from(record.npas());
    let origin = stamp.earlier(lead);
    let [ig1, ig2, ig3, ig4] = record.ig();
    let grtyp = Some(record.grtyp()).filter(char::is_ascii_graphic).map(String::from).unwrap_or_default();
    let level = Coded::of(record.ip1());
    let cells = vec![
        number.to_string(),
        record.nomvar(),
        record.typvar(),
        record.etiket(),
        record.ni().to_string(),
        record.nj().to_string(),
        record.nk().to_string(),
        origin.map(clock).unwrap_or_default(),
        record.ip1().to_string(),
        levels::written(record.ip1()),
        record.ip2().to_string(),
        record.ip3().to_string(),
        record.deet().to_string(),
        record.npas().to_string(),
        record.data_type(),
        grtyp.clone(),
        ig1.to_string(),
        ig2.to_string(),
        ig3.to_string(),
        ig4.to_string(),
    ];
    let number_of = |value: u32| Entry::Integer(value.into());
    let time = |moment: Option<Moment>| moment.map_or(Entry::Absent, |moment| Entry::Text(moment.iso()));
    let entries = vec![
        ("record", Entry::Integer(i64::try_from(number).unwrap_or(i64::MAX))),
        ("nomvar", Entry::Text(record.nomvar())),
        ("typvar", Entry::Text(record.typvar())),
        ("etiket", Entry::Text(record.etiket())),
        ("ni", number_of(record.ni())),
        ("nj", number_of(record.nj())),
        ("nk", number_of(record.nk())),
        ("dateo_utc", time(origin)),
        ("datev_utc", time(stamp.moment())),
        ("datev", Entry::Integer(stamp.number())),
        ("ip1", number_of(record.ip1())),
        ("level", level.map_or(Entry::Absent, |level| Entry::Number(level.number()))),
        ("kind", Entry::Integer(level.map_or(-1, |level| level.kind.into()))),
        ("ip2", number_of(record.ip2())),
        ("ip3", number_of(record.ip3())),
        ("deet", number_of(record.deet())),
        ("npas", number_of(record.npas())),
        ("datyp", number_of(record.datyp())),
        ("nbits", number_of(record.nbits())),
        ("grtyp", Entry::Text(grtyp)),
        ("ig1", number_of(ig1)),
        ("ig2", number_of(ig2)),
        ("ig3", number_of(ig3)),
        ("ig4", number_of(ig4)),
        ("address", number_of(record.address())),
        ("bytes", Entry::Integer(i64::try_from(record.length()).unwrap_or(i64::MAX))),
    ];
    Record { entries, cells }
}

/// `20250115 060000`
fn clock(moment: Moment) -> String {
    let (date, (hour, minute, second)) = (moment.date(), moment.clock());
    format!("{:04}{:02}{:02} {hour:02}{minute:02}{second:02}", date.year, date.month, date.day)
}
