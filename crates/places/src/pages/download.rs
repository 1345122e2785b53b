//! A file in one of its forms, the newest version or a certain one.

use axum::{extract::Path, response::Response};
use yakuba_city::web::{Answer, Problem};

use super::visit::Visit;
use crate::{
    capabilities::DOWNLOADS,
    model::content::Form,
    store::{self, Version},
};

pub(super) async fn file(
    visit: Visit,
    Path((key, file, name)): Path<(String, i64, String)>,
) -> Result<Response, Problem> {
    let dataset = visit.dataset(&key).await?;
    let (which, ending) = name.rsplit_once('.').ok_or(Problem::NotFound)?;
    let form = Form::of_ending(ending).ok_or(Problem::NotFound)?;
    let number = match which {
        "latest" => None,
        other => Some(
            other
                .strip_prefix('v')
                .and_then(|digits| digits.parse::<i64>().ok())
                .ok_or(Problem::NotFound)?,
        ),
    };
    let version = store::version(visit.city.db(), &key, file, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let bytes = bytes(&visit.city, &version, form, &dataset.document.title).await?;
    let mut answer = Answer::new(form.media_type(), bytes).file(
        &format!("{}_{}_v{}", dataset.document.title, file, version.number),
        &format!("{key}_{file}_v{}", version.number),
        form.ending(),
    );
    if number.is_some() && !version.is_removed {
        answer = answer.for_ever();
    }
    if !answer.is_known(&visit.headers) {
        visit.count(&DOWNLOADS, &dataset).await?;
    }
    Ok(answer.respond(&visit.headers))
}

/// A version in a form.
async fn bytes(
    city: &yakuba_city::City,
    version: &Version,
    form: Form,
    title: &str,
) -> Result<Vec<u8>, Problem> {
    let content = store::contents(city.db(), version)
        .await?
        .ok_or(Problem::NotFound)?;
    match form {
        Form::Csv => Ok(content.to_csv()),
        Form::Xlsx => content
            .to_xlsx(title)
            .map_err(|error| Problem::internal(&error)),
        Form::Json => Ok(content.to_json()),
        Form::GeoJson => content.to_geojson().ok_or(Problem::NotFound),
    }
}
