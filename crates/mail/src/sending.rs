//! Handing a waiting mail to the mail server.

use std::sync::{Arc, PoisonError, RwLock};

use lettre::{
    AsyncTransport as _, Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp,
};
use yakuba_city::{Actor, City};

use crate::{
    MailError, SmtpSettings,
    store::{self, Mail},
};

/// The mail server of a city, kept in memory.
#[derive(Default)]
struct Post(RwLock<Option<Arc<SmtpSettings>>>);

/// Names the mail server of a city; none: mails are kept for reading.
pub fn set_up(city: &City, settings: Option<SmtpSettings>) {
    *city
        .state::<Post>()
        .0
        .write()
        .unwrap_or_else(PoisonError::into_inner) = settings.map(Arc::new);
}

/// Whether mails of this city are sent.
pub fn is_set_up(city: &City) -> bool {
    settings(city).is_some()
}

fn settings(city: &City) -> Option<Arc<SmtpSettings>> {
    city.state::<Post>()
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Hands one waiting mail to the mail server and deletes it. Does nothing when it was sent before or no server is set up;
/// a mail that would come too late is only deleted.
///
/// # Errors
/// [`MailError::Refused`] when the server did not take it and another try may succeed. When it refuses for good, that
/// is noted with the mail, and it is no error.
pub async fn deliver(city: &City, id: i64) -> Result<(), MailError> {
    let Some(waiting) = store::waiting(city.db(), id).await? else {
        return Ok(());
    };
    if waiting
        .useless_after
        .is_some_and(|moment| moment < city.now())
    {
        return city
            .write(program(), id, |tx, id| {
                Box::pin(async move { store::remove_row(tx, *id).await.map(|_| ()) })
            })
            .await;
    }
    let Some(settings) = settings(city) else {
        return Ok(());
    };
    let key = city.key()?;
    let mail = waiting.open(key)?;
    // The same at every try: when the first one arrived after all, the reader's program can put the two together.
    let name = key.look_up("message id", &format!("{id}/{}", waiting.written_at));
    let message = message(&settings, &mail, &name[..32])?;
    match settings.transport.send(message).await {
        Ok(_) => {
            city.write(program(), id, |tx, id| Box::pin(store::delivered(tx, *id)))
                .await
        }
        Err(error) => {
            let reason = reason(&error);
            let for_good = error.is_permanent();
            city.write(
                program(),
                (id, reason.clone(), for_good),
                |tx, (id, reason, for_good)| Box::pin(store::failed(tx, *id, reason, *for_good)),
            )
            .await?;
            if for_good {
                tracing::warn!(mail = id, reason, "the mail server refused a mail for good");
                Ok(())
            } else {
                Err(MailError::Refused(reason))
            }
        }
    }
}

fn program() -> Actor {
    Actor::Program("mail.send".into())
}

fn message(settings: &SmtpSettings, mail: &Mail, name: &str) -> Result<Message, MailError> {
    let to = mail.to.envelope().ok_or(MailError::Address)?;
    let domain = settings.from.email.domain();
    let mut message = Message::builder()
        .from(settings.from.clone())
        .to(Mailbox::new(None, to))
        .subject(&mail.subject)
        .message_id(Some(format!("<{name}@{domain}>")))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|error| MailError::Form(error.to_string()))?;
    // RFC 3834: no holiday notice is to come back.
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    for (name, value) in unsubscribing(mail.way_out.as_deref()) {
        message.headers_mut().insert_raw(HeaderValue::new(
            HeaderName::new_from_ascii_str(name),
            value,
        ));
    }
    Ok(message)
}

/// The headers that let a mail program end such mails with one press (RFC 8058), which wants HTTPS and an address without surprises.
fn unsubscribing(way_out: Option<&str>) -> Vec<(&'static str, String)> {
    way_out
        .filter(|address| {
            address.starts_with("https://")
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b','))
        })
        .map_or_else(Vec::new, |address| {
            vec![
                ("List-Unsubscribe", format!("<{address}>")),
                (
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click".to_owned(),
                ),
            ]
        })
}

/// What may be kept of a failure: a server's words often repeat the address, so only its number.
fn reason(error: &smtp::Error) -> String {
    if let Some(code) = error.status() {
        return code.to_string();
    }
    if error.is_timeout() {
        "timeout"
    } else if error.is_tls() {
        "TLS"
    } else if error.is_response() {
        "protocol"
    } else {
        "connection"
    }
    .to_owned()
}
