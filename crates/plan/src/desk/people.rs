//! Who is behind an actor of the audit log.

use std::collections::BTreeMap;

use yakuba_city::{sql::Sql as _, web::Problem};

use super::room::Desk;

/// What to call each actor: staff by their name, the rest by what they are.
pub(super) async fn names(
    desk: &Desk,
    actors: impl Iterator<Item = &str>,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut names = BTreeMap::new();
    for actor in actors {
        if names.contains_key(actor) {
            continue;
        }
        let (kind, which) = actor.split_once(':').unwrap_or((actor, ""));
        let name = match kind {
            "staff" => staff(desk, which).await?.unwrap_or_else(|| {
                desk.words
                    .with_text("desk-actor-staff", "n", which)
                    .into_owned()
            }),
            "system" => desk
                .words
                .with_text("desk-actor-system", "name", which)
                .into_owned(),
            _ => {
                let key = format!("desk-actor-{}", kind.replace('_', "-"));
                if desk.words.has(&key) {
                    desk.text(&key)
                } else {
                    actor.to_owned()
                }
            }
        };
        names.insert(actor.to_owned(), name);
    }
    Ok(names)
}

/// The name an account shows.
async fn staff(desk: &Desk, number: &str) -> Result<Option<String>, Problem> {
    let number: i64 = number.parse().unwrap_or_default();
    Ok(desk
        .city
        .db()
        .value(
            "SELECT display_name FROM accounts WHERE id = $1",
            [number.into()],
        )
        .await?)
}
