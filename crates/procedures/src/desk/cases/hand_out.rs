//! Files that are handed over with a decision.

use axum::{
    extract::{Path, Request},
    response::Response,
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::FileType;
use yakuba_ui::{Button, ButtonKind, Fields, FileUpload, Html};

use super::{
    doing::Doing,
    show::{Parts, open},
};
use crate::{
    capabilities::WORK,
    desk::room::Room,
    pages::Sent,
    store::{
        extending,
        files::{self, SealedFile, UseFor},
        keys::CaseKey,
    },
};

/// What can be handed over.
const KINDS: [FileType; 2] = [FileType::Pdf, FileType::Image];

/// At most so many bytes are read: more than a file of 10 MiB, so that who sends a larger one reads on the case's page how large it may be.
pub(super) const MOST: usize = 60 * 1024 * 1024;

/// The files of a decided case, each with a button that takes it back, and the form for another.
pub(super) async fn section(parts: &Parts<'_>, key: &CaseKey) -> Result<Html, Problem> {
    let room = parts.room;
    let case = &parts.opened.case;
    if !case.stage.is_decided() {
        return Ok(Html::empty());
    }
    let mut html = Html::trusted(format!(
        "<h3>{}</h3><p class=\"support\">{}</p>",
        Html::text(&room.t("desk-hand-out")),
        Html::text(&room.t("desk-hand-out-text"))
    ));
    for (file, about, _) in files::list(room.db(), key, case.id, UseFor::Letter).await? {
        let row = Html::trusted(format!(
            "<p><a href=\"{}/files/{}\" download>{}</a></p><input type=\"hidden\" name=\"file\" value=\"{}\">",
            parts.at(),
            Html::text(&file),
            Html::text(&about.name),
            Html::text(&file)
        ));
        let button = Button::submit(
            room.words
                .with_text("desk-hand-out-back", "name", &about.name)
                .into_owned(),
        )
        .kind(ButtonKind::Other);
        html.push(&parts.form("hand-out/back", row, button, false));
    }
    let field = FileUpload::new(room.language(), "file", room.t("desk-hand-out-file"))
        .accept(".pdf,.png,.jpg,.jpeg");
    html.push(&parts.form_with_files(
        "hand-out",
        Html::of(&field),
        parts.other("desk-hand-out-send"),
    ));
    Ok(html)
}

pub(super) async fn hand_out(
    room: Room,
    Path(case): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    // Whoever may not open the case is refused before anything is read.
    open(&room, case, WORK).await?;
    let mut sent = Sent::read(request).await?;
    let taken = sent.take_one("file", &KINDS).await?;
    let mut fields = Fields::default();
    fields.push("revision", sent.get("revision"));
    let doing = Doing::open(room, case, fields, WORK).await?;
    let file = match taken {
        None => return doing.refuse("desk-error-empty").await,
        Some(Err(message)) => {
            let sentence = message.in_language(doing.room.language()).into_owned();
            return doing.refuse_saying(sentence).await;
        }
        Some(Ok(file)) => file,
    };
    let key = doing.key().await?;
    let file = SealedFile::seal(&key, &file)?;
    let input = (key, case, doing.revision(), file);
    doing
        .write("handed-out", input, |tx, (key, case, revision, file)| {
            Box::pin(extending::hand_out(tx, key, *case, *revision, file))
        })
        .await
}

pub(super) async fn take_back(doing: Doing) -> Result<Response, Problem> {
    let file = doing.fields.get("file").to_owned();
    let input = (doing.case(), doing.revision(), file);
    doing
        .write("hand-out-back", input, |tx, (case, revision, file)| {
            Box::pin(extending::take_back_file(tx, *case, *revision, file))
        })
        .await
}
