//! Any text as a fiscal year or an era date: what is read must come back from its own spellings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_kernel::{FiscalYear, Wareki};

fuzz_target!(|text: &str| {
    // Years of eras are read with two digits at most: the laws hold until 令和99年.
    if let Some(year) = FiscalYear::read(text).filter(|year| year.year() < 2118) {
        assert_eq!(FiscalYear::read(&year.wareki()), Some(year), "from {text:?}");
        assert_eq!(FiscalYear::read(&year.western()), Some(year), "from {text:?}");
        assert_eq!(FiscalYear::read(&year.label()), Some(year), "from {text:?}");
        assert_eq!(year.next().previous(), year);
        assert!(year.contains(year.start()) && year.contains(year.end()));
    }
    let _ = FiscalYear::read_in(text);
    let _ = FiscalYear::find_all(text);
    if let Some(day) = Wareki::read_date(text).filter(|day| (1000..2118).contains(&day.year())) {
        assert_eq!(Wareki::read_date(&Wareki::write_date(day)), Some(day), "from {text:?}");
    }
});
