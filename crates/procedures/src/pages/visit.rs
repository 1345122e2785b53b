//! What somebody brings along to the counter: a form filled in at home under a code (事前申請), and the code of their own account.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::{Access, Principal, Problem, ResidentPrincipal, Routes};
use yakuba_identity::{qr_code, residents::store as residents};
use yakuba_pdf::{Letter, LetterPart};
use yakuba_ui::{Html, Page, Words, format};

use super::{
    asked::{Asked, private},
    case::download,
    guide,
};
use crate::{
    ProcedureError,
    desk::COUNTER_WORDS,
    model::{document::ProcedureDocument, visit::ShortCode},
    store::{
        cases::day,
        counter_codes::{self, NewCode, UseFor},
        drafts::Draft,
        version, visits,
    },
};

/// The routes.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/procedures/{key}/counter", Access::Public, page)
        .post("/procedures/{key}/counter", Access::Public, make)
        .get("/procedures/{key}/counter.pdf", Access::Public, pdf)
        .get("/visit/code", Access::Resident, own_code)
        .post("/visit/code", Access::Resident, make_own_code)
}

/// The draft of this browser that is being filled in, with its procedure. One that waits for others to agree is not taken to the counter.
async fn open(asked: &Asked, key: &str) -> Result<Option<(Draft, ProcedureDocument)>, Problem> {
    let Some(draft) = asked
        .draft(key)
        .await?
        .filter(|draft| draft.case.is_none() && draft.agree_by.is_none())
    else {
        return Ok(None);
    };
    let definition = version(asked.city().db(), key, draft.version)
        .await?
        .ok_or(Problem::NotFound)?;
    Ok(Some((draft, definition.document)))
}

fn to_guide(key: &str) -> Response {
    Redirect::to(&format!("/procedures/{key}?done=expired")).into_response()
}

/// What the page and the PDF show of a code.
struct Sheet {
    title: String,
    code: ShortCode,
    until: String,
    department: String,
    place: String,
    phone: String,
    needed: Vec<String>,
}

async fn sheet(
    asked: &Asked,
    key: &str,
) -> Result<Option<(ProcedureDocument, Option<Sheet>)>, Problem> {
    let Some((draft, document)) = open(asked, key).await? else {
        return Ok(None);
    };
    let (db, now, language) = (asked.city().db(), asked.city().now(), asked.language);
    let Some((code, until)) =
        counter_codes::current(db, asked.key(), UseFor::Draft, draft.id, now).await?
    else {
        return Ok(Some((document, None)));
    };
    let desk = visits::desks(db)
        .await?
        .into_iter()
        .find(|desk| desk.department == document.department);
    let sheet = Sheet {
        title: document.title.get(language).to_owned(),
        code,
        until: format::date_by_era(day(until), language),
        department: guide::department(asked, &document.department).await?,
        place: desk
            .as_ref()
            .map_or_else(String::new, |desk| desk.place.get(language).to_owned()),
        phone: desk.map_or_else(String::new, |desk| desk.phone),
        needed: document
            .guide
            .needed
            .iter()
            .map(|line| line.get(language).to_owned())
            .collect(),
    };
    Ok(Some((document, Some(sheet))))
}

#[derive(Template)]
#[template(path = "visit/pre_application.html")]
struct Body {
    words: Words,
    base: String,
    sheet: Option<Sheet>,
    picture: Html,
}

async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let Some((document, sheet)) = sheet(&asked, &key).await? else {
        return Ok(to_guide(&key));
    };
    let words = COUNTER_WORDS.words(asked.language);
    let picture = sheet
        .as_ref()
        .and_then(|sheet| qr_code(&sheet.code.plain(), &words.get("visit-qr")))
        .map_or_else(Html::empty, Html::trusted);
    let base = format!("/procedures/{key}");
    let body = Body {
        words,
        sheet,
        picture,
        base: base.clone(),
    };
    Ok(private(
        Page::public(asked.shell, words.get("visit-title"), &body)
            .breadcrumb(document.title.get(asked.language), base)
            .lead(words.get("visit-lead"))
            .not_for_search_engines(),
    ))
}

/// Makes a code; an earlier one is good no more.
async fn make(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let Some((draft, _)) = open(&asked, &key).await? else {
        return Ok(to_guide(&key));
    };
    let new = NewCode::seal(asked.key(), UseFor::Draft, draft.id)?;
    asked
        .city()
        .write(asked.principal.actor(), new, |tx, new| {
            Box::pin(counter_codes::make(tx, new))
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(Redirect::to(&format!("/procedures/{key}/counter")).into_response())
}

/// The sheet on paper: nothing of what was answered stands on it.
async fn pdf(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let Some((_, Some(sheet))) = sheet(&asked, &key).await? else {
        return Ok(Redirect::to(&format!("/procedures/{key}/counter")).into_response());
    };
    let words = COUNTER_WORDS.words(asked.language);
    let text = |key: &str| words.get(key).into_owned();
    let mut rows = vec![
        (text("counter-column-procedure"), sheet.title.clone()),
        (text("visit-code"), sheet.code.to_string()),
        (text("visit-until"), sheet.until.clone()),
        (text("counter-slip-department"), sheet.department.clone()),
    ];
    for (label, value) in [("visit-place", &sheet.place), ("visit-phone", &sheet.phone)] {
        if !value.is_empty() {
            rows.push((text(label), value.clone()));
        }
    }
    if !sheet.needed.is_empty() {
        rows.push((text("counter-guide-needed"), sheet.needed.join("\n")));
    }
    let mut parts = vec![LetterPart::Details { rows }];
    if let Some(svg) = qr_code(&sheet.code.plain(), &text("visit-qr")) {
        parts.push(LetterPart::Picture {
            svg,
            description: text("visit-qr"),
        });
    }
    parts.push(LetterPart::Paragraph {
        text: text("visit-nothing-personal"),
    });
    let letter = Letter {
        language: if asked.language.is_japanese() {
            "ja"
        } else {
            "en"
        }
        .to_owned(),
        title: text("visit-title"),
        number: String::new(),
        date: asked.city().today(),
        date_text: format::date_by_era(asked.city().today(), asked.language),
        addressee: Vec::new(),
        sender: Vec::new(),
        parts,
        footer: asked.shell.city_name.clone(),
    };
    let printed = tokio::task::spawn_blocking(move || yakuba_pdf::letter(&letter))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    let name = format!("{}.pdf", words.get("visit-title"));
    Ok(download(&name, "application/pdf", printed.bytes))
}

#[derive(Template)]
#[template(path = "visit/own_code.html")]
struct OwnBody {
    words: Words,
    is_verified: bool,
    may_make: bool,
    code: Option<String>,
}

async fn own_code(asked: Asked) -> Result<Response, Problem> {
    let Principal::Resident(resident) = &asked.principal else {
        return Err(Problem::ResidentSignInNeeded);
    };
    let words = COUNTER_WORDS.words(asked.language);
    let code = counter_codes::current(
        asked.city().db(),
        asked.key(),
        UseFor::Resident,
        resident.id,
        asked.city().now(),
    )
    .await?;
    let may_make = may_make(&asked, resident).await?;
    let body = OwnBody {
        words,
        may_make,
        is_verified: resident.verified.is_some(),
        code: code.map(|(code, _)| code.to_string()),
    };
    Ok(private(
        Page::public(asked.shell, words.get("visit-own-title"), &body)
            .lead(words.get("visit-own-lead"))
            .narrow()
            .not_for_search_engines(),
    ))
}

/// Whether this sign-in may hand on what is proved of the account: of a verified one only the provider's own, because a code at the
/// counter fills in the person.
async fn may_make(asked: &Asked, resident: &ResidentPrincipal) -> Result<bool, Problem> {
    let account = residents::resident(asked.city().db(), asked.key(), resident.id).await?;
    Ok(resident.verified.is_some() || account.is_none_or(|account| account.verified.is_none()))
}

async fn make_own_code(asked: Asked) -> Result<Response, Problem> {
    let Principal::Resident(resident) = &asked.principal else {
        return Err(Problem::ResidentSignInNeeded);
    };
    if !may_make(&asked, resident).await? {
        return Ok(Redirect::to("/visit/code").into_response());
    }
    let new = NewCode::seal(asked.key(), UseFor::Resident, resident.id)?;
    asked
        .city()
        .write(asked.principal.actor(), new, |tx, new| {
            Box::pin(counter_codes::make(tx, new))
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(Redirect::to("/visit/code").into_response())
}
