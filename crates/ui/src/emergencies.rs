use yakuba_city::{City, CityError, open_emergencies};

use crate::{Language, NotificationBanner, Words};

/// What everybody should know now: a message for each disaster that is open, newest first, with the way to the page of the situation.
///
/// # Errors
/// When the database does not answer.
pub async fn emergency_banners(
    city: &City,
    language: Language,
) -> Result<Vec<NotificationBanner>, CityError> {
    let words = Words::general(language);
    Ok(open_emergencies(city.db())
        .await?
        .iter()
        .map(|emergency| {
            let banner = NotificationBanner::warning(emergency.name.get(language.code()));
            let notice = emergency.notice.get(language.code());
            let banner = if notice.is_empty() {
                banner
            } else {
                banner.text(notice)
            };
            banner.link(words.get("ui-emergency-more"), "/disaster")
        })
        .collect())
}
