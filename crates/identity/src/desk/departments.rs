//! The tree of departments.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Cell, Choice, Column, DateField, Row, Select, Table, TextField, format};

use crate::{
    ADMINISTER, IdentityError, NewDepartment,
    asked::{Asked, Content, Fields, in_query},
    store::departments::{self, Department},
};

use super::require;

#[derive(Deserialize)]
pub(crate) struct Done {
    done: Option<String>,
}

pub(crate) async fn list(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    list_page(asked, query.done.as_deref(), None).await
}

async fn list_page(
    asked: Asked,
    done: Option<&str>,
    error: Option<String>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let all = departments::departments(asked.city().db()).await?;
    let mut content = asked.content();
    if let Some(notice) = asked.done(done) {
        content.add(&notice);
    }
    content.error(error.as_deref());
    let rows = all.iter().map(|department| {
        // The depth is said by the indent and by the name of the one above.
        let indent = "　".repeat(department.depth);
        let parent = department
            .parent
            .as_ref()
            .and_then(|code| all.iter().find(|other| other.code == *code));
        Row::new([
            Cell::link_after(
                indent,
                department.name(language.is_japanese()),
                format!(
                    "/desk/identity/departments/{}",
                    in_query(department.code.as_str())
                ),
            ),
            Cell::text(department.code.as_str()),
            Cell::text(parent.map_or("", |parent| parent.name(language.is_japanese()))),
            Cell::text(format::date(department.first_day, language)),
            Cell::text(
                department
                    .last_day
                    .map(|day| format::date(day, language))
                    .unwrap_or_default(),
            ),
        ])
    });
    content.add(
        &Table::new(language, "departments", words.get("identity-departments"))
            .columns([
                Column::text(words.get("identity-department")),
                Column::text(words.get("identity-department-code")),
                Column::text(words.get("identity-department-parent")),
                Column::text(words.get("identity-first-day")),
                Column::text(words.get("identity-last-day")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
            .filter()
            .hide_caption(),
    );
    content.heading(words.get("identity-department-new"));
    content.form("/desk/identity/departments", &[], |form| {
        form.add(
            &TextField::new(language, "code", words.get("identity-department-code")).required(),
        );
        fields_of(&asked, form, &all, None);
        form.submit(words.get("identity-department-new"));
    });
    let title = words.get("identity-departments");
    let failed = error.is_some();
    Ok(asked
        .desk(&title, content)
        .with_errors(failed)
        .into_response())
}

/// The choice of a department.
pub(crate) fn choice(
    asked: &Asked,
    name: &'static str,
    label: &str,
    none: &str,
    all: &[Department],
    chosen: Option<&DepartmentCode>,
) -> Select {
    Select::new(asked.language, name, asked.words.get(label))
        .choice(Choice::new("", asked.words.get(none)))
        .choices(all.iter().map(|department| {
            Choice::new(
                department.code.as_str(),
                format!(
                    "{}{}",
                    "　".repeat(department.depth),
                    department.name(asked.language.is_japanese())
                ),
            )
            .chosen(Some(&department.code) == chosen)
        }))
}

fn fields_of(asked: &Asked, form: &mut Content, all: &[Department], present: Option<&Department>) {
    let (words, language) = (asked.words, asked.language);
    form.add(
        &TextField::new(language, "name", words.get("identity-department-name"))
            .required()
            .value(present.map_or("", |department| department.name_ja.as_str())),
    );
    form.add(
        &TextField::new(
            language,
            "name_en",
            words.get("identity-department-name-en"),
        )
        .optional()
        .value(present.map_or("", |department| department.name_en.as_str())),
    );
    form.add(&choice(
        asked,
        "parent",
        "identity-department-parent",
        "identity-department-top",
        all,
        present.and_then(|department| department.parent.as_ref()),
    ));
    form.add(
        &DateField::new(language, "first", words.get("identity-first-day"))
            .required()
            .value(Some(present.map_or(asked.city().today(), |department| {
                department.first_day
            }))),
    );
    form.add(
        &DateField::new(language, "last", words.get("identity-last-day"))
            .optional()
            .value(present.and_then(|department| department.last_day)),
    );
    form.add(
        &TextField::new(language, "position", words.get("identity-position"))
            .numeric()
            .optional()
            .width(6)
            .value(
                present
                    .map_or(0, |department| department.position)
                    .to_string(),
            ),
    );
}

/// The code of a department somebody typed or chose.
pub(crate) fn code(text: &str) -> Result<DepartmentCode, IdentityError> {
    DepartmentCode::new(text.trim()).map_err(|_| IdentityError::Unknown {
        what: "部署",
        name: text.trim().to_owned(),
    })
}

fn sent(fields: &Fields, given_code: &str) -> Result<NewDepartment, IdentityError> {
    Ok(NewDepartment {
        code: code(given_code)?,
        name_ja: fields.get("name").to_owned(),
        name_en: fields.get("name_en").to_owned(),
        parent: fields.some("parent").map(code).transpose()?,
        first_day: fields.day("first")?.ok_or(IdentityError::Days)?,
        last_day: fields.day("last")?,
        position: fields.get("position").trim().parse().unwrap_or(0),
    })
}

pub(crate) async fn create(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = match sent(&fields, fields.get("code")) {
        Ok(new) => {
            asked
                .city()
                .write(asked.actor(), new, |tx, new| {
                    Box::pin(departments::create_department(tx, new))
                })
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(Redirect::to("/desk/identity/departments?done=saved").into_response()),
        Err(error) => {
            let text = asked.or_problem(error)?;
            list_page(asked, None, Some(text)).await
        }
    }
}

pub(crate) async fn show(asked: Asked, Path(code): Path<String>) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    page(asked, &code, None).await
}

async fn page(asked: Asked, code: &str, error: Option<String>) -> Result<Response, Problem> {
    let words = asked.words;
    let all = departments::departments(asked.city().db()).await?;
    let present = all
        .iter()
        .find(|department| department.code.as_str() == code)
        .ok_or(Problem::NotFound)?;
    let mut content = asked.content();
    content.error(error.as_deref());
    content.form(
        &format!("/desk/identity/departments/{}", in_query(code)),
        &[],
        |form| {
            fields_of(&asked, form, &all, Some(present));
            form.submit(words.get("ui-save"));
        },
    );
    let title = words
        .with_text(
            "identity-department-of",
            "name",
            present.name(asked.language.is_japanese()),
        )
        .into_owned();
    let failed = error.is_some();
    let list = asked.text("identity-departments");
    Ok(asked
        .desk(&title, content)
        .with_errors(failed)
        .breadcrumb(list, "/desk/identity/departments")
        .into_response())
}

pub(crate) async fn save(
    asked: Asked,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    require(&asked, ADMINISTER)?;
    let outcome = match sent(&fields, &code) {
        Ok(new) => {
            asked
                .city()
                .write(asked.actor(), new, |tx, new| {
                    Box::pin(departments::update_department(tx, new))
                })
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(Redirect::to("/desk/identity/departments?done=saved").into_response()),
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, &code, Some(text)).await
        }
    }
}
