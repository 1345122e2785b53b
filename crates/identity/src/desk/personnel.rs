//! Personnel changes: upload, look at the differences, commit.

use axum::{
    extract::{Multipart, Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{Cell, Column, FileUpload, NotificationBanner, Row, Table, format};

use crate::{
    IdentityError, PERSONNEL,
    asked::{Asked, Fields},
    model::personnel::{self as model, Difference},
    store::{departments::department_names, personnel},
};

use super::require;

/// A list of personnel changes is never larger.
const LARGEST: usize = 5 << 20;

#[derive(Deserialize)]
pub(crate) struct Done {
    done: Option<String>,
}

pub(crate) async fn show(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    require(&asked, PERSONNEL)?;
    let notice = asked.done(query.done.as_deref());
    Ok(upload_page(asked, notice.as_ref()))
}

fn upload_page(asked: Asked, notice: Option<&NotificationBanner>) -> Response {
    let words = asked.words;
    let mut content = asked.content();
    if let Some(notice) = notice {
        content.add(notice);
    }
    content.paragraph(words.get("identity-personnel-lead"));
    content.markup(
        r#"<form method="post" action="/desk/identity/personnel" enctype="multipart/form-data">"#,
    );
    content.add(
        &FileUpload::new(asked.language, "file", words.get("identity-personnel-file"))
            .required()
            .accept(".csv,.tsv,.xlsx")
            .support(words.get("identity-personnel-file-support")),
    );
    content.submit(words.get("identity-personnel-upload"));
    content.markup("</form>");
    content.add(
        &Table::new(
            asked.language,
            "sample",
            words.get("identity-personnel-sample"),
        )
        .columns(model::COLUMNS.map(Column::text))
        .row(
            [
                "T0123",
                "佐藤 花",
                "サトウ ハナ",
                "0210",
                "課長",
                "令和9年4月1日",
                "異動",
            ]
            .map(Cell::text),
        )
        .row(
            [
                "T0456",
                "鈴木 一",
                "スズキ ハジメ",
                "0310",
                "係員",
                "令和9年4月1日",
                "採用",
            ]
            .map(Cell::text),
        ),
    );
    let title = words.get("identity-personnel");
    asked.desk(&title, content).into_response()
}

pub(crate) async fn upload(asked: Asked, mut parts: Multipart) -> Result<Response, Problem> {
    require(&asked, PERSONNEL)?;
    let mut sent = None;
    while let Some(part) = parts.next_field().await? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or("file.csv").to_owned();
            let bytes = part.bytes().await?;
            sent = Some((name, bytes));
            break;
        }
    }
    let (name, bytes) = sent.unwrap_or_default();
    if bytes.len() > LARGEST {
        return Err(Problem::TooLarge(
            asked.text("identity-personnel-file-support"),
        ));
    }
    let read = {
        let name = name.clone();
        tokio::task::spawn_blocking(move || model::read(&bytes, &name))
            .await
            .map_err(|error| Problem::internal(&error))?
    };
    match read.map_err(IdentityError::from) {
        Ok(file) => {
            let id = asked
                .city()
                .write(asked.actor(), (name, file), |tx, (name, file)| {
                    Box::pin(personnel::keep_upload(tx, name, file))
                })
                .await?;
            Ok(Redirect::to(&format!("/desk/identity/personnel/{id}")).into_response())
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            let mut response = upload_page(asked, Some(&NotificationBanner::error(text)));
            *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

pub(crate) async fn preview(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    require(&asked, PERSONNEL)?;
    page(asked, id, None).await
}

async fn page(asked: Asked, id: i64, error: Option<String>) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let db = asked.city().db();
    let kept = personnel::upload(db, id).await?.ok_or(Problem::NotFound)?;
    let preview = personnel::preview(db, &kept.file).await?;
    let names = department_names(db, language.is_japanese()).await?;
    let department = |code: &yakuba_kernel::DepartmentCode| {
        names.get(code).cloned().unwrap_or_else(|| code.to_string())
    };
    let mut content = asked.content();
    content.error(error.as_deref());
    content.paragraph(&kept.file_name);
    if !preview.problems.is_empty() {
        content.heading(words.get("identity-personnel-problems"));
        if preview.obstacles() > 0 {
            content.add(&NotificationBanner::error(
                words.get("identity-error-personnel-problems"),
            ));
        }
        let rows = preview.problems.iter().map(|problem| {
            let mut reason = asked.text(problem.kind.message());
            if problem.kind.is_warning() {
                reason = format!("{}：{reason}", words.get("identity-personnel-warning"));
            }
            Row::new([
                Cell::text(problem.line.to_string()),
                Cell::text(reason),
                Cell::text(&problem.text),
            ])
        });
        content.add(
            &Table::new(
                language,
                "problems",
                words.get("identity-personnel-problems"),
            )
            .columns([
                Column::number(words.get("identity-personnel-line")),
                Column::text(words.get("identity-personnel-problem")),
                Column::text(words.get("identity-personnel-cell")),
            ])
            .rows(rows)
            .stacked()
            .hide_caption(),
        );
    }
    content.heading(words.get("identity-personnel-changes"));
    let rows = preview.lines.iter().map(|(change, difference)| {
        let told = match difference {
            Difference::New => asked.text("identity-personnel-new"),
            Difference::Moved(Some(from)) => words
                .with(
                    "identity-personnel-moved",
                    &[
                        ("department", department(&from.department).into()),
                        ("post", from.post.as_str().into()),
                    ],
                )
                .into_owned(),
            Difference::Moved(None) => asked.text("identity-personnel-moved-first"),
            Difference::Left(_) => asked.text("identity-personnel-left"),
            Difference::Concurrent => asked.text("identity-personnel-added"),
            Difference::Unchanged => asked.text("identity-personnel-unchanged"),
        };
        Row::new([
            Cell::text(change.line.to_string()),
            Cell::text(&change.login_name),
            Cell::text(&change.name),
            Cell::text(
                change
                    .department
                    .as_ref()
                    .map(&department)
                    .unwrap_or_default(),
            ),
            Cell::text(&change.post),
            Cell::text(format::date(change.day, language)),
            Cell::text(change.kind.name_ja()),
            Cell::text(told),
        ])
        .marked(*difference != Difference::Unchanged)
    });
    content.add(
        &Table::new(language, "changes", words.get("identity-personnel-changes"))
            .columns([
                Column::number(words.get("identity-personnel-line")),
                Column::text(words.get("identity-login-name")),
                Column::text(words.get("identity-name")),
                Column::text(words.get("identity-department")),
                Column::text(words.get("identity-post")),
                Column::text(words.get("identity-personnel-day")),
                Column::text(words.get("identity-personnel-kind")),
                Column::text(words.get("identity-personnel-difference")),
            ])
            .rows(rows)
            .stacked()
            .filter()
            .hide_caption(),
    );
    if kept.is_committed {
        content.add(&NotificationBanner::info(
            words.get("identity-error-personnel-committed"),
        ));
    } else if preview.changing_lines() == 0 && preview.obstacles() == 0 {
        content.paragraph(words.get("identity-personnel-nothing"));
    } else if preview.obstacles() == 0 {
        content.form(
            &format!("/desk/identity/personnel/{id}"),
            &[("fingerprint", &preview.fingerprint)],
            |form| {
                form.submit(words.counted(
                    "identity-personnel-commit",
                    i64::try_from(preview.changing_lines()).unwrap_or(0),
                ));
            },
        );
    }
    let title = words.get("identity-personnel-preview");
    let failed = error.is_some();
    let above = asked.text("identity-personnel");
    Ok(asked
        .desk(&title, content)
        .with_errors(failed)
        .breadcrumb(above, "/desk/identity/personnel")
        .into_response())
}

pub(crate) async fn commit(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    require(&asked, PERSONNEL)?;
    let outcome = asked
        .city()
        .write(
            asked.actor(),
            (id, fields.get("fingerprint").to_owned()),
            |tx, (id, fingerprint)| Box::pin(personnel::commit_upload(tx, *id, fingerprint)),
        )
        .await;
    match outcome {
        Ok(_) => Ok(Redirect::to("/desk/identity/personnel?done=committed").into_response()),
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, id, Some(text)).await
        }
    }
}
