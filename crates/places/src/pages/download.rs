//! A file in one of its forms, the newest version or a certain one.

use axum::{body::Body, extract::Path, http::header, response::Response};
use futures::{
    Stream,
    stream::{self, StreamExt as _, TryStreamExt as _},
};
use yakuba_city::{
    City,
    web::{Answer, Problem},
};

use super::{
    dataset::{dictionary_of, kinds_of},
    forms_of,
    visit::Visit,
};
use crate::{
    capabilities::DOWNLOADS,
    error::PlacesError,
    model::{
        content::{Form, Pieces, names_of},
        dictionary::csvw,
        kind::Kind,
        parquet::{ParquetPieces, Types},
        segment::ChunkRows,
    },
    store::{
        self, Dataset, Version,
        tables::{chunk, chunks_of},
    },
};

/// What the columns of the newest version are, as CSV on the Web.
async fn described(visit: &Visit, dataset: &Dataset, number: i64) -> Result<Response, Problem> {
    let key = dataset.key();
    let file = store::file(visit.city.db(), key, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let version = file.newest.as_ref().ok_or(Problem::NotFound)?;
    let table = store::table_of(&visit.city, version)
        .await?
        .ok_or(Problem::NotFound)?;
    let told = dictionary_of(&visit.city, &file, version, table).await?;
    let text = csvw(
        "latest.csv",
        &file.title,
        dataset.document.licence.url(),
        &told,
    )
    .to_string();
    Ok(Answer::new("application/csvm+json", text.into_bytes()).respond(&visit.headers))
}

pub(super) async fn file(
    visit: Visit,
    Path((key, file, name)): Path<(String, i64, String)>,
) -> Result<Response, Problem> {
    let dataset = visit.dataset(&key).await?;
    if name == "latest.csv-metadata.json" {
        return described(&visit, &dataset, file).await;
    }
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
    if !forms_of(&version).any(|one| one == form) {
        return Err(Problem::NotFound);
    }
    let (body, stands_for) = match form {
        Form::Xlsx => {
            let content = store::contents(visit.city.db(), &version)
                .await?
                .ok_or(Problem::NotFound)?;
            let bytes = content
                .to_xlsx(&dataset.document.title)
                .map_err(|error| Problem::internal(&error))?;
            (None, bytes)
        }
        Form::Csv | Form::Json | Form::GeoJson | Form::Parquet => {
            let table = store::table_of(&visit.city, &version)
                .await?
                .ok_or(Problem::NotFound)?;
            let body = if form == Form::Parquet {
                Body::from_stream(parquet(visit.city.clone(), table, &version))
            } else {
                Body::from_stream(pieces(visit.city.clone(), table, &version, form))
            };
            // What is sent piece by piece is told apart by what it is made from.
            let stands_for = format!("{} {}", version.hash, form.ending());
            (Some(body), stands_for.into_bytes())
        }
    };
    let mut answer = Answer::new(form.media_type(), stands_for).file(
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
    let mut response = answer.respond(&visit.headers);
    if let Some(body) = body
        && response.status().is_success()
    {
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = body;
    }
    Ok(response)
}

/// A version in a form, chunk by chunk. A chunk that is gone in the meantime breaks it off.
fn pieces(
    city: City,
    table: i64,
    version: &Version,
    form: Form,
) -> impl Stream<Item = Result<Vec<u8>, PlacesError>> + use<> {
    let pieces = Pieces::new(form, &version.columns);
    let chunks = chunks_of(version.rows);
    let begin = pieces.begin();
    stream::once(async move { Ok(begin) }).chain(stream::try_unfold(
        (city, pieces, 0),
        move |(city, mut pieces, number)| async move {
            if number > chunks {
                return Ok(None);
            }
            if number == chunks {
                let end = pieces.end();
                return Ok(Some((end, (city, pieces, number + 1))));
            }
            let ChunkRows { rows, shapes } = chunk(city.db(), table, number)
                .await?
                .ok_or(PlacesError::Gone)?;
            let bytes = pieces.rows(&rows, &shapes);
            Ok(Some((bytes, (city, pieces, number + 1))))
        },
    ))
}

/// A version as Parquet: the rows go by twice, once for what the columns are and once to be written.
fn parquet(
    city: City,
    table: i64,
    version: &Version,
) -> impl Stream<Item = Result<Vec<u8>, PlacesError>> + use<> {
    let names = names_of(&version.columns);
    let kinds: Vec<Kind> = kinds_of(version).collect();
    let chunks = chunks_of(version.rows);
    let begun = async move {
        let mut types = Types::promised(kinds);
        for number in 0..chunks {
            if types.are_settled() {
                break;
            }
            let ChunkRows { rows, .. } = chunk(city.db(), table, number)
                .await?
                .ok_or(PlacesError::Gone)?;
            types.see(&rows);
        }
        let pieces = ParquetPieces::new(&names, types)?;
        let rest = stream::try_unfold((city, Some(pieces), 0), move |(city, pieces, number)| {
            written(city, table, chunks, pieces, number)
        });
        Ok::<_, PlacesError>(rest)
    };
    stream::once(begun).try_flatten()
}

/// What stands still to be written of a table: the city, the writer until it has ended, and the next chunk.
type Open = (City, Option<ParquetPieces>, i64);

async fn written(
    city: City,
    table: i64,
    chunks: i64,
    pieces: Option<ParquetPieces>,
    number: i64,
) -> Result<Option<(Vec<u8>, Open)>, PlacesError> {
    let Some(mut pieces) = pieces else {
        return Ok(None);
    };
    if number == chunks {
        return Ok(Some((pieces.end()?, (city, None, number))));
    }
    let ChunkRows { rows, .. } = chunk(city.db(), table, number)
        .await?
        .ok_or(PlacesError::Gone)?;
    let bytes = pieces.rows(rows)?;
    Ok(Some((bytes, (city, Some(pieces), number + 1))))
}
