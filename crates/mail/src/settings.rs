//! The mail server, as the environment names it.

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    message::{Mailbox, Mailboxes},
};

use crate::MailError;

const URL: &str = "YAKUBA_SMTP_URL";
const URL_FILE: &str = "YAKUBA_SMTP_URL_FILE";
const FROM: &str = "YAKUBA_MAIL_FROM";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The mail server and the sender.
#[derive(Clone)]
pub struct SmtpSettings {
    pub(crate) transport: AsyncSmtpTransport<Tokio1Executor>,
    pub(crate) from: Mailbox,
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address of the server may hold a password.
        formatter
            .debug_struct("SmtpSettings")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl SmtpSettings {
    /// Reads the server's address and the sender.
    ///
    /// # Errors
    /// [`MailError::Setting`].
    pub fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let wrong = |name, cause: String| MailError::Setting { name, cause };
        let form = "write smtps://name:password@mail.example.jp, or smtp://mail.example.jp:587?tls=required";
        // The cause is not repeated: it may contain the password.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| wrong(URL, form.to_owned()))?;
        let is_open = url.starts_with("smtp:") && !url.contains("tls=required");
        if is_open && url.contains('@') {
            return Err(wrong(
                URL,
                "it has a password but no encryption; begin with smtps:// or add ?tls=required"
                    .to_owned(),
            ));
        }
        let from = from
            .parse::<Mailboxes>()
            .ok()
            .and_then(Mailboxes::into_single)
            .ok_or_else(|| {
                wrong(
                    FROM,
                    "write みどり市 <no-reply@city.midori.example.jp>".to_owned(),
                )
            })?;
        Ok(Self {
            transport: builder.timeout(Some(PATIENCE)).build(),
            from,
        })
    }

    /// The settings of the environment; none when it names no mail server.
    ///
    /// # Errors
    /// [`MailError::Setting`], which names the variable.
    pub fn from_environment() -> Result<Option<Self>, MailError> {
        Self::from_variables(&|name| std::env::var(name).ok().filter(|text| !text.is_empty()))
    }

    fn from_variables(
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, MailError> {
        let url = match (variable(URL), variable(URL_FILE)) {
            (Some(url), _) => url,
            (None, Some(file)) => std::fs::read_to_string(&file)
                .map_err(|cause| MailError::Setting {
                    name: URL_FILE,
                    cause: format!("the file {file} cannot be read: {cause}"),
                })?
                .trim()
                .to_owned(),
            (None, None) => return Ok(None),
        };
        let from = variable(FROM).ok_or_else(|| MailError::Setting {
            name: FROM,
            cause: "it is missing; write みどり市 <no-reply@city.midori.example.jp>".to_owned(),
        })?;
        Self::new(&url, &from).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &'static [(&'static str, &'static str)]) -> Result<bool, MailError> {
        SmtpSettings::from_variables(&move |name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
        .map(|settings| settings.is_some())
    }

    #[test]
    fn a_password_is_never_sent_without_encryption() {
        const SENDER: (&str, &str) = (FROM, "みどり市 <no-reply@city.midori.example.jp>");
        assert!(!with(&[]).unwrap());
        assert!(with(&[(URL, "smtps://a:b@mail.example.jp"), SENDER]).unwrap());
        assert!(with(&[(URL, "smtp://a:b@mail.example.jp:587?tls=required"), SENDER]).unwrap());
        assert!(with(&[(URL, "smtp://10.0.0.5"), SENDER]).unwrap());
        assert!(with(&[(URL, "smtp://a:b@mail.example.jp"), SENDER]).is_err());
        assert!(
            with(&[
                (URL, "smtp://a:b@mail.example.jp?tls=opportunistic"),
                SENDER
            ])
            .is_err()
        );
        assert!(with(&[(URL, "https://mail.example.jp"), SENDER]).is_err());
        assert!(with(&[(URL, "smtps://mail.example.jp")]).is_err());
    }

    #[test]
    fn a_wrong_address_of_the_server_does_not_show_its_password() {
        let error = with(&[(URL, "smtp://a:sesame@[::"), (FROM, "a@example.jp")]).unwrap_err();
        assert!(!error.to_string().contains("sesame"));
    }
}
