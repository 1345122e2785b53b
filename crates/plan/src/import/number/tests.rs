use super::*;

fn read(text: &str) -> Vec<(String, String, String, String)> {
    scan(text)
        .found
        .into_iter()
        .map(|f| {
            (
                f.lead.join(" "),
                f.value.to_string(),
                f.unit.unwrap_or_default(),
                f.qualifiers.join("; "),
            )
        })
        .collect()
}

fn row(lead: &str, value: &str, unit: &str, qualifiers: &str) -> (String, String, String, String) {
    (
        lead.to_owned(),
        value.to_owned(),
        unit.to_owned(),
        qualifiers.to_owned(),
    )
}

#[test]
fn one_number() {
    for (text, expected) in [
        ("申込み 10%", row("申込み", "10", "%", "")),
        ("200人", row("", "200", "人", "")),
        ("１，０００人", row("", "1000", "人", "")),
        ("稼働率 -16.91%", row("稼働率", "-16.91", "%", "")),
        ("オープン化 +96.3%", row("オープン化", "96.3", "%", "")),
        ("△3.5ポイント", row("", "-3.5", "ポイント", "")),
        ("約150名", row("", "150", "名", "約")),
        ("延べ41人", row("", "41", "人", "延べ")),
        ("窓口 15分以内", row("窓口", "15", "分", "以内")),
        ("346名（138%）", row("", "346", "名", "（138%）")),
        (
            "932時間 (RPAによる削減時間)",
            row("", "932", "時間", "(RPAによる削減時間)"),
        ),
        (
            "AI会議録システム (R3とR4比較) 519時間",
            row("AI会議録システム", "519", "時間", "(R3とR4比較)"),
        ),
        ("0人 [※]", row("", "0", "人", "[※]")),
        ("導入施設数 ※33施設", row("導入施設数", "33", "施設", "※")),
        (
            "0% ※計画を令和4年としているため。",
            row("", "0", "%", "※計画を令和4年としているため。"),
        ),
        (
            "令和5年度査定案件のうち提案された件数 6件",
            row("令和5年度査定案件のうち提案された件数", "6", "件", ""),
        ),
        ("電子書籍回転数 6.56", row("電子書籍回転数", "6.56", "", "")),
        ("1つ以上", row("", "1", "つ", "以上")),
        ("100 件", row("", "100", "件", "")),
        ("10件 見込み", row("", "10", "件", "見込み")),
        ("10件。", row("", "10", "件", "")),
    ] {
        assert_eq!(read(text), [expected], "{text}");
    }
}

#[test]
fn a_note_holds_no_figures() {
    let text = "99.9%準拠 ※全5,412ページ中、5,409ページが準拠 (12/15時点)";
    assert_eq!(
        read(text),
        [row(
            "",
            "99.9",
            "%",
            "準拠; ※全5,412ページ中、5,409ページが準拠 (12/15時点)"
        )]
    );
}

#[test]
fn several_numbers() {
    assert_eq!(
        read("特定健診48% 保健指導60%"),
        [
            row("特定健診", "48", "%", ""),
            row("保健指導", "60", "%", "")
        ]
    );
    assert_eq!(
        read("特定健診48%保健指導60%"),
        [
            row("特定健診", "48", "%", ""),
            row("保健指導", "60", "%", "")
        ]
    );
    assert_eq!(
        read("100% R3投稿件数 82件"),
        [row("", "100", "%", ""), row("R3投稿件数", "82", "件", "")]
    );
    let parts = scan("①36か所（甲課分） ②1件（乙課） 計37か所").found;
    assert_eq!(
        parts
            .iter()
            .map(|f| (f.circled, f.value.to_string(), f.total))
            .collect::<Vec<_>>(),
        [
            (Some('①'), "36".to_owned(), false),
            (Some('②'), "1".to_owned(), false),
            (None, "37".to_owned(), true)
        ]
    );
    assert_eq!(parts[0].qualifiers, ["（甲課分）"]);
}

#[test]
fn dates_and_ordinals_are_no_figures() {
    for text in [
        "R3.9より実施",
        "令和5年4月1日",
        "第58条",
        "10時から",
        "2023年度",
        "平成30年（2018年）",
        "24時",
    ] {
        assert_eq!(read(text), [], "{text}");
    }
}

#[test]
fn words_after_the_number_are_doubted() {
    assert_eq!(
        scan("10件 見込み").found[0].left_over.as_deref(),
        Some("見込み")
    );
    assert_eq!(scan("10件").found[0].left_over, None);
    assert_eq!(read("10～20%").len(), 2);
}

/// Numbers as people write them.
fn written() -> impl proptest::strategy::Strategy<Value = (Decimal, String)> {
    use proptest::prelude::*;
    (
        0_i64..1_000_000_000,
        0_u32..4,
        0_usize..4,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(digits, places, sign, grouped, wide)| {
            let value = Decimal::new(digits, places);
            let plain = value.to_string();
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
            let mut text = String::new();
            for (index, digit) in whole.chars().enumerate() {
                if grouped && index > 0 && (whole.len() - index) % 3 == 0 {
                    text.push(',');
                }
                text.push(digit);
            }
            if !fraction.is_empty() {
                text = format!("{text}.{fraction}");
            }
            let (mark, factor) = [("", 1), ("+", 1), ("-", -1), ("△", -1)][sign];
            text = format!("{mark}{text}");
            if wide {
                let widen = |c: char| {
                    if c.is_ascii() {
                        char::from_u32(c as u32 + 0xfee0).unwrap()
                    } else {
                        c
                    }
                };
                text = text.chars().map(widen).collect();
            }
            (value * Decimal::from(factor), text)
        })
}

proptest::proptest! {
    #[test]
    fn every_way_of_writing_a_number_is_read(
        (value, text) in written(),
        name in "(申込み|利用率|窓口の件数)?",
        unit in "(件|%|か所|千円|ポイント|人日)?",
        after in "(以内|程度|（138%）|)",
    ) {
        let cell = format!("{name} {text}{unit}{after}");
        let found = scan(&cell).found;
        proptest::prop_assert_eq!(found.len(), 1, "{}", cell);
        proptest::prop_assert_eq!(found[0].value, value, "{}", cell);
        proptest::prop_assert_eq!(found[0].unit.clone().unwrap_or_default(), unit);
        proptest::prop_assert_eq!(found[0].lead.concat(), name);
    }
}
