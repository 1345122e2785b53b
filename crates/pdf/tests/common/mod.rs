//! Labels and sheets that several tests share. The sheets' content is that of real ones.

use yakuba_pdf::{
    Bar, Extent, Figure, LabelledText, Labels, Letter, LetterPart, Meta, Orientation, Phase,
    Status, YearColumn, YearlySheet,
};

pub(crate) fn labels() -> Labels {
    let text = String::from;
    Labels {
        language: text("ja"),
        number: text("No."),
        policy: text("基本方針"),
        field: text("取組"),
        title: text("アクションプラン"),
        summary: text("概要"),
        purpose: text("目的"),
        outcome: text("成果目標（アウトカム）"),
        outcome_content: text("内容"),
        measure: text("評価指標（定量的）"),
        year: text("年度"),
        planned: text("予定"),
        actual: text("実績"),
        schedule: text("スケジュール"),
        phase: text("区分"),
        bar: text("実施"),
        organisation: text("推進体制・備考"),
        lead_departments: text("主管部門"),
        related_departments: text("関係部門"),
        from_facts: text("業務システムの記録から集計した値"),
        achieved: text("達成"),
        missed: text("未達"),
        on_track: text("順調"),
        behind: text("遅れ"),
        cannot_judge: text("判定できない"),
        status: text("状況"),
        overview: text("全体の状況"),
        counts: text("達成状況別の取組数"),
        by_policy: text("基本方針別の取組数"),
        no_policy: text("その他"),
        no_status: text("判定なし"),
        short_of_target: text("目標に届いていない取組"),
        total: text("合計"),
        contents: text("目次"),
        list: text("取組一覧"),
        page: text("ページ"),
        made_on: text("作成日"),
        made_with: text("※ Yakubaで作成"),
    }
}

pub(crate) fn meta(extent: Extent, orientation: Orientation) -> Meta {
    Meta {
        title: "市役所情報化推進計画".into(),
        subtitle: "令和5年度 実績報告".into(),
        publisher: "みなと市".into(),
        made_on: jiff::civil::date(2024, 6, 3),
        made_on_text: "令和6年6月3日".into(),
        orientation,
        extent,
    }
}

const YEARS: [(&str, &str); 5] = [
    ("令和元年度", "（2019年度）"),
    ("令和2年度", "（2020年度）"),
    ("令和3年度", "（2021年度）"),
    ("令和4年度", "（2022年度）"),
    ("令和5年度", "（2023年度）"),
];

fn figure(indicator: &str, text: &str) -> Figure {
    Figure {
        indicator: indicator.into(),
        text: text.into(),
        ..Figure::default()
    }
}

/// Five years; each entry is (planned, actual) as lists of (indicator, text).
type Cell<'a> = &'a [(&'a str, &'a str)];

fn years(cells: [(Cell, Cell); 5]) -> Vec<YearColumn> {
    let figures = |cell: Cell| cell.iter().map(|(name, text)| figure(name, text)).collect();
    YEARS
        .iter()
        .zip(cells)
        .map(|((heading, second_line), (planned, actual))| YearColumn {
            heading: (*heading).into(),
            second_line: (*second_line).into(),
            reported: *heading == "令和5年度",
            planned: figures(planned),
            actual: figures(actual),
        })
        .collect()
}

fn phase(name: &str, bars: &[(usize, usize, &str)]) -> Phase {
    Phase {
        name: name.into(),
        bars: bars
            .iter()
            .map(|(first_year, last_year, text)| Bar {
                first_year: *first_year,
                last_year: *last_year,
                text: (*text).into(),
            })
            .collect(),
    }
}

/// No. 1: electronic procedures; the last actual figure is computed from facts and missed.
pub(crate) fn procedures() -> YearlySheet {
    let mut years = years([
        (&[("申込み", "10%")], &[("申込み", "30.7%")]),
        (&[("申込み", "20%")], &[("申込み", "32.8%")]),
        (&[("申込み", "30%")], &[("申込み", "33.3%")]),
        (&[("電子化率", "45%")], &[("電子化率", "64.9%")]),
        (&[("電子化率", "100%")], &[("電子化率", "82.8%")]),
    ]);
    for year in &mut years[..4] {
        year.actual[0].status = Some(Status::Achieved);
    }
    years[4].actual[0] = Figure {
        detail: "719件／868件".into(),
        status: Some(Status::Missed),
        from_facts: true,
        ..figure("電子化率", "82.8%")
    };
    YearlySheet {
        number: "1".into(),
        policy: "市民のためのサービスデザイン".into(),
        field: "手続".into(),
        title: "手続の電子化".into(),
        status: Some(Status::Missed),
        summary: "各種手続の電子化（申請手続をインターネットを通じて行えるようにする電子申請）については、マイナンバーカードの活用も含めて検討し、推進します。\n平成30年度（2018年度）末から開始している簡易な申込みを行えるシステムについては、利用できる種類を増やす等の拡充を行い、市民にとって利便性の高いシステムとなるよう取り組みます。".into(),
        purpose: "市役所や出張所等へ出向かなくても手続ができるようにし、市民の時間（平日に来庁するための時間及び窓口での待ち時間）と場所（市役所や出張所等でしか手続が行えないこと）の制約を緩和します。また、申請書の電子化により、職員作業についても効率化されることが見込まれ、捻出された時間を市民サービスの向上のために活かします。".into(),
        outcome: "平成30年度（2018年度）末から開始している簡易な申込みを行えるシステム（電子申込システム）については、利用の拡充を目指し、利用できる手続数の増加と、各手続における利用率の向上を目指します。".into(),
        measure: "【令和元年度～令和3年度】電子申込システムを利用する手続について、各手続のシステム利用率（電子申込システムを利用した申込み数÷全体申込み数）から年度ごとに平均値を算定し、50%を目標とします。\n【令和4年度～令和5年度】電子化対象手続[*]における電子化率100%を目標とします。".into(),
        years,
        phases: vec![
            phase("運用(簡易)", &[(0, 4, "運用")]),
            phase("調査研究", &[(0, 2, "調査研究")]),
            phase("電子化", &[(3, 3, "拡充"), (4, 4, "")]),
        ],
        lead_departments: "電子申込又は電子申請を実施する全室課".into(),
        related_departments: "情報政策室".into(),
        remarks: vec![LabelledText {
            label: "令和5年度実績に関する備考".into(),
            text: "対象手続数868件のうち、719件の電子化を完了しました。目標未達となりましたが、令和6年度以降も、電子化が完了していない対象手続のほか、「件数が少ない」ため対象外としていた手続等も対象に加え、令和5年度までの取組実績も踏まえて、引き続き対象手続の電子化を推進してまいります。".into(),
        }],
        notes: vec!["※ 概ね全ての手続を対象としますが、「件数が少ない」「技術的に困難」等、相応の理由があるものは対象外とします。".into()],
    }
}

/// No. 12: ICT at schools; two indicators per cell in the last years.
pub(crate) fn schools() -> YearlySheet {
    let projector = "プロジェクター";
    let overtime = "残業時間削減";
    YearlySheet {
        number: "12".into(),
        policy: "市民のためのサービスデザイン".into(),
        field: "子育て・学び".into(),
        title: "小中学校のICT環境の充実".into(),
        status: Some(Status::Missed),
        summary: "市立小中学校の各教室にプロジェクター等を設置し、児童・生徒にとってより分かりやすい授業を行えるようにします。また、インターネット環境の整備を行い、調べ学習や児童・生徒同士が教え合う学習を行う等、学校教育の充実を図ります。\nまた、学校教育情報通信ネットワークの再構築や校務に関するシステムを再構築し、昨今社会問題となっている教職員の残業を削減し、本来業務である児童・生徒とのかかわりの充実を図ります。".into(),
        purpose: "プロジェクターの使用による資料の拡大表示、動画配信、音声朗読等の機能を活用したより分かりやすい授業や、調べ学習等の独自学習が展開できることにより、児童・生徒の学習環境の向上を図ります。\nネットワーク再構築及びシステム再構築により、教職員の残業時間を削減することで負担を減らし、本来業務である児童・生徒とのかかわる時間の増加・質の向上を図ります。".into(),
        outcome: "より分かりやすい授業や独自学習を導入していくことにより、各教室のプロジェクターの利用率を100%まで上げます。\n実務に沿ったネットワーク再構築・システム再構築により、教職員の残業時間を削減します。".into(),
        measure: "【令和元年度～令和5年度】各教室の授業におけるプロジェクター利用率を1日につき1回以上(100%)を目標とします。\n【令和4年度～令和5年度】教職員年間総残業時間(令和2年度(2020年度)664,925時間(1,667人))の20%削減を目標とします。".into(),
        years: years([
            (&[(projector, "20%")], &[(projector, "71%")]),
            (&[(projector, "50%")], &[(projector, "89%")]),
            (&[(projector, "70%")], &[(projector, "91.6%")]),
            (
                &[(projector, "90%"), (overtime, "5%")],
                &[(projector, "91.2%"), (overtime, "-13.7%")],
            ),
            (
                &[(projector, "100%"), (overtime, "20%")],
                &[(projector, "95.6%"), (overtime, "-12.3%")],
            ),
        ]),
        phases: vec![
            phase("導入(プロジェクター)", &[(0, 1, "")]),
            phase("運用(プロジェクター)", &[(0, 4, "運用")]),
            phase("導入(再構築)", &[(1, 2, "設計・導入")]),
            phase("運用(再構築)", &[]),
        ],
        lead_departments: "教育センター".into(),
        related_departments: "教育政策室".into(),
        remarks: vec![LabelledText {
            label: "令和5年度実績に関する備考".into(),
            text: "プロジェクターの使用率については、教職員を対象としたICTの使用状況アンケート調査の回答により把握し、全854件の回答中816件が「使用した」との回答から、95.6%となりました。実技教科などプロジェクターをあまり使用しない教科もあり、目標未達となりました。残業時間削減については、新型コロナウイルス感染症が令和5年5月に5類に移行したことにより、対応に係る業務が減少したものの、目標には至りませんでした。引き続き、教職員の残業時間を削減し、本来業務である児童・生徒とのかかわりの充実を図ります。".into(),
        }],
        notes: Vec::new(),
    }
}

/// A sheet with hardly anything filled in.
pub(crate) fn short() -> YearlySheet {
    YearlySheet {
        number: "43".into(),
        policy: "行政運営の効率化".into(),
        title: "情報セキュリティ研修".into(),
        status: Some(Status::OnTrack),
        purpose: "職員一人ひとりの意識を高めます。".into(),
        lead_departments: "情報政策室".into(),
        ..YearlySheet::default()
    }
}

/// As many sheets as a large plan has, most of them short to keep the tests quick.
pub(crate) fn whole_plan() -> Vec<YearlySheet> {
    let statuses = [
        Some(Status::Achieved),
        Some(Status::Missed),
        Some(Status::Achieved),
        Some(Status::OnTrack),
        Some(Status::Behind),
        Some(Status::CannotJudge),
        None,
    ];
    let policies = [
        "市民のためのサービスデザイン",
        "行政運営の効率化",
        "情報基盤と安全の確保",
    ];
    (0..43)
        .map(|position| {
            let mut sheet = match position % 6 {
                0 => procedures(),
                3 => schools(),
                _ => short(),
            };
            sheet.number = (position + 1).to_string();
            sheet.status = statuses[position % statuses.len()];
            policies[position / 15].clone_into(&mut sheet.policy);
            sheet
        })
        .collect()
}

pub(crate) fn letter() -> Letter {
    Letter {
        language: "ja".into(),
        title: "施設利用承認通知書".into(),
        number: "みなと情第12号".into(),
        date: jiff::civil::date(2024, 6, 3),
        date_text: "令和6年6月3日".into(),
        addressee: vec!["みなと町内会".into(), "会長 山田 花子 様".into()],
        sender: vec!["みなと市長 海野 一郎".into()],
        parts: vec![
            LetterPart::Paragraph {
                text: "令和6年5月20日付けで申請のあった施設の利用について、下記のとおり承認します。利用に当たっては、裏面の注意事項をお守りください。".into(),
            },
            LetterPart::Centred { text: "記".into() },
            LetterPart::Details {
                rows: vec![
                    ("施設".into(), "中央公民館 第1会議室".into()),
                    ("利用日時".into(), "令和6年7月1日（月）午前9時から正午まで".into()),
                    ("使用料".into(), "1,200円".into()),
                ],
            },
            LetterPart::Heading {
                text: "注意事項".into(),
            },
            LetterPart::Paragraph {
                text: "・利用を取りやめるときは、前日までに届け出てください。\n・鍵は当日、窓口でお渡しします。".into(),
            },
            LetterPart::Table {
                head: vec!["区分".into(), "午前".into(), "午後".into()],
                rows: vec![
                    vec!["第1会議室".into(), "1,200円".into(), "1,600円".into()],
                    vec!["ホール".into(), "5,000円".into(), "7,000円".into()],
                ],
            },
            LetterPart::Closing { text: "以上".into() },
        ],
        footer: "お問合せ 情報政策室".into(),
    }
}
