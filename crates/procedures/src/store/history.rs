//! What happened to a case, and who looked at it.

use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::{
    Tx,
    sql::{Sql as _, Together},
};
use yakuba_kernel::{Channel, DepartmentCode};

use crate::{
    error::ProcedureError,
    model::case::{Outcome, Stage},
    store::cases::moment,
};

/// Something that happened; nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The case was received.
    Received,
    /// It went to another stage.
    Stage {
        /// From which.
        from: Stage,
        /// To which.
        to: Stage,
    },
    /// It went to a stage of its procedure's own, or from the first of them back to the standard one.
    OwnStage {
        /// The standard stage that was reached last.
        stage: Stage,
        /// The own stage's key; none: back at the standard one.
        own: Option<String>,
        /// Whether it went back.
        back: bool,
    },
    /// It was decided.
    Decided {
        /// How.
        outcome: Outcome,
    },
    /// The desk asked for a correction.
    CorrectionAsked {
        /// The request's number.
        number: i64,
    },
    /// The decision was wrong and another one stands in its place.
    DecisionCorrected {
        /// The number of the one before.
        number: i64,
        /// What is decided now.
        outcome: Outcome,
    },
    /// The decision was taken back.
    DecisionRevoked {
        /// Its number among the past ones.
        number: i64,
    },
    /// The applicant corrected the answers, or staff entered what the applicant answered.
    Corrected {
        /// The number of the new answers.
        answers: i64,
        /// The way by which the answers reached staff who entered them; none: the applicant sent them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<Channel>,
        /// The questions for files, by path, whose documents came on paper.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        on_paper: Vec<String>,
    },
    /// Staff entered that the applicant takes the application back.
    WithdrawalEntered {
        /// The way by which the applicant said so.
        channel: Channel,
    },
    /// The desk took its request for a correction back.
    CorrectionEnded {
        /// The request's number.
        number: i64,
    },
    /// Staff entered the answers anew, such as after a telephone call.
    AnswersEntered {
        /// The number of the new answers.
        answers: i64,
    },
    /// A co-applicant agreed.
    CoApplicantAgreed,
    /// A co-applicant declined.
    CoApplicantDeclined,
    /// A co-applicant was asked again, because what they had seen was changed.
    CoApplicantAskedAgain,
    /// A message was sent.
    Message {
        /// By the desk, or by the applicant.
        from_desk: bool,
    },
    /// Another member of staff became responsible.
    Assigned,
    /// It was sent twice and ended; the other case goes on.
    Merged {
        /// The case that goes on.
        into: i64,
        /// The stage at which it was; none in what was written before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Stage>,
        /// The stage of its procedure's own at which it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        own: Option<String>,
    },
    /// Another case was the same and ended; this one goes on.
    MergedHere {
        /// The case that ended.
        from: i64,
    },
    /// Its time was extended.
    Extended {
        /// The day before.
        from: Date,
        /// The day now.
        until: Date,
    },
    /// A file was handed over with the decision.
    FileHandedOut,
    /// A file that had been handed over was taken back.
    FileTakenBack,
    /// Two cases that had been put together are two again.
    MergeUndone {
        /// The other case.
        with: i64,
    },
    /// It was put into one life event with another case.
    Joined {
        /// The other case.
        with: i64,
    },
    /// It was taken out of its life event.
    Parted,
    /// It was handed to another department.
    HandedOver {
        /// To which.
        department: DepartmentCode,
    },
    /// The retention period was over and the data key was destroyed.
    Disposed,
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, as the audit log writes it: `public`, `staff:12`, `system:…`, `program:…`.
    pub actor: String,
    /// What.
    pub what: What,
}

/// Adds to the history of a case, by the actor of the write.
///
/// # Errors
/// When the database does not carry it out.
pub async fn note(tx: &Tx, case: i64, what: What) -> Result<(), ProcedureError> {
    let mut together = Together::new();
    note_with(tx, case, &what, &mut together)?;
    together.run(tx.connection()).await?;
    Ok(())
}

/// Adds to the history of a case, together with other statements.
pub(super) fn note_with(
    tx: &Tx,
    case: i64,
    what: &What,
    together: &mut Together,
) -> Result<(), ProcedureError> {
    let detail = serde_json::to_value(what)?;
    let name = detail["what"].as_str().unwrap_or_default().to_owned();
    together.add(
        "INSERT INTO procedures_case_history (case_id, at, actor, what, detail) VALUES ($1, $2, $3, $4, $5)",
        [
            case.into(),
            tx.now().as_microsecond().into(),
            tx.actor().to_string().into(),
            name.into(),
            detail.to_string().into(),
        ],
    );
    Ok(())
}

/// The history of a case, oldest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn history(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Vec<Entry>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        actor: String,
        detail: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT at, actor, detail FROM procedures_case_history WHERE case_id = $1 ORDER BY id",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                at: moment(row.at)?,
                actor: row.actor,
                what: serde_json::from_str(&row.detail)?,
            })
        })
        .collect()
}

/// A look at what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// When.
    pub at: Timestamp,
    /// The account that looked; for the record of the city, not for the applicant.
    pub account: i64,
    /// Its department then.
    pub department: String,
    /// Why.
    pub reason: ViewReason,
}

/// Why somebody looked at what somebody else wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewReason {
    /// A member of staff opened the case.
    Casework,
    /// A member of staff wrote it to a file.
    Export,
    /// It was sent to another system, by the name it has here.
    Webhook(String),
    /// Another system fetched it, by its name.
    Pull(String),
    /// It went to another system whose name was not written down.
    System,
}

impl ViewReason {
    /// What stands in the database.
    fn stored(&self) -> String {
        match self {
            Self::Casework => "casework".to_owned(),
            Self::Export => "export".to_owned(),
            Self::Webhook(system) => format!("webhook:{system}"),
            Self::Pull(system) => format!("pull:{system}"),
            Self::System => "pull".to_owned(),
        }
    }

    fn read(stored: &str) -> Self {
        match stored.split_once(':') {
            Some(("webhook", system)) => Self::Webhook(system.to_owned()),
            Some(("pull", system)) => Self::Pull(system.to_owned()),
            _ => match stored {
                "export" => Self::Export,
                "pull" => Self::System,
                _ => Self::Casework,
            },
        }
    }

    /// The reason in words: the texts `…-casework`, `…-export`, `…-webhook`, `…-pull` and `…-system` of a room.
    pub fn text(&self, words: yakuba_ui::Words, texts: &str) -> String {
        let (name, system) = match self {
            Self::Casework => ("casework", ""),
            Self::Export => ("export", ""),
            Self::Webhook(system) => ("webhook", system.as_str()),
            Self::Pull(system) => ("pull", system.as_str()),
            Self::System => ("system", ""),
        };
        words
            .with_text(&format!("{texts}-{name}"), "system", system)
            .into_owned()
    }
}

/// A page that somebody looks at again within so many minutes is one look.
const ONE_LOOK: SignedDuration = SignedDuration::from_mins(10);

/// Records that a member of staff looks at what somebody wrote. To be called in every handler that shows, exports or prints it. A page
/// that is loaded again within ten minutes is the same look; every file and every transmission is one of its own.
///
/// # Errors
/// When the database does not carry it out; then nothing may be shown.
pub async fn record_view(
    tx: &Tx,
    case: i64,
    account: i64,
    department: &str,
    reason: &ViewReason,
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_views (case_id, at, account, department, reason) \
             SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT) \
             WHERE NOT EXISTS (SELECT 1 FROM procedures_views \
               WHERE case_id = $1 AND account = $3 AND department = $4 AND reason = $5 AND reason = 'casework' AND at > $6)",
            [
                case.into(),
                tx.now().as_microsecond().into(),
                account.into(),
                department.into(),
                reason.stored().into(),
                (tx.now() - ONE_LOOK).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Every look at a case, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn views(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Vec<View>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        account: i64,
        department: String,
        reason: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT at, account, department, reason FROM procedures_views WHERE case_id = $1 ORDER BY id DESC",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(View {
                at: moment(row.at)?,
                account: row.account,
                department: row.department,
                reason: ViewReason::read(&row.reason),
            })
        })
        .collect()
}
