//! The click records that mapdrift was written for: 16 fields as `json.dumps(ensure_ascii=False)` writes them, 2 % demo
//! tickers of the Firehose console among them, and 1 % odd records in five kinds of drift.

use super::recorder::{Escapes, Recorder};
use super::rng::Rng;
use super::words::{iso_time, uuid};

const FLOWERS: [&str; 12] = [
    "Aster", "Lotus", "Camellia", "Iris", "Dahlia", "Lilac", "Peony", "Tulip", "Violet", "Zinnia",
    "Poppy", "Daisy",
];
const LANGUAGES: [&str; 8] = ["Kotlin", "Swift", "Java", "Python", "Rust", "Scala", "Ruby", "Go"];
const STONES: [&str; 8] = ["Sapphire", "Ruby", "Topaz", "Opal", "Garnet", "Amber", "Jade", "Beryl"];
/// Manufacturer, name, model, system.
const DEVICES: [[&str; 4]; 6] = [
    ["LG", "LG G7 ThinQ", "LM-G710N", "Android"],
    ["samsung", "Galaxy S10", "SM-G973N", "Android"],
    ["samsung", "Galaxy Note9", "SM-N960N", "Android"],
    ["Apple", "iPhone XS", "iPhone11,2", "iOS"],
    ["Apple", "iPhone 8", "iPhone10,1", "iOS"],
    ["Xiaomi", "Redmi Note 7", "M1901F7E", "Android"],
];
const SYSTEMS: [&str; 5] = ["8.0", "9", "7.1.1", "12.2", "8.1.0"];
const NAMES: [&str; 8] = [
    "1",
    "여행",
    "맛집 추천",
    "주말 영화관",
    "fitness",
    "오늘의 \"특가\"",
    "say \"hi\"",
    "음악\\듣기",
];
const SECTORS: [&str; 5] = ["HEALTHCARE", "TECHNOLOGY", "FINANCIAL", "RETAIL", "ENERGY"];
/// Seconds since 1970 of the first record, 2019-04-30T07:30:00Z.
const BEGIN: u64 = 1_556_609_400;

/// What is wrong with a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Odd {
    No,
    FieldMissing,
    StringId,
    FloatIndex,
    Campaign,
    EpochTime,
}

/// The next record; `time` is the number of the record.
pub(crate) fn write(rng: &mut Rng, number: u64, w: &mut Recorder) {
    if rng.chance(2, 100) {
        return ticker(rng, w);
    }
    let odd = match rng.below(500) {
        0 => Odd::FieldMissing,
        1 => Odd::StringId,
        2 => Odd::FloatIndex,
        3 => Odd::Campaign,
        4 => Odd::EpochTime,
        _ => Odd::No,
    };
    device(rng, w);
    interest(rng, odd, w);
    let seconds = BEGIN + number / 40;
    w.key("timestamp");
    match odd {
        Odd::EpochTime => w.integer(i64::try_from(seconds * 1000 + rng.below(1000)).expect("ms")),
        _ => w.date(&iso_time(seconds)),
    }
    if odd == Odd::Campaign {
        campaign(rng, w);
    }
}

fn device(rng: &mut Rng, w: &mut Recorder) {
    let user = format!(
        "{}-{}-{}-{}",
        rng.pick(&FLOWERS),
        rng.pick(&LANGUAGES),
        rng.pick(&STONES),
        rng.below(1000)
    );
    w.key("user_id").string(&user);
    let version = format!("v1.{}.{}({})", rng.between(4, 6), rng.below(20), rng.between(80, 99));
    w.key("app_version").string(&version);
    w.key("device_id").string(&uuid(rng));
    let [maker, name, model, system] = DEVICES[usize::try_from(rng.below(6)).expect("index")];
    w.key("device_manufacturer").string(maker);
    w.key("device_name").string(name);
    w.key("device_model").string(model);
    w.key("device_os").string(system);
    w.key("device_os_number").string(rng.pick(&SYSTEMS));
}

fn interest(rng: &mut Rng, odd: Odd, w: &mut Recorder) {
    w.key("event").string("interest_service_click");
    let id = rng.between(1, 1500);
    w.key("interest_id");
    match odd {
        Odd::StringId => w.string(&id.to_string()),
        _ => w.integer(i64::try_from(id).expect("small")),
    }
    let index = rng.below(30);
    w.key("index");
    match odd {
        Odd::FloatIndex => w.float(&format!("{index}.5")),
        _ => w.integer(i64::try_from(index).expect("small")),
    }
    w.key("interest_name");
    name(rng, w);
    w.key("interest_service_id");
    if rng.chance(70, 100) {
        w.null();
    } else {
        w.integer(i64::try_from(rng.between(1, 9000)).expect("small"));
    }
    if odd != Odd::FieldMissing {
        w.key("interest_service_type").string(&rng.between(1, 9).to_string());
    }
    w.key("interest_service_name");
    name(rng, w);
}

/// A name in Korean or English; one in ten was written by a program that escapes everything outside ASCII.
fn name(rng: &mut Rng, w: &mut Recorder) {
    let text = rng.pick(&NAMES);
    let escapes = if rng.chance(1, 10) { Escapes::Ascii } else { Escapes::Needed };
    w.string_as(text, escapes);
}

fn campaign(rng: &mut Rng, w: &mut Recorder) {
    let id = i64::try_from(rng.below(100)).expect("small");
    let amount = format!("{}.{:02}", rng.below(5000), rng.below(100));
    w.key("campaign").object(|w| {
        w.key("id").integer(id);
        w.key("name").string("spring_2019");
        w.key("budget").object(|w| {
            w.key("amount").float(&amount);
            w.key("currency").string("KRW");
        });
    });
}

/// A record of the console's demo data, with the `-0.00` that rounding to two places leaves.
fn ticker(rng: &mut Rng, w: &mut Recorder) {
    let sign = if rng.chance(1, 2) { "-" } else { "" };
    let hundredths = if rng.chance(1, 10) { 0 } else { rng.below(500) };
    w.key("CHANGE").float(&format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100));
    w.key("PRICE").float(&format!("{}.{:02}", rng.between(1, 250), rng.below(100)));
    let letter = |rng: &mut Rng| char::from(b'A' + u8::try_from(rng.below(26)).expect("letter"));
    let symbol: String = (0..3).map(|_| letter(rng)).collect();
    w.key("TICKER_SYMBOL").string(&symbol);
    w.key("SECTOR").string(rng.pick(&SECTORS));
}
