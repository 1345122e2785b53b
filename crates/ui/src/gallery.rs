//! One page with every component in every state, for people who change them. Served only in the
//! demo city. Its texts are samples, not texts of the program.

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use rust_decimal::Decimal;
use yakuba_kernel::FiscalYear;

use crate::charts::{BarAndTarget, Line, Series, Share, Sparkline};
use crate::{
    Button, ButtonKind, ButtonRow, Cell, CheckboxGroup, ChipLabel, Choice, Column, DateField,
    DescriptionList, Disclosure, EmptyState, FileUpload, FormErrors, Html, Language, Link,
    LinkButton, MenuGroup, MenuItem, NotificationBanner, Order, Page, Pagination, RadioGroup, Row,
    SearchBox, Select, Shell, SignedIn, Status, StatusBadge, StepNavigation, StepState, Table,
    Tabs, TextArea, TextField, error_page,
};

/// Serves `/gallery` (a public page), `/gallery/desk` (the same as staff see it) and
/// `/gallery/error`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/gallery", get(public))
        .route("/gallery/desk", get(desk))
        .route("/gallery/error", get(error))
}

async fn public(language: Language, uri: Uri) -> Page {
    let gallery = Gallery::new(language);
    Page::public(shell(language, &uri), "部品の見本", &gallery)
        .breadcrumb("トップ", "/gallery")
        .lead("すべての部品を、すべての状態で並べています。住民向けのページの大きさです。")
        .action(&LinkButton::new("業務画面で見る", "/gallery/desk"))
        .notice(
            NotificationBanner::success("取組「窓口のオンライン化」を保存しました")
                .text("公開するには、確認を依頼してください。")
                .link("確認を依頼する", "#"),
        )
        .feed("更新情報", "/gallery/feed")
}

async fn desk(language: Language, uri: Uri) -> Page {
    let gallery = Gallery::new(language);
    let mut shell = shell(language, &uri);
    shell.signed_in = Some(SignedIn {
        name: "山田 花子".to_owned(),
        department: "デジタル推進課".to_owned(),
        links: vec![
            Link::new("自分の設定", "#account"),
            Link::new("公開ページを見る", "/gallery"),
        ],
        sign_out_action: "/gallery/desk".to_owned(),
    });
    shell.desk_menu = vec![
        MenuGroup::new(
            "デジタル計画",
            vec![
                MenuItem::new("計画の概要", "#overview"),
                MenuItem::new("取組", "/gallery/desk").current(true),
                MenuItem::new("確認待ち", "#review").count(12),
                MenuItem::new("取込み", "#import"),
            ],
        ),
        MenuGroup::new(
            "管理",
            vec![
                MenuItem::new("職員と所属", "#staff"),
                MenuItem::new("操作の記録", "#audit"),
            ],
        ),
    ];
    Page::desk(shell, "部品の見本", &gallery)
        .breadcrumb("業務", "/gallery/desk")
        .action(&LinkButton::new("公開ページで見る", "/gallery").small())
        .action(&LinkButton::new("CSV", "/gallery.csv").download().small())
        .notice(
            NotificationBanner::warning("3件の数値に確認が必要です").link("確認する", "#review"),
        )
}

async fn error(language: Language, uri: Uri) -> Page {
    error_page(
        shell(language, &uri),
        StatusCode::NOT_FOUND,
        "plan-not-found",
        "7F3A-91C2",
    )
}

fn shell(language: Language, uri: &Uri) -> Shell {
    let path = uri
        .path_and_query()
        .map_or("/gallery", |path| path.as_str());
    let mut shell = Shell::new("みどり市", language, path);
    shell.home_href = String::from("/gallery");
    shell.menu = vec![
        MenuItem::new("デジタル計画", "/gallery").current(true),
        MenuItem::new("手続", "#procedures"),
        MenuItem::new("施設予約", "#booking"),
        MenuItem::new("データ", "#data"),
    ];
    shell.sign_in_href = Some("/gallery/desk".to_owned());
    shell.footer_links = vec![
        Link::new("このサイトについて", "#about"),
        Link::new("ウェブアクセシビリティ", "#accessibility"),
        Link::new("API", "#api"),
    ];
    shell.version = String::from(env!("CARGO_PKG_VERSION"));
    shell.ribbon = String::from("これはデモの市です。実在の市ではありません。");
    shell
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    buttons: ButtonRow,
    small_buttons: ButtonRow,
    notices: Vec<NotificationBanner>,
    statuses: Vec<StatusBadge>,
    chips: Vec<ChipLabel>,
    tabs: Tabs,
    steps: StepNavigation,
    pagination: Pagination,
    search: SearchBox,
    filters: Html,
    fields: Html,
    wrong_fields: Html,
    table: Table,
    stacked: Table,
    facts: DescriptionList,
    disclosure: Disclosure,
    empty: EmptyState,
    bars: BarAndTarget,
    two_bars: BarAndTarget,
    losses: BarAndTarget,
    line: Line,
    share: Share,
    share_with_target: Share,
}

impl Gallery {
    fn new(language: Language) -> Self {
        Self {
            buttons: ButtonRow::new()
                .button(&Button::submit("保存"))
                .button(
                    &Button::submit("下書き")
                        .kind(ButtonKind::Other)
                        .without_validation(),
                )
                .button(&LinkButton::new("やめる", "#").kind(ButtonKind::Quiet))
                .button(&Button::submit("削除").kind(ButtonKind::Danger))
                .button(&Button::submit("送信").disabled()),
            small_buttons: ButtonRow::new()
                .button(&Button::submit("承認").small())
                .button(&LinkButton::new("編集", "#").small())
                .button(&LinkButton::new("CSV", "#").small().download()),
            notices: vec![
                NotificationBanner::info("令和5年度の実績を公開しました")
                    .link("計画の概要を見る", "#"),
                NotificationBanner::warning("7月31日までに自己評価を入力してください"),
                NotificationBanner::error("ファイルを読み込めませんでした").text(
                    "B12のセルの「約1，2」は数として読めません。直してからもう一度選んでください。",
                ),
            ],
            statuses: [
                Status::Achieved,
                Status::OnTrack,
                Status::Behind,
                Status::CannotBeJudged,
                Status::Review,
                Status::Ended,
            ]
            .map(|status| StatusBadge::new(language, status))
            .into(),
            chips: vec![
                ChipLabel::new("下書き"),
                ChipLabel::new("公開").blue(),
                ChipLabel::new("新規").green(),
                ChipLabel::new("期限間近").orange(),
                ChipLabel::new("差戻し").red(),
            ],
            tabs: Tabs::new(
                "計画の見方",
                vec![
                    MenuItem::new("目標別", "#").current(true),
                    MenuItem::new("所属別", "#"),
                    MenuItem::new("状態別", "#").count(4),
                ],
            ),
            steps: StepNavigation::new(language)
                .link("ファイルを選ぶ", StepState::Completed, "#")
                .link("内容を確かめる", StepState::Error, "#")
                .step("直す", StepState::Editing)
                .step("所属を割り当てる", StepState::Skipped)
                .step("取り込む", StepState::Reached),
            pagination: Pagination::new(language, 4, 20, 231, "/gallery?year=2023"),
            search: SearchBox::new(language, "/gallery", "取組をさがす").value("オンライン"),
            filters: filters(language),
            fields: fields(language),
            wrong_fields: wrong_fields(language),
            table: table(language),
            stacked: stacked(language),
            facts: DescriptionList::new()
                .text("担当", "デジタル推進課（関係：市民課、税務課）")
                .text(
                    "目的",
                    "来庁しなくても手続きが終わるようにし、\n窓口の待ち時間を減らします。",
                )
                .html("状態", &StatusBadge::new(language, Status::OnTrack)),
            disclosure: Disclosure::new(
                "計算のしかた",
                Html::text("オンラインでの申請件数 ÷ 申請件数の合計。小数第2位を四捨五入。"),
            )
            .open(true),
            empty: EmptyState::new("確認待ちの数値はありません")
                .text("取り込みで読み取れなかった数値があると、ここに並びます。")
                .action(&LinkButton::new("ファイルを取り込む", "#")),
            bars: bars(language),
            two_bars: two_bars(language),
            losses: losses(language),
            line: line(language),
            share: Share::new(language, 3_118.into(), 4_163.into(), "件", "74.9%"),
            share_with_target: Share::new(language, 412.into(), 1_030.into(), "人", "40.0%")
                .target(60.into()),
        }
    }
}

fn filters(language: Language) -> Html {
    let mut html = Html::empty();
    html.push(
        &Select::new(language, "year", "年度")
            .choice(Choice::new("2023", "令和5年度"))
            .choice(Choice::new("2022", "令和4年度"))
            .value("2023"),
    );
    html.push(
        &Select::new(language, "department", "担当")
            .or_all()
            .choice(Choice::new("dx", "デジタル推進課")),
    );
    html.push(&Button::submit("表示").kind(ButtonKind::Other));
    html
}

fn fields(language: Language) -> Html {
    let mut html = Html::empty();
    html.push(
        &TextField::new(language, "title", "取組の名称")
            .required()
            .support("市民にわかる言葉で、30字まで")
            .max_length(30)
            .value("窓口のオンライン化"),
    );
    html.push(
        &TextField::new(language, "planned", "令和5年度の予定")
            .decimal()
            .width(10)
            .unit("件")
            .value("4,000"),
    );
    html.push(
        &TextField::new(language, "number", "番号")
            .width(5)
            .read_only("公開した取組の番号は変えられません。")
            .value("1-2-3"),
    );
    html.push(&TextArea::new(language, "summary", "取組の内容").optional());
    html.push(
        &RadioGroup::new(language, "direction", "よい方向")
            .required()
            .choice(Choice::new("more", "多いほどよい"))
            .choice(Choice::new("fewer", "少ないほどよい"))
            .choice(Choice::new("keep", "保つ").support("目標から上下5%以内"))
            .choice(Choice::new("at-most", "上限を超えない").disabled())
            .value("more"),
    );
    html.push(
        &CheckboxGroup::new(language, "channels", "受付の方法")
            .inline()
            .choice(Choice::new("online", "オンライン").chosen(true))
            .choice(Choice::new("counter", "窓口"))
            .choice(Choice::new("paper", "郵送")),
    );
    html.push(&DateField::new(language, "due", "期限").value(jiff::civil::date(2024, 4, 1).into()));
    html.push(
        &FileUpload::new(language, "sheet", "進捗の表")
            .accept(".xlsx,.csv,.tsv")
            .max_size("20MB")
            .max_files(5),
    );
    html
}

fn wrong_fields(language: Language) -> Html {
    let mut errors = FormErrors::new();
    errors.add("wrong_title", "取組の名称を入力してください。");
    errors.add("wrong_department", "担当を選んでください。");
    errors.add("wrong_due", "2024年2月30日という日はありません。");
    errors.add("wrong_kind", "1つ以上選んでください。");
    let mut html = Html::of(&errors.summary(language));
    html.push(
        &TextField::new(language, "wrong_title", "取組の名称")
            .required()
            .errors(&errors),
    );
    html.push(
        &Select::new(language, "wrong_department", "担当")
            .required()
            .ask()
            .choice(Choice::new("dx", "デジタル推進課"))
            .errors(&errors),
    );
    html.push(
        &DateField::new(language, "wrong_due", "期限")
            .typed("2024", "2", "30")
            .errors(&errors),
    );
    html.push(
        &CheckboxGroup::new(language, "wrong_kind", "種類")
            .required()
            .choice(Choice::new("new", "新規"))
            .choice(Choice::new("more", "拡充"))
            .errors(&errors),
    );
    html
}

fn table(language: Language) -> Table {
    let course =
        [Some(12), None, Some(18), Some(31), Some(42)].map(|value| value.map(Decimal::from));
    let row = |title: &str, planned: &str, actual: &str, status: Status| {
        Row::new([
            Cell::link(title, "#"),
            Cell::text("デジタル推進課"),
            Cell::text(planned),
            Cell::text(actual),
            Cell::html(&Sparkline::new("令和元年度12件から令和5年度42件", &course)),
            Cell::html(&StatusBadge::new(language, status)),
        ])
    };
    Table::new(language, "initiatives", "取組と指標（令和5年度）")
        .columns([
            Column::text("取組").sort("?sort=title", None),
            Column::text("担当").no_wrap(),
            Column::number("予定").sort("?sort=planned", None),
            Column::number("実績").sort("?sort=-actual", Some(Order::Descending)),
            Column::text("推移"),
            Column::text("状態"),
        ])
        .rows([
            row("窓口のオンライン化", "4,000件", "4,163件", Status::Achieved),
            row(
                "キャッシュレス決済の拡大",
                "12施設",
                "9施設",
                Status::Behind,
            ),
            row(
                "AI議事録の導入",
                "300時間",
                "数値なし",
                Status::CannotBeJudged,
            ),
            row("公衆無線LANの整備", "40か所", "38か所", Status::OnTrack).marked(true),
        ])
        .row_headers()
        .filter()
        .note("実績は令和6年3月31日現在。出典：各課の自己評価。")
}

fn stacked(language: Language) -> Table {
    Table::new(
        language,
        "departments",
        "所属別のまとめ（スマートフォンではカードになります）",
    )
    .columns([
        Column::text("所属"),
        Column::number("取組"),
        Column::number("達成"),
        Column::text("次の期限").no_wrap(),
    ])
    .row([
        Cell::text("市民課"),
        Cell::text("12"),
        Cell::text("8"),
        Cell::text("2024年7月31日"),
    ])
    .row([
        Cell::text("福祉政策課"),
        Cell::text("7"),
        Cell::text("3"),
        Cell::text("2024年7月31日"),
    ])
    .row_headers()
    .stacked()
}

fn years() -> Vec<FiscalYear> {
    (2019..=2025)
        .filter_map(|year| FiscalYear::new(year).ok())
        .collect()
}

fn figures(values: [Option<i64>; 7]) -> [Option<Decimal>; 7] {
    values.map(|value| value.map(Decimal::from))
}

fn bars(language: Language) -> BarAndTarget {
    let series = Series::new("")
        .planned(figures([
            None,
            Some(800),
            Some(1_500),
            Some(2_500),
            Some(4_000),
            Some(5_000),
            Some(6_000),
        ]))
        .actual(figures([
            Some(412),
            Some(760),
            None,
            Some(3_118),
            Some(4_163),
            None,
            None,
        ]))
        .published(figures([
            None,
            Some(760),
            None,
            Some(2_980),
            Some(4_163),
            None,
            None,
        ]));
    BarAndTarget::new(language, "online", "オンライン申請の件数", "件", series).years(years())
}

fn two_bars(language: Language) -> BarAndTarget {
    let online = Series::new("オンライン")
        .planned(figures([
            Some(10_000),
            Some(12_000),
            Some(15_000),
            Some(20_000),
            Some(26_000),
            None,
            None,
        ]))
        .actual(figures([
            Some(8_200),
            Some(13_400),
            Some(15_800),
            Some(19_100),
            Some(27_700),
            None,
            None,
        ]));
    let counter = Series::new("窓口")
        .planned(figures([
            Some(48_000),
            Some(46_000),
            Some(42_000),
            Some(36_000),
            Some(30_000),
            None,
            None,
        ]))
        .actual(figures([
            Some(47_800),
            Some(44_100),
            Some(43_900),
            Some(37_200),
            Some(29_400),
            None,
            None,
        ]));
    BarAndTarget::new(language, "channels-chart", "申請の方法", "件", online)
        .beside(counter)
        .years(years())
}

fn losses(language: Language) -> BarAndTarget {
    let series = Series::new("")
        .planned(figures([
            None,
            Some(0),
            Some(-5),
            Some(-10),
            Some(-15),
            Some(-20),
            Some(-25),
        ]))
        .actual(figures([
            None,
            Some(3),
            Some(-2),
            Some(-12),
            Some(-14),
            None,
            None,
        ]));
    BarAndTarget::new(language, "paper", "紙の使用量（令和元年度比）", "%", series).years(years())
}

fn line(language: Language) -> Line {
    let decimal = |tenths: i64| Some(Decimal::new(tenths, 1));
    let projected = |value, low, high| {
        Some((
            Decimal::new(value, 1),
            Decimal::new(low, 1),
            Decimal::new(high, 1),
        ))
    };
    let series = Series::new("")
        .planned([
            decimal(150),
            decimal(250),
            decimal(350),
            decimal(450),
            decimal(550),
            decimal(650),
            decimal(750),
        ])
        .actual([
            decimal(134),
            decimal(221),
            None,
            decimal(402),
            decimal(496),
            None,
            None,
        ]);
    Line::new(language, "rate", "オンライン申請の割合", "%", series)
        .years(years())
        .projection([
            None,
            None,
            None,
            None,
            None,
            projected(590, 540, 640),
            projected(680, 590, 770),
        ])
}
