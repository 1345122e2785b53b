//! A form with pictures, as a browser sends it. Pictures are made anew before anything else looks at them.

use axum::{
    extract::{FromRequest as _, Multipart, Request},
    http::header,
};
use yakuba_city::{City, CityKey, random_name, web::Problem};
use yakuba_forms::{
    FileAnswer, Message,
    files::{ClamAddress, scanner, shortened},
    model::document::FileType,
};
use yakuba_kernel::Point;
use yakuba_ui::Fields;

use crate::{
    error::ReportError,
    model::{
        rules::{MOST_MIB, MOST_PHOTOS},
        taken_at::taken_at,
    },
    store::photos::SealedPhoto,
};

/// At most so many bytes in all.
const MOST: usize = 32 * 1024 * 1024;

/// What was sent.
pub(crate) struct Sent {
    /// Names with values.
    pub(crate) fields: Fields,
    files: Vec<(String, Vec<u8>)>,
}

/// A picture that was taken: what stands among the answers, and what is kept.
pub(crate) struct Taken {
    pub(crate) answer: FileAnswer,
    pub(crate) sealed: SealedPhoto,
    /// Where it says that it was taken. That is not in what is kept.
    pub(crate) origin: Option<Point>,
}

impl Sent {
    /// Reads the body of a request, with files or without. Files are those of the field `photos`.
    pub(crate) async fn read(request: Request) -> Result<Self, Problem> {
        let with_files = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        if !with_files {
            return Ok(Self {
                fields: Fields::from_request(request, &()).await?,
                files: Vec::new(),
            });
        }
        let mut multipart = Multipart::from_request(request, &())
            .await
            .map_err(|error| Problem::unreadable(error.status(), error.body_text()))?;
        let (mut fields, mut files, mut size) = (Fields::default(), Vec::new(), 0);
        while let Some(part) = multipart.next_field().await? {
            let path = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let bytes = part.bytes().await?;
            size += bytes.len();
            if size > MOST {
                return Err(Problem::TooManyMegabytes(MOST as u64 / 1024 / 1024));
            }
            match file_name {
                None => fields.push(&path, String::from_utf8_lossy(&bytes)),
                Some(name) => {
                    // The field was there, even when nothing was chosen.
                    fields.push(&path, "");
                    if !name.is_empty() && files.len() <= MOST_PHOTOS as usize {
                        files.push((name, bytes.to_vec()));
                    }
                }
            }
        }
        Ok(Self { fields, files })
    }

    /// Names with values, as forms read them.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        self.fields
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The pictures that were sent, each made anew and sealed, or why it is not taken.
    pub(crate) async fn photos(
        &mut self,
        city: &City,
        key: &CityKey,
    ) -> Result<Vec<Result<Taken, Message>>, Problem> {
        let mut taken = Vec::new();
        for (name, contents) in std::mem::take(&mut self.files) {
            let (key, scanner) = (key.clone(), scanner::of(city));
            // A large picture takes a moment of pure computing, and the virus scanner its time.
            let one =
                tokio::task::spawn_blocking(move || take(scanner.as_ref(), &key, &name, &contents))
                    .await
                    .map_err(|error| Problem::internal(&error))?;
            taken.push(match one {
                Ok(found) => found,
                Err(error) => return Err(error.into()),
            });
        }
        Ok(taken)
    }
}

fn take(
    scanner: Option<&ClamAddress>,
    key: &CityKey,
    name: &str,
    contents: &[u8],
) -> Result<Result<Taken, Message>, ReportError> {
    let name = shortened(name);
    let accept = [FileType::Image];
    let found = match scanner::examine_with(scanner, contents, &accept, MOST_MIB) {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal.message(&name, &accept, MOST_MIB))),
    };
    let id = random_name();
    Ok(Ok(Taken {
        origin: taken_at(contents),
        sealed: SealedPhoto::seal(key, &id, found.media_type, &found.content)?,
        answer: FileAnswer {
            id,
            name,
            media_type: found.media_type.to_owned(),
            bytes: u64::try_from(found.content.len()).unwrap_or(u64::MAX),
        },
    }))
}
