//! The city's MQTT broker: how it is reached, whether it can be, and how listening to it goes.

use askama::Template;
use axum::response::Response;
use yakuba_city::web::{Principal, Problem};
use yakuba_ui::{
    CheckboxGroup, Choice, DescriptionList, ErrorSummary, Fields, FormErrors, TextArea, TextField,
    Words, done, format,
};

use super::{room::Room, show::at};
use crate::{
    broker::{encryption, try_out},
    capabilities::CONNECT,
    error::AssetError,
    model::broker::{Address, Broker, Prefix},
    pages::asked::private,
    store::broker::{broker, forget_broker, listening, set_broker_seen},
};

/// The address of the page.
pub(super) const HERE: &str = "/desk/assets/broker";
/// What topics begin with, when nothing else is said.
const PREFIX: &str = "yakuba";
/// Letters of certificates at most: a dozen of them.
const MOST: usize = 64 * 1024;
/// Letters of a user or password at most.
const MOST_SECRET: usize = 500;

#[derive(Template)]
#[template(path = "desk/broker.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    /// How listening goes; none while no broker is set.
    state: Option<DescriptionList>,
    revision: i64,
    address: TextField,
    plain: CheckboxGroup,
    user: TextField,
    password: TextField,
    prefix: TextField,
    authorities: TextArea,
}

/// The broker is the whole city's: who keeps the registers of one department only does not set it.
fn require(principal: &Principal) -> Result<(), Problem> {
    if principal.holds_everywhere(CONNECT) {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    require(&room.principal)?;
    shown(&room, None, &FormErrors::new()).await
}

async fn shown(
    room: &Room,
    typed: Option<&Fields>,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let known = broker(room.db(), room.key()).await?;
    let given = |name: &str, now: fn(&Broker) -> String, else_: &str| match (typed, &known) {
        (Some(fields), _) => fields.get(name).to_owned(),
        (None, Some((broker, _))) => now(broker),
        (None, None) => else_.to_owned(),
    };
    let is_plain = typed.map_or_else(
        || {
            known
                .as_ref()
                .is_some_and(|(known, _)| !known.address.is_encrypted() && !known.address.is_here())
        },
        |fields| fields.get("plain") == "1",
    );
    let has_password = known
        .as_ref()
        .is_some_and(|(broker, _)| !broker.password.is_empty());
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        state: match known {
            Some(_) => Some(state(room).await?),
            None => None,
        },
        revision: known.as_ref().map_or(0, |(_, revision)| *revision),
        address: TextField::new(language, "address", room.t("desk-broker-address"))
            .support(room.t("desk-broker-address-support"))
            .value(given("address", |broker| broker.address.to_string(), ""))
            .required()
            .errors(errors),
        plain: CheckboxGroup::new(language, "plain", room.t("desk-broker-encryption"))
            .choice(
                Choice::new("1", room.t("desk-broker-plain"))
                    .support(room.t("desk-broker-plain-support"))
                    .chosen(is_plain),
            )
            .optional(),
        user: TextField::new(language, "user", room.t("desk-broker-user"))
            .value(given("user", |broker| broker.user.clone(), ""))
            .autocomplete("off")
            .optional()
            .errors(errors),
        // What is kept is never shown.
        password: TextField::new(language, "password", room.t("desk-broker-password"))
            .password()
            .autocomplete("new-password")
            .support(room.t(if has_password {
                "desk-broker-password-kept"
            } else {
                "desk-broker-password-support"
            }))
            .optional()
            .errors(errors),
        prefix: TextField::new(language, "prefix", room.t("desk-broker-prefix"))
            .support(room.t("desk-broker-prefix-support"))
            .value(given(
                "prefix",
                |broker| broker.prefix.as_str().to_owned(),
                PREFIX,
            ))
            .required()
            .errors(errors),
        authorities: TextArea::new(language, "authorities", room.t("desk-broker-authorities"))
            .support(room.t("desk-broker-authorities-support"))
            .value(given(
                "authorities",
                |broker| broker.authorities.clone(),
                "",
            ))
            .rows(4)
            .optional()
            .errors(errors),
    };
    let page = room
        .page_below(room.t("desk-broker-title"), &body)
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

/// The sentence for a word of what can go wrong; none for one that is not known.
fn why(words: Words, code: &str) -> Option<String> {
    let key = format!("desk-broker-why-{}", code.replace('_', "-"));
    words.has(&key).then(|| words.get(&key).into_owned())
}

/// What was noted of the last problem, `word: what`, in the reader's language. A message that was refused is told with its topic;
/// what a connection said is for the log and the command line.
pub(super) fn told_problem(words: Words, noted: &str) -> String {
    let (code, what) = noted.split_once(": ").unwrap_or((noted, ""));
    match why(words, code) {
        Some(sentence) if what.contains('/') && !what.contains(' ') => words
            .with(
                "desk-broker-refused-topic",
                &[("why", sentence.into()), ("topic", what.into())],
            )
            .into_owned(),
        Some(sentence) => sentence,
        None => noted.to_owned(),
    }
}

/// How listening goes, as a list.
async fn state(room: &Room) -> Result<DescriptionList, Problem> {
    let Some(now) = listening(room.db()).await? else {
        return Ok(DescriptionList::new().text(
            room.t("desk-broker-state"),
            room.t("desk-broker-state-waiting"),
        ));
    };
    let is_held = now.until_at >= room.city.now().as_microsecond();
    let connected = now.connected_at.filter(|_| is_held).map_or_else(
        || room.t("desk-broker-state-off"),
        |since| {
            room.words
                .with_text("desk-broker-state-on", "at", &at(room, since))
                .into_owned()
        },
    );
    let heard = now
        .heard_at
        .map_or_else(|| room.t("desk-broker-never"), |moment| at(room, moment));
    let mut list = DescriptionList::new()
        .text(room.t("desk-broker-state"), connected)
        .text(room.t("desk-broker-heard"), heard)
        .text(room.t("desk-broker-kept"), format::number(now.kept))
        .text(room.t("desk-broker-refused"), format::number(now.refused));
    if let Some(moment) = now.problem_at {
        list = list.text(
            room.t("desk-broker-last-problem"),
            format!(
                "{} {}",
                at(room, moment),
                told_problem(room.words, &now.problem)
            ),
        );
    }
    Ok(list)
}

/// What was typed, with the password that is kept where none was typed and nothing about whom it is shown to has changed.
fn described(
    room: &Room,
    fields: &Fields,
    known: Option<&Broker>,
    errors: &mut FormErrors,
) -> Option<Broker> {
    let address = Address::read(fields.get("address"));
    if address.is_err() {
        errors.add("address", room.t("desk-broker-problem-address"));
    }
    let address = address.ok();
    if address.as_ref().is_some_and(|address| {
        !address.is_encrypted() && !address.is_here() && fields.get("plain") != "1"
    }) {
        errors.add("address", room.t("desk-broker-problem-plain"));
    }
    let prefix = Prefix::read(fields.get("prefix").trim());
    if prefix.is_err() {
        errors.add("prefix", room.t("desk-broker-problem-prefix"));
    }
    let authorities = fields.get("authorities").replace("\r\n", "\n");
    let authorities = authorities.trim();
    let is_encrypted = address.as_ref().is_some_and(Address::is_encrypted);
    if authorities.len() > MOST || (is_encrypted && encryption(authorities).is_err()) {
        errors.add("authorities", room.t("desk-broker-problem-authorities"));
    }
    let user = fields.get("user").trim().to_owned();
    for name in ["user", "password"] {
        let text = fields.get(name);
        if text.len() > MOST_SECRET || text.chars().any(char::is_control) {
            errors.add(name, room.t("desk-broker-problem-secret"));
        }
    }
    let (address, prefix) = (address?, prefix.ok()?);
    let is_same = known.is_some_and(|known| known.address == address);
    let typed = fields.get("password");
    let password = match known {
        _ if user.is_empty() || !typed.is_empty() => typed.to_owned(),
        // Another broker does not get to see the password of this one.
        Some(known) if is_same && known.user == user => known.password.clone(),
        Some(known) if !known.password.is_empty() => {
            errors.add("password", room.t("desk-broker-problem-password"));
            String::new()
        }
        _ => String::new(),
    };
    errors.is_empty().then(|| Broker {
        authorities: authorities.to_owned(),
        user,
        password,
        prefix,
        // Under the same session the broker has kept what came meanwhile.
        session: known.filter(|_| is_same).map_or_else(
            || format!("yakuba-{:016x}", rand::random::<u64>()),
            |known| known.session.clone(),
        ),
        address,
    })
}

pub(super) async fn save(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    require(&room.principal)?;
    let mut errors = FormErrors::new();
    let known = broker(room.db(), room.key()).await?;
    let known = known.as_ref().map(|(broker, _)| broker);
    let Some(described) = described(&room, &fields, known, &mut errors) else {
        return shown(&room, Some(&fields), &errors).await;
    };
    let outcome = room
        .write(
            (room.key().clone(), described, fields.revision()),
            |tx, (key, broker, revision)| Box::pin(set_broker_seen(tx, key, broker, *revision)),
        )
        .await;
    match outcome {
        Ok(()) => Ok(done(HERE, "broker-set")),
        Err(error @ AssetError::ChangedMeanwhile) => {
            let sentence = room.sentence(&error).unwrap_or_default();
            room.refuse(sentence);
            shown(&room, None, &FormErrors::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Tries the broker that is set, beside whoever listens to it.
pub(super) async fn test(mut room: Room) -> Result<Response, Problem> {
    require(&room.principal)?;
    let Some((known, _)) = broker(room.db(), room.key()).await? else {
        return Ok(done(HERE, ""));
    };
    match try_out(&known).await {
        Ok(()) => Ok(done(HERE, "broker-works")),
        Err(error) => {
            let AssetError::Broker(problem) = error else {
                return Err(error.into());
            };
            tracing::info!(%problem, "the broker that was tried");
            let why = why(room.words, problem.code()).unwrap_or_default();
            let sentence = room
                .words
                .with_text("desk-broker-does-not-work", "why", &why)
                .into_owned();
            room.refuse(sentence);
            shown(&room, None, &FormErrors::new()).await
        }
    }
}

/// Listens to no broker any more.
pub(super) async fn off(room: Room) -> Result<Response, Problem> {
    require(&room.principal)?;
    room.write((), |tx, ()| Box::pin(forget_broker(tx))).await?;
    Ok(done(HERE, "broker-gone"))
}
