//! A page as a browser sends it: names with values, and files.

use crate::store::files::{About, File};
use axum::{
    extract::{FromRequest as _, Multipart, Request},
    http::header,
};
use yakuba_city::{random_name, web::Problem};
use yakuba_forms::{
    Answers, FieldProblem, FileAnswer, Form,
    files::{ClamAddress, scanner, shortened},
    model::document::{FieldKind, FileType},
};
use yakuba_identity::Identity;

/// At most so many bytes in all, whatever the fields allow.
const MOST: usize = 60 * 1024 * 1024;

/// What was sent.
pub(crate) struct Sent {
    pub(crate) pairs: Vec<(String, String)>,
    files: Vec<Upload>,
    scanner: Option<ClamAddress>,
}

struct Upload {
    path: String,
    name: String,
    contents: Vec<u8>,
}

impl Sent {
    /// Reads the body of a request, with files or without.
    pub(crate) async fn read(request: Request) -> Result<Self, Problem> {
        let scanner = request
            .extensions()
            .get::<Identity>()
            .and_then(|identity| scanner::of(identity.city()));
        let with_files = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        if !with_files {
            let axum::Form(pairs) = axum::Form::<Vec<(String, String)>>::from_request(request, &())
                .await
                .map_err(|error| Problem::unreadable(error.status(), error.body_text()))?;
            return Ok(Self {
                pairs: pairs
                    .into_iter()
                    .map(|(name, value)| (name, value.replace("\r\n", "\n")))
                    .collect(),
                files: Vec::new(),
                scanner,
            });
        }
        let mut multipart = Multipart::from_request(request, &())
            .await
            .map_err(|error| Problem::unreadable(error.status(), error.body_text()))?;
        let mut sent = Self {
            pairs: Vec::new(),
            files: Vec::new(),
            scanner,
        };
        let mut size = 0;
        while let Some(part) = multipart.next_field().await? {
            let path = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let bytes = part.bytes().await?;
            size += bytes.len();
            if size > MOST {
                return Err(Problem::TooManyMegabytes(MOST as u64 / 1024 / 1024));
            }
            match file_name {
                None => sent
                    .pairs
                    .push((path, String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))),
                // An empty choice of a file comes as a file without a name.
                Some(name) => {
                    sent.pairs.push((path.clone(), String::new()));
                    if !name.is_empty() {
                        sent.files.push(Upload {
                            path,
                            name,
                            contents: bytes.to_vec(),
                        });
                    }
                }
            }
        }
        Ok(sent)
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs
            .iter()
            .rev()
            .find(|(known, value)| known == name && !value.is_empty())
            .map_or("", |(_, value)| value.trim())
    }

    pub(crate) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Takes the files of a form's fields: examined, named anew, put among the answers. What was refused is told with the field.
    pub(crate) async fn take_files(
        &mut self,
        form: &Form,
        answers: &mut Answers,
        is_asked: impl Fn(&str) -> bool,
    ) -> Result<(Vec<File>, Vec<(String, yakuba_forms::Message)>), Problem> {
        let mut taken = Vec::new();
        let mut refused = Vec::new();
        for upload in std::mem::take(&mut self.files) {
            let Some((accept, max_mib)) =
                form.field_at_path(&upload.path)
                    .and_then(|field| match &field.kind {
                        FieldKind::File {
                            accept, max_mib, ..
                        } => Some((accept.clone(), *max_mib)),
                        _ => None,
                    })
            else {
                continue;
            };
            if !is_asked(&upload.path) {
                continue;
            }
            match examined(&upload, accept, max_mib, self.scanner.as_ref()).await? {
                Ok(file) => {
                    let answer = FileAnswer {
                        id: file.key.clone(),
                        name: file.about.name.clone(),
                        media_type: file.about.media_type.clone(),
                        bytes: u64::try_from(file.contents.len()).unwrap_or(u64::MAX),
                    };
                    match form.add_file(answers, &upload.path, answer) {
                        Ok(()) => taken.push(file),
                        Err(_) => {
                            refused.push((upload.path, super::message("applicant-too-many-files")));
                        }
                    }
                }
                Err(message) => refused.push((upload.path, message)),
            }
        }
        Ok((taken, refused))
    }

    /// Takes one file that belongs to no field of a form.
    pub(crate) async fn take_one(
        &mut self,
        path: &str,
        accept: &[FileType],
    ) -> Result<Option<Result<File, yakuba_forms::Message>>, Problem> {
        let Some(place) = self.files.iter().position(|upload| upload.path == path) else {
            return Ok(None);
        };
        let upload = self.files.swap_remove(place);
        Ok(Some(
            examined(&upload, accept.to_vec(), 10, self.scanner.as_ref()).await?,
        ))
    }
}

async fn examined(
    upload: &Upload,
    accept: Vec<FileType>,
    max_mib: u32,
    scanner: Option<&ClamAddress>,
) -> Result<Result<File, yakuba_forms::Message>, Problem> {
    let name = shortened(&upload.name);
    let contents = upload.contents.clone();
    let kinds = accept.clone();
    let scanner = scanner.cloned();
    // A large picture takes a moment of pure computing, and the scanner its time.
    let outcome = tokio::task::spawn_blocking(move || {
        scanner::examine_with(scanner.as_ref(), &contents, &kinds, max_mib)
    })
    .await
    .map_err(|error| Problem::internal(&error))?;
    Ok(match outcome {
        Ok(found) => Ok(File {
            key: random_name(),
            about: About {
                name,
                media_type: found.media_type.to_owned(),
            },
            contents: found.content,
        }),
        Err(refusal) => Err(refusal.message(&name, &accept, max_mib)),
    })
}

/// A problem at the field of a path, for what only this room knows to be wrong.
pub(crate) fn problem_at(
    form: &Form,
    page: &str,
    path: &str,
    message: yakuba_forms::Message,
) -> Option<FieldProblem> {
    use yakuba_forms::model::document::Key;
    let field = form.field_at_path(path)?;
    let mut parts = path.split('.');
    let top = parts.next()?;
    let entry = match (
        Key::new(top).ok(),
        parts.next().and_then(|number| number.parse().ok()),
    ) {
        (Some(group), Some(number)) => Some((group, number)),
        _ => None,
    };
    Some(FieldProblem {
        page: Key::new(page).ok()?,
        field: field.key.clone(),
        entry,
        part: None,
        message,
    })
}
