//! Applications of the demo city's people, none of whom exist: so that the desks have something to work on.

use jiff::{Timestamp, ToSpan as _, civil::Date};
use yakuba_city::{Actor, City, Tx};
use yakuba_forms::{
    Answer, Answers, Form,
    answers::{AccountKind, BankAccount, Coordinates, Place, Slot, SlotSource},
    model::document::{Field, FieldKind, Key, Prefill, TextFormat, TextLimits},
};
use yakuba_identity::store::accounts::account_by_login;
use yakuba_kernel::{Address, AddressParts, Channel, Decimal, PersonName, PostalCode, Yen};
use yakuba_procedures::{
    ProcedureError,
    model::{
        case::{Outcome, Stage, Step},
        way::Way as Stages,
    },
    store::{
        self, Definition,
        cases::{self, By, Contact, Decision, NewCase},
        casework, corrections,
        keys::{self, CaseKey, Person},
        messages,
    },
};

use crate::failure::Failure;

/// How many people apply for each procedure.
const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("髙橋", "美咲", "タカハシ", "ミサキ"),
    ("𠮷田", "一郎", "ヨシダ", "イチロウ"),
    ("佐々木", "陽子", "ササキ", "ヨウコ"),
    ("グエン", "ティ ラン", "グエン", "ティ ラン"),
];

/// Receives some applications for every procedure whose form can be filled in without files, and takes a few of them further.
pub(super) async fn make(city: &City) -> Result<(), Failure> {
    let today = city.today();
    let mut number = 0;
    let mut forms = 0;
    for definition in store::live_on(city.db(), today).await? {
        let Ok(form) = Form::compile(&definition.document.form) else {
            continue;
        };
        for (turn, person) in PEOPLE.iter().enumerate() {
            number += 1;
            // Spread over the last three weeks; some of them are late by now.
            let days_ago = i64::try_from((number * 5 + turn * 3) % 21).unwrap_or(0);
            let at = city
                .now()
                .checked_sub((days_ago * 24 + i64::from(turn != 0)).hours())
                .unwrap_or(city.now());
            let free = free_times(city, &form).await?;
            // Each another time.
            let slot = free.get(turn * free.len() / PEOPLE.len());
            let Some(answers) = filled_in(&form, person, today, slot) else {
                break;
            };
            if turn == 0 {
                forms += 1;
            }
            let case = receive(city, &definition, person, turn, at, number, answers).await?;
            live(city, &definition, case, Way::of(forms, turn), person).await?;
        }
    }
    Ok(())
}

/// The times that the form asks for, as far as they are free now; none when it asks for none.
async fn free_times(city: &City, form: &Form) -> Result<Vec<Slot>, Failure> {
    let asked = form
        .document()
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .find_map(|field| match &field.kind {
            FieldKind::Slot {
                facility,
                resource,
                days_ahead,
            } => Some((facility.clone(), resource.clone(), i64::from(*days_ahead))),
            _ => None,
        });
    let (Some((facility, resource, days)), Some(slots)) = (asked, city.slots()) else {
        return Ok(Vec::new());
    };
    let until = city.today().checked_add(days.days()).unwrap_or(Date::MAX);
    let of = SlotSource { facility, resource };
    Ok(slots.free(city, &of, until, "demo").await?)
}

/// How far an application has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nobody has looked at it.
    Received,
    /// The applicant has a question, and the desk has noted something.
    Asked,
    Checked,
    /// The applicant is asked to correct something.
    Correction,
    Decided,
    Delivered,
    Closed,
    Withdrawn,
}

impl Way {
    /// Of every two forms, the first is in the middle of the work and the second near its end.
    const fn of(form: usize, turn: usize) -> Self {
        match (form % 2, turn) {
            (1, 0) => Self::Received,
            (1, 1) => Self::Asked,
            (0, 2) if form.is_multiple_of(4) => Self::Withdrawn,
            (_, 2) => Self::Checked,
            (1, _) => Self::Correction,
            (_, 0) => Self::Closed,
            (_, 1) => Self::Decided,
            _ => Self::Delivered,
        }
    }
}

/// What the applicant asks.
const QUESTION: &str = "持ち物を教えてください。代理の者が行くときは、何が必要ですか。";
/// What the desk has noted.
const NOTE: &str = "電話で本人に確認した。午後なら連絡がつく。";
/// What is to be corrected.
const CORRECTION: &str = "電話番号が使われていません。昼間に連絡がとれる番号を入れてください。";
/// How an application ends.
const APPROVED: &str = "申請のとおり、手続が済みました。";

/// Takes a case as far as it has come, each step as the desk does it.
async fn live(
    city: &City,
    definition: &Definition,
    case: i64,
    way: Way,
    (family, given, _, _): &(&str, &str, &str, &str),
) -> Result<(), Failure> {
    let key = keys::open(city.db(), city.key()?, case).await?;
    let account = account_by_login(city.db(), "watanabe")
        .await?
        .map_or(1, |account| account.id.0);
    let document = &definition.document;
    let asked_again: Vec<String> = document
        .form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .filter(|field| matches!(field.kind, FieldKind::Phone))
        .map(|field| field.key.to_string())
        .collect();
    let decision = Decision {
        title: format!("{}について（通知）", document.title.ja),
        number: String::new(),
        addressee: vec![format!("{family} {given} 様")],
        sender: vec!["澄川市長".to_owned()],
        text: APPROVED.to_owned(),
        reason: String::new(),
        appeal: String::new(),
    };
    let input = (case, key, way, account, asked_again, decision);
    // The applicant withdraws and asks; the rest is the desk's.
    let actor = match way {
        Way::Withdrawn => Actor::Public,
        _ => Actor::Staff(account),
    };
    city.write(actor, input, |tx, input| {
        Box::pin(async move {
            let (case, key, way, account, asked_again, decision) = input;
            let revision = async || {
                Ok::<_, ProcedureError>(cases::case(tx.connection(), *case).await?.revision)
            };
            match way {
                Way::Received => {}
                Way::Asked => {
                    messages::send(tx, key, *case, false, QUESTION, &[]).await?;
                    casework::add_note(tx, key, *case, *account, NOTE).await?;
                }
                Way::Correction if !asked_again.is_empty() => {
                    let now = revision().await?;
                    corrections::ask(tx, key, *case, now, asked_again, CORRECTION, None).await?;
                }
                Way::Withdrawn => {
                    cases::withdraw(tx, *case).await?;
                }
                Way::Checked => {
                    on(tx, *case, Stage::Checked, decision, key).await?;
                    // Where the procedure has a stage of its own before the decision, it waits there.
                    let found = cases::case(tx.connection(), *case).await?;
                    let document = cases::document_of(tx.connection(), &found).await?;
                    let stages = Stages::new(&document, found.outcome);
                    if stages.after(&found.stop(), Step::Forward).is_some() {
                        cases::step(tx, *case, found.revision, Step::Forward, &By::Program).await?;
                    }
                }
                Way::Correction => on(tx, *case, Stage::Checked, decision, key).await?,
                Way::Decided => on(tx, *case, Stage::Decided, decision, key).await?,
                Way::Delivered => on(tx, *case, Stage::Delivered, decision, key).await?,
                Way::Closed => on(tx, *case, Stage::Closed, decision, key).await?,
            }
            Ok(())
        })
    })
    .await
    .map_err(|error: ProcedureError| Failure::from(error))
}

/// Takes a case on until it is at a standard stage, through every stage of its procedure's own before that.
async fn on(
    tx: &Tx,
    case: i64,
    to: Stage,
    decision: &Decision,
    key: &CaseKey,
) -> Result<(), ProcedureError> {
    let document = {
        let found = cases::case(tx.connection(), case).await?;
        cases::document_of(tx.connection(), &found).await?
    };
    loop {
        let found = cases::case(tx.connection(), case).await?;
        let stages = Stages::new(&document, found.outcome);
        let outcome = Outcome::Approved;
        match stages.onward(&found.stop(), outcome) {
            Some(_) if found.stage >= to => return Ok(()),
            None => return Ok(()),
            Some(Step::Decide(_)) => {
                let now = found.revision;
                cases::decide(tx, key, case, now, outcome, decision, &By::Program).await?;
            }
            Some(step) => {
                cases::step(tx, case, found.revision, step, &By::Program).await?;
            }
        }
    }
}

async fn receive(
    city: &City,
    definition: &Definition,
    (family, given, _, _): &(&str, &str, &str, &str),
    turn: usize,
    at: Timestamp,
    number: usize,
    answers: Answers,
) -> Result<i64, Failure> {
    let document = &definition.document;
    let name = format!("{family} {given}");
    let new = NewCase {
        procedure: document.key.clone(),
        version: definition.number,
        department: document.department.clone(),
        channel: match turn {
            1 => Channel::Counter,
            2 if number.is_multiple_of(2) => Channel::Paper,
            _ => Channel::Online,
        },
        processing: document.processing(),
        received_at: Some(at),
        submission: format!("demo/{number}"),
        draft: None,
        resident: None,
        person: Person {
            name: Some(name.clone()),
            birth_date: Some(born(turn)),
            email: None,
        },
        contact: Contact {
            name: Some(name),
            language: "ja".to_owned(),
            ..Contact::default()
        },
        answers: serde_json::to_value(answers).map_err(ProcedureError::from)?,
        files: Vec::new(),
    };
    let sealed = new.seal(city.key()?)?;
    let submitted = city
        .write(Actor::Public, sealed, |tx, sealed| {
            Box::pin(cases::submit(tx, sealed))
        })
        .await
        .map_err(|error: ProcedureError| Failure::from(error))?;
    Ok(submitted.case)
}

fn born(turn: usize) -> Date {
    let year = 1958 + i16::try_from(turn).unwrap_or(0) * 11;
    Date::constant(year, 7, 14)
}

/// The form filled in by a person; none when a question cannot be answered without a file or beyond what is made up here.
fn filled_in(
    form: &Form,
    person: &(&str, &str, &str, &str),
    today: Date,
    slot: Option<&Slot>,
) -> Option<Answers> {
    let mut answers = Answers::new();
    // Before whoever has an appointment comes, it has happened.
    let happened = today.checked_sub(1.day()).ok().filter(|_| slot.is_some());
    // An answer can bring further questions.
    for _ in 0..12 {
        let evaluation = form.evaluate(&answers, today);
        if evaluation.is_complete() {
            return form.submit(&answers, today).ok().map(|done| done.answers);
        }
        let mut changed = false;
        for page in &form.document().pages {
            for field in &page.fields {
                let path = field.key.as_str();
                if !evaluation.is_required(path) || answers.get(path).is_some() {
                    continue;
                }
                let answer = match (&field.kind, happened) {
                    (FieldKind::Slot { .. }, _) => slot.cloned().map(Answer::Slot),
                    (FieldKind::Date { .. }, Some(day)) if field.prefill.is_none() => {
                        // Somebody else's, such as that of whoever died.
                        let is_birth = field.label.ja.contains("生年月日");
                        Some(Answer::Date(if is_birth {
                            Date::constant(1941, 5, 3)
                        } else {
                            day
                        }))
                    }
                    _ => made_up(field, person, today),
                };
                if let Some(answer) = answer {
                    answers.set(field.key.clone(), answer);
                    changed = true;
                }
            }
        }
        if !changed {
            return None;
        }
    }
    None
}

fn made_up(field: &Field, person: &(&str, &str, &str, &str), today: Date) -> Option<Answer> {
    let (family, given, family_kana, given_kana) = person;
    Some(match &field.kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => Answer::Text(text(limits)),
        FieldKind::Name => {
            Answer::Name(PersonName::new(family, given, family_kana, given_kana).ok()?)
        }
        FieldKind::Date { .. } if field.prefill == Some(Prefill::BirthDate) => {
            Answer::Date(Date::constant(1980, 4, 2))
        }
        FieldKind::Date { earliest, .. } => Answer::Date(match earliest {
            Some(_) => today.checked_add(14.days()).ok()?,
            None => today.checked_sub(10.days()).ok()?,
        }),
        FieldKind::Address => Answer::Address(
            Address::new(AddressParts {
                postal_code: PostalCode::parse("999-0001").ok(),
                prefecture: String::new(),
                city: "澄川市".to_owned(),
                town: "本町二丁目".to_owned(),
                block: "3-4".to_owned(),
                ..AddressParts::default()
            })
            .ok()?,
        ),
        FieldKind::Phone => Answer::Text("090-0000-0000".to_owned()),
        FieldKind::Email => Answer::Text("someone@sumikawa.example".to_owned()),
        FieldKind::Choice { options } => Answer::Choice(options.first()?.value.clone()),
        FieldKind::Choices { options, min, .. } => {
            let count = usize::try_from(min.unwrap_or(1).max(1)).unwrap_or(1);
            let chosen: Vec<Key> = options
                .iter()
                .take(count)
                .map(|option| option.value.clone())
                .collect();
            Answer::Choices(chosen)
        }
        FieldKind::Number { min, .. } => Answer::Number(Decimal::from(min.unwrap_or(2).max(1))),
        FieldKind::Yen { min, .. } => Answer::Yen(Yen::new(min.unwrap_or(1_000).max(1_000))),
        FieldKind::Place => Answer::Place(Place {
            description: "澄川市本町二丁目、市役所前の交差点".to_owned(),
            coordinates: Some(Coordinates {
                latitude: Decimal::new(34_399, 3),
                longitude: Decimal::new(135_002, 3),
            }),
        }),
        FieldKind::BankAccount => Answer::BankAccount(BankAccount {
            bank_code: "9999".to_owned(),
            branch_code: "001".to_owned(),
            kind: AccountKind::Ordinary,
            number: "0123456".to_owned(),
            holder: "ﾀｶﾊｼ ﾐｻｷ".to_owned(),
        }),
        FieldKind::Group { min, fields, .. } => {
            let mut entry = Answers::new();
            for inner in fields {
                if inner.optional || inner.show_if.is_some() {
                    continue;
                }
                entry.set(inner.key.clone(), made_up(inner, person, today)?);
            }
            Answer::Group(vec![entry; usize::try_from((*min).max(1)).unwrap_or(1)])
        }
        FieldKind::Consent { .. } | FieldKind::Declaration { .. } => Answer::Flag(true),
        FieldKind::File { .. } | FieldKind::Slot { .. } => return None,
    })
}

fn text(limits: &TextLimits) -> String {
    let text = match limits.format {
        Some(TextFormat::Katakana) => "サンプル",
        Some(TextFormat::Digits) => "12345",
        Some(TextFormat::Alphanumeric) => "A-100",
        Some(TextFormat::CorporateNumber) => "7000012050002",
        None => "見本の内容です",
    };
    text.chars()
        .take(
            limits
                .max_length
                .map_or(200, |longest| usize::try_from(longest).unwrap_or(200)),
        )
        .collect()
}
