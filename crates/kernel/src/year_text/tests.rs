use jiff::civil::date;
use proptest::prelude::*;

use super::{YearKind, find_all, read, read_date, read_in};
use crate::{Era, FiscalYear, Wareki};

#[track_caller]
fn reads(text: &str, year: i32) {
    assert_eq!(read(text).map(FiscalYear::year), Some(year), "{text}");
}

#[track_caller]
fn is_no_fiscal_year(text: &str) {
    assert_eq!(read(text), None, "{text}");
}

/// Each year found: the words, the number, the kind.
fn found(text: &str) -> Vec<(&str, i32, YearKind)> {
    find_all(text)
        .into_iter()
        .map(|mention| (&text[mention.range], mention.year.year(), mention.kind))
        .collect()
}

#[test]
fn every_spelling_of_a_fiscal_year_is_read() {
    for text in [
        "令和5年度",
        "令和５年度",
        "令和 5 年度",
        "令 和 5 年 度",
        "令和五年度",
        "㋿5年度",
        "㋿５年度",
        "R5年度",
        "Ｒ５年度",
        "R5",
        "r5",
        "Ｒ５",
        "R.5年度",
        "令和5",
        "2023年度",
        "２０２３年度",
        "2023",
        "２０２３",
        "二〇二三年度",
        "FY2023",
        "FY23",
        "FY 2023",
        "令和5年度末",
        "令和５年度末",
        "令和5年度当初",
        "令和5年度分",
        "令和5年度（2023年度）",
        "令和5年度 (2023年度)",
        "令和5年度（2023）",
        "令和5（2023）年度",
        "令和5(2023)",
        "2023（令和5）年度",
        "2023年度（令和5年度）",
        "R5(2023)年度",
        "（令和5年度）",
        "【令和5年度】",
        " 令和5年度 ",
        "　令和5年度　",
        "令和5年度\n(2023年度)",
    ] {
        reads(text, 2023);
    }
}

#[test]
fn the_first_year_of_an_era_is_gannen() {
    reads("令和元年度", 2019);
    reads("令和元年度 (2019年度)", 2019);
    reads("平成元年度", 1989);
    reads("R元年度", 2019);
    reads("R1", 2019);
}

#[test]
fn both_names_of_the_year_of_a_change_are_read() {
    reads("平成31年度", 2019);
    reads("平成31年度（令和元年度）", 2019);
    reads("平成31・令和元年度", 2019);
    reads("平成31(2019)年度", 2019);
    reads("昭和64年度", 1989);
    reads("大正15年度", 1926);
}

#[test]
fn years_past_the_end_of_an_era_are_read_as_written_at_the_time() {
    reads("平成32年度", 2020);
    reads("平成三十七年度", 2025);
}

#[test]
fn older_eras_are_read() {
    reads("昭和63年度", 1988);
    reads("S63", 1988);
    reads("㍼60年度", 1985);
    reads("㍻30年度", 2018);
    reads("H30", 2018);
    reads("平成30年度（2018年度）", 2018);
}

#[test]
fn what_is_no_fiscal_year_is_not_read() {
    for text in [
        "",
        " ",
        "5",
        "5年",
        "5年度",
        "5年間",
        "年度",
        "令和",
        "令和年度",
        "令和0年度",
        "令和5年",
        "2023年",
        "令和5年4月1日",
        "R5.4.1",
        "2023-04-01",
        "20230401",
        "1234",
        "1,234",
        "2023.5",
        "2023人",
        "令和5年度（2022年度）",
        "令和4年度～令和5年度",
        "令和4～5年度",
        "令和5年度実績に関する備考",
        "第5期",
        "R5-1",
        "H2O",
        "AR5",
        "12023年度",
        "令和151年度",
        "S3",
        "M5",
        "T2",
        "H99",
        "合計",
        "-",
        "％",
    ] {
        is_no_fiscal_year(text);
    }
}

#[test]
fn years_are_found_where_they_stand() {
    assert_eq!(
        found("平成30年度（2018年度）末から開始し、令和５年４月に、2024年度は。"),
        [
            ("平成30年度（2018年度）", 2018, YearKind::Fiscal),
            ("令和５年", 2023, YearKind::Calendar),
            ("2024年度", 2024, YearKind::Fiscal)
        ]
    );
    assert_eq!(
        found("平成24(2012)年6月"),
        [("平成24(2012)年", 2012, YearKind::Calendar)]
    );
    assert_eq!(
        found("令和5年度末（2023年度末）"),
        [
            ("令和5年度", 2023, YearKind::Fiscal),
            ("2023年度", 2023, YearKind::Fiscal)
        ]
    );
    assert_eq!(found("㋿5年度"), [("㋿5年度", 2023, YearKind::Fiscal)]);
}

#[test]
fn spans_and_lists_share_era_and_mark() {
    let fiscal = YearKind::Fiscal;
    assert_eq!(
        found("令和3～5年度"),
        [("令和3", 2021, fiscal), ("5年度", 2023, fiscal)]
    );
    assert_eq!(
        found("令和元年度～令和3年度"),
        [("令和元年度", 2019, fiscal), ("令和3年度", 2021, fiscal)]
    );
    assert_eq!(
        found("平成30～令和5年度"),
        [("平成30", 2018, fiscal), ("令和5年度", 2023, fiscal)]
    );
    assert_eq!(
        found("令和3年度から5年度まで"),
        [("令和3年度", 2021, fiscal), ("5年度", 2023, fiscal)]
    );
    assert_eq!(
        found("令和4・5年度"),
        [("令和4", 2022, fiscal), ("5年度", 2023, fiscal)]
    );
    assert_eq!(
        found("2021-2025年度"),
        [("2021", 2021, fiscal), ("2025年度", 2025, fiscal)]
    );
    assert_eq!(found("令和6年度(2024年度)～令和8年度(2026年度)").len(), 2);
    assert_eq!(
        found("令和3・4・5年度"),
        [
            ("令和3", 2021, fiscal),
            ("4", 2022, fiscal),
            ("5年度", 2023, fiscal)
        ]
    );
    assert_eq!(
        found("2021、2022、2023年度"),
        [
            ("2021", 2021, fiscal),
            ("2022", 2022, fiscal),
            ("2023年度", 2023, fiscal)
        ]
    );
}

#[test]
fn headings_of_narrow_columns_are_bare() {
    assert_eq!(found("R5実績"), [("R5", 2023, YearKind::Bare)]);
    assert_eq!(
        found("(R6～R8)"),
        [("R6", 2024, YearKind::Bare), ("R8", 2026, YearKind::Bare)]
    );
    assert_eq!(
        found("H30 R1"),
        [("H30", 2018, YearKind::Bare), ("R1", 2019, YearKind::Bare)]
    );
}

#[test]
fn what_only_looks_like_a_year_is_not_found() {
    for text in [
        "5年間",
        "1,2023年",
        "S3バケット",
        "R5.4.1",
        "PR5",
        "H2O",
        "電話072-123-4567",
        "10年前",
        "2020年代",
        "2000件",
        "令和の時代",
        "3か年",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    assert_eq!(
        found("令和5年度、3年間で"),
        [("令和5年度", 2023, YearKind::Fiscal)]
    );
    assert_eq!(
        found("令和5年\t度"),
        [("令和5年", 2023, YearKind::Calendar)]
    );
}

#[test]
fn a_text_speaks_of_one_fiscal_year_or_of_none() {
    assert_eq!(
        read_in("令和5年度実績に関する備考").map(FiscalYear::year),
        Some(2023)
    );
    assert_eq!(
        read_in("令和5年度（2023年度）の、令和5年度末").map(FiscalYear::year),
        Some(2023)
    );
    assert_eq!(read_in("令和4年度～令和5年度"), None);
    assert_eq!(read_in("令和5年4月1日"), None);
}

#[test]
fn dates_are_read_in_every_spelling() {
    for text in [
        "令和5年4月1日",
        "令和５年４月１日",
        "令和五年四月一日",
        "令和 5 年 4 月 1 日",
        "令和5年4月1日（土）",
        "令和5年4月1日土曜日",
        "R5.4.1",
        "R5/4/1",
        "R5-4-1",
        "㋿5.4.1",
        "2023年4月1日",
        "2023-04-01",
        "2023/4/1",
        "２０２３／０４／０１",
        "2023.4.1",
        "20230401",
    ] {
        assert_eq!(read_date(text), Some(date(2023, 4, 1)), "{text}");
    }
    assert_eq!(read_date("平成31年4月30日"), Some(date(2019, 4, 30)));
    assert_eq!(read_date("令和元年5月1日"), Some(date(2019, 5, 1)));
}

#[test]
fn what_is_no_date_is_not_read() {
    for text in [
        "",
        "令和5年",
        "令和5年4月",
        "令和元年4月30日",
        "令和5年2月29日",
        "2023-13-01",
        "2023/4-1",
        "4月1日",
        "令和5年4月1日から",
        "20231301",
        "11101110",
        "99990401",
        "2023",
    ] {
        assert_eq!(read_date(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_name_is_written_is_read_back(year in 1868..2150_i32) {
        let year = FiscalYear::new(year).unwrap();
        for name in [year.wareki(), year.western(), year.label(), year.to_string()] {
            prop_assert_eq!(read(&name), Some(year), "{}", name);
        }
    }

    #[test]
    fn the_short_form_is_read_back_while_it_is_in_use(year in 1935..2068_i32) {
        let year = FiscalYear::new(year).unwrap();
        prop_assert_eq!(read(&year.short()), Some(year));
        prop_assert_eq!(read(&format!("{}年度", year.short())), Some(year));
    }

    #[test]
    fn every_date_written_in_its_era_is_read_back(day in 0..80_000_i32) {
        let day = Era::Meiji.first_day().checked_add(jiff::Span::new().days(day)).unwrap();
        prop_assert_eq!(read_date(&Wareki::write_date(day)), Some(day));
        prop_assert_eq!(read_date(&day.to_string()), Some(day));
    }

    #[test]
    fn the_name_of_a_year_is_found_in_any_text(before in "[ぁ-んア-ヶ。、 （]{0,8}", year in 1868..2150_i32, after in "[ぁ-んア-ヶ。、 ）]{0,8}") {
        let year = FiscalYear::new(year).unwrap();
        let text = format!("{before}{}{after}", year.label());
        let mentions = find_all(&text);
        prop_assert_eq!(mentions.len(), 1);
        prop_assert_eq!(mentions[0].year, year);
        prop_assert_eq!(&text[mentions[0].range.clone()], year.label());
    }

    #[test]
    fn any_text_can_be_searched(text in any::<String>()) {
        let mut last_end = 0;
        for mention in find_all(&text) {
            prop_assert!(mention.range.start >= last_end && text.get(mention.range.clone()).is_some());
            last_end = mention.range.end;
        }
        read(&text);
        read_date(&text);
    }

    #[test]
    fn any_year_like_text_can_be_searched(text in "[令和平成RHS元0-9０-９一二十百年度月日（）()～・.～㋿ ]{0,16}") {
        for mention in find_all(&text) {
            prop_assert!(text.get(mention.range).is_some());
        }
        read(&text);
        read_date(&text);
    }
}
