//! The city that receives applications, and applications that are filled in and only need to be sent.

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;
use yakuba_city::{Actor, City, CityKey};
use yakuba_forms::{Answers, FileAnswer, Form};
use yakuba_identity::Token;
use yakuba_kernel::Channel;
use yakuba_procedures::{
    ProcedureError,
    model::document::ProcedureDocument,
    store::{
        self,
        cases::{Contact, NewCase, SealedCase},
        drafts::{self, NewDraft, Saving},
        files::{About, File},
        keys::Person,
    },
};

use crate::{Outcome, measuring};

/// A real procedure with a file.
const PROCEDURE: &str = include_str!("../../../../content/procedures/dog-registration.yaml");
/// The mail address that was confirmed.
pub(crate) const ADDRESS: &str = "someone@sumikawa.example";

/// A city that receives applications.
pub(crate) struct Place {
    pub(crate) city: City,
    pub(crate) application: Router,
    key: CityKey,
    document: ProcedureDocument,
    answers: Answers,
    file: Vec<u8>,
}

/// Opens a city in a directory, or in a schema of a PostgreSQL server, with the procedure live.
pub(crate) async fn open(
    directory: &Path,
    postgres: Option<(&str, &str)>,
    document: &ProcedureDocument,
) -> Outcome<City> {
    let city = crate::city::open(directory, postgres, "環境課", &document.department).await?;
    city.write(Actor::CommandLine, document.clone(), |tx, document| {
        Box::pin(async move {
            let revision = store::save_draft(tx, document, 0).await?;
            store::put_live(tx, &document.key, revision, tx.today()).await?;
            Ok::<_, ProcedureError>(())
        })
    })
    .await?;
    Ok(city)
}

/// The real procedure.
pub(crate) fn procedure() -> Outcome<ProcedureDocument> {
    Ok(ProcedureDocument::from_yaml(PROCEDURE)?)
}

/// The pages as an applicant fills them in.
const PAGES: [(&str, &[(&str, &str)]); 4] = [
    ("entry", &[("dog_kind_of_entry", "first")]),
    (
        "dog",
        &[
            ("dog_name", "ポチ"),
            ("breed", "柴犬"),
            ("sex", "male"),
            ("colour", "茶"),
            ("dog_born_on", "2024-05-05"),
            ("kept_since", "2024-08-01"),
            ("chip_number", "392145678901234"),
        ],
    ),
    ("vaccination", &[("vaccinated", "yes")]),
    (
        "applicant",
        &[
            ("applicant_name.family", "髙橋"),
            ("applicant_name.given", "花子"),
            ("applicant_name.family_kana", "タカハシ"),
            ("applicant_name.given_kana", "ハナコ"),
            ("applicant_address.postal_code", "999-0001"),
            ("applicant_address.prefecture", "長野県"),
            ("applicant_address.city", "澄川市"),
            ("applicant_address.town", "本町二丁目"),
            ("applicant_address.block", "3-4"),
            ("applicant_phone", "090-0000-0000"),
            ("applicant_email", ADDRESS),
        ],
    ),
];

fn filled_in(city: &City, form: &Form) -> Outcome<Answers> {
    let today = city.today();
    let mut answers = Answers::new();
    let vaccinated_on = today.yesterday()?.to_string();
    for (page, sent) in PAGES {
        let mut sent: Vec<(String, String)> = sent
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        if page == "vaccination" {
            sent.push(("vaccinated_on".to_owned(), vaccinated_on.clone()));
        }
        form.read_page(page, &sent, &mut answers, today);
    }
    Ok(answers)
}

/// A draft that is complete: the cookie by which its browser is known, and the revision it was checked at.
pub(crate) struct Ready {
    cookie: String,
    revision: i64,
}

impl Place {
    pub(crate) async fn new(
        directory: &Path,
        postgres: Option<(&str, &str)>,
        file_bytes: usize,
    ) -> Outcome<Self> {
        let document = procedure()?;
        let city = open(directory, postgres, &document).await?;
        let form = Form::compile(&document.form)
            .map_err(|findings| format!("the form does not compile: {findings:?}"))?;
        let answers = filled_in(&city, &form)?;
        let place = Self {
            application: measuring::application(&city)?,
            key: city.key()?.clone(),
            answers,
            file: (0..file_bytes)
                .map(|place| u8::try_from(place % 251).unwrap_or(0))
                .collect(),
            document,
            city,
        };
        let (answers, _) = place.with_file("0")?;
        if let Err(problems) = form.submit(&answers, place.city.today()) {
            return Err(format!("the application is not complete: {problems:?}").into());
        }
        Ok(place)
    }

    /// The answers with a file of this name, and the file.
    fn with_file(&self, key: &str) -> Outcome<(Answers, File)> {
        let file = File {
            key: key.to_owned(),
            about: About {
                name: "注射済証.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
            },
            contents: self.file.clone(),
        };
        let mut answers = self.answers.clone();
        answers.set(
            yakuba_forms::model::document::Key::new("certificate")?,
            yakuba_forms::Answer::Files(vec![FileAnswer {
                id: key.to_owned(),
                name: file.about.name.clone(),
                media_type: file.about.media_type.clone(),
                bytes: u64::try_from(file.contents.len())?,
            }]),
        );
        Ok((answers, file))
    }

    /// Fills in an application as the pages do, up to the last button.
    pub(crate) async fn prepare(&self, name: &str) -> Outcome<Ready> {
        let (answers, file) = self.with_file(&format!("file-{name}"))?;
        let contents = json!({
            "answers": answers,
            "email": {"address": ADDRESS, "code": null, "sent_at": 0, "tries": 0, "sent": 1, "confirmed": true},
            "applicant": "Person",
        });
        let token = Token::generate();
        let new = NewDraft::seal(&self.key, &token, &self.document.key, 1, None, &json!({}))?;
        self.city
            .write(Actor::Public, new, |tx, new| {
                Box::pin(drafts::begin(tx, new))
            })
            .await?;
        let draft = drafts::with_token(self.city.db(), &token, self.city.now())
            .await?
            .ok_or("the draft is not there")?;
        let saving = Saving::seal(
            &draft.key(&self.key)?,
            &draft,
            &contents,
            &[file],
            vec![format!("file-{name}")],
        )?;
        let revision = self
            .city
            .write(Actor::Public, saving, |tx, saving| {
                Box::pin(drafts::save(tx, saving))
            })
            .await?;
        Ok(Ready {
            cookie: format!("yakuba_draft_{}={}", self.document.key, token.as_str()),
            revision,
        })
    }

    /// Presses the last button: returns when the application was acknowledged.
    pub(crate) async fn send(&self, ready: &Ready) -> Outcome<()> {
        let path = format!("/procedures/{}/check", self.document.key);
        let to = post(
            &self.application,
            &path,
            &ready.cookie,
            format!("revision={}", ready.revision),
        )
        .await?;
        if to.ends_with("/done") {
            Ok(())
        } else {
            Err(format!("{path} led to {to:?}").into())
        }
    }

    /// An application sealed and ready to be written, without a draft.
    pub(crate) fn sealed(&self, name: &str) -> Outcome<SealedCase> {
        let (answers, file) = self.with_file(&format!("file-{name}"))?;
        let who = "髙橋 花子".to_owned();
        let new = NewCase {
            procedure: self.document.key.clone(),
            version: 1,
            department: self.document.department.clone(),
            channel: Channel::Online,
            processing: self.document.processing(),
            received_at: None,
            submission: format!("written/{name}"),
            draft: None,
            resident: None,
            person: Person {
                name: Some(who.clone()),
                birth_date: None,
                email: Some(ADDRESS.to_owned()),
            },
            contact: Contact {
                name: Some(who),
                email: Some(ADDRESS.to_owned()),
                language: "ja".to_owned(),
                ..Contact::default()
            },
            answers: serde_json::to_value(&answers)?,
            files: vec![file],
        };
        Ok(new.seal(&self.key)?)
    }

    /// The city's key.
    pub(crate) fn key(&self) -> &CityKey {
        &self.key
    }
}

/// Posts a form through the whole server but its socket, and returns where the browser is sent.
pub(crate) async fn post(
    application: &Router,
    path: &str,
    cookie: &str,
    body: String,
) -> Outcome<String> {
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header(header::HOST, "localhost:8080")
        .header(header::ORIGIN, "http://localhost:8080")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?;
    let answer = application.clone().oneshot(request).await?;
    let status = answer.status();
    let to = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|to| to.to_str().ok())
        .map(str::to_owned);
    let body = answer.into_body().collect().await?.to_bytes();
    match to {
        Some(to) if status.is_redirection() => Ok(to),
        _ if status == StatusCode::OK || status == StatusCode::UNPROCESSABLE_ENTITY => {
            Ok(String::new())
        }
        _ => Err(format!(
            "{path} answered {status}: {}",
            String::from_utf8_lossy(&body)
                .chars()
                .take(300)
                .collect::<String>()
        )
        .into()),
    }
}

/// Shared by the tasks that stand for people.
pub(crate) type Shared = Arc<Place>;
