//! Alerts: opened once for each rule, told by mail, taken up by staff, closed by themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{
    AuditEntry, CityKey, Fact, JAPAN, Tx, setting,
    sql::{Sql as _, list},
};
use yakuba_identity::Identity;
use yakuba_kernel::{Decimal, DepartmentCode, Point, Subject};
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::{Language, format};

use crate::{WORDS, capabilities::ALERTS, error::AssetError, model::kind::Kind};

/// The rule of a device that is not heard; no value's key begins like this.
pub const SILENT: &str = "-silent";
/// Lines of one mail at most; more are counted.
const MOST_LINES: usize = 30;

/// What tells people: the city's key seals mails, and links begin with its address.
#[derive(Debug, Clone)]
pub struct Teller {
    /// The city's key.
    pub key: CityKey,
    /// Where browsers see the city, without a slash at the end.
    pub base: String,
}

impl Teller {
    /// What tells people in a city.
    pub fn of(identity: &Identity) -> Self {
        Self {
            key: identity.key().clone(),
            base: identity
                .settings()
                .public_url
                .as_str()
                .trim_end_matches('/')
                .to_owned(),
        }
    }
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Alert {
    /// Its number.
    pub id: i64,
    /// The asset.
    pub asset: i64,
    /// The key of a value, or [`SILENT`].
    pub rule: String,
    /// The value that opened it, in thousandths.
    pub thousandths: Option<i64>,
    /// When it was opened, in microseconds since 1970.
    pub opened_at: i64,
    /// When it was told to the next ones.
    pub escalated_at: Option<i64>,
    /// When staff took it up.
    pub acknowledged_at: Option<i64>,
    /// Who took it up.
    pub acknowledged_by: String,
    /// What they wrote.
    pub note: String,
    /// When it ended.
    pub closed_at: Option<i64>,
    /// The asset's kind.
    pub kind: String,
    /// The asset's number.
    pub number: String,
    /// What the asset is called.
    pub name: String,
    /// The department that looks after the asset.
    pub department: String,
}

impl Alert {
    /// The value that opened it.
    pub fn value(&self) -> Option<Decimal> {
        self.thousandths
            .map(|thousandths| Decimal::new(thousandths, 3).normalize())
    }
}

const SELECT: &str = "SELECT l.id, l.asset, l.rule, l.thousandths, l.opened_at, l.escalated_at, l.acknowledged_at, l.acknowledged_by, \
     l.note, l.closed_at, a.kind, a.number, a.name, a.department \
     FROM assets_alerts l JOIN assets_assets a ON a.id = l.asset";

/// The newest alerts of some departments, at most 500: the open ones, or those that have ended.
///
/// # Errors
/// The database's.
pub async fn alerts(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    open: bool,
) -> Result<Vec<Alert>, AssetError> {
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let ended = if open { "IS NULL" } else { "IS NOT NULL" };
    Ok(connection
        .rows(
            &format!(
                "{SELECT} WHERE l.closed_at {ended} AND a.department IN ({}) ORDER BY l.opened_at DESC, l.id DESC LIMIT 500",
                list(1, departments.len())
            ),
            departments.iter().map(|code| code.as_str().into()),
        )
        .await?)
}

/// The newest alerts of an asset.
///
/// # Errors
/// The database's.
pub async fn alerts_of(
    connection: &impl ConnectionTrait,
    asset: i64,
) -> Result<Vec<Alert>, AssetError> {
    Ok(connection
        .rows(
            &format!("{SELECT} WHERE l.asset = $1 ORDER BY l.id DESC LIMIT 50"),
            [asset.into()],
        )
        .await?)
}

/// One alert.
///
/// # Errors
/// The database's.
pub async fn alert(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Alert>, AssetError> {
    Ok(connection
        .row(&format!("{SELECT} WHERE l.id = $1"), [id.into()])
        .await?)
}

/// Takes an open alert up, so that it goes no further. Returns whether there was one to take up.
///
/// # Errors
/// The database's.
pub async fn acknowledge(tx: &Tx, id: i64, note: &str) -> Result<bool, AssetError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE assets_alerts SET acknowledged_at = $2, acknowledged_by = $3, note = $4 \
             WHERE id = $1 AND closed_at IS NULL AND acknowledged_at IS NULL",
            [
                id.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
                note.into(),
            ],
        )
        .await?;
    if changed > 0 {
        tx.audit(AuditEntry::new(
            "assets.acknowledge",
            format!("assets/alerts/{id}"),
        ));
    }
    Ok(changed > 0)
}

/// Something that is not as it should be.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    pub(super) asset: i64,
    pub(super) kind: String,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) department: String,
    pub(super) mail: String,
    pub(super) rule: String,
    pub(super) thousandths: Option<i64>,
}

/// Opens alerts that are not open yet, and tells whom they concern: one mail for each address, kind and rule.
pub(super) async fn open(
    tx: &Tx,
    teller: &Teller,
    kinds: &super::Kinds,
    openings: Vec<Opening>,
) -> Result<usize, AssetError> {
    let mut told: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    let mut facts = Vec::new();
    for opening in openings {
        let is_new = tx
            .connection()
            .run(
                "INSERT INTO assets_alerts (asset, rule, thousandths, opened_at, acknowledged_by, note) \
                 VALUES ($1, $2, $3, $4, '', '') ON CONFLICT DO NOTHING",
                [
                    opening.asset.into(),
                    opening.rule.as_str().into(),
                    opening.thousandths.into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?
            > 0;
        if !is_new {
            continue;
        }
        facts.push(
            Fact::one(&ALERTS.name, tx.now())
                .department(DepartmentCode::new(opening.department.as_str())?)
                .subject(Subject::new(opening.kind.as_str())?),
        );
        let Some(kind) = kinds.get(&opening.kind) else {
            continue;
        };
        let line = line(
            tx,
            teller,
            opening.asset,
            &opening.number,
            &opening.name,
            &measured(kind, &opening.rule, opening.thousandths),
        )
        .await?;
        let own = yakuba_ui::lines(&opening.mail);
        let general = kind.telemetry.iter().flat_map(|telemetry| {
            let special = kind.value(&opening.rule).map(|value| &value.mail);
            special
                .filter(|mail| !mail.is_empty())
                .unwrap_or(&telemetry.mail)
        });
        let to: BTreeSet<&String> = own.iter().chain(general).collect();
        for address in to {
            told.entry((address.clone(), opening.kind.clone(), opening.rule.clone()))
                .or_default()
                .push(line.clone());
        }
    }
    let opened = facts.len();
    tx.record_all(&facts).await?;
    for ((address, kind, rule), lines) in told {
        if let Some(kind) = kinds.get(&kind) {
            tell(
                tx,
                teller,
                kind,
                &rule,
                &address,
                "assets-mail-opened",
                &lines,
            )
            .await?;
        }
    }
    Ok(opened)
}

/// What a mail says of one asset: what it is, and where. Whoever has to go there may have no account, so the place stands in the
/// mail and the link is to the map that everybody sees; it shows the point alone, whatever the kind keeps back.
async fn line(
    tx: &Tx,
    teller: &Teller,
    asset: i64,
    number: &str,
    name: &str,
    measured: &str,
) -> Result<String, AssetError> {
    #[derive(FromQueryResult)]
    struct Where {
        place: String,
        latitude: Option<i64>,
        longitude: Option<i64>,
    }
    let found: Option<Where> = tx
        .connection()
        .row(
            "SELECT a.place, COALESCE(d.latitude, a.latitude) AS latitude, COALESCE(d.longitude, a.longitude) AS longitude \
             FROM assets_assets a LEFT JOIN assets_state d ON d.asset = a.id WHERE a.id = $1",
            [asset.into()],
        )
        .await?;
    let words = WORDS.words(Language::Japanese);
    let mut text = format!("{number} {name}{measured}");
    let Some(found) = found else {
        return Ok(text);
    };
    if !found.place.is_empty() {
        text.push_str("\n  ");
        text.push_str(&words.with_text("assets-mail-place", "place", &found.place));
    }
    if let (Some(latitude), Some(longitude)) = (found.latitude, found.longitude) {
        let point = Point::from_millionths(latitude, longitude)?;
        text.push_str("\n  ");
        text.push_str(&words.with_text("assets-mail-point", "point", &point.to_string()));
        let (latitude, longitude) = point.degrees();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n  {}/map?at={latitude},{longitude},17&pin",
            teller.base
        );
    }
    Ok(text)
}

/// The value that was measured, for a line of a mail.
fn measured(kind: &Kind, rule: &str, thousandths: Option<i64>) -> String {
    match (kind.value(rule), thousandths) {
        (Some(value), Some(thousandths)) => format!(
            "（{} {}{}）",
            value.name.ja,
            Decimal::new(thousandths, 3).normalize(),
            value.unit
        ),
        _ => String::new(),
    }
}

/// What is wrong, in words.
pub(crate) fn rule_text(kind: Option<&Kind>, rule: &str, language: Language) -> String {
    let words = WORDS.words(language);
    if rule == SILENT {
        return words.get("assets-rule-silent").into_owned();
    }
    match kind.and_then(|kind| kind.value(rule)) {
        Some(value) => value.alert.as_ref().map_or_else(
            || {
                words
                    .with_text("assets-rule-range", "value", value.name.get(language))
                    .into_owned()
            },
            |alert| alert.get(language).to_owned(),
        ),
        None => rule.to_owned(),
    }
}

async fn tell(
    tx: &Tx,
    teller: &Teller,
    kind: &Kind,
    rule: &str,
    address: &str,
    text: &str,
    lines: &[String],
) -> Result<(), AssetError> {
    // Kinds are checked before they are brought in; one that is no address any more is nobody's.
    let Ok(to) = EmailAddress::read(address) else {
        return Ok(());
    };
    let language = Language::Japanese;
    let words = WORDS.words(language);
    let city = setting(tx.connection(), "city.name")
        .await?
        .unwrap_or_default();
    let values = [
        ("city", city.into()),
        ("kind", kind.name.get(language).to_owned().into()),
        ("rule", rule_text(Some(kind), rule, language).into()),
        ("n", lines.len().into()),
        ("at", moment(tx.now(), language).into()),
    ];
    let mut body = words.with(text, &values).into_owned();
    body.push_str("\n\n");
    body.push_str(&lines[..lines.len().min(MOST_LINES)].join("\n"));
    if lines.len() > MOST_LINES {
        body.push('\n');
        body.push_str(&words.counted("assets-mail-more", lines.len() - MOST_LINES));
    }
    body.push_str("\n\n");
    body.push_str(&words.get("assets-mail-where"));
    body.push('\n');
    body.push_str(&teller.base);
    body.push_str("/desk/assets/alerts\n");
    let mail = Mail::new(to, words.with("assets-mail-subject", &values), body);
    enqueue(tx, &teller.key, &mail).await?;
    Ok(())
}

/// A moment in Japan, in words.
pub(crate) fn moment(at: Timestamp, language: Language) -> String {
    format::date_time(JAPAN.to_datetime(at), language)
}

/// Tells the next ones of alerts that nobody has taken up in time.
pub(super) async fn escalate(
    tx: &Tx,
    teller: &Teller,
    kinds: &super::Kinds,
) -> Result<usize, AssetError> {
    let mut escalated = 0;
    for kind in kinds.all() {
        let Some(telemetry) = &kind.telemetry else {
            continue;
        };
        let Some(after) = telemetry.escalate_after_minutes else {
            continue;
        };
        let now = tx.now().as_microsecond();
        let before = now - i64::from(after) * 60_000_000;
        let late: Vec<Alert> = tx
            .connection()
            .rows(
                &format!(
                    "{SELECT} WHERE a.kind = $1 AND l.closed_at IS NULL AND l.acknowledged_at IS NULL \
                     AND l.escalated_at IS NULL AND l.opened_at <= $2 ORDER BY l.id LIMIT 1000"
                ),
                [kind.key.as_str().into(), before.into()],
            )
            .await?;
        let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for alert in &late {
            let line = line(
                tx,
                teller,
                alert.asset,
                &alert.number,
                &alert.name,
                &measured(kind, &alert.rule, alert.thousandths),
            )
            .await?;
            lines.entry(&alert.rule).or_default().push(line);
        }
        for chunk in late.chunks(300) {
            tx.connection()
                .run(
                    &format!(
                        "UPDATE assets_alerts SET escalated_at = $1 WHERE id IN ({})",
                        list(2, chunk.len())
                    ),
                    std::iter::once(now.into()).chain(chunk.iter().map(|alert| alert.id.into())),
                )
                .await?;
        }
        for (rule, lines) in lines {
            for address in &telemetry.escalate_to {
                tell(
                    tx,
                    teller,
                    kind,
                    rule,
                    address,
                    "assets-mail-escalated",
                    &lines,
                )
                .await?;
            }
        }
        escalated += late.len();
    }
    Ok(escalated)
}

/// Ends alerts.
pub(super) async fn close(tx: &Tx, alerts: &[i64]) -> Result<(), AssetError> {
    for chunk in alerts.chunks(300) {
        tx.connection()
            .run(
                &format!(
                    "UPDATE assets_alerts SET closed_at = $1 WHERE closed_at IS NULL AND id IN ({})",
                    list(2, chunk.len())
                ),
                std::iter::once(tx.now().as_microsecond().into())
                    .chain(chunk.iter().map(|id| (*id).into())),
            )
            .await?;
    }
    Ok(())
}

/// Ends all open alerts of an asset.
pub(super) async fn close_all(tx: &Tx, asset: i64) -> Result<(), AssetError> {
    tx.connection()
        .run(
            "UPDATE assets_alerts SET closed_at = $2 WHERE asset = $1 AND closed_at IS NULL",
            [asset.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}
