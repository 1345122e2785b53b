//! Daily reminders of what is due: in the notice box every day, by mail on chosen days.

use std::collections::BTreeMap;

use jiff::civil::Date;
use yakuba_city::{Actor, JobFailure, JobKind, Tx, setting};
use yakuba_identity::mail_addresses;
use yakuba_mail::{EmailAddress, Mail};
use yakuba_ui::{Language, format};

use super::WORDS;
use crate::{
    error::PlanError,
    store::{self, cycle::Reminder},
};

const NAME: &str = "plan.remind";

/// Reminds everybody of what is due, once a day. Mails go only where a mail server is set up: unsent ones would only pile up.
pub(crate) fn job() -> JobKind {
    JobKind::new(NAME, |city, _| async move {
        let key = if yakuba_mail::is_set_up(&city) {
            Some(
                city.key()
                    .map_err(|error| JobFailure::from_error(&error))?
                    .clone(),
            )
        } else {
            None
        };
        let city_name = setting(city.db(), "city.name")
            .await
            .map_err(|error| JobFailure::from_error(&error))?;
        let input = (key, city_name.unwrap_or_default());
        city.write(
            Actor::Program(NAME.into()),
            input,
            |tx, (key, city_name)| {
                Box::pin(async move {
                    let reminded = store::cycle::remind(tx).await?;
                    if let Some(key) = key {
                        for mail in mails(tx, &reminded, city_name).await? {
                            yakuba_mail::enqueue(tx, key, &mail).await?;
                        }
                    }
                    Ok(())
                })
            },
        )
        .await
        .map_err(|error: PlanError| JobFailure::from_error(&error))
    })
    .every_day()
}

/// Whether a thing is mailed about on a day: a week before it is due, the day before, on the day after, and then once a week.
/// Every day would teach people to delete these mails unread.
fn is_mail_day(due: Date, today: Date) -> bool {
    let days = due.duration_since(today).as_hours() / 24;
    matches!(days, 7 | 1) || (days < 0 && days % 7 == -1)
}

/// One mail for each person with something that is mailed about today.
async fn mails(tx: &Tx, reminded: &[Reminder], city_name: &str) -> Result<Vec<Mail>, PlanError> {
    let today = tx.today();
    let mut things: BTreeMap<i64, Vec<&Reminder>> = BTreeMap::new();
    for reminder in reminded {
        if is_mail_day(reminder.due, today) {
            things.entry(reminder.account).or_default().push(reminder);
        }
    }
    let accounts: Vec<i64> = things.keys().copied().collect();
    let addresses = mail_addresses(tx.connection(), &accounts).await?;
    let mut mails = Vec::new();
    for (account, mut reminders) in things {
        // An address that no mail can be sent to is the administrator's to mend; the box has the reminder all the same.
        let Some(address) = addresses
            .get(&account)
            .and_then(|text| EmailAddress::read(text).ok())
        else {
            continue;
        };
        reminders.sort_by_key(|reminder| reminder.due);
        mails.push(letter(address, &reminders, city_name));
    }
    Ok(mails)
}

fn letter(address: EmailAddress, reminders: &[&Reminder], city_name: &str) -> Mail {
    // The desk's language of the city: an account has none of its own.
    let words = WORDS.words(Language::Japanese);
    let mut lines = String::new();
    for reminder in reminders {
        let key = format!("cycle-mail-{}", reminder.kind.as_str().replace('_', "-"));
        lines.push_str(&words.with(
            &key,
            &[
                ("title", reminder.title.clone().into()),
                ("due", format::date(reminder.due, words.language()).into()),
            ],
        ));
        lines.push('\n');
    }
    Mail::new(
        address,
        words.counted("cycle-mail-subject", reminders.len() as u64),
        words.with(
            "cycle-mail-text",
            &[
                ("lines", lines.into()),
                ("city", city_name.to_owned().into()),
            ],
        ),
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::is_mail_day;

    #[test]
    fn mails_come_before_the_day_and_then_weekly() {
        let due = date(2026, 11, 20);
        let days: Vec<i8> = (1..=30)
            .filter(|day| is_mail_day(due, date(2026, 11, *day)))
            .collect();
        assert_eq!(days, [13, 19, 21, 28]);
        assert!(is_mail_day(due, date(2026, 12, 5)));
        assert!(!is_mail_day(due, date(2026, 12, 6)));
    }
}
